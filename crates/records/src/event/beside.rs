//! What an event holds beside its statutory matters: kept in its own field, marked by not being statutory.

use std::mem;

use kirokubo_ledger::commitment::Field;
use kirokubo_rules::{Direction, Matter};

use super::parts::Parts;
use crate::cross_border::CrossBorder;
use crate::draft::{Beside, Head};
use crate::fault::{Code, Words};
use crate::form::Form;
use crate::given::Given;
use crate::inputs;
use crate::json::ObjectText;
use crate::matter::EventDay;
use crate::series::Recording;
use crate::statutory::Statutory;

/// Notes every field that was posted and is no statutory matter of the case, while `parts` still hold it.
pub(super) fn note_not_statutory(form: &Form<'_, '_>, direction: Direction, parts: &Parts) {
    let acquisition = parts.acquisition.as_ref().present().map(|given| given.value());
    let told = acquisition.is_some_and(|acquisition| acquisition.tells_history());
    let confirmed = acquisition.is_some_and(|acquisition| acquisition.confirms_third_party());
    let left = [
        (
            "principals",
            is_present(&parts.principals),
            matter(Matter::Principals),
        ),
        ("items", is_present(&parts.items), matter(Matter::Items)),
        ("consent", is_present(&parts.consent), matter(Matter::Consent)),
        (
            "consent_confirmation",
            is_present(&parts.confirmation),
            CONFIRMATION,
        ),
        ("acquisition", told, matter(Matter::Acquisition)),
        (
            "third_party_confirmation",
            confirmed && direction == Direction::Provision,
            PARTY_CONFIRMATION,
        ),
        (
            "ppc_publication",
            is_present(&parts.publication),
            matter(Matter::PpcPublication),
        ),
    ];
    for (field, _, words) in left.into_iter().filter(|(_, present, _)| *present) {
        let fault = form.fault(field, Code::FieldNotStatutory);
        form.faults()
            .push(fault.fill("item_ja", &words.ja).fill("item_en", &words.en));
    }
}

const CONFIRMATION: Words = Words::of("同意を確認した旨", "that consent was confirmed");
const PARTY_CONFIRMATION: Words = Words::of("第三者の氏名等の確認", "how the third party was confirmed");

/// Gathers what `statutory` did not take, with the texts of the fields every record has.
pub(super) fn gather(
    form: &Form<'_, '_>,
    mut parts: Parts,
    head: &Head,
    statutory: Option<&Statutory>,
    recording: Recording,
) -> Beside {
    let faults = form.faults();
    let mut beside = Beside::default();
    beside.third_party = parts.third_party.keep(faults);
    beside.principals = parts.principals.keep(faults);
    beside.set(
        Field::DATE,
        parts
            .date
            .as_ref()
            .present()
            .map(EventDay::json)
            .map(str::to_owned),
    );
    beside.set(Field::PERIOD, recording.period);
    beside.set(
        Field::ITEMS,
        parts.items.keep(faults).map(|items| items.json().to_owned()),
    );
    beside.set(
        Field::ACQUISITION,
        parts.acquisition.keep(faults).map(|kept| kept.json().to_owned()),
    );
    beside.set(
        Field::PPC_PUBLICATION,
        parts.publication.keep(faults).map(|kept| kept.json().to_owned()),
    );
    beside.set(
        Field::OPT_OUT_FILING,
        parts.filing.keep(faults).map(|filing| filing.json().to_owned()),
    );
    beside.set(Field::METHOD, Some(recording.method_json));
    beside.set(Field::SOURCE, head.source.to_json());
    beside.set(
        Field::CROSS_BORDER,
        parts.cross_border.present().map(CrossBorder::into_json),
    );

    let consent = parts
        .consent
        .keep(faults)
        .map(|consent| consent.json().to_owned());
    let confirmation = parts.confirmation.keep(faults).map(|kept| kept.json().to_owned());
    let taken = statutory
        .and_then(|statutory| statutory.field(Field::CONSENT))
        .is_some();
    let mut rest = ObjectText::default();
    if let Some(voluntary) = mem::take(&mut parts.voluntary) {
        rest.json("voluntary", &voluntary);
    }
    // Field 6 holds one of the two; the other is kept as what nobody asked for.
    match (taken, consent, confirmation) {
        (true, consent, confirmation) => {
            consent.iter().for_each(|json| {
                rest.json("consent", json);
            });
            confirmation.iter().for_each(|json| {
                rest.json("consent_confirmation", json);
            });
        }
        (false, Some(consent), confirmation) => {
            beside.set(Field::CONSENT, Some(consent));
            confirmation.iter().for_each(|json| {
                rest.json("consent_confirmation", json);
            });
        }
        (false, None, confirmation) => beside.set(Field::CONSENT, confirmation),
    }
    rest.json("judgement", &judgement(head));
    beside.set(Field::VOLUNTARY, rest.finish());
    beside
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
