//! The file that remembers how far a verification came.
//!
//! It is written aside and renamed, so that it is always a whole one. It says of which bundle it is and for which
//! questions; for others it is refused.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kirokubo_ledger::hash::{Digest, sha256};
use kirokubo_verify::{Identity, Mark, Options};
use serde::{Deserialize, Serialize};

/// What the member `format` says.
const FORMAT: &str = "kirokubo-verify/1";

/// A verification that can be interrupted.
pub(crate) struct State {
    path: PathBuf,
    of: Of,
    start: Option<Mark>,
    every: Duration,
    written: Instant,
    /// Why it could not be written, the first time.
    failure: Option<io::Error>,
}

/// Of which bundle, and for which questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    format: String,
    /// Whoever reads the state with another program may count otherwise.
    version: String,
    bundle_bytes: u64,
    manifest_sha256: String,
    options_sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    of: Of,
    mark: Mark,
}

/// Why there is no going on from a state.
#[derive(Debug)]
pub(crate) enum StateError {
    /// It cannot be read.
    Io(io::Error),
    /// It is not one.
    Malformed,
    /// It is of another bundle, program or question.
    Other,
    /// The bundle has no manifest to tell it by.
    NoIdentity,
}

impl State {
    /// Reads the state at a path, or begins one there if there is none. It is written as often as `every` says.
    pub(crate) fn open(
        path: &Path,
        identity: Option<Identity>,
        options: &Options,
        every: Duration,
    ) -> Result<Self, StateError> {
        let identity = identity.ok_or(StateError::NoIdentity)?;
        let of = Of {
            format: FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            bundle_bytes: identity.bytes,
            manifest_sha256: identity.manifest.to_string(),
            options_sha256: digest(options).to_string(),
        };
        let start = match fs::read(path) {
            Ok(bytes) => {
                let saved: Saved = serde_json::from_slice(&bytes).map_err(|_| StateError::Malformed)?;
                if saved.of != of {
                    return Err(StateError::Other);
                }
                Some(saved.mark)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(StateError::Io(error)),
        };
        Ok(Self {
            path: path.to_owned(),
            of,
            start,
            every,
            written: Instant::now(),
            failure: None,
        })
    }

    /// Where to go on.
    pub(crate) const fn start(&self) -> Option<Mark> {
        self.start
    }

    /// Writes down how far it is, now and then.
    pub(crate) fn reached(&mut self, mark: Mark) {
        if self.written.elapsed() < self.every || self.failure.is_some() {
            return;
        }
        self.failure = self.write(mark).err();
        self.written = Instant::now();
    }

    /// Takes the state away, now that there is a verdict. Fails if it could not be written before.
    pub(crate) fn finish(self) -> io::Result<()> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn write(&self, mark: Mark) -> io::Result<()> {
        let of = self.of.clone();
        let json = serde_json::to_vec(&Saved { of, mark }).map_err(io::Error::other)?;
        let mut aside = self.path.clone().into_os_string();
        aside.push(".new");
        let mut file = File::create(&aside)?;
        file.write_all(&json)?;
        // Renamed before it is on disk, an empty file could take its place after a crash.
        file.sync_all()?;
        fs::rename(&aside, &self.path)
    }
}

/// What the auditor asks: key, day and checkpoints.
fn digest(options: &Options) -> Digest {
    let mut text = format!("{}\n{}\n", options.vkey, options.today);
    for held in &options.held {
        let index = held.differs_at.map(kirokubo_ledger::Index::get);
        let by = held.earlier_key.as_ref();
        let by = by.map(ToString::to_string).unwrap_or_default();
        writeln!(text, "{}{by} {index:?}", held.checkpoint.text()).expect("writing to a string cannot fail");
    }
    sha256(text.as_bytes())
}
