//! Making readings and asking who read, for the tests of the access ledger.

use kirokubo_tests::{Client, Role, Server};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::events;

/// A server with one record, and readings of it: entry 1 of the access ledger is a search, 2 a reveal, 3 a page of the
/// book, 4 another search that finds nobody.
pub(crate) fn server_with_readings() -> (Server, Value) {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let record = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let _ = search(&officer, &json!({"name": "髙橋 花子"}));
    let _ = officer.get(&path_of(&record)).expect(200);
    let _ = officer.get("/v1/records").expect(200);
    let _ = search(&officer, &json!({"name": "鑰 無子"}));
    (server, record)
}

pub(crate) fn path_of(record: &Value) -> String {
    format!("/v1/records/{}", record["id"].as_str().unwrap())
}

pub(crate) fn search(officer: &Client, principal: &Value) -> Value {
    let question = json!({"reason": {"kind": "disclosure_request", "id": "req_77"}, "principal": principal});
    officer.post("/v1/records/search", &question).expect(200)
}

/// All lines of the access log that a query gives, in one page.
pub(crate) fn log(client: &Client, query: &str) -> Vec<Value> {
    let page = client
        .get(&format!("/v1/access-log?limit=500{query}"))
        .expect(200);
    page["data"].as_array().unwrap().clone()
}

/// The number under which the database keeps the access ledger.
pub(crate) fn access_row(database: &Connection) -> i64 {
    database
        .query_row("SELECT id FROM ledgers WHERE access_of IS NOT NULL", [], |row| {
            row.get(0)
        })
        .unwrap()
}
