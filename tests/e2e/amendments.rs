//! SC-20: wrong records are corrected or taken back, and never overwritten.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::reports::audit;

/// SC-20: the wrong recipient was recorded; both versions stay, and everything follows the corrected one.
#[test]
pub(crate) fn sc_20_a_wrong_third_party_is_corrected_and_both_versions_stay() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let wrong = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let amended = officer.post(&path(&wrong), &correction()).expect(201);
    assert_eq!(amended["case"], wrong["case"]);

    // The newest version counts: in the book, in a search, and by its own id.
    let listed = ids(&officer.get("/v1/records").expect(200));
    assert_eq!(listed, [id(&amended)]);
    let all = ids(&officer.get("/v1/records?versions=all").expect(200));
    assert_eq!(all, [id(&wrong), id(&amended)]);
    assert_eq!(found(&officer), [id(&amended)]);
    let record = read(&officer, id(&amended));
    assert_eq!(
        record["content"]["third_party"]["value"]["name"],
        "株式会社ただしい物流"
    );
    assert_eq!(
        record["content"]["voluntary"]["value"]["amendment"]["reason"],
        "提供先を取り違えて登録したため"
    );
    assert_eq!(
        record["source"],
        json!({"system": "kirokubo", "event_id": format!("amendment/{}", id(&wrong))})
    );
    assert_eq!(
        record["content"]["source"]["value"],
        events::provision("1")["source"]
    );

    // The first version is as it was, and says that it is not the newest.
    let first = read(&officer, id(&wrong));
    assert_eq!(
        first["content"]["third_party"]["value"],
        events::provision("1")["third_party"]
    );
    let versions: Vec<(&str, bool)> = first["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| (id(version), version["newest"].as_bool().unwrap()))
        .collect();
    assert_eq!(versions, [(id(&wrong), false), (id(&amended), true)]);
    server.folder().assert_valid();
    let report = audit(&server.folder().export("full"), server.folder().vkey());
    assert_eq!(
        (&report["exit"], &report["findings"]),
        (&json!(10), &json!([])),
        "{report:#}"
    );
}

#[test]
pub(crate) fn an_amendment_sent_twice_is_one_and_another_amends_the_newest_version() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let wrong = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let amended = officer.post(&path(&wrong), &correction()).expect(201);
    let again = officer.post(&path(&wrong), &correction());
    assert_eq!(again.header("Idempotent-Replayed"), "true");
    assert_eq!(again.expect(200)["id"], amended["id"]);
    let mut other = correction();
    other["content"]["items"] = json!(["氏名"]);
    let third = officer.post(&path(&wrong), &other).expect(201);
    assert_eq!(ids(&officer.get("/v1/records").expect(200)), [id(&third)]);
    assert_eq!(
        read(&officer, id(&third))["versions"].as_array().unwrap().len(),
        3
    );
    // The event itself is still known by its natural key.
    let replayed = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(200);
    assert_eq!(replayed["id"], wrong["id"]);
    server.folder().assert_valid();
}

#[test]
fn a_record_that_should_not_exist_is_taken_back() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let wrong = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let void = json!({"reason": "試験の送信だったため", "void": true});
    let voided = officer.post(&path(&wrong), &void).expect(201);
    assert_eq!(voided["status"], "voided");
    assert_eq!(voided["fields"], json!([]));
    assert_eq!(ids(&officer.get("/v1/records").expect(200)), Vec::<String>::new());
    assert_eq!(
        ids(&officer.get("/v1/records?status=voided").expect(200)),
        [id(&voided)]
    );
    assert_eq!(found(&officer), Vec::<String>::new());
    // It cannot be relied on any more.
    let relying = json!({
        "source": {"system": "crm", "event_id": "2"}, "basis": "consent_27", "provided_on": "2026-06-01",
        "same_as": {"record": wrong["id"]},
    });
    let refused = officer.post("/v1/provisions", &relying).expect(422);
    assert_eq!(refused["errors"][0]["code"], "omission.base_unfit");
    server.folder().assert_valid();
}

#[test]
fn an_amendment_needs_a_reason_and_a_content_that_could_be_recorded() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let wrong = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let mut faulty = correction();
    faulty["content"]["items"] = json!([]);
    let mut elsewhere = correction();
    elsewhere["content"]["source"] = json!({"system": "crm", "event_id": "other"});
    let mut exempt = correction();
    exempt["content"]["basis"] = "entrustment".into();
    for (body, code, pointer) in [
        (
            json!({"content": events::provision("1")}),
            "amendment.reason_required",
            "/reason",
        ),
        (json!({"reason": "理由"}), "json.missing", "/content"),
        (
            json!({"reason": "理由", "content": events::provision("1"), "void": true}),
            "value.conflict",
            "/void",
        ),
        (faulty, "items.empty", "/content/items"),
        (elsewhere, "value.conflict", "/content/source"),
        (exempt, "exempt.conflict", "/content/basis"),
    ] {
        let refused = officer.post(&path(&wrong), &body).expect(422);
        let fault = &refused["errors"][0];
        assert_eq!(
            (&fault["code"], &fault["pointer"]),
            (&json!(code), &json!(pointer)),
            "{refused}"
        );
    }
    assert_eq!(
        server
            .client(Role::Ingest)
            .post(&path(&wrong), &correction())
            .status(),
        403
    );
    assert_eq!(
        server
            .client(Role::Auditor)
            .post(&path(&wrong), &correction())
            .status(),
        403
    );
    let nothing = "/v1/records/rec_0190f3c0-aaaa-7bbb-8ccc-0123456789ab/amendments";
    assert_eq!(officer.post(nothing, &correction()).status(), 404);
}

/// Nobody posts under the name that our own acts are recorded under.
#[test]
fn the_name_of_our_own_records_is_reserved() {
    let server = Server::new();
    let mut event = events::provision("amendment/rec_0190f3c0-aaaa-7bbb-8ccc-0123456789ab");
    event["source"]["system"] = "kirokubo".into();
    let refused = server
        .client(Role::Ingest)
        .post("/v1/provisions", &event)
        .expect(422);
    assert_eq!(refused["errors"][0]["code"], "source.reserved");
}

pub(crate) fn correction() -> Value {
    let mut content = events::without(events::provision("1"), "source");
    content["third_party"]["name"] = "株式会社ただしい物流".into();
    json!({"reason": "提供先を取り違えて登録したため", "content": content})
}

pub(crate) fn path(said: &Value) -> String {
    format!("/v1/records/{}/amendments", id(said))
}

fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

fn ids(page: &Value) -> Vec<String> {
    let records = page["data"].as_array().unwrap().iter();
    records.map(|record| id(record).to_owned()).collect()
}

fn read(client: &Client, id: &str) -> Value {
    client.get(&format!("/v1/records/{id}")).expect(200)
}

fn found(officer: &Client) -> Vec<String> {
    let question = json!({"reason": {"kind": "correction"}, "principal": {"ref": "crm:000123"}});
    let found = officer.post("/v1/records/search", &question).expect(200);
    ids(&found)
}
