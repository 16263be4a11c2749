//! Pages that name tests: every file and every test that they name exists.

use crate::files::{none, root, text_of};

const PAGES: [&str; 3] = ["docs/law.md", "docs/operations.md", "docs/threat-model.md"];

#[test]
fn every_test_that_a_page_names_is_a_test() {
    let mut findings = Vec::new();
    for page in PAGES {
        let text = text_of(page);
        for name in tests_named(&text) {
            let (file, test) = name.split_once("::").expect("that is how they are found");
            if !root().join(file).is_file() {
                findings.push(format!("{page}: {file} does not exist"));
            } else if !has_test(&text_of(file), test) {
                findings.push(format!("{page}: {file} has no test {test}"));
            }
        }
    }
    none("pages name tests that exist", &findings);
}

#[test]
fn a_test_is_told_from_another_function() {
    let code =
        "#[test]\nfn one_thing() {}\n\n#[test]\npub(crate) fn one_more() {}\n\nfn another_thing() {}\n";
    assert!(has_test(code, "one_thing") && has_test(code, "one_more"));
    assert!(!has_test(code, "another_thing") && !has_test(code, "one"));
    let line = "| x | `a/b.rs::c`, `a/d.rs::e` and `f.rs` |";
    assert!(tests_named(line).eq(["a/b.rs::c", "a/d.rs::e"]));
}

/// What stands between backquotes and names a test.
pub(crate) fn tests_named(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|quoted| quoted.contains(".rs::"))
}

/// Whether a file has a test of this name.
fn has_test(code: &str, name: &str) -> bool {
    let head = format!("fn {name}(");
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    lines.windows(2).any(|pair| match pair[0] {
        "#[test]" => pair[1].trim_start_matches("pub(crate) ").starts_with(&head),
        "#[tokio::test]" => pair[1]
            .strip_prefix("async ")
            .is_some_and(|rest| rest.starts_with(&head)),
        _ => false,
    })
}
