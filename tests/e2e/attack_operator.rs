//! An operator who has every key, and a server that lies to whoever asks it. Each attack succeeds as far as the ledger
//! alone can tell; what the auditor kept, or brought himself, names it.

use std::fs;
use std::path::{Path, PathBuf};

use kirokubo_tests::{DataFolder, Role, Server};
use serde_json::Value;

use crate::database::{Pristine, SIZE};
use crate::events;
use crate::reports::{audit, audit_with, codes_at};

/// Two histories grow from one copy. Each is signed, and each is in order by itself.
#[test]
pub(crate) fn a_fork_by_whoever_has_the_signing_key_is_named_where_it_begins() {
    let pristine = Pristine::new();
    let (shown, given) = grown(&pristine, "shown");
    let (hidden, _) = grown(&pristine, "hidden");
    for folder in [&shown, &hidden] {
        folder.assert_valid();
        assert_eq!(audit(&folder.export("full"), folder.vkey())["exit"], 10);
    }
    // A checkpoint alone says that they part, and a bundle of the other history says where.
    let report = audit_held(&hidden, &given);
    assert_eq!(report["exit"], 30, "{report:#}");
    assert_eq!(named(&report, "FORK_AT").len(), 1, "{report:#}");
    let other = shown.export("full");
    let other = ["--against", other.to_str().unwrap()];
    let report = audit_with(&hidden.export("full"), hidden.vkey(), &other);
    assert_eq!(report["exit"], 30, "{report:#}");
    assert_eq!(named(&report, "FORK_AT"), [SIZE], "{report:#}");
    // With the checkpoint of before the fork, nobody can tell: that is why checkpoints are fetched now and then.
    let old = Server::on(pristine.folder().copy()).checkpoint();
    let old = kept(old, &hidden, "old");
    assert_eq!(audit_held(&hidden, &old)["exit"], 10);
}

/// The whole folder of yesterday, keys included, is put back. Every signature in it is good.
#[test]
pub(crate) fn a_rollback_to_an_older_head_contradicts_the_newer_checkpoint() {
    let pristine = Pristine::new();
    let yesterday = pristine.folder().copy();
    let (_today, given) = grown(&pristine, "today");
    yesterday.assert_valid();
    let bundle = yesterday.export("full");
    assert_eq!(audit(&bundle, yesterday.vkey())["exit"], 10);
    let report = audit_held(&yesterday, &given);
    assert_eq!(report["exit"], 30, "{report:#}");
    assert!(codes_at(&report, SIZE).contains(&"TAIL_TRUNCATED"), "{report:#}");
}

/// A server shows a ledger of its own making, key and all, under the name of the one that was asked for.
#[test]
pub(crate) fn a_ledger_under_a_name_that_is_not_its_own_is_refused() {
    let asked = Pristine::new();
    let swapped = Pristine::new();
    let bundle = swapped.folder().export("full");
    assert_eq!(
        audit(&bundle, swapped.folder().vkey())["exit"],
        10,
        "in order by itself"
    );
    let report = audit(&bundle, asked.folder().vkey());
    assert_eq!(report["exit"], 40, "{report:#}");
    assert_eq!(
        report["findings"][0]["code"], "CHECKPOINT_SIGNATURE",
        "{report:#}"
    );
    assert_eq!(
        report["findings"].as_array().map(Vec::len),
        Some(1),
        "what it signed is not read: {report:#}"
    );
}

/// A copy that grew by events of its own, and the checkpoint it gave away afterwards.
fn grown(pristine: &Pristine, what: &str) -> (DataFolder, PathBuf) {
    let server = Server::on(pristine.folder().copy());
    let client = server.client(Role::Ingest);
    for n in 0..3 {
        let event = events::provision(&format!("{what}-{n}"));
        let _ = client.post("/v1/provisions", &event).expect(201);
    }
    let note = server.checkpoint();
    let folder = server.into_folder();
    let path = kept(note, &folder, what);
    (folder, path)
}

/// Keeps a checkpoint as an auditor would.
fn kept(note: String, beside: &DataFolder, what: &str) -> PathBuf {
    let path = beside.beside().join(format!("{what}.checkpoint"));
    fs::write(&path, note).unwrap();
    path
}

fn audit_held(folder: &DataFolder, held: &Path) -> Value {
    let held = held.to_str().unwrap();
    audit_with(&folder.export("full"), folder.vkey(), &["--checkpoint", held])
}

/// The indices that findings of this code name.
fn named(report: &Value, code: &str) -> Vec<u64> {
    let findings = report["findings"].as_array().unwrap();
    let named = findings.iter().filter(|finding| finding["code"] == code);
    named.filter_map(|finding| finding["index"].as_u64()).collect()
}
