//! Kirokubo on PostgreSQL: a fresh database of the run's cluster for each load, verified afterwards.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kirokubo_tests::{Scratch, binaries};
use serde_json::Value;

use super::over_http::measure;
use super::{Load, Measured, Peer, Who};
use crate::Outcome;
use crate::cluster::{Cluster, Database};
use crate::load::Target;
use crate::server::Server;

/// The programs under test, and a cluster that they can use.
pub(super) struct OnPostgres<'a>(&'a Cluster);

impl<'a> OnPostgres<'a> {
    /// Tries whether this build can found a ledger there.
    pub(super) fn new(cluster: &'a Cluster) -> Outcome<Self> {
        Ledger::init(cluster)?;
        Ok(Self(cluster))
    }
}

impl Peer for OnPostgres<'_> {
    fn who(&self) -> Who {
        Who::KirokuboPostgres
    }

    fn take(&self, load: Load) -> Outcome<Measured> {
        let ledger = Ledger::init(self.0)?;
        let empty = ledger.database.bytes()?;
        let server = Server::start(
            ledger.command("serve").args(["--listen", "127.0.0.1:0"]),
            &ledger.scratch.path().join("log"),
        )?;
        let target = Target {
            address: server.address(),
            key: ledger.ingest.clone(),
        };
        let measured = measure(server, target, &ledger.data(), load)?;
        let verified = ledger.run("verify", &["--json"])?;
        let entries = verified["entries"].as_f64().ok_or("verify counts the entries")?;
        Ok(Measured {
            bytes_on_disk: (ledger.database.bytes()? - empty) / entries,
            // The larger part of both is PostgreSQL's.
            processor_seconds: None,
            memory: None,
            ..measured
        })
    }
}

/// A ledger in a database of its own.
struct Ledger<'a> {
    // Before the folder: the last thing to go is what the log of a failure lies in.
    database: Database<'a>,
    scratch: Scratch,
    ingest: String,
}

impl<'a> Ledger<'a> {
    fn init(cluster: &'a Cluster) -> Outcome<Self> {
        let ledger = Self {
            database: cluster.database()?,
            scratch: Scratch::new(),
            ingest: String::new(),
        };
        ledger.run("init", &["--json", "--operator", "株式会社試験"])?;
        let key = ledger.run(
            "key",
            &["create", "--role", "ingest", "--name", "bench", "--json"],
        )?;
        let ingest = key["key"].as_str().ok_or("key create tells the key")?.to_owned();
        Ok(Self { ingest, ..ledger })
    }

    fn data(&self) -> PathBuf {
        self.scratch.path().join("data")
    }

    fn command(&self, name: &str) -> Command {
        command(name, &[], &self.data(), &self.database.url())
    }

    /// Runs a command that must succeed; what it printed.
    fn run(&self, name: &str, arguments: &[&str]) -> Outcome<Value> {
        let output = command(name, arguments, &self.data(), &self.database.url()).output()?;
        if output.status.success() {
            return Ok(serde_json::from_slice(&output.stdout)?);
        }
        Err(format!("kirokubo {name}: {}", said(&output)).into())
    }
}

fn command(name: &str, arguments: &[&str], data: &Path, url: &str) -> Command {
    let mut command = binaries().kirokubo();
    command.arg(name).args(arguments);
    command.args([OsStr::new("--data"), data.as_os_str()]);
    command.env("KIROKUBO_DATABASE_URL", url);
    command
}

fn said(output: &Output) -> String {
    let text = [&*output.stderr, &*output.stdout].map(String::from_utf8_lossy);
    text.concat().trim().replace('\n', " ")
}
