//! Commands that the prose shows: whoever copies one finds that it exists.

use std::collections::BTreeSet;
use std::fs;

use crate::files::{is_markdown, none, root, sources, text_of};

#[test]
fn commands_in_the_prose_exist() {
    let makefile = text_of("Makefile");
    let targets: BTreeSet<&str> = makefile
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(t, _)| t)
        .collect();
    let mut findings = Vec::new();
    let mut seen = 0;
    for source in sources(is_markdown) {
        for (number, command) in commands(&source.text) {
            let known = match &command {
                Named::Make(target) => targets.contains(target.as_str()),
                Named::Subcommand(words) => is_subcommand(words),
            };
            seen += 1;
            if !known {
                findings.push(format!("{}:{number}: no {command:?}", source.path));
            }
        }
    }
    assert!(
        seen > 0,
        "the prose shows no command at all: this test no longer reads it rightly"
    );
    none("commands shown in the prose exist", &findings);
}

#[test]
fn commands_are_found_in_code_and_not_in_sentences() {
    let page = "make sure of it\n```sh\n$ CI=1 make check test # both\ncargo run -- key create --role x\n```\n\
                Use `make bench` or `kirokubo serve --data d`; `cargo run -p other -- x` is another program.\n";
    let named = commands(page)
        .map(|(line, command)| format!("{line} {command:?}"))
        .collect::<Vec<_>>();
    let make = |target: &str| Named::Make(target.to_owned());
    let sub = |words: &[&str]| Named::Subcommand(words.iter().map(|word| (*word).to_owned()).collect());
    let expected = [
        (3, make("check")),
        (3, make("test")),
        (4, sub(&["key", "create"])),
        (6, make("bench")),
        (6, sub(&["serve"])),
    ];
    assert_eq!(
        named,
        expected.map(|(line, command)| format!("{line} {command:?}"))
    );
    assert!(is_subcommand(&["key".to_owned(), "create".to_owned()]));
    assert!(!is_subcommand(&["key".to_owned(), "forge".to_owned()]));
    assert!(!is_subcommand(&["frobnicate".to_owned()]));
}

/// A command that the prose shows.
#[derive(Debug)]
enum Named {
    /// A target of the Makefile.
    Make(String),
    /// A subcommand of `kirokubo`, with a second word where there is one.
    Subcommand(Vec<String>),
}

/// The commands in a page's code, with the numbers of their lines.
fn commands(page: &str) -> impl Iterator<Item = (usize, Named)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (number, line) in (1..).zip(page.lines()) {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let code: Vec<&str> = if fenced {
            vec![line]
        } else {
            line.split('`').skip(1).step_by(2).collect()
        };
        let single = code.into_iter().flat_map(|code| code.split(['|', ';', '&', '(']));
        found.extend(single.flat_map(named).map(|named| (number, named)));
    }
    found.into_iter()
}

/// What one command of a shell line names of ours.
fn named(command: &str) -> Vec<Named> {
    let words = command
        .split_whitespace()
        .take_while(|word| !word.starts_with('#'));
    let words: Vec<&str> = words
        .skip_while(|word| *word == "$" || word.contains('='))
        .collect();
    let is_word =
        |word: &&&str| !word.starts_with('-') && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let subcommand = |words: &[&str]| {
        let plain: Vec<String> = words
            .iter()
            .take_while(is_word)
            .map(|word| (*word).to_owned())
            .collect();
        if plain.is_empty() {
            Vec::new()
        } else {
            vec![Named::Subcommand(plain)]
        }
    };
    match words.as_slice() {
        ["make", targets @ ..] => {
            let targets = targets
                .iter()
                .filter(|word| !word.contains('=') && !word.starts_with('-'));
            targets.map(|target| Named::Make((*target).to_owned())).collect()
        }
        ["cargo", "run", rest @ ..] if !rest.contains(&"-p") => {
            let after = rest
                .iter()
                .position(|word| *word == "--")
                .map_or(&[][..], |dashes| &rest[dashes + 1..]);
            subcommand(after)
        }
        [program, rest @ ..] if program.rsplit('/').next() == Some("kirokubo") => subcommand(rest),
        _ => Vec::new(),
    }
}

/// Whether the command line has this subcommand; its second word must exist where there is a choice of them.
fn is_subcommand(words: &[String]) -> bool {
    let [first, rest @ ..] = words else { return false };
    let has = |variants: &[String], word: &String| variants.contains(word);
    if !has(&variants(&text_of("crates/api/src/command.rs"), "Command"), first) {
        return false;
    }
    let file = root()
        .join("crates/api/src/command")
        .join(first)
        .with_extension("rs");
    let below = fs::read_to_string(file)
        .map(|text| variants(&text, &pascal(first)))
        .unwrap_or_default();
    below.is_empty() || rest.first().is_none_or(|second| has(&below, second))
}

/// The variants of an enum, as the command line spells them.
fn variants(text: &str, name: &str) -> Vec<String> {
    let lines = text
        .lines()
        .skip_while(|line| !line.contains(&format!("enum {name} {{")))
        .skip(1);
    let lines = lines.take_while(|line| *line != "}").map(str::trim);
    let names = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    names
        .filter_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()).next())
        .map(kebab)
        .collect()
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn pascal(word: &str) -> String {
    let capital = |part: &str| {
        part.chars()
            .take(1)
            .map(|c| c.to_ascii_uppercase())
            .chain(part.chars().skip(1))
            .collect()
    };
    word.split('-').map::<String, _>(capital).collect()
}
