//! Checks of how a record may be made: each time, in batch, by contract, by whom.

use serde_json::{Value, json};

use crate::support::{
    at, codes, draft, errors, faults, opt_out, provision, receipt, receipt_opt_out, referable, warnings,
    with, without,
};

#[test]
fn method_not_allowed_for_opt_out() {
    for event in [opt_out(), receipt_opt_out()] {
        for method in ["batch", "contract"] {
            let event = with(event.clone(), "/recording_method", json!(method));
            let event = with(event, "/period", json!({"from": "2026-04-01"}));
            assert_eq!(
                errors(&event),
                [at("/recording_method", "method.not_allowed_for_opt_out")]
            );
        }
    }
}

/// Where every matter of a consent provision stands in a contract.
fn clauses() -> Value {
    json!({"third_party": "前文", "principals": "申込書 氏名欄", "items": "第3条", "consent": "第8条"})
}

/// A provision by contract with this agreement.
fn by_contract(agreement: Value) -> Value {
    with(
        with(provision(), "/recording_method", json!("contract")),
        "/agreement",
        agreement,
    )
}

const NOT_KEPT: (&str, &str) = ("/agreement/evidence", "agreement.evidence_missing");

#[test]
fn method_contract_conditions() {
    let contract = with(provision(), "/recording_method", json!("contract"));
    let told = [at("/recording_method", "method.contract_conditions")];
    assert_eq!(errors(&contract), told, "no paper at all");
    let unrelated = json!({"title": "売買契約", "clauses": clauses()});
    let incomplete = json!({"goods_or_services": true, "clauses": {"items": "第3条", "consent": " "}});
    let other = json!({"goods_or_services": true, "made_for_event": false, "clauses": clauses()});
    for (agreement, missing) in [
        (unrelated, "not met: goods_or_services;"),
        (
            incomplete,
            "not met: document_complete(third_party, principals, consent);",
        ),
        (other, "not met: made_for_event;"),
    ] {
        let record = draft(&by_contract(agreement));
        assert_eq!(codes(record.warnings()), told);
        let hint = record.warnings()[0]
            .hint
            .as_ref()
            .expect("it says what is missing");
        assert!(hint.en.starts_with(missing), "{}", hint.en);
    }
    let lacking = by_contract(json!({"clauses": {}}));
    let hint = draft(&lacking).warnings()[0]
        .hint
        .clone()
        .expect("it says what is missing");
    assert!(hint.ja.contains("同意を得ている旨"), "{}", hint.ja);
    assert_eq!(
        errors(&without(lacking, "/items")),
        [at("/items", "field.required_for_basis")],
        "the event itself has to be whole"
    );
}

#[test]
fn agreement_evidence_missing() {
    let agreement = json!({"goods_or_services": true, "clauses": clauses()});
    assert_eq!(warnings(&by_contract(agreement)), [at(NOT_KEPT.0, NOT_KEPT.1)]);
}

#[test]
fn the_clauses_of_a_contract_are_named_by_statutory_matter() {
    let agreement = json!({"goods_or_services": true, "clauses": {"item": "第3条"}});
    let fault = &faults(&by_contract(agreement))[0];
    assert_eq!(
        (fault.pointer.as_str(), fault.code.as_str()),
        ("/agreement/clauses/item", "json.unknown_field")
    );
    assert!(fault.detail_en.contains("items"), "{}", fault.detail_en);
}

#[test]
fn method_not_durable() {
    let oral = json!({"goods_or_services": true, "medium": "oral", "clauses": clauses()});
    assert_eq!(
        errors(&by_contract(oral.clone())),
        [at("/recording_method", "method.not_durable")]
    );
    let mail = with(oral.clone(), "/medium", json!("electronic"));
    assert_eq!(warnings(&by_contract(mail)), [at(NOT_KEPT.0, NOT_KEPT.1)]);
    // What is recorded each time is an electronic record itself, whatever else was said.
    assert_eq!(warnings(&with(provision(), "/agreement", oral)), []);
}

#[test]
fn method_delegation_unarranged() {
    let written = |by: &str| with(receipt(), "/delegation", json!(by));
    assert_eq!(
        errors(&written("unarranged")),
        [at("/delegation", "method.delegation_unarranged")]
    );
    for by in ["none", "arranged"] {
        assert_eq!(warnings(&written(by)), []);
    }
}

#[test]
fn method_batch_conditions() {
    let batch = with(provision(), "/recording_method", json!("batch"));
    assert_eq!(
        errors(&batch),
        [at("/recording_method", "method.batch_conditions")]
    );
    assert_eq!(
        warnings(&with(batch, "/agreement", json!({"title": "基本契約"}))),
        []
    );
}

#[test]
fn a_batch_of_personally_referable_information_has_its_days() {
    let batch = with(referable(), "/recording_method", json!("batch"));
    let contracted = with(batch, "/agreement", json!({"title": "基本契約"}));
    assert_eq!(errors(&contracted), [at("/period", "field.required_for_basis")]);
    let first = with(contracted, "/period", json!({"from": "2026-11-01"}));
    assert_eq!(warnings(&first), []);
}
