//! An opt-out filing cited by the id it was registered under: the record pins the version of the event's day, and what
//! that does not carry is refused.

use chrono::NaiveDate;
use kirokubo_rules::Direction;

use super::publication::Filing;
use crate::fault::{Code, Fault, Words};
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::ids::{IdKind, parse_id};
use crate::json::{self, Node, ObjectText};
use crate::known::{KnownVersion, in_force};
use crate::master::FilingVersion;

const NAME: &str = "opt_out_filing";

/// Reads `opt_out_filing` of the form `"flg_…"` for an event of `day`.
pub(super) fn read(
    form: &Form<'_, '_>,
    id: &str,
    direction: Direction,
    day: NaiveDate,
) -> Given<Checked<Filing>> {
    let versions = parse_id(IdKind::Filing, id).and_then(|id| form.known().filings.get(&id));
    let version = versions.and_then(|versions| in_force(versions, day));
    let filing = version.and_then(|version| Some((version, FilingVersion::parse(version.json())?)));
    let Some((version, filing)) = filing else {
        form.refuse_references(NAME, &Words::of("届出", "opt-out filing"));
        return Given::Faulty;
    };
    let concerns = match direction {
        Direction::Provision => provision_concerns(form, &filing, day),
        Direction::Receipt => Vec::new(),
    };
    let is_published = filing.is_published_on(day);
    Given::Present(Checked::new(
        Filing::new(pinned(id, version), is_published),
        concerns,
    ))
}

/// What a provision may not do under this filing on this day.
pub(crate) fn provision_concerns(form: &Form<'_, '_>, filing: &FilingVersion, day: NaiveDate) -> Vec<Fault> {
    let mut concerns = Vec::new();
    if !filing.is_own() {
        concerns.push(form.fault(NAME, Code::OptOutFilingNotEffective).hint(NOT_OURS));
    } else if !filing.is_effective_on(day) {
        concerns.push(form.fault(NAME, Code::OptOutFilingNotEffective));
    }
    let items: Vec<&str> = match form.get("items") {
        Some(Node::List(items)) => items
            .iter()
            .map(|item| item.as_text().unwrap_or_default())
            .collect(),
        _ => Vec::new(),
    };
    let at = form.at("items");
    for n in filing.items_outside(&items) {
        let fault = Fault::new(Code::ItemsNotInFiling, at.index(n).pointer());
        concerns.push(fault.fill("x", items[n]));
    }
    concerns
}

const NOT_OURS: Words = Words::of(
    "提供元の届出です。自社の届出を指定してください。",
    "this is a provider's filing; name your own",
);

/// What the record holds: which version of which filing, and what that says.
fn pinned(id: &str, version: &KnownVersion) -> String {
    let mut text = ObjectText::default();
    text.text("id", id).json("version", &version.version.to_string());
    if let Ok(stored) = json::read(version.json().as_bytes()) {
        text.members(&stored);
    }
    text.finish().unwrap_or_default()
}
