//! The one place that reads the system clock.

use std::time::{SystemTime, UNIX_EPOCH};

use kirokubo_ledger::RecordedAt;
use kirokubo_ledger::day::japan_day;

/// The day in Japan, in days since 1970-01-01. A clock set before 1970 counts as that day.
pub(crate) fn today_in_japan() -> i32 {
    i32::try_from(japan_day(now())).unwrap_or(i32::MAX)
}

/// The present moment, likewise.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the module that reads the clock"
)]
pub(crate) fn now() -> RecordedAt {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    RecordedAt::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
