//! SC-04: a recruiter sends applicants, and sends more of them later.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events;

#[test]
fn sc_04_an_applicant_comes_from_a_recruiter_and_the_next_by_sameness_alone() {
    let server = Server::new();
    let (ats, officer) = (server.client(Role::Ingest), server.client(Role::Officer));
    let party = events::receipt("1")["third_party"].clone();
    let recruiter = officer.post("/v1/third-parties", &party).expect(201)["id"].clone();

    // The first time everything is confirmed and recorded; by consent nobody has to approve it.
    let mut first = events::receipt("application-1");
    first["third_party"] = json!({"id": recruiter});
    let first = ats.post("/v1/receipts", &first).expect(201);
    assert_eq!(first["fields"], json!(["b", "c", "d", "e", "g"]));
    assert_eq!(read(&officer, &first).get("use"), None);

    // The second time it is enough that nothing has changed: what was confirmed is cited, what is the same left out.
    let second = json!({
        "source": {"system": "hr", "event_id": "application-2"}, "basis": "consent_27", "received_on": "2026-06-15",
        "principals": [{"ref": "hr:43", "name": "齋藤 次郎"}], "consent": {"statement": "応募時に本人の同意を得ている"},
        "same_as": {"record": first["id"], "fields": ["third_party", "items", "acquisition"]},
    });
    let second = ats.post("/v1/receipts", &second).expect(201);
    assert_eq!(second["fields"], first["fields"]);
    let record = read(&officer, &second);
    for field in ["third_party", "items", "acquisition"] {
        assert_eq!(record["content"][field]["held_by"], first["id"], "{field}");
        assert_eq!(record["content"][field]["statutory"], true, "{field}");
    }
    assert_eq!(
        record["content"]["acquisition"]["value"]["history"],
        "紹介会社が本人から応募書類で直接取得"
    );

    // Whom the recruiter sent is found, and nobody else's name with him.
    let question = json!({"reason": {"kind": "disclosure_request"}, "principal": {"name": "斎藤次郎"}});
    let found = officer.post("/v1/records/search", &question);
    let hits = found.expect(200);
    assert_eq!(hits["data"][0]["id"], second["id"]);
    assert!(!found.text().contains("渡邉"), "{}", found.text());
    server.folder().assert_valid();
}

fn read(client: &Client, said: &Value) -> Value {
    let id = said["id"].as_str().unwrap();
    client.get(&format!("/v1/records/{id}")).expect(200)
}
