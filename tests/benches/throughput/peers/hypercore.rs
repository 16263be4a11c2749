//! A Hypercore of npm: a signed Merkle tree over a log, as peer-to-peer programs use it. It is shown for its tree; it
//! answers before anything is durable, and there is no HTTP, no index and no database, all of which favours it.
//!
//! Node.js is not ours, and neither is the package. It is installed once, in a folder of the target folder; where that
//! cannot be done, the peer is left out.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use kirokubo_tests::Scratch;
use serde::Deserialize;

use super::foreign::package_folder;
use super::{Load, Measured, Peer, Who};
use crate::Outcome;
use crate::disk::bytes_in;
use crate::events::Events;
use crate::load::{Latency, POOL, Posted, WARM_UP};
use crate::numbers::figure;
use crate::program::{feed, finish};

const PROGRAM: &str = include_str!("hypercore.mjs");

/// Later ones want a storage that is not to be had everywhere.
const PACKAGE: &str = "hypercore@11.37.1";

/// A folder that has the package.
pub(super) struct Hypercore {
    packages: PathBuf,
}

/// What the program prints.
#[derive(Deserialize)]
struct Appended {
    /// In all, warm-up included.
    events: u32,
    /// How long each took that ended in the time that counts.
    micros: Vec<u64>,
}

impl Hypercore {
    /// Finds it, or installs it.
    pub(super) fn new() -> Outcome<Self> {
        let packages = package_folder("bench-node")?;
        if !packages.join("node_modules/hypercore").exists() {
            install(&packages)?;
        }
        Ok(Self { packages })
    }
}

impl Peer for Hypercore {
    fn who(&self) -> Who {
        Who::Hypercore
    }

    fn take(&self, load: Load) -> Outcome<Measured> {
        let scratch = Scratch::new();
        let (folder, program) = (scratch.path().join("core"), scratch.path().join("hypercore.mjs"));
        fs::write(&program, PROGRAM)?;
        let millis = |time: Duration| time.as_millis().to_string();
        let mut command = Command::new("node");
        command.arg(&program).arg(&self.packages).arg(&folder).args([
            load.connections.to_string(),
            millis(WARM_UP),
            millis(load.time),
        ]);
        let appended: Appended = serde_json::from_str(&feed(command, |input| write_events(input))?)?;
        let counted = appended.micros.into_iter().map(Duration::from_micros);
        let times: Vec<Duration> = counted.collect();
        let posted = Posted {
            events: appended.events,
            per_second: figure(u64::try_from(times.len())?) / load.time.as_secs_f64(),
            latency: Latency::of(times),
        };
        let bytes = figure(bytes_in(&folder)?) / f64::from(posted.events);
        Ok(Measured::new(&posted, bytes))
    }
}

/// The bodies that the other peers get, one a line.
fn write_events(to: &mut dyn Write) -> Outcome<()> {
    for event in Events::new().take(POOL) {
        writeln!(to, "{}", event.to_json())?;
    }
    Ok(())
}

fn install(packages: &Path) -> Outcome<()> {
    eprintln!("installing {PACKAGE} for Node.js");
    fs::create_dir_all(packages)?;
    let mut command = Command::new("npm");
    command.args(["install", "--no-audit", "--no-fund", "--prefix"]);
    finish(command.arg(packages).arg(PACKAGE)).map(drop)
}
