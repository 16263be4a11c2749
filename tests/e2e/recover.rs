//! Going on after a restore that lost entries: with the entries themselves, with receipts, or with neither.

use std::fs;
use std::path::{Path, PathBuf};

use kirokubo_ledger::entry::{Entry, Kind, RecoveryBody};
use kirokubo_tests::{DataFolder, Role, Server, binaries};
use serde_json::{Value, json};

use crate::backup::{backup, out};
use crate::events;
use crate::meddling::blob;

/// Records in the backup, and records that came after it.
const BEFORE: u64 = 2;
const AFTER: u64 = 3;

/// A ledger taken back to an old backup, and what was kept elsewhere of what it lost.
struct Disaster {
    folder: DataFolder,
    /// The answers to all events, with their sources.
    receipts: PathBuf,
    /// An audit bundle of everything.
    bundle: PathBuf,
    /// The checkpoint of everything.
    held: PathBuf,
    /// The ids of the lost records.
    lost: Vec<String>,
}

#[test]
pub(crate) fn with_a_bundle_the_very_entries_are_there_again_and_nothing_contradicts() {
    let disaster = Disaster::new();
    let folder = &disaster.folder;
    let said = recovered(folder, &["--from-bundle", text(&disaster.bundle)]);
    assert_eq!(said["contents_lost"], json!({"first": 3, "last": 5}));
    assert_eq!((&said["lost"], &said["entry"]), (&Value::Null, &6.into()));
    assert_eq!(said["superseded"], json!([]), "the mark is continued");
    let report = folder.verify();
    assert_eq!(
        (&report["exit"], &report["lost"]),
        (&0.into(), &AFTER.into()),
        "{report:#}"
    );
    assert_eq!(
        verify_bundle(&disaster, "full").0,
        11,
        "what is lost is said, and no fork"
    );

    let server = Server::on(disaster.folder.copy());
    let officer = server.client(Role::Officer);
    for id in &disaster.lost {
        let record = officer.get(&format!("/v1/records/{id}")).expect(200);
        assert_eq!(record["content_lost"], true, "{record}");
        assert!(record.get("third_party").is_none(), "{record}");
    }
    // Whoever sends it again has it recorded anew.
    let again = officer
        .post("/v1/provisions", &events::provision("3"))
        .expect(201);
    assert_eq!(again["index"], 7);
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn with_receipts_exactly_the_lost_records_are_named() {
    let disaster = Disaster::new();
    let mut lines = fs::read_to_string(&disaster.receipts).unwrap();
    let forged = lines
        .lines()
        .last()
        .unwrap()
        .replace("\"index\":5", "\"index\":4");
    lines = format!("{lines}{forged}\nnonsense\n");
    fs::write(&disaster.receipts, lines).unwrap();
    // Nothing but the receipts tells how far the ledger was.
    fs::remove_file(disaster.folder.path().join("high-water")).unwrap();

    let said = recovered(&disaster.folder, &["--receipts", text(&disaster.receipts)]);
    let receipts = &said["receipts"];
    assert_eq!(receipts["kept"], BEFORE);
    assert_eq!(receipts["invalid_lines"], json!([6, 7]));
    let expected: Vec<Value> = (3_u64..)
        .zip(&disaster.lost)
        .map(|(index, id)| {
            json!({"index": index, "id": id, "source": {"system": "crm", "event_id": index.to_string()}})
        })
        .collect();
    assert_eq!(receipts["lost"], json!(expected));
    assert_eq!(said["lost"], json!({"first": 3, "last": 5}));
    assert_eq!(said["highest_known"]["size"], 6);
    disaster.folder.assert_valid();
}

#[test]
pub(crate) fn otherwise_the_loss_is_declared_and_a_holder_of_the_old_checkpoint_reads_why() {
    let disaster = Disaster::new();
    let folder = &disaster.folder;
    let mark = fs::read(folder.path().join("high-water")).unwrap();
    let said = recovered(folder, &[]);
    assert_eq!((&said["restored"], &said["entry"]), (&3.into(), &3.into()));
    assert_eq!(said["lost"], json!({"first": 3, "last": 5}));
    let kept = folder.path().join("high-water.superseded");
    assert_eq!(
        fs::read(kept).unwrap(),
        mark,
        "the mark of the lost history stays"
    );
    folder.assert_valid();

    let entry = blob(folder, "SELECT bytes FROM entries WHERE ledger = 1 AND idx = 3");
    let entry = Entry::decode(&entry).unwrap();
    let body = RecoveryBody::parse(entry.body()).unwrap();
    assert_eq!(
        (entry.kind(), body.reason.as_str()),
        (Kind::Recovery, "disk_failure")
    );
    assert_eq!((body.restored.size, body.highest_known.unwrap().size), (3, 6));

    let (status, report) = verify_bundle(&disaster, "structure");
    assert_eq!(status, 30, "{report:#}");
    let explained = &report["recoveries"][0];
    assert_eq!(
        (&explained["index"], &explained["lost"]),
        (&3.into(), &json!({"first": 3, "last": 5})),
        "{report:#}"
    );
    assert_eq!(explained["names_held"], true, "{report:#}");

    let server = Server::on(disaster.folder.copy());
    let again = server.client(Role::Ingest);
    let again = again.post("/v1/provisions", &events::provision("3")).expect(201);
    assert_eq!(again["index"], 4);
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn a_recovery_cut_short_before_the_mark_moved_is_taken_up_again() {
    let disaster = Disaster::new();
    let folder = &disaster.folder;
    let mark = folder.path().join("high-water");
    let old = fs::read(&mark).unwrap();
    let first = recovered(folder, &[]);
    fs::write(&mark, old).unwrap();
    let second = recovered(folder, &[]);
    assert_eq!(second["entry"], first["entry"], "one recovery entry, not two");
    folder.assert_valid();
}

#[test]
pub(crate) fn nothing_is_recovered_that_is_not_lost() {
    let folder = DataFolder::new();
    let refuse = |arguments: &[&str], why: &str| {
        let output = folder.run(&[&["recover"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(why), "{said}");
    };
    refuse(&["--reason", "disk_failure"], "nothing is known to be lost");
    refuse(&["--reason", "山田さんの誤操作"], "a reason is a code");
    let bundle = folder.export("structure");
    refuse(
        &["--reason", "x", "--from-bundle", text(&bundle)],
        "gives nothing back",
    );
    let server = Server::new();
    let _ = server
        .client(Role::Ingest)
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let stranger = server.into_folder();
    let bundle = stranger.export("structure");
    refuse(&["--reason", "x", "--from-bundle", text(&bundle)], "did not sign");
    folder.assert_valid();
}

#[test]
pub(crate) fn a_bundle_of_a_history_that_parted_gives_nothing_back() {
    let disaster = Disaster::new();
    let folder = &disaster.folder;
    let _ = recovered(folder, &[]);
    // Signed by the same key, and longer; but its fourth entry is another.
    let output = folder.run(&[
        "recover",
        "--reason",
        "again",
        "--from-bundle",
        text(&disaster.bundle),
    ]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("do not continue this ledger"), "{said}");
    folder.assert_valid();
}

impl Disaster {
    fn new() -> Self {
        let server = Server::new();
        let (mut lines, mut lost) = (String::new(), Vec::new());
        for n in 1..=BEFORE + AFTER {
            let event = events::provision(&n.to_string());
            let mut answer = server
                .client(Role::Ingest)
                .post("/v1/provisions", &event)
                .expect(201);
            if n > BEFORE {
                lost.push(answer["id"].as_str().unwrap().to_owned());
            }
            answer["source"] = event["source"].clone();
            lines = format!("{lines}{answer}\n");
            if n == BEFORE {
                let _ = backup(server.folder(), "b");
            }
        }
        let held = out(server.folder(), "held");
        fs::write(&held, server.checkpoint()).unwrap();
        let folder = server.into_folder();
        let receipts = out(&folder, "receipts.ndjson");
        fs::write(&receipts, lines).unwrap();
        let bundle = folder.export("structure");
        let kept = out(&folder, "kept.tar");
        fs::rename(bundle, &kept).unwrap();
        let from = out(&folder, "b");
        // On a server what is there stays, and the backup goes into another database.
        let folder = if folder.server().is_some() {
            folder.on_empty(true).unwrap()
        } else {
            folder
        };
        let output = folder.run(&["restore", "--replace", "--from", text(&from)]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        crate::restore::assert_refused(&folder, "通番 3 から 5 まで");
        Self {
            folder,
            receipts,
            bundle: kept,
            held,
            lost,
        }
    }
}

#[track_caller]
fn recovered(folder: &DataFolder, more: &[&str]) -> Value {
    let arguments = ["recover", "--json", "--reason", "disk_failure"];
    let output = folder.run(&[&arguments[..], more].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What `kirokubo-verify` says of the recovered ledger to one who holds the checkpoint of everything.
fn verify_bundle(disaster: &Disaster, scope: &str) -> (i32, Value) {
    let bundle = disaster.folder.export(scope);
    let output = binaries()
        .kirokubo_verify()
        .arg(bundle)
        .args(["--json", "--vkey", disaster.folder.vkey()])
        .arg("--checkpoint")
        .arg(&disaster.held)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), report)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
