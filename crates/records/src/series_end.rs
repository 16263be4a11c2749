//! The end of a series, as it is posted.

use chrono::NaiveDate;

use crate::fault::{Code, Fault, Faults};
use crate::form::Form;
use crate::given::Given;
use crate::json::{self, Path};

/// That a series has ended, and on which day its last event was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesEnd {
    last_on: NaiveDate,
}

impl SeriesEnd {
    /// Reads `{"last_on"}`; the day must have come by `today`.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the pointers.
    pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let Some(form) = Form::open(&node, Path::ROOT, &faults, &[&["last_on"]]) else {
            return Err(faults.into_errors());
        };
        let last_on = form.day("last_on");
        match last_on {
            Given::Absent => faults.push(form.missing("last_on")),
            Given::Present(day) if day > today => faults.push(form.fault("last_on", Code::DateOutOfRange)),
            Given::Present(_) | Given::Faulty => {}
        }
        let last_on = last_on.present();
        faults.into_warnings()?;
        Ok(Self {
            last_on: last_on.unwrap_or(today),
        })
    }

    /// The day of the last event.
    #[must_use]
    pub const fn last_on(&self) -> NaiveDate {
        self.last_on
    }
}
