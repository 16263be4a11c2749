//! SC-08: personnel data goes to the parent company in Singapore (art. 28).

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events::provision;
use crate::telling::{read, recorded, refused, told, with};

/// Personnel data for a company of the group in this country.
fn personnel(event_id: &str, country: &str, members: &Value) -> Value {
    let mut event = with(
        provision(event_id),
        &json!({"principals": [{"ref": "hr:0042", "name": "山田 太郎"}], "items": ["氏名", "所属", "人事評価"],
            "consent": {"statement": "就業規則別紙により、外国の親会社への提供に同意を得ている"}}),
    );
    event["third_party"] = json!({"kind": "corporation", "name": "Example Holdings", "address": "1 Example Road",
        "country": country, "representative": {"name": "A. Tan"}});
    with(event, members)
}

#[test]
fn sc_08_consent_to_the_provision_abroad_is_recorded_with_what_was_told() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let consented =
        |id, abroad: Value| personnel(id, "SGP", &json!({"basis": "consent_28", "cross_border": abroad}));
    let informed = json!({"country": "SGP", "ground": "consent_28", "information_given": true,
        "information": "シンガポールの個人情報保護制度と、親会社の講じる措置を書面で示した"});
    let said = recorded(&recorder, &consented("told", informed.clone()));
    assert_eq!(
        (&said["case"], &said["fields"], &said["warnings"]),
        (
            &json!("provision_consent_28"),
            &json!(["b", "c", "d", "e"]),
            &json!([])
        )
    );
    let record = read(&recorder, &said);
    assert_eq!(
        record["content"]["cross_border"],
        json!({"value": informed, "statutory": false}),
        "kept, though no matter of the record"
    );
    let untold = recorded(&recorder, &consented("untold", json!({"country": "SGP"})));
    assert_eq!(
        told(&untold["warnings"]),
        ["/cross_border/information_given cross_border.information_missing"]
    );
    let mut nowhere = consented(
        "nowhere",
        json!({"ground": "consent_28", "information_given": true}),
    );
    nowhere["third_party"].as_object_mut().unwrap().remove("country");
    assert_eq!(
        told(&recorded(&recorder, &nowhere)["warnings"]),
        ["/cross_border/country cross_border.country_missing"]
    );
    assert_eq!(
        refused(&recorder, &consented("spelt", json!({"country": "シンガポール"}))),
        ["/cross_border/country country.format"]
    );
    server.into_folder().assert_valid();
}

#[test]
fn sc_08_entrustment_and_joint_use_lift_nothing_under_article_28() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    for basis in ["joint_use", "entrustment", "succession", "opt_out", "consent_27"] {
        let event = personnel(basis, "SGP", &json!({"basis": basis}));
        let refusal = recorder.post("/v1/provisions", &event).expect(422);
        assert!(
            told(&refusal["errors"])
                .contains(&"/third_party/country cross_border.ground_required".to_owned()),
            "{basis}: {refusal}"
        );
    }
    let entrusted = ask(
        &recorder,
        &json!({"place": "other_foreign", "basis": "consent_28"}),
    );
    assert!(
        entrusted["explanation"]["ja"]
            .as_str()
            .unwrap()
            .contains("委託や共同利用でも"),
        "the duty stays: {entrusted}"
    );
    // A statute is a ground at any place.
    let by_law = personnel("by-law", "SGP", &json!({"basis": "exempt_27_1_1"}));
    assert_eq!(
        recorder.post("/v1/provisions", &by_law).expect(200)["verdict"],
        "none"
    );
}

#[test]
fn sc_08_an_equal_country_and_a_recipient_with_measures_are_as_if_in_japan() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let in_britain = personnel("gbr", "GBR", &json!({"basis": "joint_use"}));
    let answer = recorder.post("/v1/provisions", &in_britain).expect(200);
    assert_eq!(
        (&answer["verdict"], &answer["gate"]),
        (&json!("none"), &json!("P7"))
    );
    let before_the_list = with(in_britain, &json!({"provided_on": "2019-01-22"}));
    assert_eq!(
        refused(&recorder, &before_the_list),
        ["/third_party/country cross_border.ground_required"],
        "the list of countries has a day, too"
    );

    let measures =
        json!({"country": "SGP", "ground": "equivalent_system", "measures": "グループ内規と年1回の監査"});
    let with_measures =
        |basis: &str| personnel(basis, "SGP", &json!({"basis": basis, "cross_border": measures}));
    let shared = recorder
        .post("/v1/provisions", &with_measures("joint_use"))
        .expect(200);
    assert_eq!(shared["verdict"], "none");
    assert_eq!(
        recorded(&recorder, &with_measures("consent_27"))["case"],
        "provision_consent_27"
    );
    let asked = ask(
        &recorder,
        &json!({"place": "equivalent_system", "basis": "joint_use"}),
    );
    let follow_ups: Vec<&str> = asked["follow_up"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|next| next["id"].as_str())
        .collect();
    assert!(follow_ups.contains(&"foreign_system_measures"), "{follow_ups:?}");
}

fn ask(client: &Client, facts: &Value) -> Value {
    let question = json!({"direction": "provision", "event_date": "2026-04-10"});
    client.post("/v1/duty-checks", &with(question, facts)).expect(200)
}
