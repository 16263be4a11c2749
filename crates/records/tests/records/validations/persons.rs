//! Checks of the third party and the principals.

use serde_json::{Value, json};

use crate::support::{at, errors, faults, provision, receipt, warnings, with, without};

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
fn country_format() {
    let event = with(provision(), "/third_party/country", json!("日本"));
    assert_eq!(errors(&event), [at("/third_party/country", "country.format")]);
}
