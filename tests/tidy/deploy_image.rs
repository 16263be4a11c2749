//! The Containerfile: it copies what it builds from, with the toolchain of this repository, and runs as nobody special.

use std::path::Path;

use crate::deploy::{manifests, pod};
use crate::files::{none, root, text_of};

#[test]
fn the_image_is_built_from_what_is_here_and_runs_without_rights() {
    let text = text_of("deploy/Containerfile");
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let of = |instruction: &str| -> Vec<&[&str]> {
        let lines = lines.iter().filter(|line| line.first() == Some(&instruction));
        lines.map(|line| &line[1..]).collect()
    };
    let mut findings = Vec::new();

    let images: Vec<&str> = of("FROM").iter().map(|words| words[0]).collect();
    assert_eq!(images.len(), 2, "one stage builds and one runs");
    // A name with a slash would say from which registry.
    findings.extend(
        images
            .iter()
            .filter(|image| image.contains('/'))
            .map(|image| format!("{image} names a registry")),
    );
    let toolchain = text_of("rust-toolchain.toml");
    let channel = toolchain.split('"').nth(1).expect("a channel");
    if !images[0].starts_with(&format!("rust:{channel}-")) {
        findings.push(format!("{} is not Rust {channel}", images[0]));
    }

    let copied: Vec<&str> = of("COPY")
        .into_iter()
        .filter(|words| !words[0].starts_with("--"))
        .flat_map(sources)
        .collect();
    findings.extend(
        copied
            .iter()
            .filter(|path| !root().join(path).exists())
            .map(|path| format!("{path} does not exist")),
    );
    for member in members() {
        let is_in = |folder: &&str| Path::new(&member).starts_with(folder);
        if !copied.iter().any(is_in) {
            findings.push(format!("the member {member} of the workspace is not copied"));
        }
    }

    let user = of("USER").concat().join(" ");
    for (path, manifest) in manifests() {
        let Some(pod) = pod(&manifest) else { continue };
        let ids = (
            &pod["securityContext"]["runAsUser"],
            &pod["securityContext"]["runAsGroup"],
        );
        if user != format!("{}:{}", ids.0, ids.1) {
            findings.push(format!("{path} runs as {ids:?}, and the image as {user}"));
        }
        let image = pod["containers"][0]["image"].as_str().unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION");
        if image != format!("kirokubo:{version}") {
            findings.push(format!("{path} runs {image}, and this is {version}"));
        }
    }
    if user
        .split(':')
        .any(|id| id.parse().is_ok_and(|id: u32| id == 0) || id.parse::<u32>().is_err())
    {
        findings.push(format!("{user} is no number of an ordinary user"));
    }
    none("the image is what the manifests run", &findings);
}

/// What a COPY takes: all words but the last.
fn sources<'a>(words: &'a [&'a str]) -> Vec<&'a str> {
    words
        .split_last()
        .map_or_else(Vec::new, |(_, sources)| sources.to_vec())
}

/// Folders of the workspace's members.
fn members() -> Vec<String> {
    let manifest = text_of("Cargo.toml");
    let line = manifest.lines().find_map(|line| line.strip_prefix("members = "));
    let names = line
        .expect("the workspace has members")
        .split('"')
        .skip(1)
        .step_by(2);
    names.map(|name| name.trim_end_matches("/*").to_owned()).collect()
}
