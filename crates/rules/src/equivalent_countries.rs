//! The countries on the equal-level list of art. 28(1), as dated data.
//!
//! Source: 平成31年個人情報保護委員会告示第1号, which names the EU's and the EEA's members and the United
//! Kingdom. That the EEA states are on it, and the day it took effect, are [from memory].

use chrono::NaiveDate;

/// Countries that joined the list on one day.
struct Group {
    from: NaiveDate,
    /// ISO 3166-1 alpha-3.
    countries: &'static [&'static str],
}

const GROUPS: &[Group] = &[Group {
    from: NaiveDate::from_ymd_opt(2019, 1, 23).expect("a day written out in the table exists"),
    countries: &[
        "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC", "HRV",
        "HUN", "IRL", "ISL", "ITA", "LIE", "LTU", "LUX", "LVA", "MLT", "NLD", "NOR", "POL", "PRT", "ROU",
        "SVK", "SVN", "SWE",
    ],
}];

/// Whether a country (ISO 3166-1 alpha-3, upper case) was on the list on a day in Japan.
#[must_use]
pub fn is_equivalent_country(alpha3: &str, on: NaiveDate) -> bool {
    GROUPS
        .iter()
        .any(|group| group.from <= on && group.countries.contains(&alpha3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn lists_europe_since_the_notice_and_nobody_before() {
        for country in ["DEU", "FRA", "GBR", "NOR"] {
            assert!(is_equivalent_country(country, day(2026, 11, 20)), "{country}");
            assert!(!is_equivalent_country(country, day(2019, 1, 22)), "{country}");
        }
    }

    #[test]
    fn leaves_out_every_other_country() {
        for country in ["USA", "SGP", "CHE", "JPN", "deu", ""] {
            assert!(!is_equivalent_country(country, day(2026, 11, 20)), "{country}");
        }
    }
}
