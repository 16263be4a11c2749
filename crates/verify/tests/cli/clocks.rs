//! Erasures, extensions and days of keeping.

use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::entry::Kind;

use crate::ledger::{Ledger, RETAINED};
use crate::run::{check, verify_with};

#[test]
fn records_kept_too_long_or_too_short_are_retention_findings_only() {
    let tar = Ledger::of(3).files(Scope::Full).tar();
    let answer = verify_with(&tar, &["--today", "2029-01-02"]);
    assert_eq!(
        (answer.status, answer.findings()),
        (20, vec!["OVERDUE 1".into(), "OVERDUE 2".to_owned()])
    );

    let mut ledger = Ledger::of(3);
    ledger.json_on_day(Kind::Erase, r#"{"basis":"error","records":[1]}"#, RETAINED.1);
    ledger.openings.remove(&1);
    check(&ledger.files(Scope::Full), 20, &["ERASED_EARLY 1"]);
}

#[test]
fn a_record_that_is_said_to_be_erased_but_opened_is_overdue() {
    let mut ledger = Ledger::of(3);
    ledger.json_on_day(
        Kind::Erase,
        r#"{"basis":"retention_ended","records":[1]}"#,
        RETAINED.1 + 1,
    );
    check(&ledger.files(Scope::Full), 20, &["OVERDUE 1"]);
}

#[test]
fn erasing_what_is_no_record_is_refused() {
    let mut ledger = Ledger::of(3);
    ledger.json(Kind::Erase, r#"{"basis":"retention_ended","records":[0]}"#);
    ledger.json(Kind::Erase, r#"{"basis":"retention_ended","records":[9]}"#);
    let answer = check(&ledger.files(Scope::Full), 40, &["SCHEMA 4", "SCHEMA 3"]);
    assert!(answer.text(1).contains("names 0"), "{}", answer.json);
}

#[test]
fn an_extension_that_ends_the_keeping_earlier_is_named_and_not_the_record() {
    let mut ledger = Ledger::of(3);
    let body = r#"{"records":[{"index":1,"retain_through":"2027-01-01"}]}"#;
    ledger.json(Kind::Extend, body).record();
    let answer = check(&ledger.files(Scope::Full), 40, &["SCHEMA 3"]);
    assert!(answer.text(0).contains("record 1"), "{}", answer.json);
}

#[test]
fn what_is_said_of_an_erased_record_keeps_its_form() {
    let mut ledger = Ledger::of(3);
    ledger.json_on_day(
        Kind::Erase,
        r#"{"basis":"retention_ended","records":[1]}"#,
        21_551,
    );
    let mut lines = vec![r#"{"index":1,"withheld":"a"}"#, r#"{"index":1,"withheld":"b"}"#]
        .into_iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    ledger.openings.get_mut(&1).unwrap().clear();
    ledger.openings.get_mut(&1).unwrap().append(&mut lines);
    check(&ledger.files(Scope::Full), 40, &["SCHEMA 1"]);
}
