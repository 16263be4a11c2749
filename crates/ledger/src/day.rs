//! Calendar days in Japan, as entries count them: whole days since 1970-01-01.
//!
//! Japan has no summer time, so a day there begins at 15:00 UTC, always.

use crate::position::RecordedAt;

const MILLIS_PER_DAY: i64 = 86_400_000;
const JAPAN_OFFSET_MILLIS: i64 = 9 * 3_600_000;
/// Days of the 400-year cycle after which the Gregorian calendar repeats.
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_FROM_MARCH_OF_YEAR_0: i64 = 719_468;

/// The day in Japan on which this moment falls, in days since 1970-01-01.
#[must_use]
pub fn japan_day(at: RecordedAt) -> i64 {
    // Divide before shifting, so that no moment an i64 can hold overflows.
    let millis = at.as_millis();
    let within = millis.rem_euclid(MILLIS_PER_DAY) + JAPAN_OFFSET_MILLIS;
    millis.div_euclid(MILLIS_PER_DAY) + within.div_euclid(MILLIS_PER_DAY)
}

/// Reads `YYYY-MM-DD`, a real day of the years 0000 to 9999, as days since 1970-01-01.
#[must_use]
pub fn parse_day(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        bytes[range].iter().try_fold(0, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'))
        })
    };
    let days = days_from_civil(number(0..4)?, number(5..7)?, number(8..10)?);
    let days = i32::try_from(days).ok()?;
    // An impossible day such as 02-30 would come back as another text.
    (format_day(days) == text).then_some(days)
}

/// Writes days since 1970-01-01 as `YYYY-MM-DD`.
#[must_use]
pub fn format_day(days: i32) -> String {
    let days = i64::from(days) + EPOCH_FROM_MARCH_OF_YEAR_0;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Years are counted from March, so that the leap day is the last of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - EPOCH_FROM_MARCH_OF_YEAR_0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_and_write() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2029-01-01", 21_550),
        ] {
            assert_eq!(parse_day(text), Some(days));
            assert_eq!(format_day(days), text);
        }
    }

    #[test]
    fn impossible_days_are_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-01",
            "+026-01-01",
            "2026/01/01",
            "",
        ] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_in_japan_begins_at_fifteen_hours_utc() {
        assert_eq!(japan_day(RecordedAt::from_millis(15 * 3_600_000 - 1)), 0);
        assert_eq!(japan_day(RecordedAt::from_millis(15 * 3_600_000)), 1);
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        assert!(japan_day(RecordedAt::from_millis(i64::MIN)) < japan_day(RecordedAt::from_millis(i64::MAX)));
    }
}
