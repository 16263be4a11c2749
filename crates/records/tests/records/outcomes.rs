//! What becomes of an event: its verdict, standing, clock and stored texts.

use chrono::NaiveDate;
use kirokubo_ledger::commitment::Field;
use kirokubo_ledger::entry;
use kirokubo_records::{Expect, Outcome, Provision, Receipt, Status, Statutory, parse_event};
use kirokubo_rules::{Case, Matter, RetainThrough, Verdict};
use serde_json::{Value, json};

use crate::support::{
    CONTEXT, at, codes, draft, errors, faults, no_duty, opt_out, provision, receipt, receipt_opt_out,
    receipt_private, referable, with, without,
};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

#[test]
fn each_case_is_a_type_with_its_matters() {
    let statutory = |event: Value| draft(&event).statutory().cloned();
    let name = |record: &Statutory| match record {
        Statutory::Provision(Provision::OptOut { .. }) => "provision by opt-out",
        Statutory::Provision(Provision::Consent { .. }) => "provision by consent",
        Statutory::Provision(Provision::PersonallyReferable { .. }) => "provision, referable",
        Statutory::Receipt(Receipt::OptOut { .. }) => "receipt by opt-out",
        Statutory::Receipt(Receipt::Consent { .. }) => "receipt by consent",
        Statutory::Receipt(Receipt::PersonallyReferable { .. }) => "receipt, referable",
        Statutory::Receipt(Receipt::NonHandler { .. }) => "receipt from a private person",
    };
    let received = with(
        with(receipt(), "/basis", json!("consent_31")),
        "/data",
        json!("personally_referable"),
    );
    for (event, expected) in [
        (provision(), "provision by consent"),
        (opt_out(), "provision by opt-out"),
        (referable(), "provision, referable"),
        (receipt(), "receipt by consent"),
        (receipt_opt_out(), "receipt by opt-out"),
        (receipt_private(), "receipt from a private person"),
        (received, "receipt, referable"),
    ] {
        assert_eq!(statutory(event).as_ref().map(name), Some(expected));
    }
}

#[test]
fn stored_texts_are_what_was_posted() {
    let event = with(provision(), "/voluntary", json!({"purpose": "配送"}));
    let record = draft(&event);
    let stored = |field| {
        record
            .field(field)
            .map(|text| serde_json::from_str::<Value>(text).expect("stored JSON"))
    };
    assert_eq!(stored(Field::DATE), Some(json!("2026-11-20")));
    assert_eq!(stored(Field::THIRD_PARTY).as_ref(), event.get("third_party"));
    assert_eq!(stored(Field::ITEMS).as_ref(), event.get("items"));
    assert_eq!(stored(Field::CONSENT).as_ref(), event.get("consent"));
    assert_eq!(stored(Field::SOURCE).as_ref(), event.get("source"));
    assert_eq!(stored(Field::METHOD), Some(json!({"method": "each"})));
    assert_eq!(
        stored(Field::VOLUNTARY),
        Some(json!({
            "voluntary": {"purpose": "配送"},
            "judgement": {"verdict": "required", "basis": "consent_27", "gate": "P9", "rule_set": "2023-04-01",
                "status": "regular"}
        }))
    );
    for absent in [
        Field::PERIOD,
        Field::PRINCIPALS,
        Field::ACQUISITION,
        Field::EVIDENCE,
        Field::ACTORS,
    ] {
        assert_eq!(record.field(absent), None, "{}", absent.name());
    }
    assert_eq!(record.rows().len(), 1);
    let row: Value = serde_json::from_str(record.rows()[0].json()).expect("stored JSON");
    assert_eq!(Some(&row), event.pointer("/principals/0"));
    assert_eq!(
        record.corporate_number().map(|number| number.as_str().to_owned()),
        Some("5130620278683".into())
    );
}

#[test]
fn registered_characters_are_stored_as_they_were_posted() {
    let posted = with(
        provision(),
        "/third_party/name",
        json!("\u{FA19}\u{FA10}株式会社"),
    );
    let record = draft(&posted);
    assert!(
        record
            .field(Field::THIRD_PARTY)
            .is_some_and(|text| text.contains("\u{FA19}\u{FA10}株式会社"))
    );
}

#[test]
fn the_acquisition_is_stored_with_both_confirmations() {
    let record = draft(&receipt());
    let stored: Value =
        serde_json::from_str(record.field(Field::ACQUISITION).expect("it is there")).expect("JSON");
    assert_eq!(
        stored,
        json!({"history": "本人から申込書で直接取得", "method": "contract_shown",
            "third_party_confirmation": {"method": "declaration"}})
    );
    assert!(record.is_statutory(Field::ACQUISITION) && !record.is_statutory(Field::DATE));
}

#[test]
fn the_fields_of_each_case_are_marked_statutory() {
    let numbers = |event: Value| -> Vec<u8> {
        let record = draft(&event);
        Field::ALL
            .into_iter()
            .filter(|field| record.is_statutory(*field))
            .map(Field::number)
            .collect()
    };
    assert_eq!(numbers(opt_out()), [1, 3, 4, 5]);
    assert_eq!(numbers(provision()), [3, 4, 5, 6]);
    assert_eq!(numbers(referable()), [1, 3, 5, 6]);
    assert_eq!(numbers(receipt_opt_out()), [1, 3, 4, 5, 7, 8]);
    assert_eq!(numbers(receipt()), [3, 4, 5, 6, 7]);
    assert_eq!(numbers(receipt_private()), [3, 4, 5, 7]);
    let batch = with(referable(), "/recording_method", json!("batch"));
    assert_eq!(
        numbers(with(batch, "/period", json!({"from": "2026-04-01"}))),
        [1, 2, 3, 5, 6]
    );
}

#[test]
fn without_a_duty_nothing_is_recorded_unless_wished() {
    let event = with(provision(), "/basis", json!("entrustment"));
    let answer = no_duty(&event);
    assert_eq!(answer.answer().verdict, Verdict::None);
    assert_eq!(answer.source().event_id(), "2026-11-20/000981");

    let record = draft(&with(event, "/keep_voluntarily", json!(true)));
    assert_eq!(
        (record.case(), record.status()),
        (Case::ProvisionVoluntary, Status::Voluntary)
    );
    assert_eq!(record.retention_class(), entry::RetentionClass::Voluntary);
    assert_eq!(record.retain_through(), RetainThrough::Through(day("2029-11-21")));
    assert!(record.matters().is_empty() && record.statutory().is_none());
    assert!(Field::ALL.into_iter().all(|field| !record.is_statutory(field)));
    assert_eq!(record.rows().len(), 1);
}

#[test]
fn a_voluntary_record_need_not_be_complete() {
    let event = json!({"type": "receipt", "source": {"system": "crm", "event_id": "1"}, "received_on": "2026-11-20",
        "basis": "joint_use", "keep_voluntarily": true});
    let record = draft(&event);
    assert_eq!(
        (record.case(), record.warnings().len()),
        (Case::ReceiptVoluntary, 0)
    );
    assert!(record.rows().is_empty() && record.third_party().is_none());
}

#[test]
fn what_is_prohibited_is_refused_with_the_reason_of_the_rules() {
    let event = with(provision(), "/basis", json!("none"));
    let fault = &faults(&event)[0];
    assert_eq!(
        (fault.pointer.as_str(), fault.code.as_str()),
        ("/basis", "event.prohibited")
    );
    assert!(
        fault.law.is_some() && fault.detail_ja.chars().count() > 10,
        "{fault:?}"
    );

    let individual = with(receipt_private(), "/third_party/status", json!("handler"));
    let fault = &faults(&individual)[0];
    assert!(
        fault
            .hint
            .as_ref()
            .is_some_and(|hint| hint.en.contains("non_handler")),
        "{fault:?}"
    );
}

#[test]
fn what_happened_all_the_same_is_recorded_and_marked() {
    let event = with(
        with(provision(), "/basis", json!("none")),
        "/non_conforming",
        json!(true),
    );
    let record = draft(&event);
    assert_eq!(
        (record.case(), record.status()),
        (Case::ProvisionReview, Status::NonConforming)
    );
    assert_eq!(
        record.matters(),
        [
            Matter::Date,
            Matter::ThirdParty,
            Matter::Principals,
            Matter::Items
        ]
    );
    assert!(record.field(Field::CONSENT).is_some() && record.statutory().is_none());

    let bare = without(
        without(without(event.clone(), "/principals"), "/items"),
        "/third_party/representative",
    );
    assert_eq!(
        codes(draft(&bare).warnings()),
        [at(
            "/third_party/representative/name",
            "party.representative_required"
        )]
    );
    let nameless = without(event, "/third_party");
    assert_eq!(
        errors(&nameless),
        [at("/third_party/name", "party.name_required")]
    );
}

#[test]
fn what_is_not_settled_is_kept_for_a_person_to_decide() {
    let event = with(
        with(receipt(), "/third_party/status", json!("overseas")),
        "/third_party/country",
        json!("USA"),
    );
    let record = draft(&event);
    assert_eq!(
        (record.case(), record.status()),
        (Case::ReceiptReview, Status::Review)
    );
    assert!(record.matters().contains(&Matter::Acquisition));
    let short = errors(&without(event, "/principals"));
    assert_eq!(short, [at("/principals", "field.required_for_basis")]);
}

#[test]
fn an_event_has_one_canonical_form_however_it_is_posted() {
    let line = draft(&provision());
    let alone = without(provision(), "/type").to_string();
    match parse_event(alone.as_bytes(), Expect::Provision, &CONTEXT) {
        Ok(Outcome::Record(record)) => assert_eq!(record.canonical(), line.canonical()),
        other => panic!("{other:?}"),
    }
    assert!(
        line.canonical()
            .starts_with(br#"{"basis":"consent_27","consent":"#)
    );
    let spaced = serde_json::to_string_pretty(&provision()).expect("JSON");
    match parse_event(spaced.as_bytes(), Expect::Line, &CONTEXT) {
        Ok(Outcome::Record(record)) => assert_eq!(record.canonical(), line.canonical()),
        other => panic!("{other:?}"),
    }
    let other = draft(&with(provision(), "/items", json!(["氏名"])));
    assert_ne!(other.canonical(), line.canonical());
}

#[test]
fn rules_and_ledger_number_the_cases_alike() {
    for event in [
        provision(),
        opt_out(),
        referable(),
        receipt(),
        receipt_opt_out(),
        receipt_private(),
    ] {
        let record = draft(&event);
        assert_eq!(record.entry_case().as_byte(), record.case().code());
    }
}
