//! Values that are not what the ledger commits to.

use kirokubo_ledger::bundle::{Opening, Scope, Withheld};
use kirokubo_ledger::commitment::{Field, RecordSecret, RowTree, Salt};

use crate::ledger::Ledger;
use crate::run::{check, verify};

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
        b"{\"index\":1,\"withheld\":\"x\"}\r\n",
        b"{\"index\":1,\"withheld\":\"x\",\"field\":null}\n",
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

/// A ledger whose record 1 has these openings instead of its own.
fn with_openings(change: impl FnOnce(&mut Vec<Opening>)) -> Ledger {
    let mut ledger = Ledger::of(3);
    ledger.prove(1);
    change(ledger.openings.get_mut(&1).unwrap());
    ledger
}

fn withheld(what: Withheld) -> Opening {
    Opening::Withheld {
        index: 1_u32.into(),
        what,
        reason: "scope".to_owned(),
    }
}

#[test]
fn what_withholds_the_rest_stands_once_and_last() {
    let ledger = with_openings(|openings| openings.push(withheld(Withheld::Rest)));
    check(&ledger.files(Scope::Period), 11, &[]);
    let ledger = with_openings(|openings| openings.extend([(); 2].map(|()| withheld(Withheld::Rest))));
    check(&ledger.files(Scope::Period), 40, &["SCHEMA 1"]);
    // Between the fields and the two rows.
    let ledger = with_openings(|openings| openings.insert(16, withheld(Withheld::Rest)));
    check(&ledger.files(Scope::Period), 40, &["SCHEMA 1", "SCHEMA 1"]);
}

#[test]
fn withholding_a_row_that_does_not_exist_is_a_mismatch() {
    let ledger = with_openings(|openings| openings.push(withheld(Withheld::Row(2))));
    let answer = check(&ledger.files(Scope::Period), 40, &["OPENING_MISMATCH 1"]);
    assert_eq!(answer.json["findings"][0]["row"], 2);
}

#[test]
fn rows_without_paths_in_an_incomplete_set_accuse_field_4_and_no_row() {
    let mut ledger = Ledger::of(3);
    ledger.openings.get_mut(&1).unwrap().pop();
    let answer = check(
        &ledger.files(Scope::Full),
        40,
        &["OPENING_MISSING 1", "OPENING_MISMATCH 1"],
    );
    assert_eq!(answer.json["findings"][0]["row"], 1);
    assert_eq!(answer.json["findings"][1]["field"], 4);
    assert_eq!(answer.json["findings"][1]["row"], serde_json::Value::Null);
}

#[test]
fn fields_without_paths_in_an_incomplete_set_accuse_the_record() {
    let mut ledger = Ledger::of(3);
    ledger.openings.get_mut(&1).unwrap().remove(7);
    let answer = check(
        &ledger.files(Scope::Full),
        40,
        &["OPENING_MISMATCH 1", "OPENING_MISSING 1"],
    );
    assert_eq!(answer.json["findings"][0]["field"], serde_json::Value::Null);
    assert_eq!(answer.json["findings"][1]["field"], 8);
}

#[test]
fn values_of_a_record_that_does_not_match_do_not_count_as_opened() {
    let mut ledger = Ledger::of(3);
    if let Opening::Field { value, .. } = &mut ledger.openings.get_mut(&1).unwrap()[0] {
        value.push(' ');
    }
    let answer = check(&ledger.files(Scope::Full), 40, &["OPENING_MISMATCH 1"]);
    assert_eq!(answer.json["openings"]["opened"], 18);
}

#[test]
fn a_record_without_rows_leaves_field_4_empty() {
    let mut ledger = Ledger::of(2);
    let no_rows = RowTree::new(
        &RecordSecret::from_bytes([0; 32]).expander(),
        &Ledger::record_ref(2),
        std::iter::empty(),
    );
    ledger.record_with(&no_rows.principals_value(), &[]);
    check(&ledger.files(Scope::Full), 40, &["SCHEMA 2"]);
    // What cannot be read accuses no row.
    let mut ledger = Ledger::of(2);
    ledger.record_with("{}", &[r#"{"name":"x"}"#]);
    check(&ledger.files(Scope::Full), 40, &["SCHEMA 2"]);
    let mut ledger = Ledger::of(2);
    ledger.record_with("", &[]);
    check(&ledger.files(Scope::Full), 10, &[]);
}
