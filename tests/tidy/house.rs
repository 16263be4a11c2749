//! The walls between the crates, and between the repository and the machine it lies on.

use std::env;
use std::process::Command;

use serde_json::Value;

use crate::files::{is_rust, lines_with, none, root, sources};

/// A workspace member, the members it may use, and those that only its tests may use besides.
type Arrows = (&'static str, &'static [&'static str], &'static [&'static str]);

/// rules ← records → ledger; records, ledger ← store → migrations; api uses them all; ledger ← verify;
/// ledger ← witness ← api.
/// Nobody uses the end-to-end tests, so these may use everybody.
const ARROWS: [Arrows; 10] = [
    ("kirokubo-rules", &[], &[]),
    ("kirokubo-ledger", &[], &[]),
    ("kirokubo-records", &["kirokubo-rules", "kirokubo-ledger"], &[]),
    ("kirokubo-migrations", &[], &[]),
    (
        "kirokubo-store",
        &["kirokubo-records", "kirokubo-ledger", "kirokubo-migrations"],
        &["kirokubo-rules", "kirokubo-test-cluster"],
    ),
    (
        "kirokubo",
        &[
            "kirokubo-rules",
            "kirokubo-records",
            "kirokubo-ledger",
            "kirokubo-store",
            "kirokubo-witness",
        ],
        &["kirokubo-verify"],
    ),
    ("kirokubo-witness", &["kirokubo-ledger"], &[]),
    ("kirokubo-verify", &["kirokubo-ledger"], &[]),
    (
        "kirokubo-tests",
        &["kirokubo-ledger", "kirokubo-test-cluster"],
        &["kirokubo", "kirokubo-store", "kirokubo-verify"],
    ),
    ("kirokubo-test-cluster", &[], &[]),
];

/// Crates that compute and nothing else: they know no runtime, no database, no network, no randomness.
const PURE: [&str; 3] = ["kirokubo-rules", "kirokubo-ledger", "kirokubo-records"];

/// What a crate that only computes has no use for.
const IMPURE: [&str; 11] = [
    "axum",
    "getrandom",
    "hyper",
    "rand",
    "reqwest",
    "rusqlite",
    "sea-orm",
    "sea-orm-migration",
    "sqlx",
    "tokio",
    "ureq",
];

#[test]
fn the_arrows_of_the_workspace_are_those_of_the_design() {
    let mut findings = Vec::new();
    let members = members();
    for member in &members {
        let Some((_, uses, tests_use)) = ARROWS.iter().find(|(name, ..)| *name == member.name) else {
            findings.push(format!(
                "{}: a new crate; draw its arrows in ARROWS and docs/design.md",
                member.name
            ));
            continue;
        };
        for (used, only_tests) in &member.uses {
            let is_ours = ARROWS.iter().any(|(name, ..)| name == used);
            let may = uses.contains(&used.as_str()) || (*only_tests && tests_use.contains(&used.as_str()));
            if is_ours && !may {
                findings.push(format!(
                    "{} uses {used}: no such arrow in docs/design.md",
                    member.name
                ));
            }
        }
    }
    for (name, ..) in ARROWS {
        if !members.iter().any(|member| member.name == name) {
            findings.push(format!("{name}: no such crate any more; take it out of ARROWS"));
        }
    }
    none("the arrows between crates point inward", &findings);
}

#[test]
fn crates_that_compute_use_nothing_of_the_world() {
    let pure = members()
        .into_iter()
        .filter(|member| PURE.contains(&member.name.as_str()));
    let finding = |member: Member| {
        let impure = member
            .uses
            .into_iter()
            .filter(|(used, only_tests)| !only_tests && IMPURE.contains(&used.as_str()));
        impure
            .map(|(used, _)| format!("{} uses {used}: hand its result in as an argument", member.name))
            .collect()
    };
    let findings: Vec<String> = pure.flat_map::<Vec<String>, _>(finding).collect();
    none("rules, ledger and records are pure", &findings);
}

/// A peer of the benchmarks is written as a team in the house would write it, with entities: that is what it shows.
const OF_THE_BENCH: [&str; 2] = ["tests/Cargo.toml", "tests/benches/throughput/peers/naive.rs"];

#[test]
fn only_the_store_and_the_migrations_name_the_database_library() {
    let needles = ["sea_".to_owned() + "orm", "sea-".to_owned() + "orm"];
    let is_elsewhere = |path: &str| {
        (is_rust(path) || path.ends_with("Cargo.toml"))
            && !["crates/store/", "migrations/"]
                .iter()
                .any(|home| path.starts_with(home))
            && !["Cargo.toml", "tests/tidy/house.rs"].contains(&path)
            && !OF_THE_BENCH.contains(&path)
    };
    let findings = lines_with(&sources(is_elsewhere), &needles, "say it in crates/store instead");
    none("the database library stays behind crates/store", &findings);
}

#[test]
fn nothing_names_a_place_outside_the_repository() {
    let outside = [
        "../sha red",
        "/wo rk/",
        "index.cra tes.io",
        "static.cra tes.io",
        "cra tes.io/api",
        "registry.npm js.org",
        "pypi.o rg/simple",
        "files.python hosted.org",
        "deb.deb ian.org",
        "proxy.go lang.org",
    ];
    let needles = outside.map(|needle| needle.replace(' ', ""));
    let findings = lines_with(&sources(|_| true), &needles, "the repository must stand alone");
    none("no path of a machine, no host of a registry", &findings);
}

/// A workspace member and what it uses; `true` where only its tests do.
struct Member {
    name: String,
    uses: Vec<(String, bool)>,
}

fn members() -> Vec<Member> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs: it is running this test");
    assert!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata writes JSON");
    let text = |value: &Value| value.as_str().expect("names are strings").to_owned();
    let uses = |package: &Value| {
        let dependencies = package["dependencies"]
            .as_array()
            .expect("dependencies are a list");
        dependencies
            .iter()
            .map(|used| (text(&used["name"]), used["kind"] == "dev"))
            .collect()
    };
    let packages = metadata["packages"].as_array().expect("packages are a list");
    packages
        .iter()
        .map(|package| Member {
            name: text(&package["name"]),
            uses: uses(package),
        })
        .collect()
}
