//! A PostgreSQL cluster for one run, made from the installed programs on the disk that is measured.
//!
//! It is as durable as it comes (`fsync`, `synchronous_commit` and `full_page_writes` are on by default); only the shared
//! buffers are enlarged. It is reached by a socket in its own folder, and gone at the end.

mod database;

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use kirokubo_test_cluster::{is_root, programs, unprivileged};
use kirokubo_tests::Scratch;

use crate::Outcome;
use crate::program::{feed, finish};

pub(crate) use database::Database;

/// The superuser.
const USER: &str = "bench";

/// What must be in one folder.
const PROGRAMS: [&str; 4] = ["initdb", "postgres", "psql", "pgbench"];

/// What differs from the settings it is shipped with.
const SETTINGS: [&str; 3] = ["shared_buffers=256MB", "max_connections=200", "listen_addresses="];

/// How often it is asked whether it is up, with 50 ms between two times.
const TRIES: u32 = 400;

/// A running cluster.
pub(crate) struct Cluster {
    programs: PathBuf,
    socket: PathBuf,
    version: String,
    server: Child,
    next: AtomicU32,
    // Goes last, when nothing runs in it any more.
    _scratch: Scratch,
}

impl Cluster {
    /// Makes one and starts it.
    pub(crate) fn start() -> Outcome<Self> {
        let programs = programs(&PROGRAMS).ok_or("no initdb and pgbench in PATH or /usr/lib/postgresql")?;
        let scratch = Scratch::new();
        let socket = scratch.path().join("pg");
        fs::create_dir(&socket)?;
        if is_root() {
            finish(Command::new("chown").arg("nobody").arg(&socket))?;
        }
        let data = socket.join("data");
        finish(
            unprivileged(&programs.join("initdb"))
                .args([
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--no-locale",
                    "--username",
                    USER,
                    "-D",
                ])
                .arg(&data),
        )?;
        let mut command = unprivileged(&programs.join("postgres"));
        command.arg("-D").arg(&data);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(["-c", &format!("unix_socket_directories={}", socket.display())]);
        let log = fs::File::create(scratch.path().join("pg.log"))?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut cluster = Self {
            server: command.spawn()?,
            programs,
            socket,
            version: String::new(),
            next: AtomicU32::new(0),
            _scratch: scratch,
        };
        cluster.version = cluster.wait()?;
        Ok(cluster)
    }

    /// Its release, as it says itself.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Makes an empty database.
    pub(crate) fn database(&self) -> Outcome<Database<'_>> {
        let name = format!("bench_{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0;"))?;
        Ok(Database::new(self, name))
    }

    /// A client program, told where the server is.
    fn client(&self, program: &str, database: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.env("PGHOST", &self.socket).env("PGUSER", USER);
        command
            .env("PGDATABASE", database)
            .env("PGCLIENTENCODING", "UTF8");
        command
    }

    /// Runs statements, each by itself; what they print, one row a line.
    fn psql(&self, database: &str, statements: &str) -> Outcome<String> {
        let mut command = self.client("psql", database);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        feed(command, |input| Ok(input.write_all(statements.as_bytes())?))
    }

    /// Waits until it answers, and asks its version.
    fn wait(&self) -> Outcome<String> {
        let mut said = String::new();
        for _ in 0..TRIES {
            match self.psql("postgres", "SHOW server_version;") {
                Ok(version) => return Ok(version.trim().to_owned()),
                Err(error) => said = error.to_string(),
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(format!("PostgreSQL does not start: {said}").into())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A fast shutdown. Nobody is left to hear of a failure.
        let id = self.server.id().to_string();
        drop(Command::new("kill").args(["-INT", &id]).status());
        drop(self.server.wait());
    }
}
