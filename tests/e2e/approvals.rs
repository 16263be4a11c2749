//! SC-03 and corrections that another person must approve: nobody decides on his own.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::database::intrude;
use crate::events::{self, without};
use crate::reports::assert_names;

/// SC-03: a list was bought from a broker; it may not be used before the manager accepts where it came from.
#[test]
pub(crate) fn sc_03_a_bought_list_is_not_to_be_used_before_it_is_approved() {
    let server = Server::new();
    let (clerk, officer) = (server.client(Role::Recorder), server.client(Role::Officer));
    let bought = clerk.post("/v1/receipts", &bought("1")).expect(201);
    assert_eq!(bought["fields"], json!(["a", "b", "c", "d", "e", "f"]));
    assert_eq!(read(&clerk, &bought)["use"], "pending");

    let waiting = officer.get("/v1/approvals").expect(200);
    let approval = &waiting["data"][0];
    assert_eq!(
        (&approval["record"], &approval["subject"]),
        (&bought["id"], &json!("receipt"))
    );
    let path = format!("/v1/approvals/{}/decision", approval["id"].as_str().unwrap());
    assert_eq!(clerk.post(&path, &json!({"decision": "accept"})).status(), 403);
    let accepted = officer
        .post(
            &path,
            &json!({"decision": "accept", "note": "売買契約書で取得の経緯を確認"}),
        )
        .expect(200);
    assert_eq!(accepted["state"], "accepted");
    assert_eq!(read(&clerk, &bought)["use"], "accepted");
    assert_eq!(officer.get("/v1/approvals").expect(200)["data"], json!([]));
    let again = officer.post(&path, &json!({"decision": "reject", "note": "やはり不可"}));
    assert_eq!(again.expect(409)["code"], "approval.decided");
    server.folder().assert_valid();
}

/// An administrator takes away the question, so that nobody need answer it. What was received stays 利用不可.
#[test]
fn an_approval_that_was_taken_away_makes_nothing_usable_and_is_named() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let said = officer.post("/v1/receipts", &bought("1")).expect(201);
    intrude(server.folder(), |database| {
        database.execute("DELETE FROM approvals", []).unwrap();
    });
    assert_eq!(officer.get("/v1/approvals").expect(200)["data"], json!([]));
    assert_eq!(read(&officer, &said)["use"], "pending");
    let report = server.folder().verify();
    assert_names(&report, said["index"].as_u64().unwrap(), "a deleted approval");
}

/// The broker was not found published: what came is kept for a person to decide, and not used.
#[test]
fn what_came_from_a_provider_not_found_published_waits_for_a_decision() {
    let server = Server::new();
    let (clerk, officer) = (server.client(Role::Recorder), server.client(Role::Officer));
    let mut event = bought("1");
    event["ppc_publication"] = json!({"checked_on": "2026-05-10", "found": false});
    let said = clerk.post("/v1/receipts", &event).expect(201);
    assert_eq!(said["status"], "review", "{said}");
    assert_eq!(said["warnings"][0]["code"], "opt_out.publication_unconfirmed");
    assert_eq!(read(&clerk, &said)["use"], "pending");
    let id = officer.get("/v1/approvals").expect(200)["data"][0]["id"].clone();
    let path = format!("/v1/approvals/{}/decision", id.as_str().unwrap());
    let unsaid = officer.post(&path, &json!({"decision": "reject"})).expect(422);
    assert_eq!(unsaid["errors"][0]["pointer"], "/note");
    let rejected = officer
        .post(
            &path,
            &json!({"decision": "reject", "note": "公表が確認できない"}),
        )
        .expect(200);
    assert_eq!(rejected["state"], "rejected");
    assert_eq!(read(&clerk, &said)["use"], "rejected");
}

#[test]
fn which_receipts_wait_is_a_setting() {
    let server = Server::new();
    let (clerk, admin) = (server.client(Role::Recorder), server.client(Role::Admin));
    let by_consent = clerk.post("/v1/receipts", &events::receipt("1")).expect(201);
    assert_eq!(read(&clerk, &by_consent).get("use"), None);
    let _ = admin
        .request("PUT", "/v1/settings")
        .json(&json!({"receipts_need_approval": "all"}))
        .expect(200);
    let by_consent = clerk.post("/v1/receipts", &events::receipt("2")).expect(201);
    assert_eq!(read(&clerk, &by_consent)["use"], "pending");
    let _ = admin
        .request("PUT", "/v1/settings")
        .json(&json!({"receipts_need_approval": "none"}))
        .expect(200);
    let bought = clerk.post("/v1/receipts", &bought("3")).expect(201);
    assert_eq!(read(&clerk, &bought).get("use"), None);
}

/// Where settings ask for it, a correction waits for another person than its author.
#[test]
pub(crate) fn a_correction_waits_for_another_person_where_settings_ask_for_it() {
    let server = Server::new();
    let (author, other) = (server.client(Role::Officer), server.client(Role::Officer));
    let _ = server
        .client(Role::Admin)
        .request("PUT", "/v1/settings")
        .json(&json!({"amendments_need_approval": true}))
        .expect(200);
    let wrong = author.post("/v1/provisions", &events::provision("1")).expect(201);
    let mut content = events::provision("1");
    content["items"] = json!(["氏名"]);
    let path = format!("/v1/records/{}/amendments", wrong["id"].as_str().unwrap());
    let body = json!({"reason": "項目の誤り", "content": content});
    let asked = author.post(&path, &body).expect(202);
    assert_eq!(
        (&asked["state"], &asked["subject"]),
        (&json!("pending"), &json!("amendment"))
    );
    let faulty = author.post(
        &path,
        &json!({"reason": "項目の誤り", "content": without(content, "items")}),
    );
    assert_eq!(
        faulty.status(),
        422,
        "what could never be accepted is refused at once"
    );
    assert_eq!(
        read(&author, &wrong).get("versions"),
        None,
        "nothing has changed yet"
    );

    let path = format!("/v1/approvals/{}/decision", asked["id"].as_str().unwrap());
    let own = author.post(&path, &json!({"decision": "accept"})).expect(422);
    assert_eq!(own["errors"][0]["code"], "sod.self_approval");
    let accepted = other.post(&path, &json!({"decision": "accept"})).expect(200);
    let newest = other
        .get(&format!("/v1/records/{}", accepted["version"].as_str().unwrap()))
        .expect(200);
    assert_eq!(newest["content"]["items"]["value"], json!(["氏名"]));
    let actors = &newest["content"]["actors"]["value"];
    assert_eq!(actors["recorded_by"], asked["asked_by"]);
    assert_eq!(actors["approved_by"], accepted["decided_by"]);
    server.folder().assert_valid();
}

/// A DBA who approves by hand is found out, and his word counts for nothing.
#[test]
fn an_approval_written_into_the_database_is_no_approval() {
    let server = Server::new();
    let clerk = server.client(Role::Recorder);
    let bought = clerk.post("/v1/receipts", &bought("1")).expect(201);
    let database = rusqlite::Connection::open(server.folder().database()).unwrap();
    let statement = "UPDATE approvals SET state = 1, decided_by = 'key_x', decided_at = 1";
    assert_eq!(database.execute(statement, []).unwrap(), 1);
    let id = bought["id"].as_str().unwrap();
    assert_eq!(clerk.get(&format!("/v1/records/{id}")).status(), 500);
    assert_eq!(server.folder().verify()["exit"], 40);
}

pub(crate) fn bought(event_id: &str) -> Value {
    let mut event = without(events::receipt(event_id), "consent");
    event["basis"] = "opt_out".into();
    event["ppc_publication"] =
        json!({"number": "第123号", "url": "https://www.ppc.go.jp/", "checked_on": "2026-05-10"});
    event
}

fn read(client: &Client, said: &Value) -> Value {
    let id = said["id"].as_str().unwrap();
    client.get(&format!("/v1/records/{id}")).expect(200)
}
