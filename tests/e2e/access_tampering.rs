//! Nobody cleans the access ledger unseen: not the role `admin`, not an administrator of the database.

use kirokubo_tests::{DataFolder, Role};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::access_ledger::export;
use crate::database::{flip_in, intrude, open};
use crate::readings::{access_row, log, search, server_with_readings};
use crate::reports::{assert_names, audit, audit_with, codes_at};

/// The tables that hold a reading.
const OF_A_READING: [&str; 4] = ["entries", "accesses", "access_records", "record_contents"];

/// A stopped folder with four readings.
fn folder_with_readings() -> DataFolder {
    server_with_readings().0.into_folder()
}

/// A copy after something was done to its database, which gets the number of the access ledger.
fn after(folder: &DataFolder, act: impl FnOnce(&Connection, i64)) -> DataFolder {
    let damaged = folder.copy();
    intrude(&damaged, |database| act(database, access_row(database)));
    damaged
}

/// Panics unless `kirokubo verify` names the reading as one of the access ledger, and nothing of the other ledger.
#[track_caller]
fn assert_named(folder: &DataFolder, index: u64, what: &str) {
    let report = folder.verify();
    assert_names(&report, index, what);
    let findings = report["findings"].as_array().unwrap();
    assert!(
        findings.iter().all(|finding| finding["ledger"] == "access"),
        "{what}: {report:#}"
    );
}

#[test]
fn an_edited_reading_is_named() {
    let folder = folder_with_readings();
    let damaged = after(&folder, |database, row| {
        flip_in(
            database,
            "entries",
            "bytes",
            &format!("ledger = {row} AND idx = 2"),
            100,
        );
    });
    assert_named(&damaged, 2, "an edited entry");
    let report = audit(&export(&damaged, "structure", "access"), folder.access_vkey());
    assert_eq!(codes_at(&report, 2), ["ENTRY_MODIFIED"], "{report:#}");
}

#[test]
fn a_removed_reading_is_named() {
    let folder = folder_with_readings();
    // The whole of it, and those after it moved up.
    let damaged = after(&folder, |database, row| {
        let statements = OF_A_READING.map(|table| {
            format!(
                "DELETE FROM {table} WHERE ledger = {row} AND idx = 2;
                 UPDATE {table} SET idx = idx + 1000 WHERE ledger = {row} AND idx > 2;
                 UPDATE {table} SET idx = idx - 1001 WHERE ledger = {row} AND idx > 2;"
            )
        });
        database.execute_batch(&statements.concat()).unwrap();
    });
    assert_named(&damaged, 2, "a removed entry");
    let report = audit(&export(&damaged, "structure", "access"), folder.access_vkey());
    assert!(codes_at(&report, 2).contains(&"ENTRY_MISSING"), "{report:#}");

    let damaged = after(&folder, |database, row| {
        let last = format!("DELETE FROM entries WHERE ledger = {row} AND idx = 4");
        database.execute_batch(&last).unwrap();
    });
    assert_named(&damaged, 4, "the last entry");
    assert!(codes_at(&damaged.verify(), 4).contains(&"TAIL_TRUNCATED"));
}

#[test]
fn readings_in_another_order_are_named() {
    let folder = folder_with_readings();
    let damaged = after(&folder, |database, row| {
        database
            .execute_batch(&format!(
                "UPDATE entries SET idx = 1000 WHERE ledger = {row} AND idx = 2;
                 UPDATE entries SET idx = 2 WHERE ledger = {row} AND idx = 3;
                 UPDATE entries SET idx = 3 WHERE ledger = {row} AND idx = 1000;"
            ))
            .unwrap();
    });
    assert_named(&damaged, 2, "two entries in each other's place");
    assert!(codes_at(&damaged.verify(), 2).contains(&"REORDERED"));
}

#[test]
fn every_row_beside_a_reading_is_held_against_it() {
    let folder = folder_with_readings();
    for (statement, code) in [
        (
            "UPDATE accesses SET actor = 'key_other' WHERE idx = 2",
            "ROW_MISMATCH",
        ),
        ("UPDATE accesses SET kind = 4 WHERE idx = 2", "ROW_MISMATCH"),
        (
            "UPDATE accesses SET made_at = made_at - 86400000 WHERE idx = 2",
            "ROW_MISMATCH",
        ),
        ("UPDATE accesses SET all_below = 0 WHERE idx = 2", "ROW_MISMATCH"),
        (
            "UPDATE accesses SET access_id = randomblob(16) WHERE idx = 2",
            "ROW_MISMATCH",
        ),
        (
            "UPDATE accesses SET mac = zeroblob(16) WHERE idx = 2",
            "ROW_MISMATCH",
        ),
        ("DELETE FROM accesses WHERE idx = 2", "ROW_MISMATCH"),
        ("DELETE FROM access_records WHERE idx = 2", "ROW_MISMATCH"),
        (
            "UPDATE access_records SET record = zeroblob(16) WHERE idx = 2",
            "ROW_MISMATCH",
        ),
        (
            "INSERT INTO access_records SELECT ledger, randomblob(16), idx FROM access_records WHERE idx = 2",
            "ROW_MISMATCH",
        ),
        ("DELETE FROM record_contents WHERE idx = 2", "OPENING_MISSING"),
        (
            "UPDATE record_contents SET sealed = randomblob(200) WHERE idx = 2",
            "OPENING_MISMATCH",
        ),
        (
            "UPDATE record_contents SET secret = zeroblob(60) WHERE idx = 2",
            "OPENING_MISMATCH",
        ),
        (
            "UPDATE record_contents SET month = -1 WHERE idx = 2",
            "OPENING_MISSING",
        ),
    ] {
        // The ledger of records has no entry 2: only readings have rows there.
        let damaged = after(&folder, |database, _| {
            assert_ne!(database.execute(statement, []).unwrap(), 0, "{statement}");
        });
        assert_named(&damaged, 2, statement);
        assert!(
            codes_at(&damaged.verify(), 2).contains(&code),
            "{statement}: {:#}",
            damaged.verify()
        );
    }
}

#[test]
fn the_contents_of_two_readings_do_not_change_places() {
    let folder = folder_with_readings();
    let damaged = after(&folder, |database, row| {
        database
            .execute_batch(&format!(
                "UPDATE record_contents SET idx = 1000 WHERE ledger = {row} AND idx = 2;
                 UPDATE record_contents SET idx = 2 WHERE ledger = {row} AND idx = 3;
                 UPDATE record_contents SET idx = 3 WHERE ledger = {row} AND idx = 1000;"
            ))
            .unwrap();
    });
    assert_named(&damaged, 2, "contents in each other's place");
    assert_names(&damaged.verify(), 3, "contents in each other's place");
}

#[test]
fn rows_under_the_wrong_ledger_are_found() {
    let folder = folder_with_readings();
    for statement in [
        "INSERT INTO accesses SELECT 1, idx, access_id, kind, actor, made_at, all_below, mac FROM accesses WHERE idx = 1",
        "INSERT INTO access_records SELECT 1, record, idx FROM access_records WHERE idx = 1",
        "INSERT INTO search_tokens SELECT (SELECT id FROM ledgers WHERE access_of = 1), run, token, idx, n FROM search_tokens",
        "INSERT INTO accesses SELECT ledger, 99, access_id, kind, actor, made_at, all_below, mac FROM accesses WHERE idx = 1",
    ] {
        let damaged = after(&folder, |database, _| {
            assert_ne!(database.execute(statement, []).unwrap(), 0, "{statement}");
        });
        let report = damaged.verify();
        assert_eq!(report["exit"], 40, "{statement}: {report:#}");
        assert_eq!(
            report["findings"][0]["code"], "ROW_STRAY",
            "{statement}: {report:#}"
        );
    }
}

/// Everything about the last readings, taken away together with the head: the machine's own verifier cannot know, whoever
/// kept a checkpoint does.
#[test]
fn a_rewound_access_ledger_contradicts_a_checkpoint_that_was_kept() {
    let (server, _) = server_with_readings();
    let base = format!("/ledgers/{}/checkpoint", server.folder().access_ledger_id());
    let folder_then = {
        let database = open(server.folder());
        let row = access_row(&database);
        let head =
            format!("SELECT hex(leaf), hex(frontier), note, recorded_at FROM heads WHERE ledger = {row}");
        database
            .query_row(&head, [], |row| {
                let texts: [String; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
                Ok((texts, row.get::<_, i64>(3)?))
            })
            .unwrap()
    };
    let officer = server.client(Role::Officer);
    let _ = search(&officer, &json!({"name": "髙橋 花子"}));
    let kept = server.nobody().get(&base).text().to_owned();
    let folder = server.into_folder();
    let checkpoint = folder.beside().join("kept");
    std::fs::write(&checkpoint, kept).unwrap();

    let ([leaf, frontier, note], at) = folder_then;
    let damaged = after(&folder, |database, row| {
        let statements =
            OF_A_READING.map(|table| format!("DELETE FROM {table} WHERE ledger = {row} AND idx > 4;"));
        database.execute_batch(&statements.concat()).unwrap();
        let head = format!(
            "DELETE FROM checkpoints WHERE ledger = {row} AND size > 5;
             UPDATE heads SET size = 5, leaf = x'{leaf}', frontier = x'{frontier}', note = '{note}', recorded_at = {at}
             WHERE ledger = {row};"
        );
        database.execute_batch(&head).unwrap();
    });
    damaged.assert_valid();
    let bundle = export(&damaged, "structure", "access");
    let kept = ["--checkpoint", checkpoint.to_str().unwrap()];
    let report = audit_with(&bundle, folder.access_vkey(), &kept);
    assert_eq!(report["exit"], 30, "{report:#}");
}

#[test]
fn the_role_admin_and_plain_sql_can_take_nothing_back() {
    let (server, record) = server_with_readings();
    let admin = server.nobody().with_key(server.folder().admin_key());
    let of_record = format!("/v1/records/{}/access", record["id"].as_str().unwrap());
    for path in ["/v1/access-log", of_record.as_str()] {
        for method in ["DELETE", "PUT", "PATCH", "POST"] {
            assert_eq!(
                admin.request(method, path).send().status(),
                405,
                "{method} {path}"
            );
        }
        assert_eq!(admin.get(path).status(), 403);
    }
    let database = open(server.folder());
    for statement in [
        "DELETE FROM accesses",
        "UPDATE accesses SET actor = 'nobody'",
        "DELETE FROM access_records",
        "UPDATE access_records SET idx = 1",
        "DELETE FROM entries WHERE ledger = 2",
        "UPDATE ledgers SET access_of = NULL",
    ] {
        let refused = database.execute(statement, []).unwrap_err().to_string();
        let reasons = ["append-only", "stays what it is"];
        assert!(
            reasons.iter().any(|reason| refused.contains(reason)),
            "{statement}: {refused}"
        );
    }
    assert_eq!(log(&server.client(Role::Auditor), "").len(), 4);
    let _: Value = server.into_folder().verify();
}
