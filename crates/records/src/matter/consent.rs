//! 同意を得ている旨, and for 個人関連情報 how it was confirmed.

use chrono::NaiveDate;

use super::check_evidence;
use crate::fault::Code;
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::private::Private;
use crate::text::{PROSE, WORD};

/// That the principal's consent was obtained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    json: Private<String>,
}

impl Consent {
    /// The text that is stored: the consent as it was posted.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }
}

/// That a recipient's having the principal's consent was confirmed, and how (規則28条1項).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentConfirmation {
    json: Private<String>,
    information_given: Option<bool>,
}

impl ConsentConfirmation {
    /// The text that is stored: the confirmation as it was posted.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Whether the information of art. 31(1)(ii) was confirmed as well, where that was said.
    #[must_use]
    pub const fn information_given(&self) -> Option<bool> {
        self.information_given
    }
}

/// Reads `consent` of an event of `event_day`.
pub(crate) fn read(form: &Form<'_, '_>, event_day: Option<NaiveDate>) -> Given<Checked<Consent>> {
    const FIELDS: &[&str] = &["statement", "obtained_on", "method", "evidence", "note"];
    let consent = match form.object("consent", FIELDS) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(consent) => consent,
    };
    let statement = consent.text("statement", PROSE);
    let others = [consent.text("method", WORD), consent.text("note", PROSE)];
    let obtained_on = consent.day("obtained_on");
    let shown = check_evidence(&consent);
    if !shown || statement.is_faulty() || others.iter().any(Given::is_faulty) || obtained_on.is_faulty() {
        return Given::Faulty;
    }
    if let (Given::Present(obtained), Some(event)) = (obtained_on, event_day)
        && obtained > event
    {
        consent
            .faults()
            .push(consent.fault("obtained_on", Code::ConsentAfterProvision));
    }
    let concern = statement
        .is_absent()
        .then(|| consent.fault("statement", Code::ConsentStatementRequired));
    let value = Consent {
        json: Private::new(consent.node().to_json()),
    };
    Given::Present(Checked::new(value, concern.into_iter().collect()))
}

/// Reads `consent_confirmation`.
pub(crate) fn read_confirmation(form: &Form<'_, '_>) -> Given<Checked<ConsentConfirmation>> {
    const FIELDS: &[&str] = &[
        "method",
        "described",
        "confirmed_on",
        "information_given",
        "evidence",
    ];
    let confirmation = match form.object("consent_confirmation", FIELDS) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(confirmation) => confirmation,
    };
    let method = confirmation.text("method", WORD);
    let described = confirmation.text("described", PROSE);
    let confirmed_on = confirmation.day("confirmed_on");
    let information_given = confirmation.flag("information_given");
    let shown = check_evidence(&confirmation);
    if [
        !shown,
        method.is_faulty(),
        described.is_faulty(),
        confirmed_on.is_faulty(),
        information_given.is_faulty(),
    ]
    .contains(&true)
    {
        return Given::Faulty;
    }
    let concern = method
        .is_absent()
        .then(|| confirmation.fault("method", Code::RelatedInfoConfirmationRequired));
    let value = ConsentConfirmation {
        json: Private::new(confirmation.node().to_json()),
        information_given: information_given.present(),
    };
    Given::Present(Checked::new(value, concern.into_iter().collect()))
}
