//! Audit bundles: what they hold, and what the auditor's own program says of a damaged one.

use std::fs;
use std::path::Path;

use kirokubo_tests::{DataFolder, Role, Server, binaries};
use rusqlite::Connection;

use crate::database::{Pristine, SIZE, TARGET, flip_in, open};
use crate::events;
use crate::personal;
use crate::reports::{assert_names, audit, audit_with, codes_at};

#[test]
pub(crate) fn a_full_bundle_is_valid_and_a_structure_bundle_is_valid_as_far_as_it_goes() {
    let pristine = Pristine::new();
    let folder = pristine.folder();
    let report = audit(&folder.export("full"), folder.vkey());
    assert_eq!(
        (&report["exit"], &report["findings"]),
        (&10.into(), &serde_json::json!([])),
        "{report:#}"
    );
    assert_eq!(
        (&report["size"], &report["openings"]["records"]),
        (&SIZE.into(), &(SIZE - 1).into())
    );
    assert_eq!(report["scope"], "full");
    let report = audit(&folder.export("structure"), folder.vkey());
    assert_eq!(
        (&report["exit"], &report["findings"]),
        (&11.into(), &serde_json::json!([])),
        "{report:#}"
    );
    assert_eq!(report["openings"]["opened"], 0);
}

#[test]
pub(crate) fn a_bundle_can_be_written_beside_a_running_server() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    assert_eq!(
        client
            .post_lines(events::lines((0..300).map(|n| n.to_string())))
            .status(),
        200
    );
    let bundle = server.folder().export("full");
    let report = audit(&bundle, server.folder().vkey());
    assert_eq!(
        (&report["exit"], &report["size"]),
        (&10.into(), &301.into()),
        "{report:#}"
    );
    assert_eq!(server.folder().verify()["exit"], 0);
}

#[test]
fn a_structure_bundle_holds_nothing_personal_and_a_full_one_does() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let _ = client
        .post("/v1/provisions", &personal::provision("1"))
        .expect(201);
    let _ = client.post("/v1/receipts", &personal::receipt("2")).expect(201);
    let folder = server.into_folder();
    let structure = fs::read(folder.export("structure")).unwrap();
    personal::assert_none_in_bytes(&structure, "a structure bundle");
    let full = fs::read(folder.export("full")).unwrap();
    assert!(
        personal::occurs("印鑰 守", &full),
        "a full bundle opens the records"
    );
}

#[test]
fn a_bundle_of_another_ledger_is_invalid() {
    let pristine = Pristine::new();
    let other = DataFolder::new();
    let report = audit(&pristine.folder().export("full"), other.vkey());
    assert_eq!(report["exit"], 40, "{report:#}");
}

#[test]
fn a_bundle_cut_off_anywhere_is_invalid_or_unreadable_and_never_a_crash() {
    let pristine = Pristine::new();
    let bundle = pristine.folder().export("full");
    let whole = fs::read(&bundle).unwrap();
    let cut = pristine.folder().beside().join("cut.tar");
    for part in 0..40 {
        let length = whole.len() * part / 40 + part % 3;
        fs::write(&cut, &whole[..length]).unwrap();
        let status = status_of_audit(&cut, pristine.folder().vkey());
        assert!(
            [40, 2].contains(&status),
            "cut at {length} of {}: {status}",
            whole.len()
        );
    }
}

#[test]
fn a_changed_byte_anywhere_in_a_bundle_is_found() {
    let pristine = Pristine::new();
    let bundle = pristine.folder().export("full");
    let whole = fs::read(&bundle).unwrap();
    let changed = pristine.folder().beside().join("changed.tar");
    for step in 0..60 {
        let mut bytes = whole.clone();
        // 512-byte blocks of a tar are padded with zeros; what is changed must be something.
        let place = (whole.len() * step / 60..whole.len()).find(|place| whole[*place] != 0);
        let Some(place) = place else { break };
        bytes[place] ^= 1;
        fs::write(&changed, &bytes).unwrap();
        let status = status_of_audit(&changed, pristine.folder().vkey());
        assert!(
            [40, 2].contains(&status),
            "byte {place} of {}: {status}",
            whole.len()
        );
    }
}

/// What an administrator does to a database.
type Damage<'a> = &'a dyn Fn(&Connection);

#[test]
fn the_auditor_names_every_kind_of_damage_to_the_ledger() {
    let pristine = Pristine::new();
    let damages: [(&str, Damage<'_>); 7] = [
        ("a byte of an entry", &|database| {
            flip_in(database, "entries", "bytes", "idx = 6", 100);
        }),
        ("a link", &|database| {
            flip_in(database, "entries", "bytes", "idx = 6", 40);
        }),
        ("a deleted entry", &|database| {
            run(database, "DELETE FROM entries WHERE idx = 6");
        }),
        ("entries exchanged", &|database| {
            run(
                database,
                "UPDATE entries SET bytes = (SELECT bytes FROM entries other WHERE other.idx = 15 - entries.idx)
                 WHERE idx IN (6, 9)",
            );
        }),
        ("content", &|database| {
            flip_in(database, "record_contents", "sealed", "idx = 6", 50);
        }),
        ("a row", &|database| {
            flip_in(database, "principal_rows", "sealed", "idx = 6 AND n = 2", 0);
        }),
        ("a row deleted", &|database| {
            run(database, "DELETE FROM principal_rows WHERE idx = 6 AND n = 4");
        }),
    ];
    for (what, damage) in damages {
        let damaged = pristine.after_doing(damage);
        let report = audit(&damaged.export("full"), damaged.vkey());
        assert_names(&report, TARGET, what);
    }
    // A leaf is not an entry's own: the auditor computes it, and finds the tile that says otherwise.
    let damaged = pristine.after_doing(|database| flip_in(database, "entries", "leaf", "idx = 6", 0));
    let report = audit(&damaged.export("full"), damaged.vkey());
    assert_eq!(report["exit"], 40, "{report:#}");
    assert!(report.to_string().contains("tile/0/000"), "{report:#}");

    let damaged = pristine.after("DELETE FROM entries WHERE idx >= 9");
    let report = audit(&damaged.export("full"), damaged.vkey());
    assert_names(&report, 9, "the end");
    assert!(codes_at(&report, 9).contains(&"TAIL_TRUNCATED"), "{report:#}");
}

#[test]
fn a_rollback_is_found_by_whoever_kept_a_checkpoint() {
    let pristine = Pristine::new();
    let kept = pristine.folder().beside().join("kept");
    let note: String = open(pristine.folder())
        .query_row("SELECT note FROM heads", [], |row| row.get(0))
        .unwrap();
    fs::write(&kept, note).unwrap();
    let kept = kept.to_str().unwrap();
    let whole = audit_with(
        &pristine.folder().export("full"),
        pristine.folder().vkey(),
        &["--checkpoint", kept],
    );
    assert_eq!(whole["exit"], 10, "{whole:#}");

    // An older state of the ledger, as a restored backup has it: everything in it agrees, signatures included.
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let folder = server.into_folder();
    let backup = folder.copy();
    let server = Server::on(folder);
    let client = server.client(Role::Ingest);
    let _ = client.post("/v1/provisions", &events::provision("2")).expect(201);
    let kept = backup.beside().join("kept");
    fs::write(&kept, server.checkpoint()).unwrap();
    backup.assert_valid();
    let report = audit_with(
        &backup.export("full"),
        backup.vkey(),
        &["--checkpoint", kept.to_str().unwrap()],
    );
    assert_eq!(report["exit"], 30, "{report:#}");

    // Going on from the backup makes a fork, which the same checkpoint shows.
    let server = Server::on(backup);
    let client = server.client(Role::Ingest);
    for n in 3..6 {
        let _ = client
            .post("/v1/provisions", &events::provision(&n.to_string()))
            .expect(201);
    }
    let backup = server.into_folder();
    fs::remove_file(backup.beside().join("full.tar")).unwrap();
    let report = audit_with(
        &backup.export("full"),
        backup.vkey(),
        &["--checkpoint", kept.to_str().unwrap()],
    );
    assert_eq!(report["exit"], 30, "{report:#}");
    assert!(report.to_string().contains("FORK_AT"), "{report:#}");
}

#[test]
fn a_bundle_is_never_written_over_something() {
    let pristine = Pristine::new();
    let folder = pristine.folder();
    let bundle = folder.export("structure");
    let before = fs::read(&bundle).unwrap();
    let out = bundle.to_str().unwrap();
    let again = folder.run(&["export", "bundle", "--scope", "full", "--out", out]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains(out));
    assert_eq!(fs::read(&bundle).unwrap(), before);
    let left: Vec<_> = fs::read_dir(folder.beside())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(
        left.len(),
        2,
        "the data folder and the bundle, nothing else: {left:?}"
    );
}

#[test]
fn a_full_bundle_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let pristine = Pristine::new();
    let mode = fs::metadata(pristine.folder().export("full"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn usage_errors_of_the_verifier_are_told_apart_from_verdicts() {
    let folder = DataFolder::new();
    let nothing = folder.beside().join("nothing.tar");
    assert_eq!(status_of_audit(&nothing, folder.vkey()), 2);
    assert_eq!(status_of_audit(&folder.export("structure"), "no key"), 2);
}

fn status_of_audit(bundle: &Path, vkey: &str) -> i32 {
    let mut command = binaries().kirokubo_verify();
    let output = command
        .arg(bundle)
        .args(["--vkey", vkey])
        .output()
        .expect("kirokubo-verify starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    output.status.code().expect("it was not killed")
}

fn run(database: &Connection, statements: &str) {
    database.execute_batch(statements).unwrap();
}
