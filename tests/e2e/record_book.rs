//! `GET /v1/records` and `/v1/records/{id}`: the record book, as much of it as each role may see.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::personal;

#[test]
pub(crate) fn a_recorder_reads_a_record_as_it_was_sent() {
    let server = Server::new();
    let event = events::provision("1");
    let said = server
        .client(Role::Ingest)
        .post("/v1/provisions", &event)
        .expect(201);
    for role in [Role::Recorder, Role::Officer] {
        let record = server.client(role).get(&path_of(&said)).expect(200);
        for member in [
            "id",
            "index",
            "case",
            "status",
            "fields",
            "rule_set",
            "retain_through",
            "recorded_at",
            "leaf",
        ] {
            assert_eq!(record[member], said[member], "{member}");
        }
        assert_eq!(record["direction"], "provision");
        assert_eq!(record["event_date"], event["provided_on"]);
        assert_eq!(record["source"], event["source"]);
        assert_eq!(record["masked"], false);
        assert_eq!(record["principals"], event["principals"]);
        for (field, statutory) in [("third_party", true), ("items", true), ("consent", true)] {
            assert_eq!(record["content"][field]["value"], event[field], "{field}");
            assert_eq!(record["content"][field]["statutory"], statutory, "{field}");
        }
        assert_eq!(
            record["content"]["date"],
            json!({"value": "2026-04-10", "statutory": false})
        );
    }
}

#[test]
fn a_system_sees_its_own_records_without_content_and_no_others() {
    let server = Server::new();
    let (mine, other) = (server.client(Role::Ingest), server.client(Role::Ingest));
    let said = mine.post("/v1/provisions", &personal::provision("1")).expect(201);
    let answer = mine.get(&path_of(&said));
    let record = answer.expect(200);
    assert_eq!(record["index"], said["index"]);
    assert_eq!((record.get("content"), record.get("principals")), (None, None));
    personal::assert_none_in(answer.text(), "the sender's own record");
    assert_eq!(
        other.get(&path_of(&said)).expect(404)["code"],
        "request.not_found"
    );
}

#[test]
pub(crate) fn an_auditor_sees_records_with_persons_hidden() {
    let server = Server::new();
    let ingest = server.client(Role::Ingest);
    let auditor = server.client(Role::Auditor);
    let sent = [
        ("/v1/provisions", personal::provision("1")),
        ("/v1/receipts", personal::receipt("2")),
    ];
    for (path, event) in sent {
        let said = ingest.post(path, &event).expect(201);
        let record = auditor.get(&path_of(&said)).expect(200);
        assert_eq!(record["masked"], true);
        assert_eq!(record["content"]["items"]["value"], event["items"]);
        let principal = &record["principals"][0];
        for member in ["name_kana", "birth_date", "address", "phone", "email"] {
            assert_eq!(principal[member], "●●●", "{member}");
        }
        assert_eq!(
            (&principal["ref"], &principal["name"]),
            (&json!("crm:member-mark-77"), &json!("印鑰 ●●"))
        );
        assert_eq!(principal["former_names"], json!(["旧邉木 ●●"]));
    }
    let book = auditor.get("/v1/records").expect(200);
    let [provision, receipt] = [0, 1].map(|n| book["data"][n]["content"]["third_party"]["value"].clone());
    assert_eq!(
        (&provision["name"], &receipt["name"]),
        (&json!("株式会社鑰商店"), &json!("印鑰 ●●"))
    );
    assert_eq!(
        provision["representative"],
        json!({"title": "●●●", "name": "鑰代表 ●●"})
    );
    assert_eq!(receipt["address"], "●●●");
}

#[test]
fn those_who_may_not_read_are_refused_before_anything_is_looked_up() {
    let server = Server::new();
    let said = server
        .client(Role::Ingest)
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let admin = server.client(Role::Admin);
    for path in [
        path_of(&said),
        "/v1/records/rec_none".to_owned(),
        "/v1/records".to_owned(),
    ] {
        assert_eq!(admin.get(&path).expect(403)["code"], "auth.forbidden", "{path}");
        assert_eq!(
            server.nobody().get(&path).expect(401)["code"],
            "auth.required",
            "{path}"
        );
    }
    assert_eq!(
        server.client(Role::Ingest).get("/v1/records").expect(403)["code"],
        "auth.forbidden"
    );
}

#[test]
pub(crate) fn the_book_is_paged_without_gaps_or_repetitions() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    assert_eq!(
        recorder
            .post_lines(events::lines((0..23).map(|n| n.to_string())))
            .status(),
        200
    );
    let mut indexes = Vec::new();
    let mut path = "/v1/records?limit=5".to_owned();
    loop {
        let page = recorder.get(&path).expect(200);
        let data = page["data"].as_array().unwrap();
        indexes.extend(data.iter().filter_map(|record| record["index"].as_u64()));
        let Some(cursor) = page.get("next_cursor") else {
            assert_eq!(page["has_more"], false);
            break;
        };
        assert_eq!((page["has_more"].as_bool(), data.len()), (Some(true), 5));
        path = format!("/v1/records?limit=5&cursor={}", cursor.as_str().unwrap());
    }
    assert!(indexes.iter().copied().eq(1..=23), "{indexes:?}");
}

#[test]
pub(crate) fn the_book_is_filtered_by_what_a_record_is() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let mut with_number = events::provision("1");
    with_number["third_party"]["corporate_number"] = "7000012050002".into();
    let mut voluntary = events::provision("2");
    voluntary["basis"] = "entrustment".into();
    voluntary["keep_voluntarily"] = true.into();
    let mut forbidden = events::provision("3");
    forbidden["basis"] = "none".into();
    forbidden["non_conforming"] = true.into();
    forbidden["provided_on"] = "2026-04-12".into();
    for event in [&with_number, &voluntary, &forbidden] {
        let _ = recorder.post("/v1/provisions", event).expect(201);
    }
    let _ = recorder.post("/v1/receipts", &events::receipt("4")).expect(201);

    for (filter, expected) in [
        ("", vec!["1", "2", "3", "4"]),
        ("direction=receipt", vec!["4"]),
        ("direction=provision", vec!["1", "2", "3"]),
        ("case=provision_consent_27", vec!["1"]),
        ("case=receipt_consent", vec!["4"]),
        ("status=regular", vec!["1", "4"]),
        ("status=voluntary", vec!["2"]),
        ("status=non_conforming", vec!["3"]),
        ("status=review", vec![]),
        ("from=2026-04-11", vec!["3", "4"]),
        ("to=2026-04-10", vec!["1", "2"]),
        ("from=2026-04-12&to=2026-04-12", vec!["3"]),
        ("third_party=7000012050002", vec!["1"]),
        ("third_party=1180301018771", vec![]),
        ("direction=provision&status=regular", vec!["1"]),
    ] {
        assert_eq!(event_ids(&recorder, filter), expected, "{filter}");
    }
}

#[test]
fn a_filter_that_cannot_be_understood_is_named() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=-1", "cursor"),
        ("direction=sideways", "direction"),
        ("case=none", "case"),
        ("status=fine", "status"),
        ("from=2026-4-1", "from"),
        ("to=2026-02-30", "to"),
        ("third_party=123", "third_party"),
    ] {
        let problem = recorder.get(&format!("/v1/records?{query}")).expect(400);
        assert_eq!(problem["code"], "request.query", "{query}");
        assert!(
            problem["detail"].as_str().unwrap().contains(name),
            "{query}: {problem}"
        );
    }
    for query in ["limit=many", "unknown=1"] {
        let problem = recorder.get(&format!("/v1/records?{query}")).expect(400);
        assert_eq!(problem["code"], "request.query", "{query}");
    }
}

fn path_of(said: &Value) -> String {
    format!("/v1/records/{}", said["id"].as_str().unwrap())
}

fn event_ids(recorder: &Client, filter: &str) -> Vec<String> {
    let page = recorder.get(&format!("/v1/records?{filter}")).expect(200);
    let data = page["data"].as_array().unwrap();
    let id = |record: &Value| record["source"]["event_id"].as_str().unwrap().to_owned();
    data.iter().map(id).collect()
}
