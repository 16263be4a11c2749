//! 提供年月日 / 提供を受けた年月日: the day of the event.

use chrono::{Days, NaiveDate};

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

/// A record may be made before its event, but one far ahead is a slip of the pen: it would be kept for as long.
const MOST_BEFOREHAND: Days = Days::new(366);

/// Reads the day under `name`, which every event must have. It lies between the first day of the duty and today, or
/// after today where `beforehand` says that the record is made before its event (規則19条2項).
pub(crate) fn read(form: &Form<'_, '_>, name: &str, today: NaiveDate) -> Given<EventDay> {
    let given = form.day(name);
    let beforehand = form.flag("beforehand").present().unwrap_or(false);
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
    if day > today && !beforehand {
        let hint = Words::of(
            "今日より後の日付です。提供の前に作る記録なら beforehand を true にしてください。",
            "the day has not come yet; for a record made before its event, set `beforehand`",
        );
        return out_of_range(hint);
    }
    if day > today + MOST_BEFOREHAND {
        let hint = Words::of("1年より先の日付です。", "the day is more than a year ahead");
        return out_of_range(hint);
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
