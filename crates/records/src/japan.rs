//! Days in Japan: the calendar of the Act, nine hours ahead of UTC, without summer time since 1951.

use chrono::{Datelike, NaiveDate};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Japan Standard Time ahead of UTC, in milliseconds.
const JST_MS: i64 = 9 * 3_600_000;

/// Days from 0001-01-01, which is day 1, to 1970-01-01.
const EPOCH_FROM_CE: i32 = 719_163;

/// The day in Japan at a moment (Unix milliseconds), counted from 1970-01-01; saturates far outside any calendar.
#[must_use]
pub fn japan_day(unix_ms: i64) -> i32 {
    let day = unix_ms.saturating_add(JST_MS).div_euclid(DAY_MS);
    i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX })
}

/// The date in Japan at a moment (Unix milliseconds); 1970-01-01 where there is no such date.
#[must_use]
pub fn japan_date(unix_ms: i64) -> NaiveDate {
    date_of_day(japan_day(unix_ms)).unwrap_or_default()
}

/// A day counted from 1970-01-01 as a date, where the calendar reaches so far.
#[must_use]
pub fn date_of_day(day: i32) -> Option<NaiveDate> {
    day.checked_add(EPOCH_FROM_CE)
        .and_then(NaiveDate::from_num_days_from_ce_opt)
}

/// A date as a day counted from 1970-01-01.
#[must_use]
pub fn day_of_date(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - EPOCH_FROM_CE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_japan_begins_at_fifteen_hundred_utc() {
        let midnight = 1_795_186_800_000; // 2026-11-20T15:00:00Z
        assert_eq!(japan_date(midnight).to_string(), "2026-11-21");
        assert_eq!(japan_date(midnight - 1).to_string(), "2026-11-20");
        assert_eq!(japan_day(0), 0);
        assert_eq!(japan_day(-JST_MS), 0);
        assert_eq!(japan_day(-JST_MS - 1), -1);
    }

    #[test]
    fn days_and_dates_are_the_same_thing() {
        for day in [-1, 0, 11_016, 22_000] {
            assert_eq!(date_of_day(day).map(day_of_date), Some(day));
        }
        assert_eq!(date_of_day(i32::MAX), None);
    }
}
