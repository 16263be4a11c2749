//! The files of the repository, and how a rule reports what it found in them.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the repository, by its path from the root.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}:\n  {}", findings.join("\n  "));
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests are a folder of the repository")
        .to_owned()
}

pub(crate) fn text_of(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn is_rust(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "rs")
}

pub(crate) fn is_markdown(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "md")
}

/// Whether a Rust file only tests others.
pub(crate) fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// The text files of the repository whose path is wanted, in the order of their paths.
pub(crate) fn sources(wanted: impl Fn(&str) -> bool) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("a folder that opens can be listed").path();
            let name = path
                .strip_prefix(root())
                .expect("the walk begins at the root")
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if !is_generated(&name) {
                    folders.push(path);
                }
            } else if wanted(&name) && name != GIT {
                // What is no text has no words to check.
                sources.extend(
                    fs::read_to_string(&path)
                        .ok()
                        .map(|text| Source { path: name, text }),
                );
            }
        }
    }
    assert!(!sources.is_empty(), "the walk over the repository found nothing");
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// A folder, or in a work tree beside the first one a file that says where that folder is.
const GIT: &str = ".git";

/// What `.gitignore` leaves out, and git's own folder.
fn is_generated(folder: &str) -> bool {
    [GIT, "target", "fuzz/target", "fuzz/corpus", "fuzz/artifacts"].contains(&folder)
        || folder.starts_with("kirokubo-demo")
}

/// A finding for every line in which a needle stands as a word of its own.
pub(crate) fn lines_with(sources: &[Source], needles: &[String], instead: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for Source { path, text } in sources {
        for (number, line) in (1..).zip(text.lines()) {
            for needle in needles.iter().filter(|needle| has_word(line, needle)) {
                findings.push(format!("{path}:{number}: {needle}; {instead}"));
            }
        }
    }
    findings
}

/// Whether the line has the needle, and not as a part of a longer run of letters.
fn has_word(line: &str, needle: &str) -> bool {
    let joins = |inner: Option<char>, outer: Option<char>| {
        [inner, outer]
            .into_iter()
            .all(|c| c.is_some_and(|c| c.is_ascii_alphanumeric()))
    };
    line.match_indices(needle).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + needle.len()..]);
        !joins(needle.chars().next(), before.chars().last())
            && !joins(needle.chars().last(), after.chars().next())
    })
}
