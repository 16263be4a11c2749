//! What a witness remembers on disk: for each log the newest checkpoint it has cosigned, one file each.
//!
//! A file is written beside its place, synced, renamed over it, and the folder is synced: after a crash it is the old
//! one or the new one, whole. A cosignature leaves the process only afterwards.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use kirokubo_ledger::checkpoint::{Checkpoint, CheckpointError};
use kirokubo_ledger::note::{Note, NoteError, Origin, VerifierKey, WitnessKey};
use kirokubo_ledger::witness::origin_hash;

/// Most checkpoints kept as evidence against one log.
const EVIDENCE_MAX: usize = 16;

/// Why a checkpoint cannot be remembered, or what was remembered cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// A file cannot be read or written.
    #[error("{path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not what this witness wrote.
    #[error("{path} is not a checkpoint that this witness cosigned")]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CheckpointError,
    },
}

/// The newest checkpoint cosigned.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) checkpoint: Checkpoint,
    /// When it was cosigned, Unix seconds.
    pub(crate) time: u64,
    /// The note, with the log's signatures and the witness's.
    pub(crate) note: String,
}

/// The file of one log.
#[derive(Debug)]
pub(crate) struct Memory {
    path: PathBuf,
    evidence: PathBuf,
}

impl Memory {
    pub(crate) fn of(folder: &Path, origin: &Origin) -> Self {
        let name = origin_hash(origin);
        Self {
            path: folder.join(format!("{name}.checkpoint")),
            evidence: folder.join(format!("{name}.evidence")),
        }
    }

    /// What is remembered, if anything is. It must be signed by a key of the log and cosigned by the witness: a file
    /// that somebody edited is not acted upon, and nothing is cosigned without it.
    pub(crate) fn load(
        &self,
        keys: &[VerifierKey],
        witness: &WitnessKey,
    ) -> Result<Option<Held>, MemoryError> {
        let note = match fs::read_to_string(&self.path) {
            Ok(note) => note,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.fault(source)),
        };
        let (checkpoint, time) = open(&note, keys, witness).map_err(|source| MemoryError::NotOurs {
            path: self.path.clone(),
            source,
        })?;
        Ok(Some(Held {
            checkpoint,
            time,
            note,
        }))
    }

    /// Puts `note` in the place of what was remembered.
    pub(crate) fn store(&self, note: &str) -> Result<(), MemoryError> {
        write_durably(&self.path, note.as_bytes()).map_err(|source| self.fault(source))
    }

    /// Keeps a checkpoint that the log signed and that contradicts the one remembered: both together prove the fork.
    pub(crate) fn keep_evidence(&self, checkpoint: &Checkpoint, note: &str) -> Result<(), MemoryError> {
        let kept = || -> io::Result<()> {
            fs::create_dir_all(&self.evidence)?;
            let path = self
                .evidence
                .join(format!("{}-{}", checkpoint.size(), checkpoint.root()));
            if path.exists() || fs::read_dir(&self.evidence)?.count() >= EVIDENCE_MAX {
                return Ok(());
            }
            write_durably(&path, note.as_bytes())
        };
        kept().map_err(|source| self.fault(source))
    }

    fn fault(&self, source: io::Error) -> MemoryError {
        MemoryError::File {
            path: self.path.clone(),
            source,
        }
    }
}

/// Writes a file so that after a crash it is there whole or as it was before. Readable by its owner alone.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let beside = path.with_extension("new");
    let mut file = File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(folder)?.sync_all()
}

fn open(
    note: &str,
    keys: &[VerifierKey],
    witness: &WitnessKey,
) -> Result<(Checkpoint, u64), CheckpointError> {
    let parsed = Note::parse(note.as_bytes())?;
    if !keys.iter().any(|key| parsed.verify(key).is_ok()) {
        return Err(NoteError::NotSigned.into());
    }
    let time = parsed.cosignature(witness)?.time();
    Ok((Checkpoint::claimed(parsed.text())?, time))
}
