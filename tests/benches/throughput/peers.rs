//! Whoever is measured: one trait, one file a peer. Kirokubo stands among them, so that all are treated alike.

mod bare_file;
mod chained_postgres;
mod fast_api;
mod foreign;
mod hypercore;
mod kirokubo;
mod kirokubo_postgres;
mod naive;
mod over_http;
mod plain;
mod plain_postgres;
mod table_in_postgres;

use std::env;
use std::path::Path;
use std::time::Duration;

use crate::Outcome;
use crate::cluster::Cluster;
use crate::load::{Latency, Posted};
use crate::server::Memory;

/// Somebody who takes events and says when they are on disk.
pub(crate) trait Peer {
    /// Which one it is.
    fn who(&self) -> Who;

    /// Takes a load, beginning with nothing, and is then weighed. An answer that is no success is an error.
    fn take(&self, load: Load) -> Outcome<Measured>;
}

/// The peers, in the order of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// Ours, with its embedded database.
    Kirokubo,
    /// Ours, on PostgreSQL.
    KirokuboPostgres,
    /// axum and entities, one transaction a request, a chain behind a mutex.
    Naive,
    /// A table in PostgreSQL whose trigger chains the rows.
    ChainedPostgres,
    /// A table in PostgreSQL without a chain.
    PlainPostgres,
    /// Python, `FastAPI`, SQLite, a chain behind a lock.
    FastApi,
    /// A table in SQLite without a chain, behind axum.
    Plain,
    /// A file behind axum, one sync a group.
    BareFile,
    /// A Merkle tree over a log, in Node.js. It acknowledges before anything is durable.
    Hypercore,
}

/// A number of clients, each posting one event after another, for some time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) connections: u16,
    /// Time that is counted, after a warm-up.
    pub(crate) time: Duration,
}

/// What a peer did under a load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) latency: Latency,
    /// Processor time of the server an event, in seconds; not for servers of many processes.
    pub(crate) processor_seconds: Option<f64>,
    /// The server's memory after the load; likewise.
    pub(crate) memory: Option<Memory>,
    /// Bytes on disk an event, indexes included.
    pub(crate) bytes_on_disk: f64,
}

/// Those who are measured in this run, and why the others are not.
pub(crate) struct Lineup<'a> {
    pub(crate) peers: Vec<Box<dyn Peer + 'a>>,
    pub(crate) absent: Vec<String>,
}

impl Who {
    /// Everybody.
    const ALL: [Self; 9] = [
        Self::Kirokubo,
        Self::KirokuboPostgres,
        Self::Naive,
        Self::ChainedPostgres,
        Self::PlainPostgres,
        Self::FastApi,
        Self::Plain,
        Self::BareFile,
        Self::Hypercore,
    ];

    /// Its name in the tables and in `BENCH_PEERS`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kirokubo => "kirokubo",
            Self::KirokuboPostgres => "kirokubo-postgres",
            Self::Naive => "naive",
            Self::ChainedPostgres => "chained-postgres",
            Self::PlainPostgres => "plain-postgres",
            Self::FastApi => "fastapi",
            Self::Plain => "plain-sqlite",
            Self::BareFile => "bare-file",
            Self::Hypercore => "hypercore",
        }
    }

    /// What protects its rows from being changed unnoticed.
    pub(crate) fn protection(self) -> &'static str {
        match self {
            Self::Kirokubo | Self::KirokuboPostgres => "signed tree",
            Self::Naive | Self::ChainedPostgres | Self::FastApi => "chain",
            Self::PlainPostgres | Self::Plain | Self::BareFile => "none",
            Self::Hypercore => "signed tree; not durable when it answers",
        }
    }

    fn find(name: &str) -> Outcome<Self> {
        let found = Self::ALL.into_iter().find(|who| who.name() == name);
        let names = || Self::ALL.map(Self::name).join(", ");
        found.ok_or_else(|| format!("BENCH_PEERS: no {name} among {}", names()).into())
    }
}

impl Measured {
    fn new(posted: &Posted, bytes_on_disk: f64) -> Self {
        Self {
            per_second: posted.per_second,
            latency: posted.latency,
            processor_seconds: None,
            memory: None,
            bytes_on_disk,
        }
    }
}

impl<'a> Lineup<'a> {
    /// All that this machine can run, of those that `BENCH_PEERS` names (parted by commas), or of all. Says aloud whom
    /// it leaves out.
    pub(crate) fn gather(cluster: Result<&'a Cluster, &str>) -> Outcome<Self> {
        let mut lineup = Self {
            peers: Vec::new(),
            absent: Vec::new(),
        };
        for who in asked_for()? {
            let joined = join(who, cluster);
            match joined {
                Ok(peer) => lineup.peers.push(peer),
                Err(why) => {
                    let absent = format!("{} is left out: {why}", who.name());
                    eprintln!("SKIPPED: {absent}");
                    lineup.absent.push(absent);
                }
            }
        }
        Ok(lineup)
    }
}

/// Becomes a peer, if the arguments are those with which one starts itself.
pub(crate) fn become_one(arguments: &[&str]) -> Option<Outcome<()>> {
    match arguments {
        [plain::ARGUMENT, database] => Some(plain::run(Path::new(database))),
        [naive::ARGUMENT, database] => Some(naive::run(Path::new(database))),
        [bare_file::ARGUMENT, file] => Some(bare_file::run(Path::new(file))),
        _ => None,
    }
}

fn asked_for() -> Outcome<Vec<Who>> {
    match env::var("BENCH_PEERS") {
        Ok(names) => names.split(',').map(str::trim).map(Who::find).collect(),
        Err(env::VarError::NotPresent) => Ok(Who::ALL.to_vec()),
        Err(error) => Err(format!("BENCH_PEERS: {error}").into()),
    }
}

/// The peer, or why there is none here.
fn join<'a>(who: Who, cluster: Result<&'a Cluster, &str>) -> Outcome<Box<dyn Peer + 'a>> {
    Ok(match who {
        Who::Kirokubo => Box::new(kirokubo::Embedded),
        Who::KirokuboPostgres => Box::new(kirokubo_postgres::OnPostgres::new(cluster?)?),
        Who::Naive => Box::new(naive::Naive),
        Who::ChainedPostgres => Box::new(chained_postgres::chained(cluster?)?),
        Who::PlainPostgres => Box::new(plain_postgres::plain(cluster?)?),
        Who::FastApi => Box::new(fast_api::FastApi::new()?),
        Who::Plain => Box::new(plain::Plain),
        Who::BareFile => Box::new(bare_file::BareFile),
        Who::Hypercore => Box::new(hypercore::Hypercore::new()?),
    })
}
