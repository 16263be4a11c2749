//! `docs/law.md`: every file and every test that it names exists, and every statement says how well it is known.
//!
//! That the marks of the gates are those of the code is checked in `crates/rules`, which can ask the code.

use crate::files::{none, root, text_of};

const PAGE: &str = "docs/law.md";

/// The words of `Source` in `crates/rules`.
const MARKS: [&str; 3] = ["statute", "derived", "from_memory"];

/// Cells of a row that maps an article to its code and its test.
const CELLS: usize = 5;

#[test]
fn every_test_that_the_page_names_is_a_test() {
    let page = text_of(PAGE);
    let mut findings = Vec::new();
    for name in tests_named(&page) {
        let (file, test) = name.split_once("::").expect("that is how they are found");
        if !root().join(file).is_file() {
            findings.push(format!("{PAGE}: {file} does not exist"));
        } else if !has_test(&text_of(file), test) {
            findings.push(format!("{PAGE}: {file} has no test {test}"));
        }
    }
    none("docs/law.md names tests that exist", &findings);
}

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

#[test]
fn a_test_is_told_from_another_function() {
    let code = "#[test]\nfn one_thing() {}\n\nfn another_thing() {}\n";
    assert!(has_test(code, "one_thing"));
    assert!(!has_test(code, "another_thing") && !has_test(code, "one"));
    let line = "| x | `a/b.rs::c`, `a/d.rs::e` and `f.rs` |";
    assert!(tests_named(line).eq(["a/b.rs::c", "a/d.rs::e"]));
}

/// Rows of the tables of statements, without their heads.
fn is_statement(line: &str) -> bool {
    let cells = line.trim_matches('|').split(" | ").count();
    line.starts_with("| ") && cells == CELLS && !line.starts_with("| law |")
}

/// What stands between backquotes and names a test.
fn tests_named(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|quoted| quoted.contains(".rs::"))
}

/// Whether a file has a test of this name.
fn has_test(code: &str, name: &str) -> bool {
    let head = format!("fn {name}(");
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    lines.windows(2).any(|pair| match pair[0] {
        "#[test]" => pair[1].starts_with(&head),
        "#[tokio::test]" => pair[1]
            .strip_prefix("async ")
            .is_some_and(|rest| rest.starts_with(&head)),
        _ => false,
    })
}
