//! Files that are missing, malformed or not what the manifest says.

use kirokubo_ledger::bundle::Scope;

use crate::ledger::{Ledger, key};
use crate::run::{check, verify};

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
    check(&files, 40, &["SCHEMA null", "TAIL_TRUNCATED 2"]);
}

#[test]
fn no_damage_to_the_tar_makes_it_valid_or_makes_the_verifier_fall() {
    let tar = Ledger::of(3).files(Scope::Full).tar();
    for place in (0..tar.len()).step_by(257) {
        let mut damaged = tar.clone();
        damaged[place] ^= 0x15;
        let answer = verify(&damaged);
        // Padding between files and behind the end is not part of any file.
        assert!(matches!(answer.status, 40 | 10), "byte {place}");
        let is_padding = tar[place] == 0;
        assert!(answer.status == 40 || is_padding, "byte {place}");
    }
    for length in (0..tar.len()).step_by(1_013) {
        let answer = verify(&tar[..length]);
        assert_eq!(answer.status, 40, "cut at {length}");
    }
}
