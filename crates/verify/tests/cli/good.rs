//! Bundles that are what they should be, in every scope.

use kirokubo_ledger::bundle::{Opening, Scope, Withheld};
use kirokubo_ledger::commitment::Field;
use kirokubo_ledger::entry::Kind;

use crate::ledger::{Ledger, RETAINED, key};
use crate::run::{Directory, run, verify, verify_with};

#[test]
fn a_full_bundle_of_any_small_size_is_valid_and_unwitnessed() {
    for size in [1, 2, 3, 7, 255, 256, 257, 600] {
        let ledger = Ledger::of(size);
        let answer = verify(&ledger.files(Scope::Full).tar());
        assert_eq!((answer.status, answer.findings()), (10, vec![]), "size {size}");
        assert_eq!(answer.json["result"], "valid_unwitnessed");
        assert_eq!(answer.json["origin"], "example.jp/ledger");
        assert_eq!(answer.json["size"], size);
        assert_eq!(answer.json["entries"], size);
        assert_eq!(answer.json["openings"]["opened"], 18 * (size - 1));
    }
}

#[test]
fn a_bundle_of_the_structure_only_is_valid_but_incomplete() {
    let answer = verify(&Ledger::of(5).files(Scope::Structure).tar());
    assert_eq!((answer.status, answer.findings()), (11, vec![]));
    assert_eq!(answer.json["scope"], "structure");
}

#[test]
fn records_outside_a_period_are_withheld_with_a_reason() {
    let mut ledger = Ledger::of(4);
    withhold_rest(&mut ledger, 2, |_| false);
    let answer = verify(&ledger.files(Scope::Period).tar());
    assert_eq!((answer.status, answer.findings()), (11, vec![]));
    assert_eq!(answer.json["openings"]["withheld"], 1);
}

#[test]
fn one_principal_is_shown_by_paths_without_the_others() {
    let mut ledger = Ledger::of(3);
    ledger.prove(1);
    withhold_rest(&mut ledger, 1, |opening| {
        matches!(
            opening,
            Opening::Row { row: 1, .. }
                | Opening::Field {
                    field: Field::PRINCIPALS,
                    ..
                }
        )
    });
    withhold_rest(&mut ledger, 2, |_| false);
    let answer = verify(&ledger.files(Scope::Principal).tar());
    assert_eq!((answer.status, answer.findings()), (11, vec![]));
    assert_eq!(answer.json["openings"]["opened"], 2);
}

#[test]
fn an_erased_record_needs_no_opening() {
    let mut ledger = Ledger::of(3);
    let due = RETAINED.1 + 1;
    let erase = r#"{"basis":"retention_ended","records":[1]}"#;
    ledger.json_on_day(Kind::Erase, erase, due);
    ledger.openings.remove(&1);
    let answer = verify(&ledger.files(Scope::Full).tar());
    assert_eq!((answer.status, answer.findings()), (10, vec![]));
    assert_eq!(answer.json["openings"]["erased"], 1);
}

#[test]
fn a_bundle_that_continues_the_held_checkpoint_is_valid() {
    let ledger = Ledger::of(5);
    let directory = Directory::new();
    for size in 0..=5 {
        let held = directory.file("held", ledger.checkpoint(size));
        let tar = ledger.files(Scope::Full).tar();
        let answer = verify_with(&tar, &["--checkpoint", held.to_str().unwrap()]);
        assert_eq!(
            (answer.status, answer.findings()),
            (10, vec![]),
            "held size {size}"
        );
    }
}

#[test]
fn older_checkpoints_and_a_change_of_key_are_verified() {
    let mut ledger = Ledger::of(3);
    let old = ledger.checkpoint(3);
    ledger.change_key(8, 5);
    ledger.record();
    let mut files = ledger.files(Scope::Full);
    files.put("checkpoints/3", old);
    let tar = files.tar();
    let vkey = key(8).verifier_key().to_string();
    let answer = verify_with(&tar, &["--vkey", &vkey]);
    assert_eq!((answer.status, answer.findings()), (10, vec![]));
    // The old key no longer vouches for this size.
    assert_eq!(verify(&tar).status, 40);
}

#[test]
fn the_summary_says_the_verdict_in_both_languages() {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", Ledger::of(2).files(Scope::Full).tar());
    let vkey = key(7).verifier_key().to_string();
    let output = run(&[bundle.to_str().unwrap(), "--vkey", &vkey, "--today", RETAINED.0]);
    assert_eq!(output.status.code(), Some(10));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("有効（第三者の立会署名なし） / valid, unwitnessed"),
        "{text}"
    );
    assert!(text.contains("example.jp/ledger"), "{text}");
    assert!(!text.contains('\x1b'), "a pipe gets no colours");
}

#[test]
fn wrong_usage_and_unreadable_files_exit_with_2() {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", Ledger::of(2).files(Scope::Full).tar());
    let bundle = bundle.to_str().unwrap();
    let no_checkpoint = directory.file("held", "not a checkpoint");
    let vkey = key(7).verifier_key().to_string();
    for arguments in [
        vec![],
        vec![bundle],
        vec![bundle, "--vkey", "example.jp/ledger"],
        vec![bundle, "--vkey", &vkey, "--today", "2026-02-30"],
        vec![bundle, "--vkey", &vkey, "--unknown"],
        vec!["/nowhere/bundle.tar", "--vkey", &vkey],
        vec![
            bundle,
            "--vkey",
            &vkey,
            "--checkpoint",
            no_checkpoint.to_str().unwrap(),
        ],
    ] {
        assert_eq!(run(&arguments).status.code(), Some(2), "{arguments:?}");
    }
}

/// Keeps only some openings of a record and withholds the rest.
fn withhold_rest(ledger: &mut Ledger, index: u32, keep: impl Fn(&Opening) -> bool) {
    let openings = ledger.openings.get_mut(&u64::from(index)).unwrap();
    openings.retain(keep);
    let (index, reason) = (index.into(), "out_of_scope".to_owned());
    openings.push(Opening::Withheld {
        index,
        what: Withheld::Rest,
        reason,
    });
}
