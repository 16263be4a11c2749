//! `POST /v1/duty-checks` and `/v1/retention-checks`: the law as a question.

use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

#[test]
fn any_role_may_ask_whether_a_record_is_due() {
    let server = Server::new();
    let question = json!({"direction": "provision", "event_date": "2026-11-20", "basis": "consent_27"});
    for role in Role::ALL {
        let said = server.client(role).post("/v1/duty-checks", &question).expect(200);
        assert_eq!(said["verdict"], "required");
        assert_eq!(said["fields"], json!(["b", "c", "d", "e"]));
        assert_eq!(said["case"], "provision_consent_27");
        assert_eq!(said["gate"], "P9");
        assert_eq!(said["methods"], json!(["each", "batch", "contract"]));
        assert_eq!(said["citations"], json!(["法29(1)", "規則20(1)(ii)"]));
        assert_eq!(said["rule_set"], "2023-04-01");
        for method in ["each", "batch", "contract"] {
            assert!(said["retention"][method]["years"].is_u64(), "{said}");
        }
        for language in ["ja", "en"] {
            assert!(
                said["explanation"][language]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
        }
        assert!(said["follow_up"].is_array());
    }
}

#[test]
fn every_input_of_the_contract_is_understood() {
    let server = Server::new();
    let client = server.client(Role::Auditor);
    let full = json!({
        "direction": "provision", "event_date": "2026-11-20", "self_status": "handler", "data": "personal_data",
        "third_party_status": "overseas", "place": "other_foreign", "basis": "consent_28", "interpretation": "none",
        "sensitive": false, "illicit": false, "from_opt_out": false, "filed": true, "as_personal_data": true,
        "information_given": true, "recipient_view": "personal_data",
    });
    let said = client.post("/v1/duty-checks", &full).expect(200);
    assert_eq!(said["case"], "provision_consent_28");

    let ask = |name: &str, value: &str| {
        let mut question = full.clone();
        question[name] = value.into();
        client.post("/v1/duty-checks", &question).expect(200)
    };
    assert_eq!(ask("interpretation", "by_principal")["verdict"], "none");
    assert_eq!(ask("self_status", "public_body")["verdict"], "none");
    assert_eq!(ask("basis", "none")["verdict"], "prohibited");
    assert_eq!(ask("event_date", "2018-01-01")["rule_set"], "2017-05-30");
}

#[test]
fn a_receipt_by_opt_out_names_its_own_fields() {
    let server = Server::new();
    let question = json!({"direction": "receipt", "basis": "opt_out"});
    let said = server
        .client(Role::Ingest)
        .post("/v1/duty-checks", &question)
        .expect(200);
    assert_eq!(
        (&said["verdict"], &said["case"]),
        (&json!("required"), &json!("receipt_opt_out"))
    );
    assert_eq!(said["methods"], json!(["each"]));
}

#[test]
fn retention_is_counted_by_method() {
    let server = Server::new();
    let client = server.client(Role::Admin);
    let ask = |question: Value| client.post("/v1/retention-checks", &question).expect(200);
    let until = |last: &str, first: &str| json!({"retain_through": last, "erasable_from": first});
    assert_eq!(
        ask(json!({"method": "each", "made_on": "2026-11-21"})),
        until("2029-11-21", "2029-11-22")
    );
    assert_eq!(
        ask(json!({"method": "contract", "made_on": "2026-11-21", "last_event_on": "2026-11-21"})),
        until("2027-11-20", "2027-11-21")
    );
    assert_eq!(
        ask(json!({"method": "batch", "made_on": "2026-11-21"})),
        json!({"open": true})
    );
}

#[test]
fn a_question_that_cannot_be_read_is_told_what_was_meant() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let faults = |path: &str, question: Value| {
        let problem = client.post(path, &question).expect(422);
        let errors = problem["errors"].as_array().unwrap().clone();
        errors
            .iter()
            .map(|error| {
                format!(
                    "{} {}",
                    error["pointer"].as_str().unwrap(),
                    error["code"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(faults("/v1/duty-checks", json!({})), ["/direction json.missing"]);
    assert_eq!(
        faults(
            "/v1/duty-checks",
            json!({"direction": "provisions", "basis": 1, "sensitiv": true})
        ),
        [
            "/basis json.wrong_type",
            "/direction value.unknown",
            "/sensitiv json.unknown_field"
        ]
    );
    assert_eq!(
        faults("/v1/retention-checks", json!({"method": "each"})),
        ["/made_on json.missing"]
    );
}
