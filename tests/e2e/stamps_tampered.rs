//! Time stamps in the hands of the database's administrator.

use kirokubo_tests::DataFolder;
use rusqlite::Connection;
use serde_json::Value;

use crate::database::intrude;
use crate::reports::{audit, audit_with};
use crate::stamps_served::Stamping;

/// A stopped ledger with two stamps, over sizes 1 and 3, bound at indices 1 and 3.
struct Stamped {
    folder: DataFolder,
    stage_root: String,
    /// The root lies in the authority's folder, which goes away with it.
    _made_of: std::sync::Arc<crate::stamps_served::Made>,
}

impl Stamped {
    fn new() -> Self {
        let stage = Stamping::new();
        let _ = stage.stamps(1);
        let _ = stage.record("one");
        let _ = stage.stamp();
        Self {
            stage_root: stage.root.to_str().unwrap().to_owned(),
            _made_of: stage.made_of,
            folder: stage.server.into_folder(),
        }
    }

    /// What both verifiers say once the administrator has done this, with roots and without.
    fn after(&self, change: impl FnOnce(&Connection)) -> [Value; 4] {
        let copy = self.folder.copy();
        intrude(&copy, change);
        let bundle = copy.export("structure");
        let roots = ["--tsa-roots", &self.stage_root];
        [
            copy.verify_with(&[("KIROKUBO_TSA_ROOTS", &self.stage_root)]),
            copy.verify(),
            audit_with(&bundle, copy.vkey(), &roots),
            audit(&bundle, copy.vkey()),
        ]
    }
}

/// Whether a report has this code, and names the entry.
fn has(report: &Value, code: &str, index: Option<u64>) -> bool {
    let findings = report["findings"].as_array().unwrap();
    findings
        .iter()
        .any(|found| found["code"] == code && found.get("index").and_then(Value::as_u64) == index)
}

#[test]
fn a_stamp_that_was_removed_changed_or_added_is_found_with_and_without_roots() {
    let stamped = Stamped::new();
    let reports = stamped.after(|db| {
        db.execute("DELETE FROM timestamps WHERE size = 3", []).unwrap();
    });
    for report in reports {
        assert!(has(&report, "TIMESTAMP", Some(3)), "{report:#}");
    }
    let reports = stamped.after(|db| {
        let text =
            "UPDATE timestamps SET answer = (SELECT answer FROM timestamps WHERE size = 1) WHERE size = 3";
        db.execute(text, []).unwrap();
    });
    for report in reports {
        assert!(has(&report, "TIMESTAMP", Some(3)), "{report:#}");
    }
    let reports = stamped.after(|db| {
        let text = "INSERT INTO timestamps SELECT ledger, 2, 2, answer, tsa, earliest, latest \
                    FROM timestamps WHERE size = 1";
        db.execute(text, []).unwrap();
    });
    // To an auditor without roots it is only a file more.
    for report in &reports[..3] {
        assert!(has(report, "TIMESTAMP", None), "{report:#}");
    }
}

#[test]
fn a_time_that_was_changed_beside_its_stamp_is_found() {
    let stamped = Stamped::new();
    for (column, change) in [
        ("earliest", "earliest - 1000"),
        ("latest", "latest + 1000"),
        ("tsa", "'http://another.example/'"),
        ("anchor", "4"),
    ] {
        let [with_roots, without, ..] = stamped.after(|db| {
            let text = format!("UPDATE timestamps SET {column} = {change} WHERE size = 3");
            db.execute(&text, []).unwrap();
        });
        assert!(
            has(&with_roots, "ROW_MISMATCH", Some(3)),
            "{column}: {with_roots:#}"
        );
        assert!(has(&without, "ROW_MISMATCH", Some(3)), "{column}: {without:#}");
    }
}

#[test]
fn plain_sql_neither_changes_nor_removes_a_stamp_nor_adds_one_that_nothing_binds() {
    let stamped = Stamped::new();
    let copy = stamped.folder.copy();
    let db = Connection::open(copy.database()).unwrap();
    for refused in [
        "UPDATE timestamps SET latest = latest + 1",
        "DELETE FROM timestamps",
        "INSERT INTO timestamps SELECT ledger, 2, 2, answer, tsa, earliest, latest FROM timestamps WHERE size = 1",
        "INSERT INTO timestamps SELECT ledger, 99, 99, answer, tsa, earliest, latest FROM timestamps WHERE size = 1",
    ] {
        assert!(db.execute(refused, []).is_err(), "{refused}");
    }
}
