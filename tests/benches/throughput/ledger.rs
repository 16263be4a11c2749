//! A ledger of the programs under test, and the commands on it that are timed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use kirokubo_tests::{DataFolder, Role, binaries};

use crate::Outcome;
use crate::load::Target;
use crate::server::Server;

/// A fresh ledger in a data folder, with keys to call it. Both go away when it is dropped.
pub(crate) struct Ledger {
    folder: DataFolder,
    ingest: String,
    officer: String,
}

/// How much of a ledger a bundle opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Structure,
    Full,
}

impl Scope {
    /// Its name on the command line.
    fn name(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Full => "full",
        }
    }

    /// Exit status of `kirokubo-verify` for such a bundle in which it found nothing, and which no witness signed.
    fn status_of_valid(self) -> i32 {
        match self {
            Self::Structure => 11,
            Self::Full => 10,
        }
    }
}

impl Ledger {
    pub(crate) fn init() -> Self {
        let folder = DataFolder::new();
        Self {
            ingest: folder.create_key(Role::Ingest).key,
            officer: folder.create_key(Role::Officer).key,
            folder,
        }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path()
    }

    /// The database in it.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.database()
    }

    /// Serves it with the settings it is shipped with; the log goes to a file beside the data.
    pub(crate) fn serve(&self) -> Outcome<Server> {
        let mut command = binaries().kirokubo();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(self.folder.path());
        Server::start(&mut command, &self.folder.beside().join("log"))
    }

    /// The server as those see it who post events.
    pub(crate) fn for_posting(&self, server: &Server) -> Target {
        Target {
            address: server.address(),
            key: self.ingest.clone(),
        }
    }

    /// The server as those see it who search.
    pub(crate) fn for_searching(&self, server: &Server) -> Target {
        Target {
            address: server.address(),
            key: self.officer.clone(),
        }
    }

    /// Time of `kirokubo verify`, which must find nothing.
    pub(crate) fn verify(&self) -> Duration {
        let began = Instant::now();
        self.folder.assert_valid();
        began.elapsed()
    }

    /// Writes a bundle beside the data folder; where it is, and the time it took.
    pub(crate) fn export(&self, scope: Scope) -> (PathBuf, Duration) {
        let began = Instant::now();
        let bundle = self.folder.export(scope.name());
        (bundle, began.elapsed())
    }

    /// Time of `kirokubo-verify` on a bundle, in which it must find nothing.
    pub(crate) fn verify_bundle(&self, scope: Scope, bundle: &Path) -> Outcome<Duration> {
        let mut command = binaries().kirokubo_verify();
        command
            .arg(bundle)
            .args(["--json", "--vkey", self.folder.vkey()])
            .stdin(Stdio::null());
        let began = Instant::now();
        let output = command.output()?;
        let time = began.elapsed();
        if output.status.code() == Some(scope.status_of_valid()) {
            return Ok(time);
        }
        let (said, error) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        Err(format!("kirokubo-verify: {}\n{said}{error}", output.status).into())
    }
}
