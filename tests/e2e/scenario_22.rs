//! SC-22: the owners of a block of flats, without a machine room: one program, one file, a browser.

use std::fs;

use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

use crate::telling::{read, recorded, refused};

/// The list of members as it goes to the residents' association of the quarter.
fn member_list(event_id: &str) -> Value {
    let members: Vec<Value> = (1..=30)
        .map(|flat| json!({"ref": format!("flat:{flat:03}"), "name": format!("区分所有者 {flat:02}")}))
        .collect();
    json!({
        "source": {"system": "kumiai", "event_id": event_id},
        "basis": "consent_27", "provided_on": "2026-05-17",
        "third_party": {"kind": "association", "name": "みどり町自治会", "address": "北海道亀田郡七飯町本町6-1-1",
            "representative": {"title": "会長", "name": "見本 一郎"}},
        "principals": members,
        "items": ["氏名", "部屋番号", "電話番号"],
        "consent": {"statement": "入会申込書で、名簿を自治会へ渡すことに同意を得ている"},
        "voluntary": {"purpose": "防災訓練の連絡", "medium": "紙"},
    })
}

#[test]
fn sc_22_a_member_list_is_one_record_that_names_whom_it_went_to() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let list = member_list("meibo-2026");
    let said = recorded(&officer, &list);
    assert_eq!(
        (&said["index"], &said["fields"]),
        (&json!(1), &json!(["b", "c", "d", "e"]))
    );
    let record = read(&officer, &said);
    assert_eq!(record["content"]["third_party"]["value"], list["third_party"]);
    assert_eq!(record["principals"], list["principals"], "the list itself");
    let question = json!({"reason": {"kind": "inquiry"}, "principal": {"name": "区分所有者 07"}});
    let found = officer.post("/v1/records/search", &question).expect(200);
    assert_eq!(
        found["data"][0]["principals"],
        json!([list["principals"][6]]),
        "one's own row only"
    );

    let mut headless = member_list("headless");
    headless["third_party"]
        .as_object_mut()
        .unwrap()
        .remove("representative");
    assert_eq!(
        refused(&officer, &headless),
        ["/third_party/representative/name party.representative_required"],
        "a body without personality has one who acts for it"
    );
}

#[test]
fn sc_22_everything_lies_in_one_folder_that_can_be_carried_away() {
    let server = Server::new();
    let said = recorded(&server.client(Role::Recorder), &member_list("meibo-2026"));
    let docs = server.nobody().get("/docs");
    assert_eq!(
        (docs.status(), docs.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    let folder = server.into_folder();
    let mut databases: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("kirokubo.db"))
        .collect();
    databases.sort_unstable();
    assert_eq!(databases, ["kirokubo.db"], "a stopped server leaves one file");

    let elsewhere = Server::on(folder.copy());
    let record = read(&elsewhere.client(Role::Recorder), &said);
    assert_eq!(record["leaf"], said["leaf"]);
    elsewhere.into_folder().assert_valid();
}
