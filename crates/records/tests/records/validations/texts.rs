//! Checks of what was written: JSON, words, dates, items and characters.

use serde_json::json;

use crate::support::{at, codes, errors, faults, no_duty, provision, receipt, warnings, with, without};

#[test]
fn items_empty() {
    assert_eq!(
        errors(&with(provision(), "/items", json!([]))),
        [at("/items", "items.empty")]
    );
    assert_eq!(
        errors(&with(provision(), "/items", json!(["氏名", " "]))),
        [at("/items/1", "items.empty")]
    );
}

#[test]
fn items_vague() {
    let event = with(
        provision(),
        "/items",
        json!(["当社が有するいずれかの情報", "氏名", "一式"]),
    );
    assert_eq!(
        errors(&event),
        [at("/items/0", "items.vague"), at("/items/2", "items.vague")]
    );
    assert_eq!(
        warnings(&with(provision(), "/items", json!(["氏名、住所等"]))),
        [at("/items/0", "items.vague")]
    );
}

#[test]
fn party_public_body() {
    let event = with(provision(), "/third_party/status", json!("public_body"));
    let answer = no_duty(&event);
    assert_eq!(
        codes(answer.warnings()),
        [at("/third_party/status", "party.public_body")]
    );
}

#[test]
fn date_out_of_range() {
    for day in ["2026-11-22", "2017-05-29", "2026-02-30"] {
        let event = without(
            with(provision(), "/provided_on", json!(day)),
            "/consent/obtained_on",
        );
        assert_eq!(errors(&event), [at("/provided_on", "date.out_of_range")], "{day}");
    }
    let event = with(
        provision(),
        "/period",
        json!({"from": "2026-04-01", "to": "2026-03-31"}),
    );
    assert_eq!(errors(&event), [at("/period/to", "date.out_of_range")]);
    let event = with(provision(), "/principals/0/birth_date", json!("2026-11-22"));
    assert_eq!(
        errors(&event),
        [at("/principals/0/birth_date", "date.out_of_range")]
    );
}

#[test]
fn date_format() {
    for day in ["令和8年11月20日", "2026/11/20", "R8.11.20", "20261120"] {
        let fault = &faults(&with(provision(), "/provided_on", json!(day)))[0];
        assert_eq!(
            (fault.pointer.as_str(), fault.code.as_str()),
            ("/provided_on", "date.format")
        );
        assert!(
            fault
                .hint
                .as_ref()
                .is_some_and(|hint| hint.ja.contains("2026-11-20")),
            "{day}"
        );
    }
}

#[test]
fn date_era_invalid() {
    let fault = &faults(&with(provision(), "/provided_on", json!("平成33年4月1日")))[0];
    assert_eq!(fault.code.as_str(), "date.era_invalid");
    assert_eq!(
        fault.detail_ja,
        "「平成33年」はありません。令和3年(2021年)ですか。"
    );
    let fault = &faults(&with(provision(), "/provided_on", json!("令和元年4月")))[0];
    assert_eq!(
        fault.detail_ja,
        "「令和元年4月」はありません。平成31年(2019年)4月ですか。"
    );
}

#[test]
fn my_number_forbidden() {
    let forbidden = |pointer| [at(pointer, "my_number.forbidden")];
    assert_eq!(
        errors(&with(provision(), "/items", json!(["氏名", "個人番号"]))),
        forbidden("/items/1")
    );
    let event = with(provision(), "/principals/0/my_number", json!("123456789018"));
    assert_eq!(errors(&event), forbidden("/principals/0/my_number"));
    let event = with(provision(), "/principals/0/マイナンバー", json!("123456789018"));
    assert_eq!(errors(&event), forbidden("/principals/0/マイナンバー"));
}

#[test]
fn my_number_suspected() {
    let event = with(provision(), "/principals/0/ref", json!("crm:123456789018"));
    assert_eq!(warnings(&event), [at("/principals/0/ref", "my_number.suspected")]);
}

#[test]
fn text_unassigned() {
    let event = with(provision(), "/principals/0/name", json!("東\u{E000}太郎"));
    let fault = &faults(&event)[0];
    assert_eq!(
        (fault.pointer.as_str(), fault.code.as_str()),
        ("/principals/0/name", "text.unassigned")
    );
    assert!(fault.detail_ja.contains("2文字目、U+E000"), "{}", fault.detail_ja);
    assert_eq!(
        errors(&with(provision(), "/items", json!(["氏\u{0}名"]))),
        [at("/items/0", "text.unassigned")]
    );
    assert_eq!(
        warnings(&with(
            provision(),
            "/voluntary",
            json!({"note": "一行目\n二行目"})
        )),
        []
    );
}

#[test]
fn text_too_long_and_empty_system() {
    let event = with(provision(), "/third_party/name", json!("社".repeat(257)));
    assert_eq!(errors(&event), [at("/third_party/name", "text.too_long")]);
    let event = with(provision(), "/source/system", json!(" "));
    assert_eq!(errors(&event), [at("/source/system", "json.missing")]);
}

#[test]
fn text_mojibake() {
    let event = with(provision(), "/principals/0/name", json!("縺溘↑縺九"));
    assert_eq!(warnings(&event), [at("/principals/0/name", "text.mojibake")]);
}

#[test]
fn json_unknown_field() {
    let event = with(provision(), "/principle", json!([]));
    let fault = &faults(&event)[0];
    assert_eq!(
        fault.detail_ja,
        "不明な項目「principle」があります。「principals」ですか。"
    );
    assert_eq!(
        errors(&with(provision(), "/received_on", json!("2026-11-20"))),
        [at("/received_on", "json.unknown_field")]
    );
    let named = &faults(&with(provision(), "/principals/0/山田太郎", json!(1)))[0];
    assert!(!named.detail_ja.contains("山田"), "{}", named.detail_ja);
}

#[test]
fn value_unknown() {
    let fault = &faults(&with(provision(), "/basis", json!("consent27")))[0];
    assert_eq!(
        (fault.pointer.as_str(), fault.code.as_str()),
        ("/basis", "value.unknown")
    );
    assert!(fault.detail_en.contains("`consent_27`"), "{}", fault.detail_en);
}

#[test]
fn json_wrong_type_and_missing() {
    let event = json!({"type": "provision", "source": "crm", "items": "氏名", "principals": {}, "consent": null,
        "third_party": [], "sensitive": "no"});
    assert_eq!(
        errors(&event),
        [
            at("/consent", "json.wrong_type"),
            at("/items", "json.wrong_type"),
            at("/principals", "json.wrong_type"),
            at("/provided_on", "json.missing"),
            at("/sensitive", "json.wrong_type"),
            at("/source", "json.wrong_type"),
            at("/third_party", "json.wrong_type"),
        ]
    );
    assert_eq!(
        errors(&without(provision(), "/type")),
        [at("/type", "json.missing")]
    );
    assert_eq!(errors(&json!([])), [at("", "json.wrong_type")]);
}

#[test]
fn value_conflict() {
    let abroad = with(
        with(provision(), "/place", json!("other_foreign")),
        "/basis",
        json!("consent_28"),
    );
    let abroad = with(abroad, "/information_given", json!(true));
    assert_eq!(warnings(&abroad), [at("/place", "value.conflict")]);
    let event = with(provision(), "/third_party/status", json!("unspecified_many"));
    assert_eq!(errors(&event), [at("/third_party/status", "value.conflict")]);
}

#[test]
fn reference_unknown() {
    let id = "flg_0190f3c0-aaaa-7bbb-8ccc-0123456789ab";
    for (pointer, value, place) in [
        ("/opt_out_filing", json!(id), "/opt_out_filing"),
        ("/principal_list", json!(id), "/principal_list"),
        ("/third_party", json!({"id": id}), "/third_party/id"),
        ("/evidence", json!([id]), "/evidence/0"),
        ("/consent/evidence", json!([id]), "/consent/evidence/0"),
        (
            "/same_as",
            json!({"record": id, "fields": ["items"]}),
            "/same_as/record",
        ),
    ] {
        let refused = errors(&with(provision(), pointer, value));
        assert!(
            refused.contains(&at(place, "reference.unknown")),
            "{pointer}: {refused:?}"
        );
        assert!(
            !refused.iter().any(|(_, code)| *code == "json.unknown_field"),
            "{pointer}: {refused:?}"
        );
    }
}

#[test]
fn every_fault_is_told_at_once() {
    let event = with(receipt(), "/basiss", json!("x"));
    let event = without(with(event, "/items", json!(["一式"])), "/acquisition");
    let event = with(
        without(event, "/third_party/representative"),
        "/principals",
        json!([{"name": "全員"}]),
    );
    assert_eq!(
        errors(&with(event, "/recording_method", json!("batch"))),
        [
            at("/acquisition", "confirmation.history_required"),
            at("/basiss", "json.unknown_field"),
            at("/items/0", "items.vague"),
            at("/principals/0/name", "principal.collective"),
            at("/recording_method", "method.batch_conditions"),
            at(
                "/third_party/representative/name",
                "party.representative_required"
            ),
        ]
    );
}
