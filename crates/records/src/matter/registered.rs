//! A third party that was registered and is named by its id: the version of the event's day stands in its place.

use chrono::{Months, NaiveDate};

use super::party::{self, PARTICULARS, PARTY, PartyFacts, PartyRule, Pin, ThirdParty};
use crate::fault::{Code, Fault, Words};
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::ids::{IdKind, parse_id};
use crate::japan::day_of_date;
use crate::json::{self, Node};
use crate::known::Known;
use crate::master::{MasterVersion, PartyVersion, in_force};

/// After so many months a third party should be asked again whether everything is still right.
const CONFIRMED_FOR: Months = Months::new(12);

/// Reads `third_party`, given inline or as `{"id"}` of a registered one, for an event of the day `on`.
pub(crate) fn read(
    form: &Form<'_, '_>,
    rule: PartyRule,
    known: &Known,
    on: NaiveDate,
) -> (Given<Checked<ThirdParty>>, PartyFacts) {
    let id = match form.get("third_party").and_then(|party| party.get("id")) {
        Some(Node::Text(id)) => id.as_ref(),
        Some(_) | None => return party::read(form, rule),
    };
    let nothing = || (Given::Faulty, PartyFacts::default());
    let Given::Present(cited) = form.object("third_party", &["id"]) else {
        return nothing();
    };
    let versions = parse_id(IdKind::ThirdParty, id).and_then(|id| known.parties.get(&id));
    let Some(versions) = versions else {
        cited.refuse_references("id", &PARTY);
        return nothing();
    };
    let Some(version) = in_force(versions, day_of_date(on)) else {
        let fault = cited.fault("id", Code::ReferenceUnknown);
        let fault = fault.fill("what_ja", &PARTY.ja).fill("what_en", &PARTY.en);
        cited.faults().push(fault.hint(NOT_YET));
        return nothing();
    };
    note_old_confirmation(&cited, version, on);
    read_version(&cited, id, version, rule).unwrap_or_else(nothing)
}

const NOT_YET: Words = Words::of(
    "この日に有効な版がありません。holds_from を確かめてください。",
    "no version of it holds on this day; see its holds_from",
);

/// Reads a stored version where the event names it.
fn read_version(
    cited: &Form<'_, '_>,
    id: &str,
    version: &MasterVersion,
    rule: PartyRule,
) -> Option<(Given<Checked<ThirdParty>>, PartyFacts)> {
    let stored = json::read(version.json.as_bytes()).ok()?;
    let known: &[&[&'static str]] = &[PARTICULARS, PartyVersion::BESIDE];
    let party = Form::open(&stored, cited.here(), cited.faults(), known)?;
    let pin = Pin {
        id,
        version: version.version,
    };
    Some(party::read_particulars(&party, rule, Some(pin)))
}

/// Notes that a long time has passed since somebody looked whether the particulars are right.
fn note_old_confirmation(cited: &Form<'_, '_>, version: &MasterVersion, on: NaiveDate) {
    let confirmed = PartyVersion::parse(&version.json).and_then(|party| party.last_confirmed_on());
    let until = confirmed.and_then(|day| day.checked_add_months(CONFIRMED_FOR));
    if until.is_some_and(|until| until < on) {
        cited
            .faults()
            .push(Fault::new(Code::PartyConfirmedLongAgo, cited.here().pointer()));
    }
}
