//! `make bench`: what a release build of Kirokubo does a second, beside what others do with the same events.
//!
//! In scope: throughput and latency over HTTP, growth, lists, verification, search, size, memory, start. Out of scope:
//! judging them: nothing here asserts on time, because a busy machine must not fail a build. What each figure means, and
//! what limits it, is in `docs/benchmarks.md`.
//!
//! This one program is the whole run. It starts itself again as most of the peers and as the load, so that server, peer
//! and load are processes of their own. Linux only: memory and processor time are read from `/proc`.

mod cluster;
mod columns;
mod disk;
mod events;
mod growth;
mod ledger;
mod listing;
mod load;
mod loaded;
mod look_up;
mod numbers;
mod peers;
mod people;
mod pgbench;
mod program;
mod random;
mod report;
mod rounds;
mod server;
mod settings;
mod weight;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use kirokubo_tests::binaries;

use crate::cluster::Cluster;
use crate::listing::Listing;
use crate::loaded::Loaded;
use crate::look_up::look_up;
use crate::peers::Lineup;
use crate::report::Report;
use crate::rounds::Rounds;
use crate::settings::Settings;
use crate::weight::Weight;

/// What a step ends in. A bench has one reader and one answer to any error: it stops and says so.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [load::ARGUMENT, name] => load::run(name),
        // What `cargo bench` says; `cargo test --all-targets` does not, and is not meant to wait for us.
        ["--bench"] => run(),
        other => peers::become_one(other).unwrap_or_else(|| {
            eprintln!("run this with `make bench`");
            Ok(())
        }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let settings = Settings::from_environment()?;
    eprintln!("building the programs under test");
    eprintln!("measuring {}", binaries().folder().display());
    let cluster = Cluster::start();
    let cluster = cluster.as_ref().map_err(ToString::to_string);
    let lineup = Lineup::gather(cluster.as_ref().map_err(String::as_str).copied())?;
    let rounds = Rounds::run(&lineup, settings)?;
    let report = Report {
        settings,
        postgres: cluster.as_ref().ok().map(|cluster| cluster.version()),
        lineup: &lineup,
        rounds: &rounds,
        loaded: Loaded::measure(settings)?,
        look_up: cluster
            .as_ref()
            .ok()
            .map(|cluster| look_up(cluster, settings.events))
            .transpose()?,
        listing: Listing::measure(settings)?,
        weight: Weight::measure(settings)?,
    };
    println!("{report}");
    Ok(())
}
