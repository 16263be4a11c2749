//! A third party cited by the id it was registered under: the record pins the version of the event's day.

use chrono::NaiveDate;

use super::party::{self, FIELDS, PartyFacts, PartyRule, ThirdParty};
use crate::fault::{Code, Words};
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::ids::{IdKind, parse_id};
use crate::json::{self, Node, ObjectText};
use crate::known::{KnownVersion, in_force};

/// Reads `third_party` of the form `{"id":"pty_…"}` for an event of `day`.
pub(super) fn read(
    cited: &Form<'_, '_>,
    rule: PartyRule,
    day: NaiveDate,
) -> (Given<Checked<ThirdParty>>, PartyFacts) {
    let faulty = || (Given::Faulty, PartyFacts::default());
    let mut alone = true;
    for name in FIELDS
        .iter()
        .filter(|name| **name != "id" && cited.get(name).is_some())
    {
        let fault = cited.fault(name, Code::ValueConflict).fill("field", "id");
        cited.faults().push(fault);
        alone = false;
    }
    let id = cited.get("id").and_then(Node::as_text);
    let versions = id
        .and_then(|id| parse_id(IdKind::ThirdParty, id))
        .and_then(|id| cited.known().parties.get(&id));
    let (Some(id), Some(version)) = (id, versions.and_then(|versions| in_force(versions, day))) else {
        cited.refuse_references("id", &Words::of("相手方", "third party"));
        return faulty();
    };
    let Ok(stored) = json::read(version.json().as_bytes()) else {
        cited.refuse_references("id", &Words::of("相手方", "third party"));
        return faulty();
    };
    if !alone {
        return faulty();
    }
    if version.holds_from > day {
        cited.faults().push(cited.fault("id", Code::PartyVersionLater));
    }
    let registered = Form::over(&stored, cited.path(), cited.faults());
    let (party, facts) = party::read_particulars(&registered, rule, &pinned(id, version, &stored));
    note_confirmation(cited, &stored, day);
    (party, facts)
}

/// What the record holds: which version of which third party, and what that says.
fn pinned(id: &str, version: &KnownVersion, stored: &Node<'_>) -> String {
    let mut text = ObjectText::default();
    text.text("id", id).json("version", &version.version.to_string());
    for name in FIELDS {
        if let Some(node) = stored.get(name) {
            text.json(name, &node.to_json());
        }
    }
    text.finish().unwrap_or_default()
}

/// Notes a third party that nobody looked at for a year.
fn note_confirmation(cited: &Form<'_, '_>, stored: &Node<'_>, day: NaiveDate) {
    const YEAR: chrono::Days = chrono::Days::new(365);
    let confirmed = stored.get("last_confirmed_on").and_then(Node::as_text);
    let confirmed: Option<NaiveDate> = confirmed.and_then(|day| day.parse().ok());
    if confirmed
        .and_then(|on| on.checked_add_days(YEAR))
        .is_some_and(|until| until < day)
    {
        cited.faults().push(cited.fault("id", Code::PartyConfirmationOld));
    }
}
