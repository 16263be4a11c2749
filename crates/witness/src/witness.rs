//! The witness: its key, the logs it follows, and the one place where it cosigns.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::{Cosignature, Note, Origin, VerifierKey, WitnessKey, WitnessSigningKey};
use kirokubo_ledger::witness::{AddCheckpoint, origin_hash};

use crate::identity::{self, IdentityError};
use crate::judge;
use crate::memory::{Held, Memory, MemoryError};
use crate::refusal::Refusal;

/// Tells Unix seconds.
pub type Clock = Box<dyn Fn() -> u64 + Send + Sync>;

/// A witness on a folder, which it holds alone.
pub struct Witness {
    key: WitnessSigningKey,
    /// By the hexadecimal SHA-256 of their origins.
    logs: BTreeMap<String, Log>,
    clock: Clock,
    _lock: File,
}

/// A log that the witness follows.
struct Log {
    origin: Origin,
    keys: Vec<VerifierKey>,
    memory: Memory,
    /// What is remembered. Whoever holds this lock compares, writes and cosigns; nobody else of this log can meanwhile.
    held: Mutex<Option<Held>>,
}

/// Why a witness cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The folder cannot be made or locked.
    #[error("{path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another witness runs on the folder.
    #[error("another witness is running on {0}")]
    InUse(PathBuf),
    /// There is no key.
    #[error("the witness has no key")]
    Identity(#[from] IdentityError),
    /// What it remembers of a log cannot be used.
    #[error("what the witness remembers cannot be used")]
    Memory(#[from] MemoryError),
}

impl Witness {
    /// Opens the witness in `folder`, making it if there is none: then `fresh` gives a name, for want of another, and
    /// the seed of the key. `logs` are the keys of the logs to follow; several may be of one log.
    pub fn open(
        folder: &Path,
        name: Option<&Origin>,
        logs: &[VerifierKey],
        clock: Clock,
        fresh: impl FnOnce() -> (Origin, [u8; 32]),
    ) -> Result<Self, StartError> {
        let lock = claim(folder)?;
        let key = identity::open(folder, name, fresh)?;
        let mut by_origin: BTreeMap<&Origin, Vec<VerifierKey>> = BTreeMap::new();
        for log in logs {
            by_origin.entry(log.origin()).or_default().push(log.clone());
        }
        let mut logs = BTreeMap::new();
        for (origin, mut keys) in by_origin {
            keys.dedup();
            let memory = Memory::of(folder, origin);
            let held = memory.load(&keys, key.verifier_key())?;
            let log = Log {
                origin: origin.clone(),
                keys,
                memory,
                held: Mutex::new(held),
            };
            logs.insert(origin_hash(origin), log);
        }
        Ok(Self {
            key,
            logs,
            clock,
            _lock: lock,
        })
    }

    /// What verifies its cosignatures.
    #[must_use]
    pub const fn verifier_key(&self) -> &WitnessKey {
        self.key.verifier_key()
    }

    /// The newest checkpoint cosigned of the log with this origin hash, if there is one.
    #[must_use]
    pub fn newest(&self, origin_hash: &str) -> Option<String> {
        let log = self.logs.get(origin_hash)?;
        log.lock().as_ref().map(|held| held.note.clone())
    }

    /// Judges a request and, if nothing stands against it, remembers the checkpoint and cosigns it.
    ///
    /// This blocks on the disk.
    pub fn add_checkpoint(&self, body: &[u8]) -> Result<Cosignature, Refusal> {
        let request = AddCheckpoint::parse(body)?;
        let note =
            Note::parse(request.checkpoint.as_bytes()).map_err(|error| Refusal::Malformed(error.into()))?;
        let text = note.text();
        let origin = text.split('\n').next().unwrap_or_default();
        let log = self
            .logs
            .values()
            .find(|log| log.origin.as_str() == origin)
            .ok_or(Refusal::UnknownLog)?;
        let signatures = judge::signatures(&note, &log.keys)?;
        let new = judge::checkpoint(text)?;

        let mut held = log.lock();
        let before = held.as_ref().map(|held| &held.checkpoint);
        if let Err(refusal) = judge::continues(&request, &new, before) {
            log.note_contradiction(&new, before, &format!("{text}\n{signatures}"));
            return Err(refusal);
        }
        // A larger tree is never cosigned for an earlier moment, whatever the clock does.
        let time = held.as_ref().map_or(0, |held| held.time).max((self.clock)());
        let cosignature = self.key.cosign(text, time).ok_or(Refusal::Clock)?;
        let note = format!("{text}\n{signatures}{}", cosignature.line());
        // The commit point: from here on the log is held to this checkpoint, whether it hears of it or not.
        log.memory.store(&note)?;
        *held = Some(Held {
            checkpoint: new,
            time,
            note,
        });
        Ok(cosignature)
    }
}

impl Log {
    /// Memory changes only after the disk has, so a panic in between leaves it true.
    fn lock(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Two checkpoints of one size with different roots, both signed by the log, prove a fork to anybody.
    fn note_contradiction(&self, new: &Checkpoint, held: Option<&Checkpoint>, note: &str) {
        let Some(held) = held.filter(|held| held.size() == new.size() && held.root() != new.root()) else {
            return;
        };
        tracing::error!(origin = %self.origin, size = held.size().get(), "the log signed two histories");
        if let Err(error) = self.memory.keep_evidence(new, note) {
            tracing::error!(error = ?error, "the evidence could not be kept");
        }
    }
}

/// Makes the folder if need be, and claims it until the file is dropped.
fn claim(folder: &Path) -> Result<File, StartError> {
    let fault = |source| StartError::Folder {
        path: folder.to_owned(),
        source,
    };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(fault)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("witness.lock"))
        .map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(fault(source)),
    }
}

#[cfg(test)]
mod tests;
