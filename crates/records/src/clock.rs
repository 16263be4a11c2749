//! Clocks that no single event sets: of a series when it ends, of a voiding, and of a reading.

use chrono::NaiveDate;
use kirokubo_ledger::entry::RetainThrough;
use kirokubo_rules::retention::{retain_batch, retain_contract, retain_each};

use crate::japan::day_of_date;

/// Until when every record of a series is kept whose last event was on `last_event_on`: for a batch by 規則21条2号 and
/// not before three years after its last addition was written on `last_addition_on`, for a contract by 規則21条1号.
#[must_use]
pub fn series_retain_through(
    is_contract: bool,
    last_addition_on: NaiveDate,
    last_event_on: NaiveDate,
) -> RetainThrough {
    as_entry(if is_contract {
        retain_contract(Some(last_event_on))
    } else {
        retain_batch(last_addition_on, Some(last_event_on))
    })
}

/// Until when a voiding made on this day is kept: as long as a record made each time.
#[must_use]
pub fn voiding_retain_through(made_on: NaiveDate) -> RetainThrough {
    as_entry(retain_each(made_on, None))
}

/// Until when it is kept who read personal data on this day: as long as a record that is made on it each time.
#[must_use]
pub fn access_retain_through(read_on: NaiveDate) -> RetainThrough {
    as_entry(retain_each(read_on, None))
}

fn as_entry(retain: kirokubo_rules::RetainThrough) -> RetainThrough {
    match retain {
        kirokubo_rules::RetainThrough::Through(day) => RetainThrough::Day(day_of_date(day)),
        kirokubo_rules::RetainThrough::Open => RetainThrough::Open,
    }
}
