//! Checks of the ground relied on: what it asks for, what it forbids, and how the record may be made.

use serde_json::{Value, json};

use crate::support::{
    at, errors, faults, opt_out, provision, receipt, receipt_opt_out, receipt_private, referable, warnings,
    with, without,
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

#[test]
fn method_contract_conditions() {
    let contract = with(provision(), "/recording_method", json!("contract"));
    let refused = [at("/recording_method", "method.contract_conditions")];
    assert_eq!(errors(&contract), refused);
    let incomplete = json!({"title": "売買契約", "goods_or_services": true});
    assert_eq!(errors(&with(contract.clone(), "/agreement", incomplete)), refused);
    let unrelated = json!({"title": "売買契約", "document_complete": true});
    assert_eq!(warnings(&with(contract, "/agreement", unrelated)), refused);
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
        std::slice::from_ref(&statement)
    );
    assert_eq!(
        errors(&without(receipt(), "/consent")),
        [at("/consent", "field.required_for_basis"), statement]
    );
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
fn cross_border_ground_required() {
    let refused = |event: Value, pointer: &str| {
        assert_eq!(
            errors(&event),
            [at(pointer, "cross_border.ground_required")],
            "{event:#}"
        );
    };
    refused(
        with(provision(), "/third_party/country", json!("SGP")),
        "/third_party/country",
    );
    refused(with(provision(), "/place", json!("other_foreign")), "/place");
    refused(
        with(provision(), "/cross_border", json!({"country": "USA"})),
        "/cross_border",
    );
    let event = with(provision(), "/third_party/country", json!("SGP"));
    refused(with(event.clone(), "/place", json!("japan")), "/place");
    assert_eq!(warnings(&with(event.clone(), "/basis", json!("consent_28"))), []);
    assert_eq!(
        warnings(&with(event.clone(), "/place", json!("equivalent_system"))),
        []
    );
    assert_eq!(
        errors(&with(event, "/place", json!("equivalent_country"))),
        [at("/place", "value.conflict")]
    );
    assert_eq!(
        warnings(&with(provision(), "/third_party/country", json!("DEU"))),
        []
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
