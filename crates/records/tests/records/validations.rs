//! One test for each check that an event passes, named after its code.

use serde_json::{Value, json};

use crate::support::{
    at, errors, faults, no_duty, opt_out, provision, receipt, receipt_opt_out, receipt_private, referable,
    warnings, with, without,
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
fn party_representative_required() {
    let event = without(provision(), "/third_party/representative");
    assert_eq!(
        errors(&event),
        [at(
            "/third_party/representative/name",
            "party.representative_required"
        )]
    );
    let association = with(event, "/third_party/kind", json!("association"));
    assert_eq!(
        errors(&association),
        [at(
            "/third_party/representative/name",
            "party.representative_required"
        )]
    );
    let person = without(
        with(provision(), "/third_party/kind", json!("individual")),
        "/third_party/representative",
    );
    assert_eq!(warnings(&person), []);
}

#[test]
fn party_address_incomplete() {
    let refused = [at("/third_party/address", "party.address_incomplete")];
    assert_eq!(errors(&without(provision(), "/third_party/address")), refused);
    assert_eq!(
        errors(&with(provision(), "/third_party/address", json!("　"))),
        refused
    );
    assert_eq!(
        warnings(&with(provision(), "/third_party/address", json!("東京都"))),
        refused
    );
}

#[test]
fn before_april_2022_a_name_was_enough() {
    let event = without(
        without(provision(), "/third_party/representative"),
        "/third_party/address",
    );
    let event = without(
        with(event, "/provided_on", json!("2022-03-31")),
        "/consent/obtained_on",
    );
    assert_eq!(warnings(&event), []);
    let event = with(event, "/provided_on", json!("2022-04-01"));
    assert_eq!(
        errors(&event),
        [
            at("/third_party/address", "party.address_incomplete"),
            at(
                "/third_party/representative/name",
                "party.representative_required"
            ),
        ]
    );
}

#[test]
fn party_name_required() {
    for name in ["", "不明", "〃"] {
        let event = with(provision(), "/third_party/name", json!(name));
        assert_eq!(errors(&event), [at("/third_party/name", "party.name_required")]);
    }
    let nobody = json!({"kind": "unspecified_many", "described": "ウェブで公開"});
    assert_eq!(warnings(&with(provision(), "/third_party", nobody.clone())), []);
    let from_nobody = errors(&with(receipt(), "/third_party", nobody));
    assert!(
        from_nobody.contains(&at("/third_party/name", "party.name_required")),
        "{from_nobody:?}"
    );
}

#[test]
fn houjin_bangou_invalid() {
    for number in ["5130620278684", "9999999999999", "513062027868", "51306202786831"] {
        let event = with(provision(), "/third_party/corporate_number", json!(number));
        let code = if number.len() == 12 {
            "houjin_bangou.twelve_digits"
        } else {
            "houjin_bangou.invalid"
        };
        assert_eq!(errors(&event), [at("/third_party/corporate_number", code)]);
    }
}

#[test]
fn houjin_bangou_twelve_digits() {
    let event = with(
        provision(),
        "/third_party/corporate_number",
        json!("130620278683"),
    );
    assert!(faults(&event)[0].detail_ja.contains("5130620278683"));
}

#[test]
fn postal_code_format() {
    let event = with(provision(), "/third_party/postal_code", json!("123"));
    assert_eq!(
        errors(&event),
        [at("/third_party/postal_code", "postal_code.format")]
    );
    let event = with(provision(), "/principals/0/postal_code", json!("100-00001"));
    assert_eq!(
        errors(&event),
        [at("/principals/0/postal_code", "postal_code.format")]
    );
    assert_eq!(
        warnings(&with(provision(), "/third_party/postal_code", json!("100-0001"))),
        []
    );
}

#[test]
fn principal_not_identifiable() {
    for principal in [
        json!({"address": "東京都港区1-1"}),
        json!({"name": "不明"}),
        json!({"name": " "}),
        json!({}),
    ] {
        let event = with(
            provision(),
            "/principals",
            json!([{"name": "山田 太郎"}, principal]),
        );
        assert_eq!(
            errors(&event),
            [at("/principals/1", "principal.not_identifiable")]
        );
    }
}

#[test]
fn principal_collective() {
    for name in [
        "会員全員",
        "全顧客",
        "一式",
        "当社が有する全ての個人情報に係る本人",
    ] {
        let event = with(provision(), "/principals", json!([{"name": name}]));
        assert_eq!(errors(&event), [at("/principals/0/name", "principal.collective")]);
    }
}

#[test]
fn principals_too_many() {
    let many: Vec<Value> = (0..1_001).map(|n| json!({"ref": format!("crm:{n}")})).collect();
    let event = with(provision(), "/principals", Value::Array(many));
    assert_eq!(errors(&event), [at("/principals", "principals.too_many")]);
}

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
fn country_format() {
    let event = with(provision(), "/third_party/country", json!("日本"));
    assert_eq!(errors(&event), [at("/third_party/country", "country.format")]);
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
fn party_public_body() {
    let event = with(provision(), "/third_party/status", json!("public_body"));
    let answer = no_duty(&event);
    assert_eq!(
        crate::support::codes(answer.warnings()),
        [at("/third_party/status", "party.public_body")]
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
