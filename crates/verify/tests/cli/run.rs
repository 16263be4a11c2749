//! Running the binary and reading its answer.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::ledger::{Files, key};

/// A directory that goes away with the test.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A directory that stays behind does no harm and says nothing about the code under test.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// What the binary said about a bundle.
pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) json: Value,
}

impl Answer {
    /// The findings as `CODE index`.
    pub(crate) fn findings(&self) -> Vec<String> {
        let findings = self.json["findings"].as_array().unwrap().iter();
        findings
            .map(|finding| format!("{} {}", finding["code"].as_str().unwrap(), finding["index"]))
            .collect()
    }

    /// The English text of a finding.
    pub(crate) fn text(&self, place: usize) -> &str {
        self.json["findings"][place]["en"].as_str().unwrap()
    }
}

/// Verifies a bundle with the ledger's key on the last day of keeping.
pub(crate) fn verify(tar: &[u8]) -> Answer {
    verify_with(tar, &[])
}

/// Verifies with more arguments; they come last and so override nothing that may stand only once.
pub(crate) fn verify_with(tar: &[u8], more: &[&str]) -> Answer {
    let directory = Directory::new();
    let bundle = directory.file("bundle.tar", tar);
    let mut arguments = vec!["--json", bundle.to_str().unwrap()];
    let vkey = key(7).verifier_key().to_string();
    if !more.contains(&"--vkey") {
        arguments.extend(["--vkey", &vkey]);
    }
    if !more.contains(&"--today") {
        arguments.extend(["--today", crate::ledger::RETAINED.0]);
    }
    arguments.extend(more);
    let output = run(&arguments);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["exit"], output.status.code().unwrap());
    crate::python::must_agree(&arguments, &json);
    Answer {
        status: output.status.code().unwrap(),
        json,
    }
}

/// Verifies files with a checkpoint that the auditor holds.
pub(crate) fn verify_holding(files: &Files, held: &str) -> Answer {
    let directory = Directory::new();
    let held = directory.file("held", held);
    verify_with(&files.tar(), &["--checkpoint", held.to_str().unwrap()])
}

/// Verifies files and compares the answer.
pub(crate) fn check(files: &Files, status: i32, findings: &[&str]) -> Answer {
    let answer = verify(&files.tar());
    assert_eq!(answer.findings(), findings, "{}", answer.json);
    assert_eq!(answer.status, status);
    answer
}

/// Runs the binary.
pub(crate) fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kirokubo-verify"))
        .args(arguments)
        .output()
        .unwrap()
}
