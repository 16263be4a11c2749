//! What every Rust file looks like.

use crate::files::{Source, is_rust, is_test, lines_with, none, sources};

/// Lines a Rust file may have at most.
const LINES_MAX: usize = 500;

/// Lines a Rust file that is no test may have at most. Most have far fewer.
const LINES_MAX_OUTSIDE_TESTS: usize = 400;

#[test]
fn nothing_is_left_to_be_done_later() {
    let later = [
        "TO DO",
        "FIX ME",
        "XX X",
        "dbg !(",
        "to do!(",
        "unimpl emented!(",
        "#[ig nore",
    ];
    let needles = later.map(|needle| needle.replace(' ', ""));
    let findings = lines_with(&sources(is_rust), &needles, "do it now, or open an issue");
    none("no notes to self, no stubs, no ignored tests", &findings);
}

#[test]
fn every_rust_file_says_what_it_is() {
    let silent = sources(is_rust)
        .into_iter()
        .filter(|source| !source.text.starts_with("//!"));
    let findings: Vec<String> = silent
        .map(|source| format!("{}: begin with `//!`", source.path))
        .collect();
    none(
        "every crate root and module begins with its documentation",
        &findings,
    );
}

#[test]
fn rust_files_are_short() {
    let too_long = |source: &Source| {
        let limit = if is_test(&source.path) {
            LINES_MAX
        } else {
            LINES_MAX_OUTSIDE_TESTS
        };
        let lines = source.text.lines().count();
        (lines > limit).then(|| {
            format!(
                "{}: {lines} lines, at most {limit}; split it by things",
                source.path
            )
        })
    };
    let findings: Vec<String> = sources(is_rust).iter().filter_map(too_long).collect();
    none("one file, one thing", &findings);
}

#[test]
fn lints_are_suppressed_only_with_a_reason() {
    let needles = ["#[al", "#![al"].map(|start| start.to_owned() + "low(");
    let rust = sources(is_rust);
    let mut findings = lines_with(&rust, &needles, "expect the lint instead, with reason = \"…\"");
    for source in &rust {
        for (start, opening) in source.text.match_indices(&("[exp".to_owned() + "ect(")) {
            let attribute = source.text[start + opening.len()..]
                .split(")]")
                .next()
                .unwrap_or_default();
            if !attribute.contains("reason") {
                let line = source.text[..start].lines().count();
                findings.push(format!("{}:{line}: say why with reason = \"…\"", source.path));
            }
        }
    }
    none("lints are suppressed by #[expect] with a reason", &findings);
}
