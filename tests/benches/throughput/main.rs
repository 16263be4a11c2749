//! `make bench`: what a release build of Kirokubo does a second, beside a peer that does the least one could.
//!
//! In scope: throughput and latency over HTTP, verification, search, size, memory, start. Out of scope: judging
//! them: nothing here asserts on time, because a busy machine must not fail a build. What each figure means, and
//! what limits it, is in `docs/benchmarks.md`.
//!
//! This one program is the whole run. It starts itself again as the peer and as the load, so that server, peer and
//! load are processes of their own. Linux only: memory and processor time are read from `/proc`.

mod disk;
mod events;
mod ledger;
mod load;
mod loaded;
mod numbers;
mod people;
mod plain_server;
mod random;
mod report;
mod rounds;
mod server;
mod settings;

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use kirokubo_tests::binaries;

use crate::loaded::Loaded;
use crate::report::Report;
use crate::rounds::Round;
use crate::settings::Settings;

/// What a step ends in. A bench has one reader and one answer to any error: it stops and says so.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [plain_server::ARGUMENT, database] => plain_server::run(Path::new(database)),
        [load::ARGUMENT, name] => load::run(name),
        // What `cargo bench` says; `cargo test --all-targets` does not, and is not meant to wait for us.
        ["--bench"] => run(),
        _ => {
            eprintln!("run this with `make bench`");
            Ok(())
        }
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
    let mut rounds = Vec::new();
    for number in 1..=settings.rounds {
        eprintln!("round {number} of {}", settings.rounds);
        rounds.push(Round::run(settings)?);
    }
    let loaded = Loaded::measure(settings)?;
    let report = Report {
        settings,
        rounds,
        loaded,
    };
    println!("{report}");
    Ok(())
}
