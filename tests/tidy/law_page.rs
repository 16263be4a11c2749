//! `docs/law.md`: every statement names its code and its test, and says how well it is known.
//!
//! That the marks of the gates are those of the code is checked in `crates/rules`, which can ask the code.

use crate::documented_tests::tests_named;
use crate::files::{none, text_of};

const PAGE: &str = "docs/law.md";

/// The words of `Source` in `crates/rules`.
const MARKS: [&str; 3] = ["statute", "derived", "from_memory"];

/// Cells of a row that maps an article to its code and its test.
const CELLS: usize = 5;

#[test]
fn every_statement_has_its_code_its_test_and_its_mark() {
    let page = text_of(PAGE);
    let rows: Vec<&str> = page.lines().filter(|line| is_statement(line)).collect();
    assert!(rows.len() > 50, "the page has {} statements", rows.len());
    let complete = |row: &str| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [law, _, code, test, mark] = cells.as_slice() else {
            return false;
        };
        !law.is_empty()
            && code.contains("](../")
            && tests_named(test).next().is_some()
            && MARKS.contains(mark)
    };
    let findings: Vec<String> = rows
        .into_iter()
        .filter(|row| !complete(row))
        .map(|row| format!("{PAGE}: {row}"))
        .collect();
    none(
        "a row names the article, the code, the test and how well it is known",
        &findings,
    );
}

/// Rows of the tables of statements, without their heads.
fn is_statement(line: &str) -> bool {
    let cells = line.trim_matches('|').split(" | ").count();
    line.starts_with("| ") && cells == CELLS && !line.starts_with("| law |")
}
