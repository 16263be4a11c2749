//! Links in the prose, and pages that the code names.

use std::path::Path;

use crate::files::{is_markdown, is_rust, none, root, sources};

#[test]
fn relative_links_in_the_prose_lead_somewhere() {
    let mut findings = Vec::new();
    for source in sources(is_markdown) {
        let folder = root()
            .join(&source.path)
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default();
        for (number, line) in (1..).zip(source.text.lines()) {
            for target in links(line).filter(|target| !folder.join(target).exists()) {
                findings.push(format!("{}:{number}: {target} does not exist", source.path));
            }
        }
    }
    for source in sources(is_rust) {
        for (number, line) in (1..).zip(source.text.lines()) {
            for page in pages(line).filter(|page| !root().join(page).exists()) {
                findings.push(format!("{}:{number}: {page} does not exist", source.path));
            }
        }
    }
    none("links and named pages exist", &findings);
}

/// Relative targets of a Markdown line's links, without their anchors.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let paths = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    paths
        .filter_map(|target| target.split('#').next())
        .filter(|path| !path.is_empty())
}

/// Pages of `docs` that a line of code names.
fn pages(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || "/._-".contains(c)));
    words.filter(|word| word.starts_with("docs/") && is_markdown(word))
}
