//! Entries modified, lost, added and moved: caught, and named by their index, for every small size.

use super::*;
use crate::entry::{EntryError, KeyBody};

const SIZE_MAX: u32 = 20;

/// Checks that a run over `found` does not give what `ledger` signed, and gives the diagnosis, with
/// and without the help of stored leaf hashes.
fn diagnoses(ledger: &Ledger, found: &[Vec<u8>]) -> [Vec<Finding>; 2] {
    let signed = ledger.signed();
    let (run, broken) = run(found);
    assert!(broken.is_some() || run.size() != signed.size || run.root() != signed.root);
    let seen: Vec<Seen> = found.iter().map(|bytes| Seen::of(bytes)).collect();
    [
        diagnose(&seen, &signed, Some(&leaves(&ledger.entries))),
        diagnose(&seen, &signed, None),
    ]
}

fn each_ledger() -> impl Iterator<Item = Ledger> {
    (0..=SIZE_MAX).map(Ledger::of)
}

#[test]
fn an_untouched_ledger_of_any_size_runs_to_the_signed_root() {
    for ledger in each_ledger() {
        let (run, broken) = run(&ledger.entries);
        assert_eq!(broken, None);
        assert_eq!(
            (run.size(), run.root()),
            (ledger.signed().size, ledger.signed().root)
        );
        let seen: Vec<Seen> = ledger.entries.iter().map(|bytes| Seen::of(bytes)).collect();
        assert_eq!(diagnose(&seen, &ledger.signed(), None), []);
    }
}

#[test]
fn flipping_any_byte_of_any_entry_is_a_modification_of_that_entry() {
    for ledger in each_ledger() {
        for place in 0..ledger.entries.len() {
            let mut found = ledger.entries.clone();
            // Every byte of small ledgers; in larger ones every seventh, beginning elsewhere each time.
            let step = if ledger.entries.len() <= 5 { 1 } else { 7 };
            for byte in (place % step..found[place].len()).step_by(step) {
                found[place][byte] ^= 0x01;
                let expected = vec![Finding::EntryModified { index: index(place) }];
                let size = ledger.entries.len();
                assert_eq!(
                    diagnoses(&ledger, &found),
                    [expected.clone(), expected],
                    "byte {byte} of {place} of {size}"
                );
                found[place][byte] ^= 0x01;
            }
        }
    }
}

#[test]
fn dropping_any_entry_is_a_loss_at_its_place() {
    for ledger in each_ledger() {
        for place in 0..ledger.entries.len() {
            let mut found = ledger.entries.clone();
            found.remove(place);
            let expected = if place == found.len() {
                truncation(place, ledger.entries.len())
            } else {
                Finding::EntryMissing { index: index(place) }
            };
            assert_eq!(
                diagnoses(&ledger, &found),
                [vec![expected.clone()], vec![expected]]
            );
        }
    }
}

#[test]
fn swapping_any_two_entries_is_a_reordering_from_the_first() {
    for ledger in each_ledger() {
        for second in 0..ledger.entries.len() {
            for first in 0..second {
                let mut found = ledger.entries.clone();
                found.swap(first, second);
                let expected = vec![Finding::Reordered { index: index(first) }];
                assert_eq!(
                    diagnoses(&ledger, &found),
                    [expected.clone(), expected],
                    "{first} and {second}"
                );
            }
        }
    }
}

#[test]
fn repeating_any_entry_is_an_insertion_where_it_stands_again() {
    for ledger in each_ledger() {
        for place in 0..ledger.entries.len() {
            let mut found = ledger.entries.clone();
            found.insert(place, found[place].clone());
            let expected = vec![Finding::EntryInserted {
                index: index(place + 1),
            }];
            assert_eq!(diagnoses(&ledger, &found), [expected.clone(), expected]);
        }
    }
}

#[test]
fn cutting_the_end_off_anywhere_is_a_truncation_with_both_sizes() {
    for ledger in each_ledger() {
        for kept in 0..ledger.entries.len() {
            let expected = vec![truncation(kept, ledger.entries.len())];
            assert_eq!(
                diagnoses(&ledger, &ledger.entries[..kept]),
                [expected.clone(), expected]
            );
        }
    }
}

#[test]
fn entries_appended_behind_the_signed_ones_are_insertions() {
    let ledger = Ledger::of(5);
    let longer = Ledger::of(6);
    let expected = vec![Finding::EntryInserted { index: index(5) }];
    assert_eq!(diagnoses(&ledger, &longer.entries), [expected.clone(), expected]);
}

#[test]
fn a_history_rewritten_from_some_entry_on_is_a_fork_there() {
    let ledger = Ledger::of(SIZE_MAX);
    for start in 1..ledger.entries.len() - 1 {
        let mut other = Ledger::of(start.try_into().unwrap());
        while other.entries.len() < ledger.entries.len() {
            other.append(&record(1_000, RetainThrough::Open));
        }
        let [with_tiles, _] = diagnoses(&ledger, &other.entries);
        assert_eq!(
            with_tiles,
            [Finding::ForkAt {
                index: index(start),
                against: Against::Signed
            }]
        );
    }
}

#[test]
fn several_faults_are_each_named() {
    let ledger = Ledger::of(12);
    let mut found = ledger.entries.clone();
    found[2][100] ^= 1;
    found.remove(10);
    found.remove(5);
    found.insert(8, found[8].clone());
    let expected = vec![
        Finding::EntryModified { index: index(2) },
        Finding::EntryMissing { index: index(5) },
        Finding::EntryInserted { index: index(9) },
        Finding::EntryMissing { index: index(10) },
    ];
    assert_eq!(diagnoses(&ledger, &found), [expected.clone(), expected]);
}

#[test]
fn stored_hashes_that_do_not_give_the_signed_root_are_not_believed() {
    let ledger = Ledger::of(7);
    let mut found = ledger.entries.clone();
    found[3][100] ^= 1;
    let seen: Vec<Seen> = found.iter().map(|bytes| Seen::of(bytes)).collect();
    let findings = diagnose(&seen, &ledger.signed(), Some(&leaves(&found)));
    assert_eq!(findings, [Finding::EntryModified { index: index(3) }]);
}

/// What a run says about a ledger whose third entry `append` wrote.
fn fault_of(append: impl FnOnce(&mut Ledger)) -> Option<Finding> {
    let mut ledger = Ledger::of(2);
    append(&mut ledger);
    run(&ledger.entries).1
}

#[test]
fn a_signed_entry_that_breaks_a_rule_is_named_by_the_run() {
    assert_eq!(
        fault_of(|ledger| ledger.append_at(&record(9, RetainThrough::Open), 0)),
        Some(Finding::TimeRegression { index: index(2) })
    );
    assert_eq!(
        fault_of(|ledger| ledger.append(&genesis())),
        Some(schema(Fault::SecondGenesis))
    );
    assert_eq!(
        fault_of(|ledger| ledger.entries.push(b"KRB1".to_vec())),
        Some(schema(Fault::Entry(EntryError::TooShort { found: 4 })))
    );
    assert_eq!(
        fault_of(|ledger| ledger.entries.push(ledger.entries[1].clone())),
        Some(schema(Fault::Index { found: 1 }))
    );
    let unlinked = |ledger: &mut Ledger| {
        ledger.prev = sha256(b"nothing");
        ledger.append(&record(9, RetainThrough::Open));
    };
    assert_eq!(fault_of(unlinked), Some(schema(Fault::Link)));
    assert_eq!(
        fault_of(|ledger| ledger.append(&json(Kind::Key, r#"{"vkey":"x"}"#))),
        Some(schema(Fault::Body(Kind::Key)))
    );
}

#[test]
fn a_ledger_that_begins_with_a_record_has_no_genesis() {
    let mut ledger = Ledger::new();
    ledger.append(&record(0, RetainThrough::Open));
    let fault = Fault::NoGenesis;
    assert_eq!(
        run(&ledger.entries).1,
        Some(Finding::Schema {
            index: Some(index(0)),
            fault
        })
    );
}

#[test]
fn a_genesis_whose_key_is_for_another_origin_is_refused() {
    let key = SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32]);
    let mut ledger = Ledger::new();
    ledger.append(&PendingEntry::genesis(
        LEDGER,
        &"example.jp/b".parse().unwrap(),
        key.verifier_key(),
    ));
    let fault = Fault::Key;
    assert_eq!(
        run(&ledger.entries).1,
        Some(Finding::Schema {
            index: Some(index(0)),
            fault
        })
    );
}

#[test]
fn a_new_key_signs_from_the_size_it_was_announced_for() {
    let old = SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32]);
    let new = SigningKey::from_seed("example.jp/a".parse().unwrap(), [8; 32]);
    let body = |first_size| KeyBody::new(new.verifier_key(), first_size, first_size - 1).to_json();
    let mut ledger = Ledger::of(2);
    ledger.append(&json(Kind::Key, &body(4)));
    let (run_to_end, broken) = run(&ledger.entries);
    assert_eq!(broken, None);
    let keys = run_to_end.keys().unwrap();
    assert_eq!(keys.key_at(Size::from(3)), old.verifier_key());
    assert_eq!(keys.key_at(Size::from(4)), new.verifier_key());
    assert_eq!(keys.keys().count(), 2);

    let mut early = Ledger::of(2);
    early.append(&json(Kind::Key, &body(2)));
    assert_eq!(run(&early.entries).1, Some(schema(Fault::Key)));

    let body = |first, ends| KeyBody::new(new.verifier_key(), first, ends).to_json();
    let size_max = u64::MAX / 2;
    let judged = |body: String| fault_of(|ledger| ledger.append(&json(Kind::Key, &body)));
    assert_eq!(judged(body(size_max, size_max)), None);
    assert_eq!(judged(body(size_max + 1, 3)), Some(schema(Fault::Key)));
    assert_eq!(judged(body(4, size_max + 1)), Some(schema(Fault::Key)));
}

fn schema(fault: Fault) -> Finding {
    Finding::Schema {
        index: Some(index(2)),
        fault,
    }
}

fn truncation(have: usize, expected: usize) -> Finding {
    let size = |count: usize| Size::new(count.try_into().unwrap()).unwrap();
    Finding::TailTruncated {
        have: size(have),
        expected: size(expected),
        against: Against::Signed,
    }
}
