//! How long a record is kept: 規則21, 25 and 29.
//!
//! Dates are civil dates in Japan. Counting follows 民法 140–143: a period that is counted from "the day
//! something was made" leaves that day out, one counted "起算して" from a day takes it in; a period of
//! years ends with the day before its corresponding day or, where the last month has no such day, with
//! that month.
//!
//! Nothing here fails: a period that would pass the last day chrono can hold ends on that day.

use std::num::NonZeroU8;

use chrono::{Datelike, NaiveDate};

use crate::methods::Method;

/// The last day on which a record must be kept. Ordered by time: open is later than any day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RetainThrough {
    /// The day itself is still included.
    Through(NaiveDate),
    /// The series still runs, so no end can be named.
    Open,
}

impl RetainThrough {
    /// The first day on which the record may be erased; `None` while it may not be, which includes a
    /// period that ends on the last day chrono can hold.
    #[must_use]
    pub fn erasable_from(self) -> Option<NaiveDate> {
        match self {
            Self::Through(day) => day.succ_opt(),
            Self::Open => None,
        }
    }

    /// The end for a record and another that relies on it for what it leaves out: neither may go before
    /// the other's end (derived from "作成し、かつ保存している場合" in 規則20(2) and 24(2)).
    #[must_use]
    pub fn together_with(self, other: Self) -> Self {
        self.max(other)
    }
}

/// How many years a record of each method is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionPeriods {
    /// 規則21(iii): made each time.
    pub each_years: NonZeroU8,
    /// 規則21(ii): made in batch.
    pub batch_years: NonZeroU8,
    /// 規則21(i): contract in place of a record.
    pub contract_years: NonZeroU8,
}

/// The periods of every rule set so far.
pub const PERIODS_IN_FORCE: RetentionPeriods = RetentionPeriods {
    each_years: years(3),
    batch_years: years(3),
    contract_years: years(1),
};

impl RetentionPeriods {
    /// The end for a record of this method. `made_on` is the day the record, or its last addition, was
    /// written; `last_event_on` the day of the event, or of the last one of a series.
    ///
    /// A batch or contract without a last event still runs. A record made each time before its event is
    /// counted from the event, the safe reading.
    #[must_use]
    pub fn end(self, method: Method, made_on: NaiveDate, last_event_on: Option<NaiveDate>) -> RetainThrough {
        match (method, last_event_on) {
            (Method::Batch | Method::Contract, None) => RetainThrough::Open,
            (Method::Each, event) => {
                let from = event.map_or(made_on, |event| event.max(made_on));
                RetainThrough::Through(end_after(from, self.each_years))
            }
            // The guideline's text counts from the last event, the PPC's own example from the making:
            // the later of the two satisfies both.
            (Method::Batch, Some(last)) => {
                RetainThrough::Through(end(last, self.batch_years).max(end_after(made_on, self.each_years)))
            }
            (Method::Contract, Some(last)) => RetainThrough::Through(end(last, self.contract_years)),
        }
    }
}

/// The end for a record of this method, by the periods now in force: [`RetentionPeriods::end`].
#[must_use]
pub fn retention(method: Method, made_on: NaiveDate, last_event_on: Option<NaiveDate>) -> RetainThrough {
    PERIODS_IN_FORCE.end(method, made_on, last_event_on)
}

/// E3: three years after the making, or after the event where that is later.
#[must_use]
pub fn retain_each(made_on: NaiveDate, event_on: Option<NaiveDate>) -> RetainThrough {
    retention(Method::Each, made_on, event_on)
}

/// B3: three years from the last event, that day counted, and not before three years after the last
/// addition was written.
#[must_use]
pub fn retain_batch(last_addition_on: NaiveDate, last_event_on: Option<NaiveDate>) -> RetainThrough {
    retention(Method::Batch, last_addition_on, last_event_on)
}

/// C1: one year from the last event, that day counted. When the contract was made does not matter.
#[must_use]
pub fn retain_contract(last_event_on: Option<NaiveDate>) -> RetainThrough {
    match last_event_on {
        Some(last) => retention(Method::Contract, last, Some(last)),
        None => RetainThrough::Open,
    }
}

/// The last day of a period of years of which `start` is the first day.
#[must_use]
pub fn end(start: NaiveDate, years: NonZeroU8) -> NaiveDate {
    let Some(year) = start.year().checked_add(i32::from(years.get())) else {
        return NaiveDate::MAX;
    };
    match NaiveDate::from_ymd_opt(year, start.month(), start.day()) {
        Some(corresponding) => corresponding.pred_opt().unwrap_or(corresponding),
        None => last_of_february(year).unwrap_or(NaiveDate::MAX),
    }
}

/// The last day of a period of years that begins on the day after `day`.
fn end_after(day: NaiveDate, years: NonZeroU8) -> NaiveDate {
    day.succ_opt().map_or(NaiveDate::MAX, |start| end(start, years))
}

/// A day missing from a year is 29 February; otherwise the year itself is beyond the calendar.
fn last_of_february(year: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, 2, 28)
}

const fn years(count: u8) -> NonZeroU8 {
    NonZeroU8::new(count).expect("periods are written out here, none of zero years")
}
