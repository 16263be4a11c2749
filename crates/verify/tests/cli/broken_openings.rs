//! Values that are not what the ledger commits to, and records kept too short or too long.

use kirokubo_ledger::bundle::{Opening, Scope};
use kirokubo_ledger::commitment::{Field, Salt};
use kirokubo_ledger::entry::Kind;

use crate::ledger::{Ledger, RETAINED};
use crate::run::{check, verify, verify_with};

#[test]
fn a_changed_value_or_salt_is_a_mismatch() {
    let mut ledger = Ledger::of(4);
    for opening in ledger.openings.get_mut(&2).unwrap() {
        if let Opening::Field {
            field: Field::ITEMS,
            value,
            ..
        } = opening
        {
            *value = r#"["氏名"]"#.to_owned();
        }
    }
    for opening in ledger.openings.get_mut(&3).unwrap() {
        if let Opening::Row { row: 1, salt, .. } = opening {
            *salt = Salt::from_bytes([0; 32]);
        }
    }
    check(
        &ledger.files(Scope::Full),
        40,
        &["OPENING_MISMATCH 2", "OPENING_MISMATCH 3"],
    );
}

#[test]
fn with_a_path_the_mismatching_field_and_row_are_named() {
    let mut ledger = Ledger::of(2);
    ledger.prove(1);
    for opening in ledger.openings.get_mut(&1).unwrap() {
        match opening {
            Opening::Field {
                field: Field::ITEMS,
                value,
                ..
            }
            | Opening::Row { row: 1, value, .. } => {
                value.push(' ');
            }
            _ => {}
        }
    }
    let answer = check(
        &ledger.files(Scope::Full),
        40,
        &["OPENING_MISMATCH 1", "OPENING_MISMATCH 1"],
    );
    assert_eq!(answer.json["findings"][0]["field"], 5);
    assert_eq!(answer.json["findings"][1]["row"], 1);
}

#[test]
fn an_absent_opening_is_missing_by_record_field_or_row() {
    let mut ledger = Ledger::of(5);
    ledger.openings.remove(&1);
    let keep = |opening: &Opening| !matches!(opening, Opening::Row { row: 0, .. });
    ledger.openings.get_mut(&2).unwrap().retain(keep);
    ledger.openings.get_mut(&3).unwrap().pop();
    let answer = verify(&ledger.files(Scope::Full).tar());
    assert_eq!(answer.status, 40);
    let missing: Vec<_> = answer.json["findings"].as_array().unwrap().iter().collect();
    let named = |place: usize| (missing[place]["index"].clone(), missing[place]["row"].clone());
    assert_eq!(named(0), (1.into(), serde_json::Value::Null));
    assert_eq!(named(1), (2.into(), 0.into()));
    assert!(
        missing
            .iter()
            .any(|finding| finding["index"] == 3 && finding["row"] == 1)
    );

    let mut ledger = Ledger::of(2);
    ledger.prove(1);
    let keep = |opening: &Opening| {
        !matches!(
            opening,
            Opening::Field {
                field: Field::SOURCE,
                ..
            }
        )
    };
    ledger.openings.get_mut(&1).unwrap().retain(keep);
    let answer = check(&ledger.files(Scope::Full), 40, &["OPENING_MISSING 1"]);
    assert_eq!(answer.json["findings"][0]["field"], 14);
}

#[test]
fn openings_out_of_order_or_of_nothing_are_refused() {
    let ledger = Ledger::of(3);
    let mut files = ledger.files(Scope::Full);
    files.put_openings(ledger.openings.values().rev().flatten());
    assert!(
        verify(&files.tar())
            .findings()
            .iter()
            .any(|finding| finding == "SCHEMA 1")
    );

    let mut lines =
        String::from_utf8(ledger.files(Scope::Full).files["openings/000.ndjson"].clone()).unwrap();
    lines.push_str("{\"index\":3,\"withheld\":\"x\"}\n");
    let mut files = ledger.files(Scope::Full);
    files.put(
        "openings/000.ndjson",
        format!("{{\"index\":0,\"withheld\":\"x\"}}\n{lines}"),
    );
    check(&files, 40, &["SCHEMA 0", "SCHEMA 3"]);
}

#[test]
fn broken_lines_of_openings_are_refused() {
    let ledger = Ledger::of(2);
    let lines = ledger.files(Scope::Full).files["openings/000.ndjson"].clone();
    for broken in [
        &b"\n"[..],
        b"{}\n",
        b"{\"index\":1}\n",
        b"\xff\n",
        b"{\"index\":1,\"withheld\":\"x\"}",
    ] {
        let mut files = ledger.files(Scope::Full);
        files.put("openings/001.ndjson", broken);
        files.put("openings/000.ndjson", lines.clone());
        check(&files, 40, &["SCHEMA null"]);
    }
}

#[test]
fn values_in_a_bundle_that_promises_none_are_refused() {
    let ledger = Ledger::of(2);
    let mut files = ledger.files(Scope::Structure);
    files.put_openings(ledger.openings.values().flatten());
    check(&files, 40, &["SCHEMA null"]);
}

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
    check(&ledger.files(Scope::Full), 40, &["SCHEMA 4", "SCHEMA 0"]);
}
