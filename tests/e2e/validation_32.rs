//! Check 32 of those that users were promised: the same event again, with the same body and with another.

use kirokubo_tests::{Role, Server};
use serde_json::json;

use crate::events;

#[test]
fn row_32_the_same_event_again() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let event = events::provision("row-32");
    let first = client.post("/v1/provisions", &event).expect(201);

    let again = client.post("/v1/provisions", &event);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.expect(200)["id"], first["id"]);

    let mut other = event;
    other["items"] = json!(["氏名"]);
    let conflict = client.post("/v1/provisions", &other).expect(409);
    assert_eq!(conflict["code"], "event.conflict");
    assert_eq!(conflict["id"], first["id"]);
    let detail = conflict["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("同じ連携番号で内容の異なる記録があります"),
        "{detail}"
    );
    assert!(detail.contains(first["id"].as_str().unwrap()), "{detail}");
    assert_eq!(server.size(), 2);
}
