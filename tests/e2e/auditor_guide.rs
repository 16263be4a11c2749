//! The auditor's guide, in both languages: its commands, run as they are printed there, print what it says they print.

use std::path::{Path, PathBuf};
use std::{fs, iter};

use crate::readme_tour::{bash, free_address};

/// Stands on the line before each block that this test runs.
const MARK: &str = "<!-- tour: a test runs this block -->\n```sh\n";

/// What a page leaves out: anything within a line, or lines.
const LEFT_OUT: &str = "…";

/// Printed between two blocks; nothing else prints it.
const DIVIDER: char = '\u{1e}';

/// A block of commands, and what the page says it prints.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    command: String,
    printed: String,
}

#[test]
fn the_session_of_the_auditors_guide_prints_what_the_page_says() {
    let steps = steps_of("docs/auditor-guide.md");
    assert!(
        steps.len() > 20,
        "the guide marks {} blocks: this test no longer reads it rightly",
        steps.len()
    );
    let divided: Vec<String> = steps
        .iter()
        .map(|step| format!("{}printf '\\036'\n", step.command))
        .collect();
    let script = format!("exec 2>&1\n{}", divided.concat());
    let source = root();
    let output = bash(
        &script,
        &[("SOURCE", source.to_str().unwrap()), ("ADDRESS", &free_address())],
    );
    let told = String::from_utf8(output.stdout).unwrap();
    let parts: Vec<&str> = told.split(DIVIDER).collect();
    assert_eq!(parts.len(), steps.len() + 1, "the session broke off:\n{told}");
    for (step, part) in steps.iter().zip(parts) {
        let (printed, shown) = (lines(&step.printed), lines(part));
        assert!(
            says(&printed, &shown),
            "{}\nprints\n{part}\nand the guide says\n{}",
            step.command,
            step.printed
        );
    }
}

#[test]
fn the_guide_has_the_same_session_in_both_languages() {
    assert_eq!(
        steps_of("docs/auditor-guide.md"),
        steps_of("docs/auditor-guide.ja.md")
    );
}

#[test]
fn other_times_and_hashes_are_the_same_and_other_words_are_not() {
    let hash = "a".repeat(64);
    let one = format!("root {hash} of 2026-11-22");
    let other = format!("root {} of 2027-01-02", "0b".repeat(32));
    assert!(says(&[&one], &[&other]));
    assert!(says(
        &["made … 〜 2026-11-22T04:35:31.000Z"],
        &["made a b 〜 2030-01-01T00:00:00.5Z"]
    ));
    assert!(says(
        &["first", "…", "status 10"],
        &["first", "a", "b", "status 10"]
    ));
    assert!(says(&["first", "…", "status 10"], &["first", "status 10"]));
    assert!(!says(&["first", "…", "status 10"], &["first", "a", "status 11"]));
    assert!(!says(&["status 1"], &["status 10"]));
    assert!(!says(&["status 10"], &["status 10", "and more"]));
    assert!(!says(&["status 10", "and more"], &["status 10"]));
    assert!(!says(&["entries 9"], &["entries 10"]));
    assert!(!says(&["key_… left"], &["key_ab right"]));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The marked blocks of a page; what each prints stands in the block of text behind it, if it prints anything.
fn steps_of(page: &str) -> Vec<Step> {
    let text = fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
    let blocks = text.split(MARK).skip(1);
    let step = |block: &str| {
        let (command, behind) = block.split_once("```").expect("a block ends");
        let printed = behind.trim_start().strip_prefix("```text\n");
        let printed = printed.and_then(|printed| printed.split_once("```"));
        Step {
            command: command.to_owned(),
            printed: printed.map_or("", |(printed, _)| printed).to_owned(),
        }
    };
    blocks.map(step).collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().collect()
}

/// Whether what a page prints is what was shown, but for what it leaves out, and for dates, hashes and signatures.
fn says(printed: &[&str], shown: &[&str]) -> bool {
    match printed.split_first() {
        None => shown.is_empty(),
        Some((&LEFT_OUT, rest)) => (0..=shown.len()).any(|from| says(rest, &shown[from..])),
        Some((line, rest)) => shown
            .split_first()
            .is_some_and(|(first, others)| is_line(line, first) && says(rest, others)),
    }
}

fn is_line(printed: &str, shown: &str) -> bool {
    let (printed, shown) = (shape(printed), shape(shown));
    let mut parts = printed.split(LEFT_OUT);
    let head = parts.next().unwrap_or_default();
    let Some(mut rest) = shown.strip_prefix(head) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    true
}

/// A line with what differs from run to run replaced: moments, and hashes, keys and signatures.
fn shape(line: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "+/=:.-".contains(c);
    let mut shape = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(is_word) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_word(c)).unwrap_or(from.len());
        let (word, behind) = from.split_at(end);
        shape.push_str(before);
        shape.push_str(if is_moment(word) {
            "<moment>"
        } else if word.len() >= 44 && !word.contains(['-', ':']) {
            "<hash>"
        } else {
            word
        });
        rest = behind;
    }
    shape + rest
}

/// Whether it begins as `YYYY-MM-DD` does.
fn is_moment(word: &str) -> bool {
    let pattern = iter::zip("dddd-dd-dd".chars(), word.chars());
    word.len() >= 10
        && pattern.into_iter().all(|(wanted, c)| {
            if wanted == 'd' {
                c.is_ascii_digit()
            } else {
                c == wanted
            }
        })
}
