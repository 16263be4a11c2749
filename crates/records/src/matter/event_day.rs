//! 提供年月日 / 提供を受けた年月日: the day of the event.

use chrono::NaiveDate;

use crate::day::duty_begins;
use crate::fault::{Code, Words};
use crate::form::Form;
use crate::given::Given;

/// The day of a provision or receipt, in Japan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDay {
    day: NaiveDate,
    json: String,
}

impl EventDay {
    /// The day.
    #[must_use]
    pub const fn day(&self) -> NaiveDate {
        self.day
    }

    /// The text that is stored: `"YYYY-MM-DD"`, quotes included.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }
}

/// Reads the day under `name`, which every event must have, and which lies between the first day of the duty and today.
pub(crate) fn read(form: &Form<'_, '_>, name: &str, today: NaiveDate) -> Given<EventDay> {
    let given = form.day(name);
    if given.is_absent() {
        form.faults().push(form.missing(name));
    }
    let Some(day) = given.present() else {
        return Given::Faulty;
    };
    let out_of_range = |hint| {
        form.faults()
            .push(form.fault(name, Code::DateOutOfRange).hint(hint));
        Given::Faulty
    };
    if day > today {
        return out_of_range(Words::of("今日より後の日付です。", "the day has not come yet"));
    }
    if day < duty_begins() {
        let hint = Words::of(
            "記録義務の始まり(2017-05-30)より前の日付です。",
            "the record duty began on 2017-05-30; earlier events are imported, not posted",
        );
        return out_of_range(hint);
    }
    Given::Present(EventDay {
        day,
        json: format!("\"{day}\""),
    })
}
