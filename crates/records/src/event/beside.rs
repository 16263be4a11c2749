//! What an event holds beside its statutory matters: kept in its own field, marked by not being statutory.

use kirokubo_ledger::commitment::Field;
use kirokubo_rules::{Answer, Case, Direction, Matter};

use super::parts::Parts;
use crate::cross_border::CrossBorder;
use crate::draft::{Beside, Head, Status};
use crate::fault::{Code, Faults, Words};
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::inputs;
use crate::json::ObjectText;
use crate::matter::{
    Acquisition, Consent, ConsentConfirmation, Filing, Items, PpcPublication, RECIPIENT_CONFIRMATION,
    RECIPIENT_CONFIRMATION_LABEL, RecipientConfirmation,
};
use crate::series::Recording;
use crate::statutory::Statutory;

/// Notes every field that was posted and is no statutory matter of the case, while `parts` still hold it.
pub(super) fn note_not_statutory(form: &Form<'_, '_>, answer: &Answer, parts: &Parts) {
    let acquisition = parts.acquisition.as_ref().present().map(Checked::value);
    let told = acquisition.is_some_and(Acquisition::tells_history);
    let confirmed = acquisition.is_some_and(Acquisition::confirms_third_party);
    let by_opt_out = answer.case.is_some_and(Case::is_opt_out);
    let note = |left: bool, field: &str, words: &Words| {
        if left {
            let fault = form.fault(field, Code::FieldNotStatutory);
            form.faults()
                .push(fault.fill("item_ja", &words.ja).fill("item_en", &words.en));
        }
    };
    let principals = if form.get("principal_list").is_some() {
        "principal_list"
    } else {
        "principals"
    };
    note(
        is_present(&parts.principals),
        principals,
        &matter(Matter::Principals),
    );
    note(is_present(&parts.consent), "consent", &matter(Matter::Consent));
    note(
        is_present(&parts.confirmation),
        "consent_confirmation",
        &CONFIRMATION,
    );
    note(told, "acquisition", &matter(Matter::Acquisition));
    // Every recipient confirms the third party, so only a provider has no use for it.
    note(
        confirmed && answer.direction == Direction::Provision,
        "third_party_confirmation",
        &PARTY_CONFIRMATION,
    );
    note(
        is_present(&parts.publication),
        "ppc_publication",
        &matter(Matter::PpcPublication),
    );
    note(
        is_present(&parts.filing) && !by_opt_out,
        "opt_out_filing",
        &FILING,
    );
    // A provider may keep it ahead of the law that will ask for it; a recipient is not asked by any.
    note(
        is_present(&parts.recipient_confirmation) && answer.direction == Direction::Receipt,
        RECIPIENT_CONFIRMATION,
        &RECIPIENT_CONFIRMATION_LABEL,
    );
}

const CONFIRMATION: Words = Words::of("同意を確認した旨", "that consent was confirmed");
const FILING: Words = Words::of("オプトアウトの届出", "the opt-out filing");
const PARTY_CONFIRMATION: Words = Words::of("第三者の氏名等の確認", "how the third party was confirmed");

/// Gathers what `statutory` did not take, with the texts of the fields every record has.
pub(super) fn gather(
    form: &Form<'_, '_>,
    parts: Parts,
    head: &Head,
    statutory: Option<&Statutory>,
    recording: Recording,
) -> Beside {
    let rest = Rest {
        faults: form.faults(),
        status: head.status,
    };
    let mut beside = Beside::default();
    beside.third_party = rest.take(parts.third_party);
    beside.principals = rest.take(parts.principals);
    let date = parts.date.present().map(|date| date.json().to_owned());
    let filing = rest.text(parts.filing, Filing::json);
    let abroad = parts.cross_border.present().map(CrossBorder::into_json);
    for (field, json) in [
        (Field::DATE, date),
        (Field::PERIOD, recording.period),
        (Field::ITEMS, rest.text(parts.items, Items::json)),
        (
            Field::ACQUISITION,
            rest.text(parts.acquisition, Acquisition::json),
        ),
        (
            Field::PPC_PUBLICATION,
            rest.text(parts.publication, PpcPublication::json),
        ),
        (Field::OPT_OUT_FILING, filing),
        (Field::CROSS_BORDER, abroad),
        (Field::METHOD, Some(recording.method_json)),
        (Field::SOURCE, head.source.to_json()),
    ] {
        beside.set(field, json);
    }
    let mut consents = [
        ("consent", rest.text(parts.consent, Consent::json)),
        (
            "consent_confirmation",
            rest.text(parts.confirmation, ConsentConfirmation::json),
        ),
    ];
    // Field 6 holds one of the two; what is left is kept with what nobody asked for.
    if statutory.is_none_or(|statutory| statutory.field(Field::CONSENT).is_none()) {
        let first = consents.iter_mut().find_map(|(_, json)| json.take());
        beside.set(Field::CONSENT, first);
    }
    let [consent, confirmation] = consents;
    let recipient = rest.text(parts.recipient_confirmation, RecipientConfirmation::json);
    let notes = [
        ("voluntary", parts.voluntary),
        consent,
        confirmation,
        (RECIPIENT_CONFIRMATION, recipient),
    ];
    beside.set(Field::VOLUNTARY, voluntary(notes, head));
    beside
}

/// The stored text of everything that has no field of its own, with what was judged and how.
fn voluntary(notes: [(&'static str, Option<String>); 4], head: &Head) -> Option<String> {
    let mut voluntary = ObjectText::default();
    for (name, json) in notes.into_iter().filter_map(|(name, json)| Some((name, json?))) {
        voluntary.json(name, &json);
    }
    voluntary.json("judgement", &judgement(head));
    voluntary.finish()
}

/// Takes what is not statutory: an event under review or non-conforming is told what is wrong with it, a voluntary
/// record need not be complete.
#[derive(Clone, Copy)]
struct Rest<'f> {
    faults: &'f Faults,
    status: Status,
}

impl Rest<'_> {
    fn take<T>(self, given: Given<Checked<T>>) -> Option<T> {
        match self.status {
            Status::Review | Status::NonConforming | Status::Voided => given.keep(self.faults),
            Status::Regular | Status::Voluntary => given.into_value(),
        }
    }

    fn text<T>(self, given: Given<Checked<T>>, json: fn(&T) -> &str) -> Option<String> {
        self.take(given).map(|kept| json(&kept).to_owned())
    }
}

/// What was judged and how: without it, nobody could say later why the record has these fields.
fn judgement(head: &Head) -> String {
    let mut json = ObjectText::default();
    json.text("verdict", head.answer.verdict.as_str())
        .text("basis", head.question.basis.as_str())
        .text("gate", head.answer.gate.as_str())
        .text("rule_set", head.answer.rule_set.id())
        .text("status", head.status.as_str());
    inputs::write_differences(&head.question, &mut json);
    json.finish().unwrap_or_default()
}

fn is_present<T>(given: &Given<T>) -> bool {
    matches!(given, Given::Present(_))
}

fn matter(matter: Matter) -> Words {
    Words::of(matter.label_ja(), matter.label_en())
}
