//! Entries, checkpoints and keys that someone damaged or forged.

use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::entry::Kind;

use crate::ledger::{Files, Ledger, key};
use crate::run::{check, verify_with};

/// A bundle of nine entries, some of which `tamper` changed.
pub(crate) fn tampered(tamper: impl FnOnce(&mut Vec<Vec<u8>>)) -> Files {
    let ledger = Ledger::of(9);
    let mut files = ledger.files(Scope::Full);
    let mut entries = ledger.entries;
    tamper(&mut entries);
    files.put_entries(&entries);
    files
}

#[test]
fn entries_modified_lost_added_and_moved_are_named() {
    check(
        &tampered(|entries| entries[4][100] ^= 1),
        40,
        &["ENTRY_MODIFIED 4"],
    );
    check(
        &tampered(|entries| entries[8][100] ^= 1),
        40,
        &["ENTRY_MODIFIED 8"],
    );
    check(
        &tampered(|entries| drop(entries.remove(4))),
        40,
        &["ENTRY_MISSING 4"],
    );
    check(
        &tampered(|entries| entries.truncate(6)),
        40,
        &["TAIL_TRUNCATED 6"],
    );
    check(
        &tampered(|entries| entries.insert(4, entries[3].clone())),
        40,
        &["ENTRY_INSERTED 4"],
    );
    check(&tampered(|entries| entries.swap(2, 5)), 40, &["REORDERED 2"]);
}

#[test]
fn entries_are_named_without_tiles_too() {
    let mut files = tampered(|entries| entries[4][100] ^= 1);
    files.files.retain(|path, _| !path.starts_with("tile/0/"));
    check(&files, 40, &["ENTRY_MODIFIED 4"]);
}

#[test]
fn a_history_rewritten_behind_the_checkpoint_is_a_fork() {
    let mut other = Ledger::of(5);
    other.json(Kind::Rules, "{}").record().record();
    let mut files = Ledger::of(8).files(Scope::Full);
    files.put_entries(&other.entries);
    check(&files, 40, &["FORK_AT 5"]);
}

#[test]
fn time_that_goes_back_is_named() {
    let mut ledger = Ledger::of(3);
    ledger.json_on_day(Kind::Rules, "{}", 0);
    check(&ledger.files(Scope::Full), 40, &["TIME_REGRESSION 3"]);
}

#[test]
fn a_signed_entry_of_the_wrong_form_is_named() {
    let mut ledger = Ledger::of(3);
    ledger.entries.push(b"nothing".to_vec());
    check(&ledger.files(Scope::Full), 40, &["SCHEMA 3"]);
}

#[test]
fn another_key_than_the_auditors_opens_nothing() {
    let tar = Ledger::of(3).files(Scope::Full).tar();
    let vkey = key(9).verifier_key().to_string();
    let answer = verify_with(&tar, &["--vkey", &vkey]);
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["CHECKPOINT_SIGNATURE null".to_owned()])
    );
}

#[test]
fn a_key_that_the_ledger_never_named_is_not_authorised() {
    let mut ledger = Ledger::of(3);
    ledger.seed = 9;
    let tar = ledger.files(Scope::Full).tar();
    let vkey = key(9).verifier_key().to_string();
    let answer = verify_with(&tar, &["--vkey", &vkey]);
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["KEY_NOT_AUTHORISED null".to_owned()])
    );
}

#[test]
fn a_checkpoint_with_a_changed_size_or_root_is_refused() {
    for (from, to) in [("\n3\n", "\n4\n"), ("\n3\n", "\n03\n"), ("example", "exbmple")] {
        let ledger = Ledger::of(3);
        let mut files = ledger.files(Scope::Full);
        files.put("checkpoint", ledger.checkpoint(3).replacen(from, to, 1));
        check(&files, 40, &["CHECKPOINT_SIGNATURE null"]);
    }
}
