//! Lifting a demand to stop: the principal took it back, or it should not have been entered.

use chrono::NaiveDate;

use super::{Aside, MasterDraft, MasterVersion};
use crate::fault::{Code, Fault, Faults};
use crate::form::Form;
use crate::given::Given;
use crate::japan::day_of_date;
use crate::json::{self, Node, ObjectText, Path};
use crate::private::Private;
use crate::text::PROSE;

/// The end of a demand, as it was posted.
#[derive(Debug, Clone)]
pub struct LiftPosting {
    on: NaiveDate,
    reason: Private<String>,
}

impl LiftPosting {
    /// Reads one; without a day, the demand ends today.
    ///
    /// # Errors
    ///
    /// Every fault, `suppression.lift_reason_required` among them.
    pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let Some(form) = Form::open(&node, Path::ROOT, &faults, &[&["on", "reason"]]) else {
            return Err(faults.into_errors());
        };
        let on = form.day("on").present().unwrap_or(today);
        let reason = match form.text("reason", PROSE) {
            Given::Present(reason) => reason.to_owned(),
            Given::Faulty => String::new(),
            Given::Absent => {
                faults.push(form.fault("reason", Code::SuppressionLiftReasonRequired));
                String::new()
            }
        };
        faults.into_warnings()?;
        Ok(Self {
            on,
            reason: Private::new(reason),
        })
    }

    /// The version that ends the demand; a fault where it was ended before, or would end before it began.
    pub fn revise(&self, versions: &[MasterVersion]) -> Result<MasterDraft, Vec<Fault>> {
        let unusable = || vec![Fault::new(Code::SuppressionLifted, String::new())];
        let last = versions.last().ok_or_else(unusable)?;
        let node = json::read(last.json.as_bytes()).map_err(|_| unusable())?;
        if node.get("lifted").is_some() {
            return Err(unusable());
        }
        let on = day_of_date(self.on);
        if on < last.holds_from {
            return Err(vec![Fault::new(Code::DateOutOfRange, "/on".to_owned())]);
        }
        let mut json = ObjectText::default();
        if let Node::Object(members) = &node {
            for (name, value) in members {
                json.json(name, &value.to_json());
            }
        }
        let mut lifted = ObjectText::default();
        lifted
            .text("on", &self.on.to_string())
            .text("reason", self.reason.get());
        json.json("lifted", &lifted.finish().unwrap_or_default());
        Ok(MasterDraft::new(
            on,
            json.finish().unwrap_or_default(),
            Aside::Lifted(on),
        ))
    }
}
