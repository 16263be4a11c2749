//! The auditor's guide leaves nothing out: every finding, every exit status, every option of the verifier, in both languages.

use crate::files::{none, text_of};

const PAGES: [&str; 2] = ["docs/auditor-guide.md", "docs/auditor-guide.ja.md"];

#[test]
fn every_finding_stands_in_the_guides_and_in_the_format() {
    let finding = text_of("crates/ledger/src/verify/finding.rs");
    let codes: Vec<&str> = behind(body(&finding, "fn code("), "=> \"").collect();
    assert!(
        codes.contains(&"SCHEMA") && codes.len() >= 16,
        "the codes are no longer where this test looks: {codes:?}"
    );
    let pages = PAGES.into_iter().chain(["docs/format.md"]);
    let missing = pages.flat_map(|page| lacks_rows(page, codes.iter().map(|code| format!("| `{code}` |"))));
    none(
        "every finding has a row that explains it",
        &missing.collect::<Vec<_>>(),
    );
}

#[test]
fn every_exit_status_stands_in_the_guides_and_in_the_format() {
    let report = text_of("crates/verify/src/report.rs");
    let mut statuses: Vec<&str> = behind(body(&report, "fn exit_status("), "=> ").collect();
    assert!(
        statuses.len() >= 6,
        "the statuses are no longer where this test looks: {statuses:?}"
    );
    let main = text_of("crates/verify/src/main.rs");
    statuses.extend(behind(&main, "const EXIT_USAGE: u8 = "));
    let pages = PAGES.into_iter().chain(["docs/format.md"]);
    let missing =
        pages.flat_map(|page| lacks_rows(page, statuses.iter().map(|status| format!("| {status} |"))));
    none(
        "every exit status has a row that explains it",
        &missing.collect::<Vec<_>>(),
    );
}

#[test]
fn every_option_of_the_verifier_stands_in_the_guides() {
    let main = text_of("crates/verify/src/main.rs");
    let fields = body(&main, "struct Arguments {").lines().map(str::trim);
    let fields = fields.filter(|line| !line.starts_with(['/', '#']));
    let names = fields
        .filter_map(|line| line.split_once(": "))
        .map(|(name, _)| name);
    let options: Vec<String> = names
        .filter(|name| *name != "bundle")
        .map(|name| format!("--{}", name.replace('_', "-")))
        .collect();
    assert!(
        options.len() >= 10,
        "the options are no longer where this test looks: {options:?}"
    );
    let mut missing = Vec::new();
    for page in PAGES {
        let text = text_of(page);
        let words: Vec<&str> = text
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .collect();
        let unknown = options.iter().filter(|option| !words.contains(&option.as_str()));
        missing.extend(unknown.map(|option| format!("{page}: {option}")));
    }
    none("every option of kirokubo-verify is explained", &missing);
}

/// Those lines that a page does not begin a line with.
fn lacks_rows(page: &str, rows: impl Iterator<Item = String>) -> Vec<String> {
    let text = text_of(page);
    rows.filter(|row| !text.lines().any(|line| line.starts_with(row.as_str())))
        .map(|row| format!("{page}: {row}"))
        .collect()
}

/// What stands between a heading in code and the next line that closes at the heading's own depth.
fn body<'a>(code: &'a str, heading: &str) -> &'a str {
    let (_, behind) = code
        .split_once(heading)
        .unwrap_or_else(|| panic!("{heading} is not there"));
    let end = behind
        .find("\n    }\n")
        .into_iter()
        .chain(behind.find("\n}\n"))
        .min();
    end.map_or(behind, |end| &behind[..end])
}

/// The words behind a mark, wherever it stands.
fn behind<'a>(code: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    let rest = code.split(mark).skip(1);
    rest.filter_map(|rest| rest.split(['"', ',', ';']).next())
}
