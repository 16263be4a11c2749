//! 取得の経緯: how the third party came by the data, and how that and its name were confirmed (規則22条).

use super::EVIDENCE;
use crate::fault::Code;
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::json::ObjectText;
use crate::private::Private;
use crate::text::{PROSE, WORD};
use crate::wording;

/// How the third party acquired the data, with the confirmations of 規則22条.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquisition {
    json: Private<String>,
    confirms_third_party: bool,
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
        &["method", "described", "confirmed_on", "evidence"],
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
    if let Given::Present(confirmation) = confirmation {
        usable &= read_manner(&confirmation);
        json.json("third_party_confirmation", &confirmation.node().to_json());
    }
    if !usable {
        return Given::Faulty;
    }
    let json = Private::new(json.finish().unwrap_or_else(|| "{}".to_owned()));
    let value = Acquisition {
        json,
        confirms_third_party,
        tells_history,
    };
    Given::Present(Checked::new(value, concern.into_iter().collect()))
}

/// Reads how something was confirmed; `false` where a part could not be used.
fn read_manner(form: &Form<'_, '_>) -> bool {
    let parts = [form.text("method", WORD), form.text("described", PROSE)];
    let confirmed_on = form.day("confirmed_on");
    form.refuse_references("evidence", &EVIDENCE);
    !parts.iter().any(Given::is_faulty) && !confirmed_on.is_faulty()
}
