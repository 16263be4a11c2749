//! What the program prints, and with which status it ends.

use std::process::Command;

use kirokubo_ledger::bundle::Scope;

use crate::broken_entries::tampered;
use crate::ledger::{Files, Ledger, RETAINED, key};
use crate::run::{Directory, run};

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
    assert!(text.contains("Retention judged for: 2029-01-01"), "{text}");
    assert!(text.contains("18 values opened, 0 withheld"), "{text}");
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

#[test]
fn the_summary_says_what_was_not_judged() {
    let structure = summary(&Ledger::of(3).files(Scope::Structure), &[]);
    assert!(
        structure.contains("値は範囲外 / 2 records (0 erased), values not in scope"),
        "{structure}"
    );
    assert!(!structure.contains("withheld"), "{structure}");
    let torn = summary(&tampered(|entries| entries[4][100] ^= 1), &[]);
    assert!(
        torn.contains("Content and retention of records: not judged"),
        "{torn}"
    );
}

#[test]
fn the_summary_says_whether_the_held_checkpoint_agreed() {
    let ledger = Ledger::of(5);
    let directory = Directory::new();
    let held = directory.file("held", ledger.checkpoint(3));
    let text = summary(
        &ledger.files(Scope::Full),
        &["--checkpoint", held.to_str().unwrap()],
    );
    assert!(
        text.contains("The checkpoint you hold (3 entries): 一致 / agrees"),
        "{text}"
    );
}

#[test]
fn failures_are_an_object_where_json_was_asked_for() {
    let vkey = key(7).verifier_key().to_string();
    let output = run(&["--json", "/nowhere/bundle.tar", "--vkey", &vkey]);
    assert_eq!(output.status.code(), Some(2));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["result"], &json["exit"]), (&"usage".into(), &2.into()));
    assert!(json["error"].as_str().unwrap().contains("/nowhere/bundle.tar"));
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", Ledger::of(2).files(Scope::Full).tar());
    let vkey = key(7).verifier_key().to_string();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = Command::new(env!("CARGO_BIN_EXE_kirokubo-verify"))
        .args([bundle.to_str().unwrap(), "--vkey", &vkey, "--today", RETAINED.0])
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(10));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

/// The report for people.
fn summary(files: &Files, more: &[&str]) -> String {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", files.tar());
    let vkey = key(7).verifier_key().to_string();
    let first = [bundle.to_str().unwrap(), "--vkey", &vkey, "--today", RETAINED.0];
    String::from_utf8(run(&[&first, more].concat()).stdout).unwrap()
}
