//! Somebody looked at a registered third party again: that its particulars are right, or that a recipient abroad keeps
//! to its measures (法28条3項・規則18条).

use chrono::NaiveDate;

use super::{Aside, MasterDraft, MasterVersion, in_force, required_day};
use crate::fault::{Code, Fault, Faults};
use crate::form::Form;
use crate::given::Given;
use crate::japan::day_of_date;
use crate::json::{self, Node, ObjectText, Path, json_text};
use crate::private::Private;
use crate::text::{PROSE, WORD};

/// That the particulars of a third party were confirmed.
#[derive(Debug, Clone)]
pub struct ConfirmationPosting {
    on: NaiveDate,
    method: Option<String>,
}

impl ConfirmationPosting {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of their pointers.
    pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let Some(form) = Form::open(&node, Path::ROOT, &faults, &[&["confirmed_on", "method"]]) else {
            return Err(faults.into_errors());
        };
        let on = day_of_the_look(&form, "confirmed_on", today);
        let method = form.text("method", WORD).present().map(str::to_owned);
        let warnings = faults.into_warnings()?;
        let on = on.ok_or(warnings)?;
        Ok(Self { on, method })
    }

    /// The version that says so: the particulars that held on that day, confirmed. `None` for versions that this program
    /// did not write.
    #[must_use]
    pub fn revise(&self, versions: &[MasterVersion]) -> Option<MasterDraft> {
        let method = self.method.as_deref().map(json_text);
        let on = json_text(&self.on.to_string());
        let said = [("last_confirmed_on", Some(on)), ("confirmed_by", method)];
        revised(versions, self.on, |_| Some(said.to_vec()))
    }
}

/// What somebody found who looked at a recipient abroad with a 基準適合体制.
#[derive(Debug, Clone)]
pub struct SystemCheckPosting {
    on: NaiveDate,
    result: Private<String>,
    note: Option<Private<String>>,
}

impl SystemCheckPosting {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of their pointers.
    pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let known: &[&[&'static str]] = &[&["checked_on", "result", "note"]];
        let Some(form) = Form::open(&node, Path::ROOT, &faults, known) else {
            return Err(faults.into_errors());
        };
        let on = day_of_the_look(&form, "checked_on", today);
        let result = form.text("result", PROSE);
        if result.is_absent() {
            faults.push(form.missing("result"));
        }
        let private = |text: &str| Private::new(text.to_owned());
        let (result, note) = (
            result.present().map(private),
            form.text("note", PROSE).present().map(private),
        );
        let warnings = faults.into_warnings()?;
        let (on, result) = on.zip(result).ok_or(warnings)?;
        Ok(Self { on, result, note })
    }

    /// The version that says so; a fault where the third party has no 基準適合体制 to look at.
    pub fn revise(&self, versions: &[MasterVersion]) -> Result<MasterDraft, Vec<Fault>> {
        let revised = revised(versions, self.on, |node| {
            let mut system = ObjectText::default();
            let Node::Object(members) = node.get("equivalent_system")? else {
                return None;
            };
            let of_the_look_before = |name: &str| name.starts_with("last_");
            for (name, value) in members.iter().filter(|(name, _)| !of_the_look_before(name)) {
                system.json(name, &value.to_json());
            }
            system
                .text("last_checked_on", &self.on.to_string())
                .text("last_result", self.result.get());
            if let Some(note) = &self.note {
                system.text("last_note", note.get());
            }
            Some(vec![("equivalent_system", system.finish())])
        });
        revised.ok_or_else(|| vec![Fault::new(Code::PartyNoEquivalentSystem, String::new())])
    }
}

/// The day of a look that somebody took, which must be given.
fn day_of_the_look(form: &Form<'_, '_>, name: &str, today: NaiveDate) -> Option<NaiveDate> {
    match required_day(form, name) {
        Given::Present(day) if day > today => {
            form.faults().push(form.fault(name, Code::DateOutOfRange));
            None
        }
        given => given.present(),
    }
}

/// What held on the day of the look, with some members said anew. It holds from that day, so that what was known
/// before stays as it was.
fn revised<'a>(
    versions: &[MasterVersion],
    on: NaiveDate,
    said: impl FnOnce(&Node<'_>) -> Option<Vec<(&'a str, Option<String>)>>,
) -> Option<MasterDraft> {
    let on = day_of_date(on);
    let base = in_force(versions, on).or_else(|| versions.first())?;
    let node = json::read(base.json.as_bytes()).ok()?;
    let Node::Object(members) = &node else { return None };
    let said = said(&node)?;
    let mut json = ObjectText::default();
    for (name, value) in members {
        if !said.iter().any(|(told, _)| told == name) {
            json.json(name, &value.to_json());
        }
    }
    for (name, value) in said {
        if let Some(value) = value {
            json.json(name, &value);
        }
    }
    let holds_from = base.holds_from.max(on);
    Some(MasterDraft::new(
        holds_from,
        json.finish()?,
        Aside::LookUps(Vec::new()),
    ))
}
