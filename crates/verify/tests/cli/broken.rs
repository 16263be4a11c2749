//! Bundles that someone damaged, forged or forgot part of.

use kirokubo_ledger::bundle::{Opening, Scope};
use kirokubo_ledger::commitment::{Field, Salt};
use kirokubo_ledger::entry::Kind;

use crate::ledger::{Files, Ledger, RETAINED, key};
use crate::run::{Answer, Directory, verify, verify_with};

fn check(files: &Files, status: i32, findings: &[&str]) -> Answer {
    let answer = verify(&files.tar());
    assert_eq!(answer.findings(), findings, "{}", answer.json);
    assert_eq!(answer.status, status);
    answer
}

/// A bundle of nine entries, some of which `tamper` changed.
fn tampered(tamper: impl FnOnce(&mut Vec<Vec<u8>>)) -> Files {
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
fn a_smaller_ledger_than_the_held_checkpoint_is_a_rollback() {
    let directory = Directory::new();
    let held = directory.file("held", Ledger::of(6).checkpoint(6));
    let tar = Ledger::of(4).files(Scope::Full).tar();
    let answer = verify_with(&tar, &["--checkpoint", held.to_str().unwrap()]);
    assert_eq!(
        (answer.status, answer.findings()),
        (30, vec!["TAIL_TRUNCATED 4".to_owned()])
    );
}

#[test]
fn another_history_than_the_held_checkpoint_is_a_fork() {
    let mut other = Ledger::of(3);
    other.json(Kind::Rules, "{}");
    let directory = Directory::new();
    let held = directory.file("held", other.checkpoint(4));
    let tar = Ledger::of(6).files(Scope::Full).tar();
    let answer = verify_with(&tar, &["--checkpoint", held.to_str().unwrap()]);
    assert_eq!(
        (answer.status, answer.findings()),
        (30, vec!["FORK_AT 3".to_owned()])
    );
}

#[test]
fn an_older_checkpoint_of_another_history_is_a_fork_of_the_ledger_itself() {
    let mut other = Ledger::of(3);
    other.json(Kind::Rules, "{}");
    let mut files = Ledger::of(6).files(Scope::Full);
    files.put("checkpoints/4", other.checkpoint(4));
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

#[test]
fn a_manifest_that_is_not_signed_or_not_true_is_refused() {
    let files = Ledger::of(3).files(Scope::Full);
    let answer = verify(&files.tar_signed_by(&key(9)));
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["CHECKPOINT_SIGNATURE null".to_owned()])
    );
    // A byte of the README: nothing else depends on it.
    let mut tar = files.tar();
    tar[600] ^= 1;
    let answer = verify(&tar);
    assert_eq!(
        (answer.status, answer.findings()),
        (40, vec!["SCHEMA null".to_owned()])
    );
    assert!(
        answer.json["findings"][0]["en"]
            .as_str()
            .unwrap()
            .contains("README.ja.txt")
    );
}

#[test]
fn files_that_are_missing_or_malformed_are_named() {
    for path in ["scope", "keys"] {
        let mut files = Ledger::of(3).files(Scope::Full);
        files.files.remove(path);
        check(&files, 40, &["SCHEMA null"]);
        for content in [&b""[..], b"{}", b"[", b"\xff", b"{\"scope\":\"full\",\"size\":4}"] {
            files.put(path, content);
            check(&files, 40, &["SCHEMA null"]);
        }
    }
    let mut files = Ledger::of(3).files(Scope::Full);
    files.files.remove("checkpoint");
    check(&files, 40, &["SCHEMA null"]);
}

#[test]
fn tiles_that_are_not_those_of_the_entries_are_refused() {
    let mut files = Ledger::of(3).files(Scope::Full);
    files.files.get_mut("tile/0/000.p/3").unwrap()[5] ^= 1;
    check(&files, 40, &["SCHEMA null"]);
    for path in ["tile/0/000", "tile/1/000.p/1", "tile/0/000.p/2", "tile/readme"] {
        let mut files = Ledger::of(3).files(Scope::Full);
        files.put(path, [0; 32]);
        check(&files, 40, &["SCHEMA null"]);
    }
}

#[test]
fn entry_bundles_that_end_within_an_entry_are_refused() {
    let mut files = Ledger::of(3).files(Scope::Full);
    files.files.get_mut("tile/entries/000.p/3").unwrap().pop();
    check(&files, 40, &["SCHEMA null", "TAIL_TRUNCATED 2"]);
}

#[test]
fn no_damage_to_the_tar_makes_it_valid_or_makes_the_verifier_fall() {
    let tar = Ledger::of(3).files(Scope::Full).tar();
    for place in (0..tar.len()).step_by(257) {
        let mut damaged = tar.clone();
        damaged[place] ^= 0x15;
        let answer = verify(&damaged);
        // Padding between files and behind the end is not part of any file.
        assert!(matches!(answer.status, 40 | 10), "byte {place}");
        let is_padding = tar[place] == 0;
        assert!(answer.status == 40 || is_padding, "byte {place}");
    }
    for length in (0..tar.len()).step_by(1_013) {
        let answer = verify(&tar[..length]);
        assert_eq!(answer.status, 40, "cut at {length}");
    }
}
