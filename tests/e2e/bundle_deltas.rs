//! Delta bundles: what was appended since an auditor's last visit, joined to the checkpoint that he kept.

use std::fs;
use std::path::{Path, PathBuf};

use kirokubo_ledger::bundle::{BundleReader, BundleStaging, KeyList, ListedKey};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::{SigningKey, VerifierKey, sign_note};
use kirokubo_tests::{DataFolder, Role, Server};
use serde_json::{Value, json};

use crate::database::{flip_in, intrude};
use crate::events;
use crate::reports::{audit_with, codes_at};

/// A ledger that grew in steps, and the checkpoint after each.
struct Grown {
    folder: DataFolder,
    checkpoints: Vec<(u64, PathBuf)>,
}

impl Grown {
    fn new() -> Self {
        let server = Server::new();
        let client = server.client(Role::Officer);
        let mut notes = Vec::new();
        for (step, count) in [3, 252, 1, 44, 260].into_iter().enumerate() {
            let ids = (0..count).map(|n| format!("{step}-{n}"));
            assert_eq!(client.post_lines(events::lines(ids)).status(), 200);
            notes.push((server.size(), server.checkpoint()));
        }
        let folder = server.into_folder();
        let kept = |(size, note): (u64, String)| {
            let path = folder.beside().join(format!("checkpoint-{size}"));
            fs::write(&path, note).unwrap();
            (size, path)
        };
        Self {
            checkpoints: notes.into_iter().map(kept).collect(),
            folder,
        }
    }

    fn delta(&self, scope: &str, from: u64) -> PathBuf {
        let out = self.folder.beside().join(format!("{scope}-{from}.tar"));
        let size = from.to_string();
        let arguments = [
            "export",
            "bundle",
            "--scope",
            scope,
            "--from-size",
            &size,
            "--out",
        ];
        let output = self
            .folder
            .run(&[&arguments[..], &[out.to_str().unwrap()]].concat());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        out
    }

    fn audit(&self, bundle: &Path, held: &Path) -> Value {
        audit_with(
            bundle,
            self.folder.vkey(),
            &["--checkpoint", held.to_str().unwrap()],
        )
    }
}

#[test]
fn a_delta_continues_the_checkpoint_that_the_auditor_kept() {
    let grown = Grown::new();
    let whole = fs::metadata(grown.folder.export("full")).unwrap().len();
    let sizes: Vec<u64> = grown.checkpoints.iter().map(|(size, _)| *size).collect();
    assert_eq!(sizes, [4, 256, 257, 301, 561]);
    for (from, held) in &grown.checkpoints[..4] {
        let bundle = grown.delta("full", *from);
        let report = grown.audit(&bundle, held);
        assert_eq!(
            (&report["exit"], &report["findings"]),
            (&11.into(), &json!([])),
            "{report:#}"
        );
        assert_eq!(
            (&report["from_size"], &report["size"]),
            (&json!(from), &561.into())
        );
        assert_eq!(report["held"]["outcome"], "agrees");
        let first = (from - 1) / 256 * 256;
        assert_eq!(report["entries"], 561 - first);
        assert_eq!(report["openings"]["opened"], (561 - first.max(1)) * 17);
        assert!(first == 0 || fs::metadata(&bundle).unwrap().len() < whole * 2 / 3);
        // Any other checkpoint between first and last is compared, too; earlier ones cannot be.
        for (size, other) in &grown.checkpoints {
            let outcome = if *size < first { "not_compared" } else { "agrees" };
            assert_eq!(
                grown.audit(&bundle, other)["held"]["outcome"],
                outcome,
                "{size} in {from}"
            );
        }
    }
}

#[test]
fn a_ledger_that_was_written_anew_does_not_continue_what_was_kept() {
    let grown = Grown::new();
    let other = Grown::new();
    // The same key would be needed to sign it; what a stranger kept is no checkpoint of this key at all.
    let bundle = grown.delta("structure", 257);
    let held = &other.checkpoints[2].1;
    let mut command = kirokubo_tests::binaries().kirokubo_verify();
    command
        .arg(&bundle)
        .args(["--vkey", grown.folder.vkey(), "--checkpoint"])
        .arg(held);
    assert_eq!(command.output().unwrap().status.code(), Some(2));
}

#[test]
fn a_changed_byte_anywhere_in_a_delta_is_found() {
    let grown = Grown::new();
    let bundle = grown.delta("structure", 257);
    let held = &grown.checkpoints[2].1;
    let whole = fs::read(&bundle).unwrap();
    let changed = grown.folder.beside().join("changed.tar");
    for step in 0..40 {
        let mut bytes = whole.clone();
        let place = (whole.len() * step / 40..whole.len()).find(|place| whole[*place] != 0);
        let Some(place) = place else { break };
        bytes[place] ^= 1;
        fs::write(&changed, &bytes).unwrap();
        let report = grown.audit(&changed, held);
        assert!(
            report["exit"] == 40 || report["exit"] == 2,
            "byte {place}: {report:#}"
        );
    }
}

#[test]
fn entries_that_were_changed_in_the_database_are_named_in_a_delta() {
    let grown = Grown::new();
    let copy = Grown {
        folder: grown.folder.copy(),
        checkpoints: grown.checkpoints.clone(),
    };
    intrude(&copy.folder, |database| {
        flip_in(database, "entries", "bytes", "idx = 400", -1);
    });
    let report = copy.audit(&copy.delta("structure", 301), &grown.checkpoints[3].1);
    assert_eq!(report["exit"], 40, "{report:#}");
    assert!(!codes_at(&report, 400).is_empty(), "{report:#}");
}

#[test]
fn a_delta_of_a_forked_ledger_contradicts_what_the_auditor_kept() {
    let mut honest = Server::new();
    let client = honest.client(Role::Officer);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let _ = honest.terminate();
    let copy = honest.folder().copy();
    honest.restart();
    let mut notes = Vec::new();
    for id in ["2", "3", "4"] {
        let client = honest.client(Role::Officer);
        let _ = client.post("/v1/provisions", &events::provision(id)).expect(201);
        notes.push(honest.checkpoint());
    }
    // Whoever has the keys signs another history behind the first record.
    let forked = Server::with_log(copy, "off");
    let client = forked.client(Role::Officer);
    for id in ["b", "c", "d", "e"] {
        let _ = client.post("/v1/provisions", &events::provision(id)).expect(201);
    }
    let grown = Grown {
        folder: forked.into_folder(),
        checkpoints: Vec::new(),
    };
    // Sizes 3 to 5 of the honest history; index 2 is the first to differ.
    for (from, note, index) in [(2, &notes[0], 2), (3, &notes[0], 2), (3, &notes[2], 4)] {
        let held = grown.folder.beside().join("kept");
        fs::write(&held, note).unwrap();
        let bundle = grown.delta("structure", from);
        let report = grown.audit(&bundle, &held);
        assert_eq!(report["exit"], 30, "{report:#}");
        assert_eq!(report["held"]["outcome"], "contradicts");
        assert_eq!(codes_at(&report, index), ["FORK_AT"], "{report:#}");
        fs::remove_file(bundle).unwrap();
    }
}

/// Makes a delta over again as a stranger would who has a key of his own: he lists it behind the ledger's, for a size that
/// is never reached, and signs with it.
fn by_a_stranger(bundle: &Path, vkey: &str) -> Vec<u8> {
    let own: VerifierKey = vkey.parse().unwrap();
    let stranger = SigningKey::from_seed(own.origin().clone(), [66; 32]);
    let mut reader = BundleReader::open(fs::File::open(bundle).unwrap()).unwrap();
    let working = bundle.with_extension("staging");
    fs::create_dir(&working).unwrap();
    let mut staging = BundleStaging::new(working).unwrap();
    let keys = KeyList::new(vec![
        ListedKey {
            vkey: own.clone(),
            first_size: 0,
        },
        ListedKey {
            vkey: stranger.verifier_key().clone(),
            first_size: 1 << 62,
        },
    ]);
    for file in reader.files().to_vec() {
        let bytes = reader.read(&file, 1 << 26).unwrap();
        let bytes = match file.path().as_str() {
            "manifest" | "README.ja.txt" | "verify.py" => continue,
            "keys" => keys.to_json().into_bytes(),
            "checkpoint" => {
                let checkpoint = Checkpoint::open(&bytes, &own).unwrap();
                checkpoint.sign(&stranger).unwrap().into_bytes()
            }
            _ => bytes,
        };
        staging.add(file.path().clone(), &bytes).unwrap();
    }
    let mut tar = Vec::new();
    staging
        .finish(&mut tar, |text| Ok(sign_note(text, &stranger)?))
        .unwrap();
    tar
}

#[test]
fn a_key_that_only_the_delta_itself_lists_signs_nothing() {
    let grown = Grown::new();
    let bundle = grown.delta("structure", 257);
    fs::write(&bundle, by_a_stranger(&bundle, grown.folder.vkey())).unwrap();
    let report = grown.audit(&bundle, &grown.checkpoints[2].1);
    assert_eq!(report["exit"], 40, "{report:#}");
    let codes: Vec<_> = report["findings"].as_array().unwrap().iter().collect();
    assert_eq!(codes.len(), 1, "{report:#}");
    assert_eq!(codes[0]["code"], "KEY_NOT_AUTHORISED");
}
