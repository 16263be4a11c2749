//! The second verifier, in Python, on every bundle that these tests make: both must find the same.
//!
//! `run::verify_with` calls [`must_agree`] each time, so the corpus of good and broken bundles is that of all the other
//! files here. What is there beside it is what only a reader of another making would take in another way.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use kirokubo_ledger::bundle::{Opening, Scope};
use kirokubo_ledger::commitment::Field;
use kirokubo_ledger::entry::Kind;
use serde_json::{Value, json};

use crate::ledger::{Ledger, key};
use crate::run::{Directory, check, run, verify, verify_with};

/// The verifier that lies in every bundle.
fn program() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ledger/verify.py");
    path.to_str().unwrap().to_owned()
}

fn run_python(arguments: &[&str]) -> Output {
    Command::new("python3")
        .arg(program())
        .args(arguments)
        .output()
        .unwrap()
}

/// Fails unless the Python verifier, called with the same arguments, comes to the same as `ours`: status, scope, counts,
/// and every finding by its code, index, field and row. The order of findings is not part of the format.
pub(crate) fn must_agree(arguments: &[&str], ours: &Value) {
    let output = run_python(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    let theirs: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("verify.py: {error}"));
    assert_eq!(
        output.status.code().map(i64::from),
        ours["exit"].as_i64(),
        "{theirs} {error}"
    );
    assert_eq!(
        counted(&theirs),
        counted(ours),
        "verify.py: {theirs}\nkirokubo-verify: {ours}"
    );
    for member in [
        "result",
        "origin",
        "size",
        "root",
        "scope",
        "held",
        "checkpoints",
        "fork",
        "today",
        "entries",
        "openings",
        "findings_total",
        "later_vkey",
        "witnesses",
    ] {
        assert_eq!(theirs[member], ours[member], "{member}: {theirs}\n{ours}");
    }
}

/// How often each finding is listed.
fn counted(report: &Value) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let place = ["code", "index", "field", "row"].map(|member| finding[member].to_string());
        *counted.entry(place.join(" ")).or_default() += 1;
    }
    counted
}

#[test]
fn wrong_usage_and_unreadable_files_have_no_verdict_in_either() {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", Ledger::of(2).files(Scope::Full).tar());
    let bundle = bundle.to_str().unwrap();
    let held = directory.file("held", "not a checkpoint");
    let held = held.to_str().unwrap();
    let vkey = key(7).verifier_key().to_string();
    let small_order = "example.jp/ledger+00000000+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for arguments in [
        vec![],
        vec![bundle],
        vec![bundle, "--vkey", "example.jp/ledger"],
        vec![bundle, "--vkey", small_order],
        vec![bundle, "--vkey", &vkey, "--today", "2026-02-30"],
        vec![bundle, "--vkey", &vkey, "--unknown"],
        vec!["/nowhere/bundle.tar", "--vkey", &vkey],
        vec![bundle, "--vkey", &vkey, "--checkpoint", held],
    ] {
        assert_eq!(run(&arguments).status.code(), Some(2), "{arguments:?}");
        let output = run_python(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let output = run_python(&["--json", "/nowhere/bundle.tar", "--vkey", &vkey]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["result"], &answer["exit"]), (&json!("usage"), &json!(2)));
}

#[test]
fn the_report_for_people_says_what_is_not_shown() {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", Ledger::of(3).files(Scope::Full).tar());
    let vkey = key(7).verifier_key().to_string();
    let output = run_python(&[bundle.to_str().unwrap(), "--vkey", &vkey, "--today", "2029-01-02"]);
    assert_eq!(output.status.code(), Some(20));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("[OVERDUE] index 1"), "{text}");
    assert!(text.contains("この検証が示さないこと"), "{text}");
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "",
        "no progress but on a terminal"
    );
}

#[test]
fn a_time_stamp_that_it_does_not_judge_costs_the_better_verdict() {
    let directory = Directory::new();
    let mut files = Ledger::of(3).files(Scope::Full);
    files.put("timestamps/3.tsr", "a token");
    let bundle = directory.file("bundle.tar", files.tar());
    let vkey = key(7).verifier_key().to_string();
    let output = run_python(&[
        "--json",
        bundle.to_str().unwrap(),
        "--vkey",
        &vkey,
        "--today",
        "2029-01-01",
    ]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["exit"], 11);
    assert_eq!(report["not_judged"], json!(["timestamps/3.tsr"]));
}

#[test]
fn json_that_readers_take_in_different_ways_is_taken_in_one() {
    for (scope, status) in [
        (r#" { "size" : 3 , "scope" : "full" } "#, 10),
        (r#"["full",3]"#, 40),
        (r#"{"scope":{"full":null},"size":3}"#, 40),
        (r#"{"scope":"full","size":3.0}"#, 40),
        (r#"{"scope":"full","size":3e0}"#, 40),
        (r#"{"scope":"full","size":-0}"#, 40),
        (r#"{"scope":"full","size":03}"#, 40),
        (r#"{"scope":"full","size":"3"}"#, 40),
        (r#"{"scope":"full","size":true}"#, 40),
        (r#"{"scope":"full","size":3,"size":3}"#, 40),
        (r#"{"scope":"full","size":3,"more":0}"#, 40),
        ("\u{feff}{\"scope\":\"full\",\"size\":3}", 40),
        (r#"{"scope":"full","size":NaN}"#, 40),
        (r#"{"\u0073cope":"fu\u006cl","size":3}"#, 10),
        (r#"{"scope":"full","size":3}{}"#, 40),
    ] {
        let mut files = Ledger::of(3).files(Scope::Full);
        files.put("scope", scope);
        assert_eq!(verify(&files.tar()).status, status, "{scope}");
    }
    for line in [
        r#"[2,5,null,"","00",null,null]"#,
        r#"{"index":2,"withheld":"\ud800"}"#,
        r#"{"index":2,"withheld":"\ud83d\ude00"}"#,
        r#"{"index":2.0,"withheld":"x"}"#,
        r#"{"index":18446744073709551616,"withheld":"x"}"#,
        r#"{"index":9223372036854775807,"withheld":"x"}"#,
        r#"{"index":9223372036854775806,"withheld":"x"}"#,
        r#"{"index":2,"row":18446744073709551615,"withheld":"x"}"#,
        r#"{"index":2,"field":0,"withheld":"x"}"#,
        r#"{"index":2,"field":256,"withheld":"x"}"#,
        r#"{"index":2,"withheld":"x","path":[]}"#,
        r#" {"index":2,"withheld":"x"} "#,
        "{\"index\":2,\"withheld\":\"\u{1}\"}",
    ] {
        let mut ledger = Ledger::of(3);
        ledger.openings.remove(&2);
        let mut files = ledger.files(Scope::Full);
        let mut lines = files.files["openings/000.ndjson"].clone();
        lines.extend_from_slice(line.as_bytes());
        lines.push(b'\n');
        files.put("openings/000.ndjson", lines);
        verify(&files.tar());
    }
}

#[test]
fn bodies_of_entries_are_read_alike_however_odd_they_are() {
    let deep = format!(
        r#"{{"more":{}{},"records":[1]}}"#,
        "[".repeat(9_000),
        "]".repeat(9_000)
    );
    for (kind, body) in [
        (Kind::Rules, r#"{"a":1,"a":2,"b":-0.5e999}"#),
        (Kind::Rules, r#"{"a":"\ud800"}"#),
        (Kind::Release, deep.as_str()),
        (Kind::Release, r#"{"records":[1,1,1],"more":{}}"#),
        (Kind::Release, r#"{"records":[1],"records":[1]}"#),
        (Kind::Release, r#"{"records":[1.0]}"#),
        (Kind::Release, r#"{"records":{"1":1}}"#),
        (Kind::Release, r#"{"reason":"x"}"#),
        (Kind::Release, r#"{"records":[1],"\ud800":1}"#),
        (Kind::Hold, r#"{"records":[1]}"#),
        (Kind::Hold, r#"{"records":[],"reason":"x"}"#),
        (Kind::Extend, r#"{"records":[[1,"2030-01-01"]]}"#),
        (
            Kind::Extend,
            r#"{"records":[{"index":1,"retain_through":"2030-1-01"}]}"#,
        ),
        (
            Kind::Extend,
            r#"{"records":[{"index":1,"retain_through":"0000-02-29"}]}"#,
        ),
        (
            Kind::Extend,
            r#"{"records":[{"index":1,"retain_through":"9999-12-31","more":1}]}"#,
        ),
        (Kind::Erase, r#"{"basis":"x","records":[1],"approved_by":null}"#),
        (Kind::Erase, r#"{"basis":"x","records":[1,0,2]}"#),
        (Kind::Key, r#"{"vkey":"x","first_size":9,"old_key_ends":8}"#),
        (Kind::Genesis, r#"{"origin":"x","vkey":"y"}"#),
    ] {
        let mut ledger = Ledger::of(3);
        ledger.json(kind, body).record();
        verify(&ledger.files(Scope::Full).tar());
    }
}

#[test]
fn what_is_said_of_records_after_extensions_and_holds_is_the_same() {
    let extend =
        |index: u32, day: &str| format!(r#"{{"records":[{{"index":{index},"retain_through":"{day}"}}]}}"#);
    let mut ledger = Ledger::of(7);
    ledger.json(Kind::Extend, &extend(1, "2030-01-01"));
    ledger.json(Kind::Extend, &extend(2, "2029-06-01"));
    ledger.json(Kind::Extend, &extend(2, "2029-05-01"));
    ledger.json(Kind::Hold, r#"{"records":[3,4],"reason":"x"}"#);
    ledger.json(Kind::Release, r#"{"records":[4]}"#);
    ledger.json_on_day(Kind::Erase, r#"{"basis":"x","records":[3,5]}"#, 21_551);
    ledger.json_on_day(Kind::Erase, r#"{"basis":"x","records":[2]}"#, 21_551);
    ledger.json_on_day(Kind::Extend, &extend(5, "2033-01-01"), 21_551);
    for index in [2, 3] {
        ledger.openings.remove(&index);
    }
    let tar = ledger.files(Scope::Full).tar();
    for today in [
        "2029-01-01",
        "2029-01-02",
        "2029-05-02",
        "2029-06-02",
        "2030-01-02",
    ] {
        assert_ne!(verify_with(&tar, &["--today", today]).status, 10);
    }
}

#[test]
fn a_value_with_nul_is_refused_even_where_it_is_all_there_is() {
    let mut ledger = Ledger::of(2);
    let openings = ledger.openings.get_mut(&1).unwrap();
    openings.truncate(1);
    if let Opening::Field {
        field: Field::DATE,
        value,
        ..
    } = &mut openings[0]
    {
        value.push('\0');
    }
    check(&ledger.files(Scope::Full), 40, &["SCHEMA 1", "OPENING_MISSING 1"]);
}
