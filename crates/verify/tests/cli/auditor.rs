//! What an auditor does over the years: several checkpoints, an older bundle, an interrupted run, a report to file.

use std::cell::RefCell;
use std::io::Cursor;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::entry::Kind;
use kirokubo_verify::{Mark, Options, Progress, Watch, verify_bundle, verify_bundle_watched};

use crate::ledger::{Ledger, RETAINED, key};
use crate::run::{Directory, run, verify_with};

/// Another history than that of [`Ledger::of`] from entry `from` on.
fn other(from: usize, size: usize) -> Ledger {
    let mut other = Ledger::of(from);
    other.json(Kind::Rules, "{}");
    while other.entries.len() < size {
        other.record();
    }
    other
}

#[test]
fn several_checkpoints_narrow_a_fork_down() {
    let directory = Directory::new();
    let history = other(500, 1_200);
    let paths: Vec<String> = [100, 480, 520, 700, 1_200]
        .map(|size| directory.file(&format!("held-{size}"), history.checkpoint(size)))
        .map(|path| path.to_str().unwrap().to_owned())
        .into();
    let more: Vec<&str> = paths.iter().flat_map(|path| ["--checkpoint", path]).collect();
    let answer = verify_with(&Ledger::of(1_000).files(Scope::Structure).tar(), &more);
    assert_eq!(answer.status, 30);
    assert_eq!(
        answer.findings(),
        ["TAIL_TRUNCATED 1000", "FORK_AT 519", "FORK_AT 699"]
    );
    assert_eq!(
        answer.json["fork"],
        serde_json::json!({"common": 480, "differs_by": 519})
    );
    let outcomes = answer.json["checkpoints"].as_array().unwrap().iter();
    let outcomes: Vec<_> = outcomes.map(|held| held["outcome"].as_str().unwrap()).collect();
    assert_eq!(
        outcomes,
        ["agrees", "agrees", "contradicts", "contradicts", "contradicts"]
    );
}

/// Verifies a bundle against another one; the status and the report.
fn against(tar: &[u8], other: &[u8]) -> (i32, serde_json::Value) {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", tar);
    let other = directory.file("other.tar", other);
    let vkey = key(7).verifier_key().to_string();
    let output = run(&[
        bundle.to_str().unwrap(),
        "--vkey",
        &vkey,
        "--today",
        RETAINED.0,
        "--json",
        "--against",
        other.to_str().unwrap(),
    ]);
    let json = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), json)
}

#[test]
fn against_another_bundle_the_very_entry_is_named() {
    let ours = Ledger::of(1_000).files(Scope::Structure);
    let tar = ours.tar();
    for (from, size) in [
        (1, 700),
        (255, 1_000),
        (256, 300),
        (257, 1_400),
        (511, 1_000),
        (999, 1_000),
        (999, 2_000),
    ] {
        let (status, json) = against(&tar, &other(from, size).files(Scope::Structure).tar());
        assert_eq!(status, 30, "{from} {size}: {json}");
        assert_eq!(json["findings"][0]["code"], "FORK_AT");
        assert_eq!(json["findings"][0]["index"], from, "{json}");
        assert_eq!(json["findings_total"], 1, "{json}");
        assert_eq!(
            json["fork"],
            serde_json::json!({"common": from, "differs_by": from})
        );
    }
    // The beginning of it, itself, and its continuation.
    for (size, status, outcome) in [
        (256, 11, "agrees"),
        (999, 11, "agrees"),
        (1_000, 11, "agrees"),
        (1_001, 30, "contradicts"),
    ] {
        let (found, json) = against(&tar, &Ledger::of(size).files(Scope::Structure).tar());
        assert_eq!(
            (found, json["held"]["outcome"].as_str().unwrap()),
            (status, outcome),
            "{size}: {json}"
        );
    }
}

#[test]
fn another_bundle_whose_tiles_lie_is_no_witness() {
    let ours = Ledger::of(1_000).files(Scope::Structure).tar();
    let mut files = other(500, 1_000).files(Scope::Structure);
    files.files.get_mut("tile/1/000.p/3").unwrap()[40] ^= 1;
    assert_eq!(against(&ours, &files.tar()).0, 2);
    let mut files = other(500, 1_000).files(Scope::Structure);
    files.files.get_mut("tile/entries/001").unwrap()[60] ^= 1;
    assert_eq!(against(&ours, &files.tar()).0, 2);
    let mut files = other(500, 1_000).files(Scope::Structure);
    files.files.remove("tile/1/000.p/3");
    assert_eq!(against(&ours, &files.tar()).0, 2);
    let mut other = Ledger::of(10);
    other.seed = 9;
    assert_eq!(against(&ours, &other.files(Scope::Structure).tar()).0, 2);
}

/// Goes on at a mark, and keeps those it hears of.
#[derive(Default)]
struct Marks {
    start: Option<Mark>,
    heard: RefCell<Vec<Mark>>,
}

impl Watch for Marks {
    fn progress(&mut self, _: Progress) {}

    fn start(&self) -> Option<Mark> {
        self.start
    }

    fn reached(&mut self, mark: Mark) {
        self.heard.borrow_mut().push(mark);
    }
}

#[test]
fn whatever_the_place_of_an_interruption_the_report_is_the_same() {
    let mut ledger = Ledger::of(900);
    ledger.json_on_day(Kind::Erase, r#"{"basis":"x","records":[10]}"#, RETAINED.1 + 1);
    ledger.openings.remove(&10);
    for is_broken in [false, true] {
        if is_broken {
            // A value of a later bundle is missing.
            ledger.openings.get_mut(&700).unwrap().remove(3);
        }
        let tar = ledger.files(Scope::Full).tar();
        let options = Options {
            vkey: key(7).verifier_key().clone(),
            held: Vec::new(),
            today: RETAINED.1,
            policy: None,
            tsa_roots: None,
        };
        let expected = verify_bundle(Cursor::new(&tar), &options).unwrap().to_json();
        let mut first = Marks::default();
        let report = verify_bundle_watched(Cursor::new(&tar), &options, &mut first).unwrap();
        assert_eq!(report.to_json(), expected);
        let marks = first.heard.into_inner();
        assert_eq!(
            marks.len(),
            if is_broken { 2 } else { 4 },
            "no mark behind a finding"
        );
        for mark in marks {
            let mut again = Marks {
                start: Some(mark),
                ..Marks::default()
            };
            let report = verify_bundle_watched(Cursor::new(&tar), &options, &mut again).unwrap();
            assert_eq!(report.to_json(), expected, "{mark:?}");
            let went_on = again.heard.into_inner();
            assert!(
                went_on
                    .iter()
                    .all(|later| later.entry_bundles > mark.entry_bundles)
            );
        }
    }
}

#[test]
fn a_run_that_was_killed_goes_on_and_a_state_of_something_else_is_refused() {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", Ledger::of(2_600).files(Scope::Full).tar());
    let (vkey, state) = (key(7).verifier_key().to_string(), directory.path().join("state"));
    let (bundle, state_text) = (bundle.to_str().unwrap(), state.to_str().unwrap());
    let plain = [bundle, "--vkey", &vkey, "--today", RETAINED.0, "--json"];
    let resumed = [&plain[..], &["--resume", state_text, "--resume-every", "0"]].concat();
    let mut killed = Command::new(env!("CARGO_BIN_EXE_kirokubo-verify"))
        .args(&resumed)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while !state.exists() && began.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(1));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let saved = std::fs::read(&state).unwrap();
    // Another day, another bundle, no state at all.
    let other_day = [
        bundle,
        "--vkey",
        &vkey,
        "--today",
        "2028-12-31",
        "--resume",
        state_text,
    ];
    assert_eq!(run(&other_day).status.code(), Some(2));
    let other = directory.file("other.tar", Ledger::of(3).files(Scope::Full).tar());
    let other_bundle = [
        other.to_str().unwrap(),
        "--vkey",
        &vkey,
        "--today",
        RETAINED.0,
        "--resume",
        state_text,
    ];
    assert_eq!(run(&other_bundle).status.code(), Some(2));
    let no_state = directory.file("no-state", "{}");
    let refused = [&plain[..], &["--resume", no_state.to_str().unwrap()]].concat();
    assert_eq!(run(&refused).status.code(), Some(2));
    assert_eq!(std::fs::read(&state).unwrap(), saved, "a refused state stays");

    let output = run(&resumed);
    assert_eq!(output.status.code(), Some(10));
    assert_eq!(output.stdout, run(&plain).stdout);
    assert!(!state.exists(), "with a verdict there is nothing to resume");
}

#[test]
fn the_report_to_file_says_what_was_found_and_what_is_not_shown() {
    let directory = Directory::new();
    let mut ledger = Ledger::of(4);
    ledger.json_on_day(Kind::Erase, r#"{"basis":"x","records":[1]}"#, RETAINED.1);
    ledger.openings.remove(&1);
    let bundle = directory.file("bundle.tar", ledger.files(Scope::Full).tar());
    let held = directory.file("held", ledger.checkpoint(3));
    let report = directory.path().join("report.md");
    let vkey = key(7).verifier_key().to_string();
    let arguments = [
        bundle.to_str().unwrap(),
        "--vkey",
        &vkey,
        "--today",
        RETAINED.0,
        "--checkpoint",
        held.to_str().unwrap(),
        "--report",
        report.to_str().unwrap(),
    ];
    assert_eq!(run(&arguments).status.code(), Some(20));
    let text = std::fs::read_to_string(&report).unwrap();
    for said in [
        "# 検証報告書",
        "## 1 対象",
        "`example.jp/ledger`",
        "通番範囲：0 ～ 4",
        "2026-01-01 09:00:00 ～ 2029-01-01 12:00:00",
        "## 2 検証日時と検証プログラム",
        "## 3 方法",
        "検証者が保管するチェックポイント（3 件）：一致",
        "**適合（保存期間の指摘あり）**（終了コード 20）",
        "| うち消去済み | 1 |",
        "| 1 | ERASED_EARLY |",
        "## 6 鍵の一覧と交代履歴",
        &format!("| 0 件以上 | `{vkey}` |"),
        "3 件の時点から 2 件",
        "## 10 限界（この検証が示さないこと）",
        "**事実であったこと**は示しません",
        "**すべて記録されたこと**（網羅性）は示しません",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    let nowhere = [&arguments[..7], &["--report", "/nowhere/report.md"]].concat();
    assert_eq!(run(&nowhere).status.code(), Some(2));
}

#[test]
fn where_nothing_held_agrees_nothing_is_called_the_same() {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", Ledger::of(4).files(Scope::Full).tar());
    let newer = directory.file("newer", Ledger::of(9).checkpoint(9));
    let report = directory.path().join("report.md");
    let vkey = key(7).verifier_key().to_string();
    let output = run(&[
        bundle.to_str().unwrap(),
        "--vkey",
        &vkey,
        "--today",
        RETAINED.0,
        "--checkpoint",
        newer.to_str().unwrap(),
        "--report",
        report.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(30));
    let told = String::from_utf8(output.stdout).unwrap() + &std::fs::read_to_string(&report).unwrap();
    assert!(told.contains("the histories part at entry 4 or before"), "{told}");
    assert!(told.contains("遅くとも項目 4 で履歴が分かれます"), "{told}");
    assert!(
        !told.contains("先頭の 0 件") && !told.contains("first 0 entries"),
        "{told}"
    );
}
