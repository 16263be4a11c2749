//! Times and days as texts.

use chrono::{DateTime, SecondsFormat};
use kirokubo_ledger::entry::RetainThrough;
use kirokubo_records::date_of_day;

/// Unix milliseconds as RFC 3339 in UTC, with milliseconds.
pub(crate) fn rfc3339(unix_ms: i64) -> String {
    DateTime::from_timestamp_millis(unix_ms)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// When a day, counted from 1970-01-01, begins in Japan: Unix milliseconds.
pub(crate) fn start_of_day(day: i32) -> i64 {
    const HOUR: i64 = 3_600_000;
    i64::from(day) * 24 * HOUR - 9 * HOUR
}

/// The last day of retention as `YYYY-MM-DD`; `None` while the clock is open.
pub(crate) fn date_of_retention(retain: RetainThrough) -> Option<String> {
    match retain {
        RetainThrough::Day(day) => Some(date(day)),
        RetainThrough::Open | RetainThrough::NotApplicable => None,
    }
}

/// A day, counted from 1970-01-01, as `YYYY-MM-DD`.
pub(crate) fn date(day: i32) -> String {
    date_of_day(day).map(|date| date.to_string()).unwrap_or_default()
}
