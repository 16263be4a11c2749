//! Masters: third parties, opt-out filings, demands to stop and settings, each kept in versions.
//!
//! The law looks at the day of an event, so a change is a new version with the day it holds from, and no version is
//! ever altered. What is posted is read here and becomes a [`MasterDraft`]; sealing and storing it is the store's.

mod draft;
mod filing;
mod lift;
mod look;
mod party;
mod settings;
mod suppression;
mod version;

pub use draft::{Aside, Demand, LookUp, LookUpKind, MasterDraft};
pub use filing::{FilingPosting, FilingVersion};
pub use lift::LiftPosting;
pub use look::{ConfirmationPosting, SystemCheckPosting};
pub use party::{EquivalentSystem, PartyPosting, PartyVersion, SystemKind};
pub use settings::{ConfirmedNumber, ReceiptApproval, Settings};
pub use suppression::{StopScope, SuppressionPosting, SuppressionVersion, demand_of};
pub use version::{MasterVersion, in_force};

use chrono::NaiveDate;

use crate::fault::Code;
use crate::form::Form;
use crate::given::Given;

/// A day that may not lie in the future; `None` where it was left out or could not be used.
fn past_day(form: &Form<'_, '_>, name: &str, today: NaiveDate) -> Option<NaiveDate> {
    let day = form.day(name).present()?;
    if day > today {
        form.faults().push(form.fault(name, Code::DateOutOfRange));
        return None;
    }
    Some(day)
}

/// Notes where the later of two days comes before the earlier.
fn in_order(form: &Form<'_, '_>, earlier: Option<NaiveDate>, name: &str, later: Option<NaiveDate>) {
    if earlier.zip(later).is_some_and(|(earlier, later)| later < earlier) {
        form.faults().push(form.fault(name, Code::DateOutOfRange));
    }
}

/// A day that must be given.
fn required_day(form: &Form<'_, '_>, name: &str) -> Given<NaiveDate> {
    let day = form.day(name);
    if day.is_absent() {
        form.faults().push(form.missing(name));
    }
    day
}
