//! `docs/errors.md`: every code that a client can meet, made from the two tables in the code that hold them.
//!
//! The tables are read as text, so that this needs none of the crates they are in.

use std::{env, fs};

use crate::files::{root, text_of};

/// Set, it rewrites the page instead of comparing it.
const WRITE: &str = "KIROKUBO_WRITE_ERRORS";

const PAGE: &str = "docs/errors.md";
const FAULTS: &str = "crates/records/src/fault/catalogue.rs";
const ANSWERS: &str = "crates/api/src/http/answer.rs";

#[test]
fn the_page_of_error_codes_is_the_one_the_code_gives() {
    let page = page(&text_of(ANSWERS), &text_of(FAULTS));
    if env::var_os(WRITE).is_some() {
        fs::write(root().join(PAGE), &page).unwrap_or_else(|error| panic!("{PAGE}: {error}"));
    }
    assert!(
        page == text_of(PAGE),
        "{PAGE} is not what the code gives: run `make errors`"
    );
}

#[test]
fn both_tables_are_read() {
    let answers = "told(\n StatusCode::FORBIDDEN,\n \"a.b\",\n \"だめ\",\n \"no\",\n)";
    let faults = "\ncatalogue! {\n    A \"c.d\" Error None,\n \"空; か\", \"empty\";\n\n    B \"e.f\" Warning Some(\"法1条\"),\n \
                  \"x\", \"y|z\";\n}\n";
    let page = page(answers, faults);
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(
        rows,
        [
            "| `a.b` | 403 | だめ | no |",
            "| `c.d` | error | | 空; か | empty |",
            "| `e.f` | warning | 法1条 | x | y\\|z |",
        ]
    );
}

fn page(answers: &str, faults: &str) -> String {
    format!(
        "# Error codes\n\n\
         Made from the code by `make errors`; not to be edited. Codes keep their meaning for ever; texts may be\n\
         worded better. `{{…}}` is filled in. Personal data appears in no text.\n\n\
         ## Answers\n\n\
         `code` of an answer in `application/problem+json`, or of a refused line of an event stream.\n\n\
         | code | status | 日本語 | English |\n|---|---|---|---|\n{}\n\
         ## Faults\n\n\
         `code` of one item in `errors` of such an answer, or in `warnings` of a receipt. An error refuses the event, a\n\
         warning does not. Some errors are only warnings where nothing statutory hangs on them.\n\n\
         | code | level | law | 日本語 | English |\n|---|---|---|---|---|\n{}",
        answer_rows(answers),
        fault_rows(faults)
    )
}

/// Rows of the form `StatusCode::NAME, "code", "日本語", "English"`; an answer that takes its code from a fault has none.
fn answer_rows(code: &str) -> String {
    let row = |told: &str| {
        let (name, rest) = told.split_once(',')?;
        let mut texts = rest.trim_start().starts_with('"').then(|| literals(rest))?;
        let (code, ja, en) = (texts.next()?, texts.next()?, texts.next()?);
        Some(format!(
            "| `{code}` | {} | {} | {} |\n",
            status(name),
            cell(ja),
            cell(en)
        ))
    };
    code.split("StatusCode::").skip(1).filter_map(row).collect()
}

/// Rows of the form `Variant "code" Level law, "日本語", "English";`.
fn fault_rows(code: &str) -> String {
    let table = code
        .split("\ncatalogue! {\n")
        .nth(1)
        .and_then(|rest| rest.split("\n}\n").next());
    let table = table.unwrap_or_else(|| panic!("{FAULTS} no longer holds the table"));
    let row = |row: &str| {
        let level = row.split_whitespace().nth(2).unwrap_or_default().to_lowercase();
        let texts: Vec<&str> = literals(row).collect();
        match texts.as_slice() {
            [code, ja, en] => format!("| `{code}` | {level} | | {} | {} |\n", cell(ja), cell(en)),
            [code, law, ja, en] => format!("| `{code}` | {level} | {law} | {} | {} |\n", cell(ja), cell(en)),
            _ => panic!("{FAULTS}: not a row of the table: {row}"),
        }
    };
    table
        .split(";\n")
        .map(|text| text.trim_end_matches(';'))
        .filter(|text| !text.trim().is_empty())
        .map(row)
        .collect()
}

/// The string literals of some code; none of those read here holds a quotation mark.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    code.split('"').skip(1).step_by(2)
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn status(name: &str) -> u16 {
    match name {
        "BAD_REQUEST" => 400,
        "UNAUTHORIZED" => 401,
        "FORBIDDEN" => 403,
        "NOT_FOUND" => 404,
        "METHOD_NOT_ALLOWED" => 405,
        "CONFLICT" => 409,
        "GONE" => 410,
        "PAYLOAD_TOO_LARGE" => 413,
        "UNSUPPORTED_MEDIA_TYPE" => 415,
        "UNPROCESSABLE_ENTITY" => 422,
        "TOO_MANY_REQUESTS" => 429,
        "INTERNAL_SERVER_ERROR" => 500,
        "SERVICE_UNAVAILABLE" => 503,
        _ => panic!("{ANSWERS}: give the number of StatusCode::{name} here"),
    }
}
