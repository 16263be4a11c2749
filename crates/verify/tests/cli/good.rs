//! Bundles that are what they should be, in every scope.

use kirokubo_ledger::bundle::{Opening, Scope, Withheld};
use kirokubo_ledger::commitment::Field;
use kirokubo_ledger::entry::Kind;

use crate::ledger::{Ledger, RETAINED, key};
use crate::run::{Directory, verify, verify_with};

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
    assert_eq!(answer.json["openings"]["values"], "not_in_scope");
}

#[test]
fn a_bundle_that_calls_itself_full_and_withholds_something_is_incomplete() {
    let mut ledger = Ledger::of(4);
    withhold_rest(&mut ledger, 2, |_| false);
    let answer = verify(&ledger.files(Scope::Full).tar());
    assert_eq!((answer.status, answer.findings()), (11, vec![]));
    assert_eq!(answer.json["result"], "valid_incomplete");
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
