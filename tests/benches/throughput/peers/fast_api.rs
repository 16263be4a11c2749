//! The same as `naive`, in Python: `FastAPI` and uvicorn, the module `sqlite3`, a chain behind a lock.
//!
//! Python and its packages are not ours. They are installed once, in a folder of the target folder; where that cannot
//! be done, the peer is left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kirokubo_tests::Scratch;

use super::foreign::package_folder;
use super::over_http::{measure, open_to_all};
use super::{Load, Measured, Peer, Who};
use crate::Outcome;
use crate::program::finish;
use crate::server::Server;

const PROGRAM: &str = include_str!("fast_api.py");

/// `standard` brings the faster event loop and parser.
const PACKAGES: [&str; 2] = ["fastapi", "uvicorn[standard]"];

/// What tells whether the packages are there, and which.
const VERSIONS: &str =
    "import fastapi, uvicorn, uvloop, httptools; print(fastapi.__version__, uvicorn.__version__)";

/// A Python that has the packages.
pub(super) struct FastApi {
    python: PathBuf,
}

impl FastApi {
    /// Finds it, or makes it.
    pub(super) fn new() -> Outcome<Self> {
        let folder = package_folder("bench-python")?;
        let python = folder.join("bin/python");
        if finish(Command::new(&python).args(["-c", VERSIONS])).is_err() {
            install(&folder, &python)?;
        }
        let versions = finish(Command::new(&python).args(["-c", VERSIONS]))?;
        eprintln!("FastAPI and uvicorn {}", versions.trim());
        Ok(Self { python })
    }
}

impl Peer for FastApi {
    fn who(&self) -> Who {
        Who::FastApi
    }

    fn take(&self, load: Load) -> Outcome<Measured> {
        let scratch = Scratch::new();
        let (folder, program) = (scratch.path().join("python"), scratch.path().join("fast_api.py"));
        fs::create_dir(&folder)?;
        fs::write(&program, PROGRAM)?;
        let mut command = Command::new(&self.python);
        command.arg(&program).arg(folder.join("python.db"));
        let server = Server::start(&mut command, &scratch.path().join("log"))?;
        let target = open_to_all(&server);
        measure(server, target, &folder, load)
    }
}

fn install(folder: &Path, python: &Path) -> Outcome<()> {
    eprintln!("installing {} for Python", PACKAGES.join(" and "));
    let mut command = Command::new("python3");
    finish(command.args(["-m", "venv", "--clear"]).arg(folder))?;
    let options = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    finish(Command::new(python).args(options).args(PACKAGES)).map(drop)
}
