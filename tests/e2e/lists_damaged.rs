//! An administrator who changes lists by plain SQL: `kirokubo verify` says what he did.

use kirokubo_tests::{DataFolder, Role, Server};
use rusqlite::Connection;

use crate::database::{flip_in, intrude};
use crate::events;
use crate::lists::{provision_of, uploaded};
use crate::reports::{assert_names, audit, codes_at};

/// A stopped ledger: list 1 of 600 people is record 1, record 2 has a person of its own, nobody cites list 2.
fn pristine() -> DataFolder {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let rows: Vec<String> = (0..600).map(|n| format!("crm:{n},山田 太郎{n}\n")).collect();
    let list = uploaded(&officer, &format!("会員番号,氏名\n{}", rows.concat()));
    let _ = officer
        .post("/v1/provisions", &provision_of(&list, "1"))
        .expect(201);
    let _ = officer
        .post("/v1/provisions", &events::provision("2"))
        .expect(201);
    let _ = uploaded(&officer, "会員番号,氏名\ncrm:1,渡邉 一郎\ncrm:2,齋藤 健\n");
    let folder = server.into_folder();
    folder.assert_valid();
    folder
}

fn run(text: &str) -> impl Fn(&Connection) + '_ {
    move |database| {
        database.execute_batch(text).unwrap();
        assert!(database.changes() > 0, "{text}");
    }
}

#[test]
fn damage_to_the_list_of_a_record_names_the_record() {
    let pristine = pristine();
    for text in [
        "DELETE FROM principal_rows WHERE idx = -1 AND n = 300",
        "DELETE FROM principal_rows WHERE idx = -1 AND n = 599",
        "DELETE FROM principal_rows WHERE idx = -1",
        "UPDATE principal_rows SET n = 600 WHERE idx = -1 AND n = 0",
        "INSERT INTO principal_rows SELECT ledger, idx, 600, sealed FROM principal_rows WHERE idx = -1 AND n = 5",
        "INSERT INTO principal_rows SELECT ledger, 1, 0, sealed FROM principal_rows WHERE idx = -1 AND n = 0",
        "DELETE FROM search_tokens WHERE idx = -1 AND n = 7 AND token = (SELECT min(token) FROM search_tokens WHERE idx = -1 AND n = 7)",
        "INSERT INTO search_tokens VALUES (1, 0, 77, -1, 7)",
        "UPDATE search_tokens SET n = 8 WHERE idx = -1 AND n = 7",
        "DELETE FROM lists WHERE number = 1",
        "UPDATE lists SET made_by = 'key_other' WHERE number = 1",
        "UPDATE lists SET idx = 2 WHERE number = 1",
        "DELETE FROM list_nodes WHERE number = 1",
    ] {
        let damaged = pristine.copy();
        intrude(&damaged, run(text));
        assert_names(&damaged.verify(), 1, text);
    }
    let damaged = pristine.copy();
    intrude(&damaged, |database| {
        flip_in(database, "principal_rows", "sealed", "idx = -1 AND n = 400", 3);
    });
    let report = damaged.verify();
    assert_names(&report, 1, "a row");
    assert!(report.to_string().contains("row 400"), "{report:#}");
    let report = audit(&damaged.export("full"), damaged.vkey());
    assert_names(&report, 1, "a row, to the auditor");
    let damaged = pristine.copy();
    intrude(&damaged, |database| {
        flip_in(database, "list_nodes", "hashes", "number = 1", 40);
    });
    assert!(codes_at(&damaged.verify(), 1).contains(&"ROW_MISMATCH"));
}

#[test]
fn damage_to_a_list_that_nobody_cites_yet_is_found() {
    let pristine = pristine();
    for (text, code) in [
        (
            "DELETE FROM principal_rows WHERE idx = -2 AND n = 1",
            "ROW_MISMATCH",
        ),
        ("UPDATE lists SET principals = 1 WHERE number = 2", "ROW_MISMATCH"),
        (
            "UPDATE lists SET root = zeroblob(32) WHERE number = 2",
            "ROW_MISMATCH",
        ),
        (
            "UPDATE lists SET list_id = zeroblob(16) WHERE number = 2",
            "ROW_MISMATCH",
        ),
        (
            "INSERT INTO search_tokens VALUES (1, 0, 77, -2, 0)",
            "ROW_MISMATCH",
        ),
        ("DELETE FROM lists WHERE number = 2", "ROW_STRAY"),
        ("UPDATE principal_rows SET idx = -9 WHERE idx = -2", "ROW_STRAY"),
        (
            "INSERT INTO list_nodes VALUES (1, 9, 0, zeroblob(32))",
            "ROW_STRAY",
        ),
        ("INSERT INTO search_tokens VALUES (1, 0, 77, -9, 0)", "ROW_STRAY"),
        ("UPDATE lists SET made_at = 'now' WHERE number = 2", "ROW_STRAY"),
    ] {
        let damaged = pristine.copy();
        intrude(&damaged, run(text));
        let report = damaged.verify();
        assert_eq!(report["exit"], 40, "{text}: {report:#}");
        let findings = report["findings"].as_array().unwrap();
        assert!(
            findings.iter().any(|finding| finding["code"] == code),
            "{text}: {report:#}"
        );
        assert!(
            codes_at(&report, 1).is_empty() && codes_at(&report, 2).is_empty(),
            "{text}: {report:#}"
        );
    }
}

#[test]
fn a_list_given_to_another_record_shows_nobody_in_a_search() {
    let pristine = pristine();
    let damaged = pristine.copy();
    intrude(&damaged, run("UPDATE lists SET idx = 2 WHERE number = 1"));
    let server = Server::on(damaged);
    let found = crate::lists::search(
        &server.client(Role::Officer),
        &serde_json::json!({"ref": "crm:7"}),
    );
    assert_eq!(found["data"], serde_json::json!([]));
    assert_eq!(found["searched"]["unreadable"], serde_json::json!([2]));
}

#[test]
fn triggers_refuse_what_no_server_does() {
    let pristine = pristine();
    let database = Connection::open(pristine.database()).unwrap();
    for text in [
        "INSERT INTO principal_rows SELECT ledger, -2, 2, sealed FROM principal_rows WHERE idx = -1 AND n = 0",
        "INSERT INTO principal_rows SELECT ledger, -3, 0, sealed FROM principal_rows WHERE idx = -1 AND n = 0",
        "UPDATE lists SET state = 0, idx = NULL, secret = zeroblob(60) WHERE number = 1",
        "UPDATE lists SET principals = 5 WHERE number = 2",
        "UPDATE lists SET record_id = zeroblob(16) WHERE number = 2",
        "DELETE FROM lists WHERE number = 1",
    ] {
        assert!(database.execute_batch(text).is_err(), "{text}");
    }
}
