//! A PostgreSQL cluster for the tests of one process: made from the installed programs in a folder of its own, reached by
//! a socket in that folder alone, and gone when the process is, however it ends.
//!
//! Programs are looked for in `PATH` and where Debian puts them. Where there are none, tests on PostgreSQL are skipped, and
//! say so; on a machine that checks every change (`CI` is set) they fail.

#![expect(
    clippy::missing_panics_doc,
    reason = "a cluster that cannot be made has nobody to report it to but the person who runs the tests"
)]

mod crash;
mod database;
mod meddling;
mod programs;

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

pub use crash::Death;
pub use database::Database;
pub use meddling::{WORDS, in_postgres};
pub use programs::{is_root, programs, unprivileged};

/// The superuser of the cluster.
const USER: &str = "kirokubo";

/// What a cluster of tests takes.
const PROGRAMS: [&str; 4] = ["initdb", "postgres", "psql", "pg_dump"];

/// How often it is asked whether it is up, with 20 ms between two times.
const TRIES: u32 = 1_500;

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    pub(crate) folder: PathBuf,
    guard: Option<Child>,
    /// Where it listens, if it does; its socket is named after it, too.
    port: u16,
    next: AtomicU32,
    made: Mutex<()>,
}

/// The cluster of this process, made when it is first asked for; `None` if there are no programs to make one with.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER
        .get_or_init(|| {
            let Some(programs) = programs(&PROGRAMS) else {
                assert!(
                    std::env::var_os("CI").is_none(),
                    "no PostgreSQL is installed, and CI is set: run tests/setup.sh"
                );
                // Not by eprintln, which the test runner keeps to itself.
                let said = b"\nNOT TESTED ON POSTGRESQL: no initdb in PATH or /usr/lib/postgresql; run tests/setup.sh\n";
                drop(std::io::stderr().write_all(said));
                return None;
            };
            Some(Cluster::start(programs, &[]))
        })
        .as_ref()
}

impl Cluster {
    /// A cluster of its own, with these settings besides (`name=value`).
    #[must_use]
    pub fn start(programs: PathBuf, settings: &[&str]) -> Self {
        let mut cluster = Self::laid_out(programs);
        cluster.serve(settings);
        cluster
    }

    /// The same, listening on 127.0.0.1, and speaking TLS if it is given a certificate and its key, PEM files.
    #[must_use]
    pub fn on_network(programs: PathBuf, identity: Option<[&Path; 2]>) -> Self {
        let mut cluster = Self::laid_out(programs);
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        cluster.port = free.expect("a port is free").port();
        let mut settings = vec!["listen_addresses=127.0.0.1".to_owned()];
        for (file, name) in identity.iter().flatten().zip(["server.crt", "server.key"]) {
            let place = cluster.data().join(name);
            fs::copy(file, &place).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            finish(Command::new("chmod").arg("600").arg(&place));
            if is_root() {
                finish(Command::new("chown").arg("nobody").arg(&place));
            }
        }
        if identity.is_some() {
            settings.push("ssl=on".to_owned());
        }
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        cluster.serve(&settings);
        cluster
    }

    /// Its files, not served yet.
    fn laid_out(programs: PathBuf) -> Self {
        let cluster = Self::in_folder_of_its_own(programs);
        finish(
            unprivileged(&cluster.programs.join("initdb"))
                .args([
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--no-locale",
                    "--no-sync",
                    "--username",
                    USER,
                    "-D",
                ])
                .arg(cluster.data()),
        );
        cluster
    }

    /// A cluster whose data directory something else makes, such as a standby's. `make` is given where it is to be.
    #[must_use]
    pub fn made_by(programs: PathBuf, settings: &[&str], make: impl FnOnce(&Path)) -> Self {
        let mut cluster = Self::in_folder_of_its_own(programs);
        make(&cluster.data());
        cluster.serve(settings);
        cluster
    }

    fn in_folder_of_its_own(programs: PathBuf) -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        // In memory where there is room in memory: it is made anew for every process.
        let memory = PathBuf::from("/dev/shm");
        let place = if memory.is_dir() {
            memory
        } else {
            std::env::temp_dir()
        };
        let folder = place.join(format!("kirokubo-pg-{}-{number}", std::process::id()));
        // Left by a process of the same number that was killed together with its guard.
        drop(fs::remove_dir_all(&folder));
        fs::create_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        if is_root() {
            finish(Command::new("chown").arg("nobody").arg(&folder));
        }
        Self {
            programs,
            folder,
            guard: None,
            port: 5_432,
            next: AtomicU32::new(0),
            made: Mutex::new(()),
        }
    }

    /// Starts the server under a guard that stops it and clears its folder away as soon as this process is gone: then the
    /// pipe that the guard reads from is closed. At each line that it reads it starts the server again, which has died.
    fn serve(&mut self, settings: &[&str]) {
        let script = "server() { \"$0\" \"$@\" >> \"$FOLDER/log\" 2>&1 & pid=$!; }; server \"$@\"; \
                      while read -r _; do wait $pid; server \"$@\"; done; \
                      kill -QUIT $pid; wait $pid; rm -rf \"$FOLDER\"";
        let mut guard = unprivileged(Path::new("sh"));
        guard
            .args(["-c", script])
            .arg(self.programs.join("postgres"))
            .arg("-D")
            .arg(self.data());
        let socket = format!("unix_socket_directories={}", self.folder.display());
        let port = format!("port={}", self.port);
        for setting in [
            "listen_addresses=",
            "max_connections=500",
            "log_min_messages=fatal",
        ] {
            guard.args(["-c", setting]);
        }
        for setting in settings.iter().copied().chain([socket.as_str(), port.as_str()]) {
            guard.args(["-c", setting]);
        }
        guard
            .env("FOLDER", &self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Its standard input stays open until this is dropped, or the process ends.
        self.guard = Some(guard.spawn().expect("sh runs"));
        for _ in 0..TRIES {
            if self.psql("postgres", "SELECT 1").is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("PostgreSQL does not start: {}", self.log());
    }

    /// Makes an empty database.
    pub fn database(&self) -> Database<'_> {
        self.make("template0")
    }

    /// Makes a database with everything that is in another one, to which nobody must be connected.
    pub fn database_like<'a>(&'a self, other: &Database<'_>) -> Database<'a> {
        self.make(&other.name)
    }

    fn make(&self, template: &str) -> Database<'_> {
        let name = format!("test_{}", self.next.fetch_add(1, Ordering::Relaxed));
        {
            // Two at a time would find the template in use.
            let _turn = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
            let mut tries = TRIES;
            // Whoever was connected to it a moment ago may not be gone yet.
            while let Err(error) = self.psql("postgres", &create) {
                tries -= 1;
                assert!(tries > 0 && error.contains("being accessed"), "{error}");
                thread::sleep(Duration::from_millis(20));
            }
        }
        Database { cluster: self, name }
    }

    /// What `pg_dump` says of a database.
    pub(crate) fn dump(&self, database: &str) -> Vec<u8> {
        let mut command = Command::new(self.programs.join("pg_dump"));
        command.args(["-U", USER, "-d", database, "-h"]).arg(&self.folder);
        command.env("PGPORT", self.port.to_string());
        finish(&mut command)
    }

    pub(crate) fn psql(&self, database: &str, text: &str) -> Result<String, String> {
        self.psql_with(&["-q"], database, text)
    }

    pub(crate) fn psql_with(&self, options: &[&str], database: &str, text: &str) -> Result<String, String> {
        let output = Command::new(self.programs.join("psql"))
            .args(options)
            .args(["-X", "-A", "-t", "-F", "\u{1f}", "-R", "\u{1e}"])
            .args([
                "-v",
                "ON_ERROR_STOP=1",
                "-P",
                "null=",
                "-U",
                USER,
                "-d",
                database,
                "-c",
                text,
                "-h",
            ])
            .arg(&self.folder)
            .env("PGCLIENTENCODING", "UTF8")
            .env("PGPORT", self.port.to_string())
            .stdin(Stdio::null())
            .output()
            .expect("psql runs");
        if output.status.success() {
            let text = String::from_utf8(output.stdout).expect("the database is UTF-8");
            return Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            drop(guard.wait());
        }
    }
}

fn finish(command: &mut Command) -> Vec<u8> {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output.stdout
}
