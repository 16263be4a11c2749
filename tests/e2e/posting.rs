//! `POST /v1/provisions` and `/v1/receipts`: what is answered, and what is answered the second time.

use kirokubo_tests::{Answer, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::unchanged::Unchanged;

#[test]
pub(crate) fn a_recorded_provision_is_answered_with_its_whole_receipt() {
    let server = Server::new();
    let answer = server
        .client(Role::Ingest)
        .post("/v1/provisions", &events::provision("1"));
    let said = answer.expect(201);
    let mut members: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(
        members,
        [
            "case",
            "checkpoint",
            "fields",
            "id",
            "index",
            "leaf",
            "proof",
            "recorded_at",
            "retain_through",
            "rule_set",
            "status",
            "warnings",
        ]
    );
    assert_eq!(said["index"], 1);
    assert_eq!(said["case"], "provision_consent_27");
    assert_eq!(said["status"], "regular");
    assert_eq!(said["fields"], json!(["b", "c", "d", "e"]));
    assert_eq!(said["rule_set"], "2023-04-01");
    assert_eq!(said["warnings"], json!([]));
    assert!(is_id(&said["id"], "rec_"), "{said}");
    assert!(is_hex(&said["leaf"], 64), "{said}");
    let proof = said["proof"].as_array().unwrap();
    assert!(
        !proof.is_empty() && proof.iter().all(|hash| is_hex(hash, 64)),
        "{said}"
    );
    assert!(
        said["checkpoint"]
            .as_str()
            .unwrap()
            .starts_with(server.folder().origin()),
        "{said}"
    );
    let recorded_at = said["recorded_at"].as_str().unwrap();
    assert!(recorded_at.len() == 24 && recorded_at.ends_with('Z'), "{said}");
    let retain_through = said["retain_through"].as_str().unwrap();
    assert_eq!((retain_through.len(), &retain_through[4..5]), (10, "-"), "{said}");
}

#[test]
pub(crate) fn a_recorded_receipt_says_its_own_case_and_fields() {
    let server = Server::new();
    let said = server
        .client(Role::Recorder)
        .post("/v1/receipts", &events::receipt("1"))
        .expect(201);
    assert_eq!(said["case"], "receipt_consent");
    assert_eq!(said["fields"], json!(["b", "c", "d", "e", "g"]));
}

#[test]
pub(crate) fn the_same_event_again_gets_the_first_answer_and_says_so() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let first = client.post("/v1/provisions", &events::provision("1"));
    assert_eq!(first.header("Idempotent-Replayed"), "");
    // Another entry in between: the first answer is the first one still, checkpoint and proof included.
    let _ = client.post("/v1/provisions", &events::provision("2")).expect(201);
    for client in [client.clone(), server.client(Role::Officer)] {
        let again = client.post("/v1/provisions", &events::provision("1"));
        assert_eq!((first.status(), again.status()), (201, 200));
        assert_eq!(again.header("Idempotent-Replayed"), "true");
        assert_eq!(again.text(), first.text());
    }
    assert_eq!(server.size(), 3);
}

#[test]
pub(crate) fn the_order_of_members_and_spaces_make_no_other_event() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let first = client.post("/v1/provisions", &events::provision("1"));
    let event = events::provision("1");
    let members = event.as_object().unwrap().iter().rev();
    let members: Vec<String> = members
        .map(|(name, value)| format!("\t\"{name}\" : {}", serde_json::to_string_pretty(value).unwrap()))
        .collect();
    let turned = format!("{{\r\n{}\r\n}}\n", members.join(" ,\r\n"));
    let again = client
        .request("POST", "/v1/provisions")
        .header("Content-Type", "application/json; charset=utf-8")
        .body(turned.as_bytes());
    assert_eq!(again.status(), 200, "{turned}\n{}", again.text());
    assert_eq!(again.text(), first.text());
}

#[test]
pub(crate) fn another_event_under_the_same_key_is_a_conflict_that_names_the_first() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let first = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let unchanged = Unchanged::of(&server);
    let mut other = events::provision("1");
    other["items"] = json!(["氏名"]);
    let problem = client.post("/v1/provisions", &other).expect(409);
    assert_eq!(problem["code"], "event.conflict");
    assert_eq!(problem["id"], first["id"]);
    // A receipt under the key of a provision is another event as well.
    let mut receipt = events::receipt("1");
    receipt["source"]["system"] = "crm".into();
    let problem = client.post("/v1/receipts", &receipt).expect(409);
    assert_eq!(problem["id"], first["id"]);
    unchanged.assert("two conflicts");
}

#[test]
pub(crate) fn a_dry_run_checks_everything_and_writes_nothing() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let unchanged = Unchanged::of(&server);
    let dry = |event: &Value| client.post("/v1/provisions?dry_run=true", event);
    let said = dry(&events::provision("1")).expect(200);
    assert_eq!(said["recorded"], false);
    assert_eq!(said["verdict"], "required");
    assert_eq!(said["case"], "provision_consent_27");
    assert_eq!(said["fields"], json!(["b", "c", "d", "e"]));
    assert!(
        said["retain_through"].is_string() && said.get("id").is_none(),
        "{said}"
    );
    let problem = dry(&events::without(events::provision("1"), "consent")).expect(422);
    assert_eq!(problem["errors"][0]["pointer"], "/consent");
    unchanged.assert("dry runs");

    // It was never recorded, so it still can be.
    let said = client.post("/v1/provisions?dry_run=false", &events::provision("1"));
    assert_eq!(said.status(), 201, "{}", said.text());
}

#[test]
pub(crate) fn an_event_without_a_duty_is_not_recorded_unless_wished_for() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let mut event = events::provision("1");
    event["basis"] = "entrustment".into();
    let unchanged = Unchanged::of(&server);
    let said = client.post("/v1/provisions", &event).expect(200);
    assert_eq!(
        (&said["recorded"], &said["verdict"]),
        (&json!(false), &json!("none"))
    );
    assert!(
        said["citations"].as_array().is_some_and(|list| !list.is_empty()),
        "{said}"
    );
    assert!(!said["explanation"].as_str().unwrap().is_empty());
    unchanged.assert("an event without a duty");

    event["keep_voluntarily"] = true.into();
    let said = client.post("/v1/provisions", &event).expect(201);
    assert_eq!(
        (&said["case"], &said["status"]),
        (&json!("provision_voluntary"), &json!("voluntary"))
    );
}

#[test]
pub(crate) fn what_the_law_forbids_is_refused_unless_it_has_happened() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let mut event = events::provision("1");
    event["basis"] = "none".into();
    let unchanged = Unchanged::of(&server);
    let problem = client.post("/v1/provisions", &event).expect(422);
    assert_eq!(problem["code"], "event.prohibited");
    assert_eq!(problem["errors"][0]["law"], "法27(1)");
    unchanged.assert("a prohibited event");

    event["non_conforming"] = true.into();
    let said = client.post("/v1/provisions", &event).expect(201);
    assert_eq!(
        (&said["case"], &said["status"]),
        (&json!("provision_review"), &json!("non_conforming"))
    );
}

#[test]
pub(crate) fn an_event_accepted_with_a_doubt_carries_its_warning_for_good() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let mut event = events::provision("1");
    event["consent"]["obtained_on"] = "2026-04-11".into();
    let said = client.post("/v1/provisions", &event).expect(201);
    assert_eq!(said["warnings"][0]["code"], "consent.after_provision");
    assert_eq!(said["warnings"][0]["pointer"], "/consent/obtained_on");
    let path = format!("/v1/records/{}", said["id"].as_str().unwrap());
    assert_eq!(client.get(&path).expect(200)["warnings"], said["warnings"]);
}

#[test]
pub(crate) fn every_fault_of_an_event_is_told_at_once_with_its_place_and_article() {
    let server = Server::new();
    let mut event = events::without(events::provision("1"), "consent");
    event["item"] = json!(["氏名"]);
    event["items"] = json!(["いずれかの情報"]);
    event["principals"] = json!([{"name": "会員全員"}]);
    event["provided_on"] = "平成33年4月1日".into();
    event["third_party"] =
        json!({"kind": "corporation", "name": "株式会社例", "corporate_number": "1234567890123"});
    let answer = server.client(Role::Ingest).post("/v1/provisions", &event);
    assert_eq!(
        faults(&answer),
        [
            "/consent field.required_for_basis",
            "/item json.unknown_field",
            "/items/0 items.vague",
            "/principals/0/name principal.collective",
            "/provided_on date.era_invalid",
            "/third_party/address party.address_incomplete",
            "/third_party/corporate_number houjin_bangou.invalid",
            "/third_party/representative/name party.representative_required",
        ]
    );
    let problem = answer.expect(422);
    for error in problem["errors"].as_array().unwrap() {
        assert!(!error["detail"].as_str().unwrap().is_empty(), "{error}");
        let statutory = !["json.unknown_field", "date.era_invalid", "houjin_bangou.invalid"]
            .contains(&error["code"].as_str().unwrap());
        assert_eq!(error["law"].is_string(), statutory, "{error}");
    }
}

/// The faults of a problem as `pointer code`.
fn faults(answer: &Answer) -> Vec<String> {
    let problem = answer.expect(422);
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| {
            format!(
                "{} {}",
                error["pointer"].as_str().unwrap(),
                error["code"].as_str().unwrap()
            )
        })
        .collect()
}

fn is_hex(value: &Value, digits: usize) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == digits
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// `prefix` and a `UUIDv7`.
fn is_id(value: &Value, prefix: &str) -> bool {
    let text = value.as_str().unwrap_or_default();
    let uuid = text.strip_prefix(prefix).unwrap_or_default();
    let parts: Vec<&str> = uuid.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts[2].starts_with('7')
        && is_hex(&parts.concat().into(), 32)
}
