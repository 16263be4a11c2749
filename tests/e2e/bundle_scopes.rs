//! Bundles of a period and of one person, and that two exports of one state are the same bytes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use kirokubo_tests::{DataFolder, Role, Server, binaries};
use serde_json::{Value, json};

use crate::events;
use crate::lists::{PEOPLE, provision_of, uploaded};
use crate::reports::audit;

/// A ledger of five records: three of April and May, one of a list, one of somebody else.
fn ledger() -> DataFolder {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let mut of_three = events::provision("2");
    of_three["principals"] = json!([
        {"ref": "crm:1", "name": "渡邉 一郎"}, events::hanako(), {"ref": "crm:3", "name": "齋藤 健"},
    ]);
    of_three["provided_on"] = "2026-05-20".into();
    let list = uploaded(&officer, &PEOPLE.replace("crm:2", "crm:000123"));
    for event in [events::provision("1"), of_three, provision_of(&list, "3")] {
        let _ = officer.post("/v1/provisions", &event).expect(201);
    }
    let _ = officer.post("/v1/receipts", &events::receipt("4")).expect(201);
    server.into_folder()
}

/// Runs the command; `input` is what standard input holds.
fn export(folder: &DataFolder, name: &str, arguments: &[&str], input: &str) -> (Output, PathBuf) {
    let out = folder.beside().join(name);
    let mut command = binaries().kirokubo();
    command
        .args(["export", "bundle", "--out"])
        .arg(&out)
        .args(arguments);
    command.arg("--data").arg(folder.path());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    (child.wait_with_output().unwrap(), out)
}

#[track_caller]
fn exported(folder: &DataFolder, name: &str, arguments: &[&str], input: &str) -> PathBuf {
    let (output, path) = export(folder, name, arguments, input);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    path
}

/// The lines of the openings in a bundle.
fn lines(bundle: &Path) -> Vec<Value> {
    let bytes = fs::read(bundle).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().filter_map(|line| {
        let from = line.find(r#"{"index":"#)?;
        serde_json::from_str(&line[from..]).ok()
    });
    lines.collect()
}

fn is_withheld(lines: &[Value], index: u64, reason: &str) -> bool {
    let whole = json!({"index": index, "withheld": reason});
    lines.iter().filter(|line| line["index"] == index).eq([&whole])
}

#[track_caller]
fn assert_incomplete(folder: &DataFolder, bundle: &Path, scope: &str) -> Value {
    let report = audit(bundle, folder.vkey());
    assert_eq!(
        (&report["exit"], &report["findings"]),
        (&11.into(), &json!([])),
        "{report:#}"
    );
    assert_eq!(report["scope"], scope);
    report
}

#[test]
fn a_bundle_of_a_period_opens_its_records_and_withholds_the_others() {
    let folder = ledger();
    let bundle = exported(
        &folder,
        "may.tar",
        &["--scope", "period", "--from", "2026-05-01", "--to", "2026-05-31"],
        "",
    );
    let report = assert_incomplete(&folder, &bundle, "period");
    assert_eq!(report["openings"]["opened"], 2 * 16 + 3 + 1);
    let lines = lines(&bundle);
    for index in [1, 3] {
        assert!(is_withheld(&lines, index, "out_of_period"), "{index}");
    }
    let bytes = fs::read(&bundle).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("齋藤 健"));
    assert!(
        !String::from_utf8_lossy(&bytes).contains("03-1111-2222"),
        "somebody of the list in April"
    );
    let none = exported(
        &folder,
        "none.tar",
        &["--scope", "period", "--from", "2030-01-01"],
        "",
    );
    assert_eq!(
        assert_incomplete(&folder, &none, "period")["openings"]["opened"],
        0
    );
}

#[test]
fn a_bundle_of_one_person_shows_his_rows_and_nobody_elses() {
    let folder = ledger();
    let who = r#"{"name":"髙橋 花子"}"#;
    let file = folder.beside().join("who.json");
    fs::write(&file, who).unwrap();
    let arguments = ["--scope", "principal", "--principal"];
    let bundle = exported(&folder, "one.tar", &[&arguments[..], &["-"]].concat(), who);
    let by_file = [&arguments[..], &[file.to_str().unwrap()]].concat();
    let again = exported(&folder, "again.tar", &by_file, "");
    assert_eq!(fs::read(&bundle).unwrap(), fs::read(&again).unwrap());
    let report = assert_incomplete(&folder, &bundle, "principal");
    assert_eq!(report["openings"]["opened"], 3 * 17);
    let bytes = fs::read(&bundle).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!(text.matches(r#"\"name\":\"髙橋 花子\""#).count(), 3);
    for other in ["渡邉", "齋藤", "crm:1\\\"", "crm:3", "hr:42"] {
        assert!(!text.contains(other), "{other}");
    }
    assert!(is_withheld(&lines(&bundle), 4, "other_person"));
    let days = [&arguments[..], &["-", "--from", "2026-05-01"]].concat();
    let later = exported(&folder, "later.tar", &days, who);
    assert!(is_withheld(&lines(&later), 1, "other_person"));
    assert_eq!(
        assert_incomplete(&folder, &later, "principal")["openings"]["opened"],
        17
    );
}

#[test]
fn two_exports_of_one_state_are_the_same_bytes() {
    let folder = ledger();
    for (name, arguments) in [
        ("structure", vec!["--scope", "structure"]),
        ("period", vec!["--scope", "period", "--to", "2026-04-30"]),
        ("principal", vec!["--scope", "principal", "--principal", "-"]),
        ("full", vec!["--scope", "full"]),
        ("delta", vec!["--scope", "full", "--from-size", "3"]),
    ] {
        let who = r#"{"ref":"crm:000123"}"#;
        let one = exported(&folder, &format!("{name}-1.tar"), &arguments, who);
        let two = exported(&folder, &format!("{name}-2.tar"), &arguments, who);
        assert!(fs::read(one).unwrap() == fs::read(two).unwrap(), "{name}");
    }
}

#[test]
fn what_does_not_go_together_is_refused_and_leaves_no_file() {
    let folder = ledger();
    for (arguments, input) in [
        (vec!["--scope", "period"], ""),
        (vec!["--scope", "principal"], ""),
        (vec!["--scope", "full", "--from", "2026-01-01"], ""),
        (
            vec!["--scope", "structure", "--principal", "-"],
            r#"{"name":"髙橋 花子"}"#,
        ),
        (vec!["--scope", "period", "--from", "2026-02-30"], ""),
        (
            vec!["--scope", "period", "--from", "2026-05-01", "--to", "2026-04-01"],
            "",
        ),
        (
            vec!["--scope", "principal", "--principal", "-"],
            r#"{"name":"髙橋 花子","nom":1}"#,
        ),
        (vec!["--scope", "principal", "--principal", "-"], "{}"),
        (vec!["--scope", "full", "--from-size", "0"], ""),
        (vec!["--scope", "full", "--from-size", "5"], ""),
        (vec!["--scope", "full", "--from-size", "6"], ""),
    ] {
        let (output, path) = export(&folder, "refused.tar", &arguments, input);
        assert!(!output.status.success(), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !said.is_empty() && !said.contains("panicked") && !said.contains("花子"),
            "{said}"
        );
        assert!(!path.exists(), "{arguments:?}");
    }
}
