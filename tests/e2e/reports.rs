//! Reading what `kirokubo verify` and `kirokubo-verify` say.

use std::path::Path;

use kirokubo_tests::binaries;
use serde_json::Value;

/// The codes of the findings that name this index.
pub(crate) fn codes_at(report: &Value, index: u64) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("a report has findings");
    let here = findings.iter().filter(|finding| finding["index"] == index);
    here.map(|finding| finding["code"].as_str().expect("a finding has a code"))
        .collect()
}

/// Panics unless the report is bad and at least one finding names the index.
#[track_caller]
pub(crate) fn assert_names(report: &Value, index: u64, what: &str) {
    assert_eq!(report["exit"], 40, "{what}: {report:#}");
    assert!(
        !codes_at(report, index).is_empty(),
        "{what}: index {index} is not named: {report:#}"
    );
}

/// The auditor's report on a bundle, with its exit status in `exit`.
#[track_caller]
pub(crate) fn audit(bundle: &Path, vkey: &str) -> Value {
    audit_with(bundle, vkey, &[])
}

/// The same with more arguments.
#[track_caller]
pub(crate) fn audit_with(bundle: &Path, vkey: &str, more: &[&str]) -> Value {
    let mut command = binaries().kirokubo_verify();
    command.arg(bundle).args(["--json", "--vkey", vkey]).args(more);
    let output = command.output().expect("kirokubo-verify starts");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        panic!(
            "no report: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )
    });
    assert_eq!(
        output.status.code().map(Value::from).as_ref(),
        Some(&report["exit"])
    );
    report
}
