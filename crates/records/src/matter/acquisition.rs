//! 取得の経緯: how the third party came by the data, and how that and its name were confirmed (規則22条).

use kirokubo_ledger::RecordId;

use super::check_evidence;
use crate::fault::{Code, Words};
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::ids::parse_record_id;
use crate::json::ObjectText;
use crate::private::Private;
use crate::text::{PROSE, WORD};
use crate::wording;

/// How the third party acquired the data, with the confirmations of 規則22条.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquisition {
    json: Private<String>,
    confirms_third_party: bool,
    confirmed_by: Option<RecordId>,
    tells_history: bool,
}

impl Acquisition {
    /// The text that is stored: the acquisition as posted, with `third_party_confirmation` as one more member.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Whether it says how the third party's name and address were confirmed (規則22条1項).
    #[must_use]
    pub const fn confirms_third_party(&self) -> bool {
        self.confirms_third_party
    }

    /// The earlier record whose confirmation of the third party is enough, once it is checked that it is the same
    /// (規則22条3項).
    pub(crate) const fn confirmed_by(&self) -> Option<RecordId> {
        self.confirmed_by
    }

    /// Whether `acquisition` itself was posted, and not only the confirmation of the third party.
    pub(crate) const fn tells_history(&self) -> bool {
        self.tells_history
    }
}

/// Reads `acquisition` and `third_party_confirmation`.
pub(crate) fn read(form: &Form<'_, '_>) -> Given<Checked<Acquisition>> {
    let acquisition = form.object(
        "acquisition",
        &["history", "method", "described", "confirmed_on", "evidence"],
    );
    let confirmation = form.object(
        "third_party_confirmation",
        &["method", "described", "confirmed_on", "same_as", "evidence"],
    );
    if acquisition.is_absent() && confirmation.is_absent() {
        return Given::Absent;
    }
    let mut usable = !acquisition.is_faulty() && !confirmation.is_faulty();
    let mut concern = None;
    let tells_history = !acquisition.is_absent();
    let mut json = ObjectText::default();
    match acquisition {
        Given::Present(acquisition) => {
            let history = acquisition.text("history", PROSE);
            let told = matches!(history, Given::Present(history) if !wording::is_vague_history(history));
            usable &= !history.is_faulty() && read_manner(&acquisition);
            concern = (!told).then(|| acquisition.fault("history", Code::ConfirmationHistoryRequired));
            json.members(acquisition.node());
        }
        Given::Absent => concern = Some(form.fault("acquisition", Code::ConfirmationHistoryRequired)),
        Given::Faulty => {}
    }
    let confirms_third_party = matches!(confirmation, Given::Present(_));
    let mut confirmed_by = None;
    if let Given::Present(confirmation) = confirmation {
        usable &= read_manner(&confirmation);
        confirmed_by = earlier(&confirmation);
        usable &= confirmed_by.is_some() || confirmation.get("same_as").is_none();
        json.json("third_party_confirmation", &confirmation.node().to_json());
    }
    if !usable {
        return Given::Faulty;
    }
    let json = Private::new(json.finish().unwrap_or_else(|| "{}".to_owned()));
    let value = Acquisition {
        json,
        confirms_third_party,
        confirmed_by,
        tells_history,
    };
    Given::Present(Checked::new(value, concern.into_iter().collect()))
}

/// The record that `same_as` names; where it names none, that is noted.
fn earlier(confirmation: &Form<'_, '_>) -> Option<RecordId> {
    let id = confirmation.get("same_as")?.as_text().and_then(parse_record_id);
    let known = id.filter(|id| confirmation.known().records.contains_key(id));
    if known.is_none() {
        confirmation.refuse_references("same_as", &Words::of("記録", "record"));
    }
    known
}

/// Reads how something was confirmed; `false` where a part could not be used.
fn read_manner(form: &Form<'_, '_>) -> bool {
    let parts = [form.text("method", WORD), form.text("described", PROSE)];
    let confirmed_on = form.day("confirmed_on");
    let shown = check_evidence(form);
    shown && !parts.iter().any(Given::is_faulty) && !confirmed_on.is_faulty()
}
