//! `/v1/settings`: what an administrator decides for the whole ledger.

use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::third_parties::faults;

#[test]
fn settings_have_defaults_and_are_replaced_by_an_administrator() {
    let mut server = Server::new();
    let key = server.folder().create_key(Role::Admin).key;
    let admin = server.nobody().with_key(&key);
    let first = admin.get("/v1/settings").expect(200);
    assert_eq!(
        first,
        json!({"version": 0, "amendments_need_approval": false, "receipts_need_approval": "opt_out",
               "confirmed_numbers": []})
    );
    let body =
        json!({"amendments_need_approval": true, "confirmed_numbers": [{"system": "crm", "field": "ref"}]});
    let put = admin.request("PUT", "/v1/settings").json(&body).expect(200);
    assert_eq!(
        (&put["version"], &put["amendments_need_approval"]),
        (&json!(1), &json!(true))
    );
    assert!(put["made_by"].as_str().unwrap().starts_with("key_"));

    assert!(server.terminate().success());
    server.restart();
    let admin = server.nobody().with_key(&key);
    let kept = admin.get("/v1/settings").expect(200);
    assert_eq!(
        (&kept["version"], &kept["confirmed_numbers"]),
        (&json!(1), &body["confirmed_numbers"])
    );
    let put = admin.request("PUT", "/v1/settings").json(&json!({})).expect(200);
    assert_eq!(
        (&put["version"], &put["confirmed_numbers"]),
        (&json!(2), &json!([]))
    );
}

#[test]
fn settings_that_cannot_be_read_change_nothing() {
    let server = Server::new();
    let admin = server.client(Role::Admin);
    let bad = json!({"receipts_need_approval": "sometimes", "approvals": true});
    let problem = admin.request("PUT", "/v1/settings").json(&bad).expect(422);
    assert_eq!(
        faults(&problem),
        [
            "/approvals json.unknown_field",
            "/receipts_need_approval value.unknown"
        ]
    );
    assert_eq!(admin.get("/v1/settings").expect(200)["version"], 0);
}

#[test]
fn a_number_that_was_confirmed_is_not_suspected_again() {
    let server = Server::new();
    let admin = server.client(Role::Admin);
    let ingest = server.client(Role::Ingest);
    let warnings = |event_id: &str, system: &str| -> Vec<Value> {
        let mut event = events::provision(event_id);
        event["source"]["system"] = system.into();
        event["principals"] = json!([{"ref": "123456789018"}]);
        let said = ingest.post("/v1/provisions", &event).expect(201);
        let warnings = said["warnings"].as_array().unwrap().iter();
        warnings.map(|warning| warning["code"].clone()).collect()
    };
    assert_eq!(warnings("1", "crm"), [json!("my_number.suspected")]);
    let body = json!({"confirmed_numbers": [{"system": "crm", "field": "ref"}]});
    let _ = admin.request("PUT", "/v1/settings").json(&body).expect(200);
    assert_eq!(warnings("2", "crm"), [json!(null); 0]);
    assert_eq!(warnings("3", "hr"), [json!("my_number.suspected")]);
}
