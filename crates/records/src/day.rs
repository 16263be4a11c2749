//! Days as they are posted: strictly `YYYY-MM-DD`, with the reading of every other common Japanese spelling at hand to
//! tell the sender what was probably meant. Nothing is guessed.

mod era;

use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;

use era::Era;

/// The first day the record duty applied, 2017-05-30 (平成27年法律65号の施行日).
pub(crate) fn duty_begins() -> NaiveDate {
    NaiveDate::from_ymd_opt(2017, 5, 30).expect("the day is in the calendar")
}

/// What a posted text says about a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayReading {
    /// Exactly `YYYY-MM-DD`, and a day of the calendar.
    Exact(NaiveDate),
    /// Another spelling of this day.
    Otherwise(NaiveDate),
    /// A year, month or day its era does not have, with the same time in the era it falls in.
    NotInEra {
        /// As much as was wrong, in plain digits: `平成33年`.
        given: String,
        /// What it is called: `令和3年(2021年)`.
        right: String,
        /// The day, where the text named one.
        day: Option<NaiveDate>,
    },
    /// A date that no calendar has, such as `2026-02-30`.
    Impossible,
    /// Nothing that is known as a date.
    Unreadable,
}

/// Longest text that may be a date in any spelling, in bytes. Anything longer is not looked at.
const MAX_BYTES: usize = 128;

/// Reads `text` as a day: ISO 8601, 和暦 in kanji or Latin letters, slashes, or eight digits; full-width digits count
/// as digits. Only ISO 8601 is [`DayReading::Exact`].
#[must_use]
pub fn read(text: &str) -> DayReading {
    if let Some(parts) = iso_parts(text) {
        return calendar_day(parts).map_or(DayReading::Impossible, DayReading::Exact);
    }
    if text.len() > MAX_BYTES {
        return DayReading::Unreadable;
    }
    let plain: String = text.trim().nfkc().filter(|c| !c.is_whitespace()).collect();
    if let Some((era, rest)) = Era::strip(&plain) {
        return read_era(era, rest);
    }
    match numbers(&plain).as_deref() {
        Some(&[year, month, day]) if year >= 1000 => otherwise((year, month, day)),
        Some(&[digits]) if plain.len() == 8 => otherwise((digits / 10_000, digits / 100 % 100, digits % 100)),
        _ => DayReading::Unreadable,
    }
}

/// The parts of exactly `YYYY-MM-DD` in ASCII.
fn iso_parts(text: &str) -> Option<(u32, u32, u32)> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    Some((
        text[..4].parse().ok()?,
        text[5..7].parse().ok()?,
        text[8..].parse().ok()?,
    ))
}

fn calendar_day((year, month, day): (u32, u32, u32)) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn otherwise(parts: (u32, u32, u32)) -> DayReading {
    calendar_day(parts).map_or(DayReading::Impossible, DayReading::Otherwise)
}

/// Reads what follows the name of an era: `8年11月21日`, `8.11.21`, `元年4月`, `33年`.
fn read_era(era: Era, rest: &str) -> DayReading {
    let rest = rest.replace('元', "1");
    let Some(numbers) = numbers(&rest) else {
        return DayReading::Unreadable;
    };
    let (Some(&year), month, day) = (numbers.first(), numbers.get(1).copied(), numbers.get(2).copied())
    else {
        return DayReading::Unreadable;
    };
    if year == 0 || year > 199 || numbers.len() > 3 {
        return DayReading::Unreadable;
    }
    let western = era.western_year(year);
    let Some(first_possible) = calendar_day((western, month.unwrap_or(1), day.unwrap_or(1))) else {
        return DayReading::Impossible;
    };
    // Without a month, the year is wrong only if all of it is; its last day decides against the era's beginning.
    let last_possible = match (month, day) {
        (None, _) => calendar_day((western, 12, 31)).unwrap_or(first_possible),
        (Some(_), None) => last_of_month(first_possible),
        (Some(_), Some(_)) => first_possible,
    };
    if era.holds(first_possible) || era.holds(last_possible) {
        return match day {
            Some(_) => DayReading::Otherwise(first_possible),
            None => DayReading::Unreadable,
        };
    }
    let given = spell(era, year, month.filter(|_| era.holds_year(western)));
    let right = Era::of(first_possible).map_or_else(
        || format!("{western}年"),
        |right| {
            let month = month
                .filter(|_| era.holds_year(western))
                .map(|month| format!("{month}月"));
            let year = spell(right, right.year_of(western), None);
            format!("{year}({western}年){}", month.unwrap_or_default())
        },
    );
    DayReading::NotInEra {
        given,
        right,
        day: day.map(|_| first_possible),
    }
}

fn last_of_month(first: NaiveDate) -> NaiveDate {
    (28..=31)
        .rev()
        .find_map(|day| first.with_day(day))
        .unwrap_or(first)
}

/// `平成31年`, `令和元年4月`.
fn spell(era: Era, year: u32, month: Option<u32>) -> String {
    let year = if year == 1 {
        "元".to_owned()
    } else {
        year.to_string()
    };
    let month = month.map(|month| format!("{month}月")).unwrap_or_default();
    format!("{}{year}年{month}", era.name())
}

/// The numbers in `text`, where nothing else than the usual separators stands between them.
fn numbers(text: &str) -> Option<Vec<u32>> {
    let separators = ['年', '月', '日', '.', '/', '-'];
    if !text
        .chars()
        .all(|c| c.is_ascii_digit() || separators.contains(&c))
    {
        return None;
    }
    let parts = text.split(separators).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn not_in_era(text: &str) -> (String, String) {
        match read(text) {
            DayReading::NotInEra { given, right, .. } => (given, right),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn only_iso_dates_are_exact() {
        assert_eq!(read("2026-11-21"), DayReading::Exact(day("2026-11-21")));
        assert_eq!(read("2028-02-29"), DayReading::Exact(day("2028-02-29")));
        assert_eq!(read("2026-02-29"), DayReading::Impossible);
        assert_eq!(read("2026-13-01"), DayReading::Impossible);
    }

    #[test]
    fn other_spellings_are_read_but_not_taken() {
        for text in [
            "令和8年11月21日",
            "R8.11.21",
            "r8/11/21",
            "２０２６年１１月２１日",
            "2026/11/21",
            "20261121",
            "令和８年１１月２１日",
            "㋿8年11月21日",
            "2026/11/21 ",
            "Ｒ８．１１．２１",
        ] {
            assert_eq!(read(text), DayReading::Otherwise(day("2026-11-21")), "{text}");
        }
        assert_eq!(read("令和元年5月1日"), DayReading::Otherwise(day("2019-05-01")));
        assert_eq!(read("令和1年5月1日"), DayReading::Otherwise(day("2019-05-01")));
        assert_eq!(read("昭和64年1月7日"), DayReading::Otherwise(day("1989-01-07")));
    }

    #[test]
    fn days_outside_their_era_are_answered_with_the_right_reading() {
        assert_eq!(
            not_in_era("平成33年"),
            ("平成33年".into(), "令和3年(2021年)".into())
        );
        assert_eq!(
            not_in_era("平成33年4月1日"),
            ("平成33年".into(), "令和3年(2021年)".into())
        );
        assert_eq!(
            not_in_era("令和元年4月"),
            ("令和元年4月".into(), "平成31年(2019年)4月".into())
        );
        assert_eq!(
            not_in_era("H31.5.1"),
            ("平成31年5月".into(), "令和元年(2019年)5月".into())
        );
        assert_eq!(
            not_in_era("昭和65年1月1日"),
            ("昭和65年".into(), "平成2年(1990年)".into())
        );
    }

    #[test]
    fn the_rest_is_unreadable_or_impossible() {
        for text in [
            "",
            "昨日",
            "令和",
            "2026",
            "令和8年",
            "11/21",
            "46347",
            "2026-11-21T00:00:00Z",
            "令和9999年1月1日",
        ] {
            assert_eq!(read(text), DayReading::Unreadable, "{text}");
        }
        assert_eq!(read("令和8年2月30日"), DayReading::Impossible);
        assert_eq!(read("20260230"), DayReading::Impossible);
        assert_eq!(read(&format!("2026/11/21{:120}", "")), DayReading::Unreadable);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in proptest::prelude::any::<String>()) {
            let _ = read(&text);
        }

        #[test]
        fn digits_and_eras_never_panic(text in "[MTSHRmtshr明大昭平令和正治成元0-9年月日./-]{0,16}") {
            let _ = read(&text);
        }
    }
}
