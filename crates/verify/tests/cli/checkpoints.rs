//! Bundles against older checkpoints and the one that the auditor holds.

use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::entry::Kind;

use crate::broken_entries::tampered;
use crate::ledger::{Files, Ledger};
use crate::run::{check, verify_holding};

/// Another history than that of [`Ledger::of`] from entry 3 on, of six entries.
fn other() -> Ledger {
    let mut other = Ledger::of(3);
    other.json(Kind::Rules, "{}").record().record();
    other
}

/// A bundle in which entries from 3 on were replaced, and no tiles say so.
fn replaced_without_tiles() -> Files {
    let mut files = Ledger::of(6).files(Scope::Full);
    files.put_entries(&other().entries);
    files.files.retain(|path, _| !path.starts_with("tile/0/"));
    files
}

#[test]
fn a_smaller_ledger_than_the_held_checkpoint_is_a_rollback() {
    let answer = verify_holding(&Ledger::of(4).files(Scope::Full), &Ledger::of(6).checkpoint(6));
    assert_eq!(
        (answer.status, answer.findings()),
        (30, vec!["TAIL_TRUNCATED 4".to_owned()])
    );
    assert_eq!(answer.json["held"]["size"], 6);
    assert_eq!(answer.json["held"]["outcome"], "contradicts");
}

#[test]
fn another_history_than_the_held_checkpoint_is_a_fork() {
    let answer = verify_holding(&Ledger::of(6).files(Scope::Full), &other().checkpoint(4));
    assert_eq!(
        (answer.status, answer.findings()),
        (30, vec!["FORK_AT 3".to_owned()])
    );
}

#[test]
fn a_bundle_that_is_invalid_by_itself_is_invalid_whatever_the_held_checkpoint_says() {
    let answer = verify_holding(
        &tampered(|entries| entries[4][100] ^= 1),
        &Ledger::of(12).checkpoint(12),
    );
    assert_eq!(
        (answer.status, answer.findings().len()),
        (40, 2),
        "{}",
        answer.json
    );
    let mut files = Ledger::of(6).files(Scope::Full);
    files.files.remove("keys");
    let answer = verify_holding(&files, &other().checkpoint(4));
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["SCHEMA null".to_owned(), "FORK_AT 3".to_owned()])
    );
}

#[test]
fn a_held_checkpoint_counts_more_than_retention() {
    let mut files = Ledger::of(3);
    files.json_on_day(Kind::Erase, r#"{"basis":"error","records":[1]}"#, 20_500);
    files.openings.remove(&1);
    let answer = verify_holding(&files.files(Scope::Full), &Ledger::of(6).checkpoint(6));
    assert_eq!(
        (answer.status, answer.findings()),
        (
            30,
            vec!["TAIL_TRUNCATED 4".to_owned(), "ERASED_EARLY 1".to_owned()]
        )
    );
}

#[test]
fn a_held_checkpoint_that_the_ledger_continues_is_said_to_agree() {
    let ledger = Ledger::of(5);
    let answer = verify_holding(&ledger.files(Scope::Full), &ledger.checkpoint(3));
    assert_eq!((answer.status, answer.findings()), (10, vec![]));
    assert_eq!(
        answer.json["held"],
        serde_json::json!({"size": 3, "outcome": "agrees"})
    );
}

#[test]
fn other_checkpoints_are_compared_though_the_chain_breaks_behind_them() {
    let mut ledger = Ledger::of(6);
    ledger.json_on_day(Kind::Rules, "{}", 0);
    let mut files = ledger.files(Scope::Full);
    let answer = verify_holding(&files, &other().checkpoint(4));
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["TIME_REGRESSION 6".to_owned(), "FORK_AT 3".to_owned()])
    );
    files.put("checkpoints/4", other().checkpoint(4));
    check(&files, 40, &["TIME_REGRESSION 6", "FORK_AT 3"]);
}

#[test]
fn other_checkpoints_are_held_against_what_was_signed_and_not_against_damage() {
    let ledger = Ledger::of(9);
    let mut files = tampered(|entries| entries[4][100] ^= 1);
    files.put("checkpoints/5", ledger.checkpoint(5));
    let answer = verify_holding(&files, &ledger.checkpoint(7));
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["ENTRY_MODIFIED 4".to_owned()])
    );
    assert_eq!(answer.json["held"]["outcome"], "agrees");
}

#[test]
fn without_tiles_a_replaced_end_is_a_fork_where_another_checkpoint_says_so() {
    let mut files = replaced_without_tiles();
    check(&files, 40, &["ENTRY_MODIFIED 5"]);
    let answer = verify_holding(&files, &Ledger::of(6).checkpoint(4));
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["FORK_AT 3".to_owned(), "FORK_AT 3".to_owned()])
    );
    files.put("checkpoints/2", Ledger::of(6).checkpoint(2));
    check(&files, 40, &["ENTRY_MODIFIED 5"]);
    files.put("checkpoints/4", Ledger::of(6).checkpoint(4));
    check(&files, 40, &["FORK_AT 3", "FORK_AT 3"]);
}

#[test]
fn a_held_checkpoint_behind_the_tear_is_not_compared() {
    let mut files = tampered(|entries| entries.truncate(4));
    files.files.retain(|path, _| !path.starts_with("tile/0/"));
    let answer = verify_holding(&files, &Ledger::of(9).checkpoint(6));
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["TAIL_TRUNCATED 4".to_owned()])
    );
    assert_eq!(answer.json["held"]["outcome"], "not_compared");
}

#[test]
fn an_older_checkpoint_of_another_history_is_a_fork_of_the_ledger_itself() {
    let mut files = Ledger::of(6).files(Scope::Full);
    files.put("checkpoints/4", other().checkpoint(4));
    check(&files, 40, &["FORK_AT 3"]);
}

#[test]
fn older_checkpoints_with_wrong_names_or_signatures_are_refused() {
    let ledger = Ledger::of(6);
    let mut files = ledger.files(Scope::Full);
    files.put("checkpoints/3", ledger.checkpoint(4));
    files.put("checkpoints/04", ledger.checkpoint(4));
    files.put("checkpoints/5", ledger.checkpoint(5).replace('5', "4"));
    check(
        &files,
        40,
        &["SCHEMA null", "SCHEMA null", "CHECKPOINT_SIGNATURE null"],
    );
}
