//! Ledgers of many entry bundles, which are looked at on all cores: what is found must be what one core would find.

use std::sync::LazyLock;

use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::entry::Kind;

use crate::ledger::{Files, Ledger, RETAINED};
use crate::run::{check, verify, verify_holding, verify_with};

/// Entries of the ledgers here: ten full entry bundles and a part.
const SIZE: usize = 2_600;

static LEDGER: LazyLock<Ledger> = LazyLock::new(|| Ledger::of(SIZE));

fn tampered(tamper: impl FnOnce(&mut Vec<Vec<u8>>)) -> Files {
    let mut files = LEDGER.files(Scope::Structure);
    let mut entries = LEDGER.entries.clone();
    tamper(&mut entries);
    files.put_entries(&entries);
    files
}

#[test]
fn damage_is_named_wherever_it_lies_between_the_bundles() {
    for place in [255, 256, 511, 512, 1_000, 2_303, 2_304, 2_559, 2_560, 2_599] {
        let files = tampered(|entries| entries[place][100] ^= 1);
        check(&files, 40, &[&format!("ENTRY_MODIFIED {place}")]);
    }
    check(
        &tampered(|entries| drop(entries.remove(768))),
        40,
        &["ENTRY_MISSING 768"],
    );
    check(
        &tampered(|entries| entries.swap(511, 512)),
        40,
        &["REORDERED 511"],
    );
    // Two whole bundles change places: each continues itself, and neither the one before it.
    let files = tampered(|entries| {
        let moved: Vec<_> = entries.drain(512..768).collect();
        entries.splice(768..768, moved);
    });
    check(&files, 40, &["REORDERED 512"]);
}

#[test]
fn files_of_later_bundles_are_held_against_the_manifest_and_the_entries() {
    for path in ["tile/0/003", "tile/0/009", "tile/1/000.p/10", "tile/0/010.p/40"] {
        let mut files = LEDGER.files(Scope::Structure);
        files.files.get_mut(path).unwrap()[40] ^= 1;
        let answer = check(&files, 40, &["SCHEMA null"]);
        assert!(answer.text(0).contains(path), "{}", answer.json);
        // The same in a tar whose manifest does not know of it.
        let files = LEDGER.files(Scope::Structure);
        let mut tar = files.tar();
        let start = find(&tar, &files.files[path]);
        tar[start + 40] ^= 1;
        let answer = verify(&tar);
        assert_eq!(
            answer.findings(),
            ["SCHEMA null", "SCHEMA null"],
            "{}",
            answer.json
        );
        assert!(
            answer.text(0).contains("not what the manifest says"),
            "{}",
            answer.json
        );
        assert!(answer.text(1).contains("contradicts"), "{}", answer.json);
    }
    // A tile that is too long is wrong, too.
    let mut files = LEDGER.files(Scope::Structure);
    files.files.get_mut("tile/0/002").unwrap().push(0);
    check(&files, 40, &["SCHEMA null"]);
}

#[test]
fn checkpoints_of_every_size_within_a_bundle_are_compared() {
    let mut files = LEDGER.files(Scope::Structure);
    for size in [1, 255, 256, 257, 700, 2_304, 2_305, 2_599] {
        files.put(&format!("checkpoints/{size}"), LEDGER.checkpoint(size));
    }
    for size in [300, 512, 1_300, 2_600] {
        let answer = verify_holding(&files, &LEDGER.checkpoint(size));
        assert_eq!((answer.status, answer.findings()), (11, vec![]), "{size}");
        assert_eq!(answer.json["held"]["outcome"], "agrees");
    }
    let mut other = Ledger::of(1_000);
    other.json(Kind::Rules, "{}");
    while other.entries.len() < SIZE {
        other.record();
    }
    let answer = verify_holding(&files, &other.checkpoint(1_300));
    assert_eq!(
        (answer.status, answer.findings()),
        (30, vec!["FORK_AT 1299".to_owned()])
    );
    files.put("checkpoints/1300", other.checkpoint(1_300));
    check(&files, 40, &["FORK_AT 1299"]);
}

#[test]
fn what_later_bundles_say_of_earlier_records_is_judged() {
    let mut ledger = Ledger::of(700);
    let body = r#"{"records":[{"index":300,"retain_through":"2031-01-01"}]}"#;
    ledger.json(Kind::Extend, body);
    ledger.json(Kind::Hold, r#"{"records":[520],"reason":"x"}"#);
    ledger.json(Kind::Erase, r#"{"basis":"error","records":[100]}"#);
    ledger.json(Kind::Erase, r#"{"basis":"error","records":[701]}"#);
    let body = r#"{"records":[{"index":301,"retain_through":"2027-01-01"}]}"#;
    ledger.json(Kind::Extend, body);
    while ledger.entries.len() < SIZE {
        ledger.record();
    }
    let tar = ledger.files(Scope::Structure).tar();
    let answer = verify_with(&tar, &["--today", RETAINED.0]);
    assert_eq!(
        answer.findings(),
        ["ERASED_EARLY 100", "SCHEMA 704", "SCHEMA 703"],
        "{}",
        answer.json
    );
    assert_eq!(answer.json["openings"]["records"], 2_594);
    assert_eq!(answer.json["openings"]["erased"], 1);
    // The day after, all are overdue but what is erased, extended or held.
    let answer = verify_with(&tar, &["--today", "2029-01-02"]);
    assert_eq!(answer.json["findings_total"], 2_594 - 3 + 2);
}

/// Where some bytes stand in a tar.
fn find(tar: &[u8], bytes: &[u8]) -> usize {
    tar.chunks(512)
        .position(|block| block.starts_with(&bytes[..bytes.len().min(512)]))
        .unwrap()
        * 512
}
