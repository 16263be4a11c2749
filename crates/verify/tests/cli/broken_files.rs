//! Files that are missing, malformed or not what the manifest says.

use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::tile::encode_entry_bundle;

use crate::ledger::{Ledger, key};
use crate::run::{check, verify};

/// About what the Python program takes up at the end of a tar, with the end marker.
const VERIFIER_BYTES: usize = include_bytes!("../../../ledger/verify.py").len();

#[test]
fn a_manifest_that_is_not_signed_or_not_true_is_refused() {
    let files = Ledger::of(3).files(Scope::Full);
    let answer = verify(&files.tar_signed_by(&key(9)));
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["CHECKPOINT_SIGNATURE null".to_owned()])
    );
    // A byte of the README: nothing else depends on it.
    let mut tar = files.tar();
    tar[600] ^= 1;
    let answer = verify(&tar);
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["SCHEMA null".to_owned()])
    );
    assert!(
        answer.json["findings"][0]["en"]
            .as_str()
            .unwrap()
            .contains("README.ja.txt")
    );
}

#[test]
fn files_that_are_missing_or_malformed_are_named() {
    for path in ["scope", "keys"] {
        let mut files = Ledger::of(3).files(Scope::Full);
        files.files.remove(path);
        check(&files, 40, &["SCHEMA null"]);
        for content in [&b""[..], b"{}", b"[", b"\xff", b"{\"scope\":\"full\",\"size\":4}"] {
            files.put(path, content);
            check(&files, 40, &["SCHEMA null"]);
        }
    }
    let mut files = Ledger::of(3).files(Scope::Full);
    files.files.remove("checkpoint");
    check(&files, 40, &["SCHEMA null"]);
}

#[test]
fn tiles_that_are_not_those_of_the_entries_are_refused() {
    let mut files = Ledger::of(3).files(Scope::Full);
    files.files.get_mut("tile/0/000.p/3").unwrap()[5] ^= 1;
    check(&files, 40, &["SCHEMA null"]);
    for path in ["tile/0/000", "tile/1/000.p/1", "tile/0/000.p/2", "tile/readme"] {
        let mut files = Ledger::of(3).files(Scope::Full);
        files.put(path, [0; 32]);
        check(&files, 40, &["SCHEMA null"]);
    }
}

#[test]
fn entry_bundles_that_end_within_an_entry_are_refused() {
    let mut files = Ledger::of(3).files(Scope::Full);
    files.files.get_mut("tile/entries/000.p/3").unwrap().pop();
    let answer = check(&files, 40, &["SCHEMA 2", "TAIL_TRUNCATED 2"]);
    assert!(answer.text(0).contains("tile/entries/000.p/3"), "{}", answer.json);

    let mut files = Ledger::of(3).files(Scope::Full);
    files.files.get_mut("tile/entries/000.p/3").unwrap().push(0);
    check(&files, 40, &["SCHEMA 3"]);
}

#[test]
fn a_false_length_before_an_entry_names_the_entry_that_it_cuts() {
    let ledger = Ledger::of(6);
    let length_of_entry_1 = 2 + ledger.entries[0].len() + 1;
    for bit in [1, 4, 128] {
        let mut files = ledger.files(Scope::Full);
        files.files.get_mut("tile/entries/000.p/6").unwrap()[length_of_entry_1] ^= bit;
        files.files.retain(|path, _| !path.starts_with("tile/0/"));
        check(&files, 40, &["SCHEMA 1", "TAIL_TRUNCATED 1"]);
    }
}

#[test]
fn entries_in_a_file_that_should_not_hold_so_many_are_refused() {
    let ledger = Ledger::of(260);
    let mut files = ledger.files(Scope::Full);
    let (first, second) = ledger.entries.split_at(255);
    files.put("tile/entries/000", encode_entry_bundle(first).unwrap());
    files.put("tile/entries/001.p/4", encode_entry_bundle(second).unwrap());
    check(&files, 40, &["SCHEMA null"]);
}

#[test]
fn files_with_names_that_no_bundle_has_are_refused() {
    for path in [
        "secret.csv",
        "openings/1.ndjson",
        "openings/0000.ndjson",
        "openings/names",
        "checkpoints/x",
        "checkpoint.sig",
        "tile/data/000",
        "timestamps/x",
        "timestamps/3",
        "timestamps/03.tsr",
    ] {
        let mut files = Ledger::of(3).files(Scope::Structure);
        files.put(path, "山田 太郎");
        let answer = check(&files, 40, &["SCHEMA null"]);
        assert!(answer.text(0).contains(path), "{}", answer.json);
    }
    let mut files = Ledger::of(3).files(Scope::Structure);
    files.put(
        "timestamps/3.tsr",
        "a token that no entry binds, and that nobody judges without roots",
    );
    check(&files, 11, &[]);
}

#[test]
fn openings_files_are_numbered_without_a_gap_and_not_empty() {
    let ledger = Ledger::of(3);
    let mut files = ledger.files(Scope::Full);
    files.put("openings/001.ndjson", "");
    check(&files, 40, &["SCHEMA null"]);

    let mut files = ledger.files(Scope::Full);
    let lines = files.files.remove("openings/000.ndjson").unwrap();
    files.put("openings/001.ndjson", lines);
    let answer = check(&files, 40, &["SCHEMA null"]);
    assert!(
        answer.text(0).contains("openings/000.ndjson is missing"),
        "{}",
        answer.json
    );
}

#[test]
fn no_damage_to_the_tar_makes_it_valid_or_makes_the_verifier_fall() {
    let tar = Ledger::of(3).files(Scope::Full).tar();
    // One byte within the Python program at the end is as good as another.
    let program = tar.len() - VERIFIER_BYTES;
    let places = (0..program)
        .step_by(257)
        .chain([program, tar.len() - 1_100, tar.len() - 1]);
    for place in places {
        let mut damaged = tar.clone();
        damaged[place] ^= 0x15;
        let answer = verify(&damaged);
        assert_eq!(answer.status, 40, "byte {place}");
    }
    for length in (0..program).step_by(1_013).chain([program, tar.len() - 512]) {
        let answer = verify(&tar[..length]);
        assert_eq!(answer.status, 40, "cut at {length}");
    }
}
