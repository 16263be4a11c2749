//! A server that dies, and one that is started again or made of another one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::{Cluster, TRIES};

/// How a server dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// `SIGQUIT`: it drops everything at once and writes nothing more, as `pg_ctl stop -m immediate` does.
    Quit,
    /// `SIGKILL` to it and everything that it started, as a power cut does it.
    Kill,
}

impl Cluster {
    /// The folder of its socket.
    #[must_use]
    pub fn socket_folder(&self) -> &Path {
        &self.folder
    }

    /// Its socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    /// Its data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Where its programs are.
    #[must_use]
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// The server dies, and stays dead.
    pub fn die(&self, death: Death) {
        let server = self.process().expect("the server runs");
        let children = format!("/proc/{server}/task/{server}/children");
        let children = fs::read_to_string(children).unwrap_or_default();
        let mut kill = Command::new("kill");
        match death {
            Death::Quit => kill.args(["-QUIT", &server]),
            Death::Kill => kill.args(["-KILL", &server]).args(children.split_whitespace()),
        };
        // A child may have ended by itself between the two looks.
        drop(kill.output().expect("kill runs"));
        self.wait_until(|| self.process().is_none(), "the server does not die");
    }

    /// Starts the server again after its death.
    pub fn restart(&self) {
        for _ in 0..10 {
            let guard = self.guard.as_ref().and_then(|guard| guard.stdin.as_ref());
            let mut guard = guard.expect("the guard reads");
            guard.write_all(b"again\n").expect("the guard reads");
            for look in 0..TRIES {
                if self.psql("postgres", "SELECT 1").is_ok() {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
                // What the one before left in memory may still be in the way. A new one has its number written by then; told
                // twice, the guard would wait for its end.
                if look > 100 && self.process().is_none() {
                    break;
                }
            }
        }
        panic!("PostgreSQL does not start again: {}", self.log());
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Waits for something to be so.
    pub fn wait_until(&self, is_so: impl Fn() -> bool, what: &str) {
        for _ in 0..TRIES {
            if is_so() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("{what}: {}", self.log());
    }

    /// The number of its process, while that lives.
    fn process(&self) -> Option<String> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        let number = file.lines().next()?.trim().to_owned();
        let status = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        // One that has died and was not yet waited for is dead.
        let state = status.rsplit_once(") ")?.1;
        (!state.starts_with('Z')).then_some(number)
    }
}
