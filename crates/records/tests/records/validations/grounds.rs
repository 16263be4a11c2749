//! Checks of the ground relied on: what it asks for and what it forbids.

use kirokubo_ledger::commitment::Field;
use serde_json::{Value, json};

use crate::support::{
    at, codes, draft, errors, faults, opt_out, provision, receipt, receipt_opt_out, receipt_private,
    referable, warnings, with, without,
};

#[test]
fn field_required_for_basis() {
    for (event, field) in [
        (provision(), "/principals"),
        (provision(), "/items"),
        (provision(), "/third_party"),
        (receipt_opt_out(), "/ppc_publication"),
    ] {
        assert_eq!(
            errors(&without(event, field)),
            [at(field, "field.required_for_basis")]
        );
    }
    let fault = &faults(&without(receipt_opt_out(), "/ppc_publication"))[0];
    assert_eq!(fault.law, Some("規則24(1)(i)"));
    assert!(
        fault.detail_ja.contains("委員会により公表されている旨"),
        "{}",
        fault.detail_ja
    );
    assert_eq!(
        errors(&with(provision(), "/principals", json!([]))),
        [at("/principals", "field.required_for_basis")]
    );
}

#[test]
fn field_not_statutory() {
    let acquisition = json!({"history": "本人から直接", "method": "pledge"});
    assert_eq!(
        warnings(&with(provision(), "/acquisition", acquisition)),
        [at("/acquisition", "field.not_statutory")]
    );
    let consent = json!({"statement": "同意を得ている"});
    assert_eq!(
        warnings(&with(opt_out(), "/consent", consent.clone())),
        [at("/consent", "field.not_statutory")]
    );
    assert_eq!(
        warnings(&with(receipt_private(), "/consent", consent)),
        [at("/consent", "field.not_statutory")]
    );
    let principals = json!([{"ref": "cookie:1"}]);
    assert_eq!(
        warnings(&with(referable(), "/principals", principals)),
        [at("/principals", "field.not_statutory")]
    );
}

#[test]
fn items_sensitive_in_opt_out() {
    let event = with(opt_out(), "/items", json!(["氏名", "病歴"]));
    assert_eq!(errors(&event), [at("/items/1", "items.sensitive_in_opt_out")]);
    let event = with(receipt_opt_out(), "/sensitive", json!(true));
    assert_eq!(errors(&event), [at("/sensitive", "items.sensitive_in_opt_out")]);
    assert_eq!(warnings(&with(provision(), "/items", json!(["病歴"]))), []);
}

#[test]
fn opt_out_re_provision() {
    let event = with(opt_out(), "/from_opt_out", json!(true));
    assert_eq!(errors(&event), [at("/from_opt_out", "opt_out.re_provision")]);
}

#[test]
fn opt_out_filing_not_effective() {
    let event = with(opt_out(), "/filed", json!(false));
    assert_eq!(errors(&event), [at("/filed", "opt_out.filing_not_effective")]);
    let event = with(opt_out(), "/opt_out_filing/published_on", json!("2026-11-21"));
    assert_eq!(
        errors(&event),
        [at("/opt_out_filing/published_on", "opt_out.filing_not_effective")]
    );
}

#[test]
fn opt_out_filing_missing() {
    assert_eq!(
        warnings(&without(opt_out(), "/opt_out_filing")),
        [at("/opt_out_filing", "opt_out.filing_missing")]
    );
}

#[test]
fn consent_statement_required() {
    let statement = at("/consent/statement", "consent.statement_required");
    assert_eq!(
        errors(&with(provision(), "/consent/statement", json!(""))),
        [statement]
    );
    assert_eq!(
        errors(&without(receipt(), "/consent")),
        [at("/consent", "field.required_for_basis")]
    );
    let hint = faults(&without(receipt(), "/consent"))[0].hint.clone();
    assert!(hint.is_some_and(|hint| hint.en.contains("/consent/statement")));
}

#[test]
fn consent_after_provision() {
    let event = with(provision(), "/consent/obtained_on", json!("2026-11-21"));
    assert_eq!(
        warnings(&event),
        [at("/consent/obtained_on", "consent.after_provision")]
    );
}

#[test]
fn a_ground_that_was_left_out_is_missing_and_not_prohibited() {
    let hint = |event: &Value| faults(event)[0].hint.clone().expect("it says what to give");
    let left_out = without(provision(), "/basis");
    assert_eq!(errors(&left_out), [at("/basis", "json.missing")]);
    assert!(hint(&left_out).en.contains("consent_27"));
    let misspelt = with(left_out, "/bases", json!("consent_27"));
    assert_eq!(
        errors(&misspelt),
        [at("/bases", "json.unknown_field"), at("/basis", "json.missing")]
    );
    assert_eq!(
        errors(&with(provision(), "/basis", json!("none"))),
        [at("/basis", "event.prohibited")]
    );
    let from_somebody = without(receipt_private(), "/third_party/status");
    let from_somebody = without(from_somebody, "/basis");
    assert_eq!(errors(&from_somebody), [at("/basis", "json.missing")]);
    assert!(hint(&from_somebody).en.contains("non_handler"));
    // What needs no ground is not asked for one.
    assert_eq!(warnings(&without(receipt_private(), "/basis")), []);
}

#[test]
fn the_recipient_may_be_confirmed_before_the_law_asks() {
    let block =
        json!({"name_confirmed_by": "登記事項証明書", "purpose": "案内の送付", "confirmed_on": "2026-11-19"});
    assert_eq!(warnings(&opt_out()), []);
    let record = draft(&with(opt_out(), "/recipient_confirmation", block.clone()));
    assert_eq!(codes(record.warnings()), []);
    let kept: Value = serde_json::from_str(record.field(Field::VOLUNTARY).expect("notes")).expect("JSON");
    assert_eq!(kept["recipient_confirmation"], block);
    assert!(!record.is_statutory(Field::VOLUNTARY));
    assert_eq!(
        warnings(&with(receipt(), "/recipient_confirmation", block)),
        [at("/recipient_confirmation", "field.not_statutory")]
    );
}

#[test]
fn related_info_confirmation_required() {
    let method = at(
        "/consent_confirmation/method",
        "related_info.confirmation_required",
    );
    assert_eq!(
        errors(&without(referable(), "/consent_confirmation/method")),
        std::slice::from_ref(&method)
    );
    assert_eq!(
        errors(&without(referable(), "/consent_confirmation")),
        [at("/consent_confirmation", "field.required_for_basis"), method]
    );
}

#[test]
fn confirmation_history_required() {
    for history in ["", "取得済み", "同上"] {
        let event = with(receipt(), "/acquisition/history", json!(history));
        assert_eq!(
            errors(&event),
            [at("/acquisition/history", "confirmation.history_required")]
        );
    }
}

#[test]
fn confirmation_missing() {
    let event = without(receipt(), "/third_party_confirmation");
    assert_eq!(
        warnings(&event),
        [at("/third_party_confirmation", "confirmation.missing")]
    );
    // Of 個人関連情報 the recipient confirms who provides it, and nothing of how it was acquired.
    let referable = with(
        with(event, "/data", json!("personally_referable")),
        "/basis",
        json!("consent_31"),
    );
    assert_eq!(
        warnings(&without(referable, "/acquisition")),
        [at("/third_party_confirmation", "confirmation.missing")]
    );
}

#[test]
fn exempt_conflict() {
    let event = with(
        with(provision(), "/basis", json!("entrustment")),
        "/statutory",
        json!(true),
    );
    assert_eq!(errors(&event), [at("/statutory", "exempt.conflict")]);
    assert_eq!(
        errors(&with(provision(), "/statutory", json!(false))),
        [at("/statutory", "value.conflict")]
    );
    assert_eq!(warnings(&with(provision(), "/statutory", json!(true))), []);
}
