//! Rounds in rotation: ours, the peer, ours, the peer, each on a fresh folder.
//!
//! Machines slow down and speed up between minutes. What counts is the ratio within a round; the probe of the
//! disk tells which rounds were measured on another machine, as it were.

use std::path::Path;

use kirokubo_tests::Scratch;

use crate::Outcome;
use crate::disk::{bytes_in, syncs_per_second};
use crate::ledger::Ledger;
use crate::load::{Posted, Posts, Target, elsewhere};
use crate::numbers::figure;
use crate::plain_server;
use crate::server::{Memory, Server};
use crate::settings::Settings;

/// Connections of the load that shows throughput.
pub(crate) const MANY: u16 = 64;

/// One round.
#[derive(Debug)]
pub(crate) struct Round {
    /// Syncs of 4 KiB a second that the disk gave just before.
    pub(crate) syncs_per_second: f64,
    /// Over [`MANY`] connections.
    pub(crate) many: Pair,
    /// Over one connection.
    pub(crate) one: Pair,
}

/// The same load on both.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) ours: Measured,
    pub(crate) plain: Measured,
}

/// One load on one server.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) posted: Posted,
    /// Processor time of the server an event, in seconds.
    pub(crate) processor_seconds: f64,
    /// The server's memory after the load.
    pub(crate) memory: Memory,
    /// Bytes of its folder an event, after a clean stop.
    pub(crate) bytes_on_disk: f64,
}

impl Round {
    /// Measures one round.
    pub(crate) fn run(settings: Settings) -> Outcome<Self> {
        Ok(Self {
            syncs_per_second: syncs_per_second(Scratch::new().path())?,
            many: Pair::measure(settings, MANY)?,
            one: Pair::measure(settings, 1)?,
        })
    }
}

impl Pair {
    fn measure(settings: Settings, connections: u16) -> Outcome<Self> {
        Ok(Self {
            ours: ours(settings, connections)?,
            plain: plain(settings, connections)?,
        })
    }

    /// Events a second of ours for each of the peer's.
    pub(crate) fn ratio(&self) -> f64 {
        self.ours.posted.per_second / self.plain.posted.per_second
    }
}

fn ours(settings: Settings, connections: u16) -> Outcome<Measured> {
    let ledger = Ledger::init();
    let server = ledger.serve()?;
    let target = ledger.for_posting(&server);
    measure(server, target, &ledger.data(), settings, connections)
}

fn plain(settings: Settings, connections: u16) -> Outcome<Measured> {
    let scratch = Scratch::new();
    let folder = scratch.path().join("plain");
    let server = plain_server::start(&folder)?;
    let target = Target {
        address: server.address(),
        // As long as a real one: requests are equal.
        key: "x".repeat(46),
    };
    measure(server, target, &folder, settings, connections)
}

/// Loads a server, stops it, and weighs its folder.
fn measure(
    server: Server,
    target: Target,
    folder: &Path,
    settings: Settings,
    connections: u16,
) -> Outcome<Measured> {
    let before = server.processor_time()?;
    let posted = elsewhere(&Posts {
        target,
        connections,
        time: settings.load,
    })?;
    let processor = server.processor_time()?.saturating_sub(before);
    let memory = server.memory()?;
    server.stop()?;
    let events = f64::from(posted.events);
    Ok(Measured {
        posted,
        processor_seconds: processor.as_secs_f64() / events,
        memory,
        bytes_on_disk: figure(bytes_in(folder)?) / events,
    })
}
