//! The access ledger is a ledger like the other: published, exported, verified, and given to older folders by `migrate`.

use std::fs;

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::entry::{Entry, Kind};
use kirokubo_ledger::hash::leaf_hash;
use kirokubo_ledger::tile::{EntryBundle, TilePath, Width};
use kirokubo_ledger::tree::Frontier;
use kirokubo_tests::{DataFolder, Role, Server};
use serde_json::{Value, json};

use crate::database::open;
use crate::events;
use crate::personal;
use crate::readings::{access_row, log, path_of, search, server_with_readings};
use crate::reports::audit;

#[test]
fn a_stranger_can_follow_the_access_ledger() {
    let (server, _) = server_with_readings();
    let base = format!("/ledgers/{}", server.folder().access_ledger_id());
    let note = server.nobody().get(&format!("{base}/checkpoint"));
    assert_eq!(note.status(), 200);
    let vkey = server.folder().access_vkey().parse().unwrap();
    let checkpoint = Checkpoint::open(note.bytes(), &vkey).unwrap();
    assert_eq!(checkpoint.size().get(), 5);
    assert!(
        note.text()
            .starts_with(&format!("{}/access\n5\n", server.folder().origin()))
    );

    let bundle = server.nobody().get(&format!("{base}/tile/entries/000.p/5"));
    assert_eq!(bundle.status(), 200);
    let path: TilePath = "tile/entries/000.p/5".parse().unwrap();
    assert_ne!(path.width(), Width::FULL);
    let mut tree = Frontier::empty();
    for (n, bytes) in EntryBundle::decode(bundle.bytes(), path.width())
        .unwrap()
        .enumerate()
    {
        tree.push(leaf_hash(bytes));
        let entry = Entry::view(bytes).unwrap();
        assert_eq!(entry.kind() == Kind::Access, n > 0);
    }
    assert_eq!(tree.root(), checkpoint.root());
    assert_eq!(
        server.nobody().get(&format!("{base}/tile/0/000.p/5")).status(),
        200
    );
    assert_eq!(server.size(), 2, "the ledger of records is another");
}

#[test]
fn both_ledgers_are_told_with_their_keys() {
    let (server, _) = server_with_readings();
    let folder = server.folder();
    let said = server.client(Role::Auditor).get("/v1/ledgers").expect(200);
    let of = |kind: &str, id: &str, vkey: &str, origin: &str, size: u64| json!({"kind": kind, "ledger_id": id, "origin": origin, "vkey": vkey, "size": size});
    let origin = folder.origin();
    assert_eq!(
        said["data"],
        json!([
            of("records", folder.ledger_id(), folder.vkey(), origin, 2),
            of(
                "access",
                folder.access_ledger_id(),
                folder.access_vkey(),
                &format!("{origin}/access"),
                5
            ),
        ])
    );
    assert_eq!(server.nobody().get("/v1/ledgers").status(), 401);
}

#[test]
fn bundles_of_the_access_ledger_verify_under_its_own_key() {
    let (server, _) = server_with_readings();
    let folder = server.into_folder();
    let structure = export(&folder, "structure", "access");
    let report = audit(&structure, folder.access_vkey());
    assert_eq!(
        (&report["exit"], &report["size"]),
        (&json!(11), &json!(5)),
        "{report:#}"
    );
    personal::assert_none_in_bytes(&fs::read(&structure).unwrap(), "a structure bundle");
    assert!(!personal::occurs("髙橋", &fs::read(&structure).unwrap()));

    // Who was searched for is in a full bundle: writing it is a reading, and is in it.
    let full = export(&folder, "full", "access");
    let report = audit(&full, folder.access_vkey());
    assert_eq!(
        (&report["exit"], &report["findings"]),
        (&json!(10), &json!([])),
        "{report:#}"
    );
    assert_eq!(
        (&report["size"], &report["openings"]["records"]),
        (&json!(6), &json!(5))
    );
    assert!(personal::occurs("髙橋", &fs::read(&full).unwrap()));
    assert_ne!(
        audit(&full, folder.vkey())["exit"],
        10,
        "the other ledger's key is another"
    );
    folder.assert_valid();
}

#[test]
fn an_export_of_records_is_written_down_beside_a_server_and_without_one() {
    let (server, record) = server_with_readings();
    let officer = server.client(Role::Officer);
    let _ = server.folder().export("structure");
    assert_eq!(log(&officer, "&kind=export"), [Value::Null; 0]);
    let first = export(server.folder(), "full", "records");
    let later = officer
        .post("/v1/provisions", &events::provision("2"))
        .expect(201);

    // The server goes on from where the command left the ledger.
    let _ = officer.get(&path_of(&record)).expect(200);
    let _ = search(&officer, &json!({"name": "髙橋 花子"}));
    let exports = log(&officer, "&kind=export");
    assert_eq!(exports.len(), 1, "{exports:?}");
    let export = &exports[0];
    assert_eq!(
        (&export["via"], &export["all_below"]),
        (&json!("command_line"), &json!(2))
    );
    assert_eq!(export["reason"], json!({"kind": "audit", "id": "2026"}));
    assert!(export["actor"].as_str().unwrap().starts_with("machine:uid:"));
    let kinds = |record: &Value| -> Vec<String> {
        let lines = log(&officer, &format!("&record={}", record["id"].as_str().unwrap()));
        let kind = |line: &Value| line["kind"].as_str().unwrap().to_owned();
        lines.iter().map(kind).collect()
    };
    assert!(kinds(&record).contains(&"export".to_owned()));
    assert_eq!(kinds(&later), ["search"], "it was not there yet");

    fs::remove_file(first).unwrap();
    let folder = server.into_folder();
    let _ = self::export(&folder, "full", "records");
    let report = folder.verify();
    assert_eq!(
        (&report["exit"], &report["findings"]),
        (&json!(0), &json!([])),
        "{report:#}"
    );
}

#[test]
fn an_older_folder_is_refused_until_it_is_migrated() {
    let server = Server::new();
    let client = server.client(Role::Officer);
    let record = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let folder = server.into_folder();
    make_older(&folder);
    let said = Server::refused(&folder);
    assert!(said.contains("kirokubo migrate"), "{said}");
    let output = folder.run(&["migrate"]);
    assert!(output.status.success(), "{output:?}");
    let again = folder.run(&["migrate"]);
    assert!(again.status.success(), "{again:?}");

    let server = Server::on(folder);
    let officer = server.client(Role::Officer);
    let _ = officer.get(&path_of(&record)).expect(200);
    assert_eq!(log(&officer, "").len(), 1);
    server.into_folder().assert_valid();
}

#[test]
fn an_access_ledger_that_is_gone_is_not_made_anew() {
    let (server, _) = server_with_readings();
    let folder = server.into_folder();
    let database = open(&folder);
    let row = access_row(&database);
    database
        .execute_batch(&format!(
            "PRAGMA foreign_keys = OFF; DELETE FROM ledgers WHERE id = {row}"
        ))
        .unwrap();
    let said = Server::refused(&folder);
    assert!(said.contains("the access ledger is missing"), "{said}");
    let output = folder.run(&["migrate"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("the access ledger is missing"));
    assert!(!folder.run(&["verify"]).status.success());
}

/// Writes a bundle of one ledger.
pub(crate) fn export(folder: &DataFolder, scope: &str, ledger: &str) -> std::path::PathBuf {
    let bundle = folder.beside().join(format!("{ledger}-{scope}.tar"));
    let out = bundle.to_str().unwrap();
    let output = folder.run(&[
        "export",
        "bundle",
        "--scope",
        scope,
        "--ledger",
        ledger,
        "--reason",
        "audit:2026",
        "--out",
        out,
    ]);
    assert!(output.status.success(), "{output:?}");
    bundle
}

/// Takes away what a folder from before the access ledger did not have.
fn make_older(folder: &DataFolder) {
    let database = open(folder);
    let row = access_row(&database);
    database
        .execute_batch(&format!(
            "PRAGMA foreign_keys = OFF;
             DROP TRIGGER entries_no_delete; DROP TRIGGER checkpoints_no_delete; DROP TRIGGER heads_no_delete;
             DROP TRIGGER ledgers_access_of;
             DELETE FROM entries WHERE ledger = {row};
             DELETE FROM checkpoints WHERE ledger = {row};
             DELETE FROM heads WHERE ledger = {row};
             DELETE FROM ledgers WHERE id = {row};
             DROP TABLE accesses; DROP TABLE access_records; DROP INDEX ledgers_access_of;
             ALTER TABLE ledgers DROP COLUMN access_of;
             DELETE FROM seaql_migrations WHERE version LIKE '%_000014_accesses';
             CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
             CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
             CREATE TRIGGER heads_no_delete BEFORE DELETE ON heads
BEGIN SELECT RAISE(ABORT, 'a ledger only grows'); END;"
        ))
        .unwrap();
    let keys = folder.path().join("keys");
    fs::remove_file(keys.join("access-signing.key")).unwrap();
    fs::remove_dir_all(keys.join("access-months")).unwrap();
}
