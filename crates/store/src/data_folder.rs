//! The data folder: where the database file, the keys and the lock lie. On a database server, several servers may share a
//! part of it.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::connection::Place;
use crate::error::StoreError;

/// Where a ledger lies on this machine: the folder of one server, and the folder that all servers of the ledger see, which
/// is the same unless it is said otherwise.
///
/// Shared are the keys, the files of evidence, `erased.log`, and the marks that servers leave for each other. Lock,
/// high-water mark, exports and wishes are each server's own.
#[derive(Clone, Debug)]
pub struct DataFolder {
    own: PathBuf,
    shared: Option<PathBuf>,
}

impl From<&Path> for DataFolder {
    fn from(path: &Path) -> Self {
        Self {
            own: path.to_owned(),
            shared: None,
        }
    }
}

impl From<&PathBuf> for DataFolder {
    fn from(path: &PathBuf) -> Self {
        path.as_path().into()
    }
}

impl DataFolder {
    /// The same with what servers share in another folder, if there is one.
    #[must_use]
    pub fn sharing(self, shared: Option<PathBuf>) -> Self {
        Self { shared, ..self }
    }

    /// The folder that all servers of the ledger see.
    #[must_use]
    pub fn shared(&self) -> &Path {
        self.shared.as_deref().unwrap_or(&self.own)
    }

    /// Whether there may be other servers.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// Makes the folder, readable by its owner alone; and the shared one, if there is one.
    pub(crate) fn create(&self) -> Result<(), StoreError> {
        let shared = self.shared.as_ref();
        for path in [Some(&self.own), shared].into_iter().flatten() {
            make(path)?;
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.own
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.shared().join("keys")
    }

    /// Where the encrypted files of evidence lie, unless they lie elsewhere.
    pub(crate) fn evidence(&self) -> PathBuf {
        self.shared().join("evidence")
    }

    /// Where audit bundles wait to be fetched, and are written.
    pub(crate) fn exports(&self) -> PathBuf {
        self.own.join("exports")
    }

    /// How far the ledger has come, whatever the database says.
    pub(crate) fn high_water(&self) -> PathBuf {
        self.own.join("high-water")
    }

    /// The same as the servers that share the ledger tell each other; `None` if this one is alone.
    pub(crate) fn shared_high_water(&self) -> Option<PathBuf> {
        self.shared.as_ref().map(|shared| shared.join("nodes.high-water"))
    }

    /// Rewritten whenever an API key is made or revoked, so that servers on this machine notice at once.
    pub(crate) fn key_stamp(&self) -> PathBuf {
        self.own.join("api-keys.stamp")
    }

    /// When the last backup was made.
    pub(crate) fn last_backup(&self) -> PathBuf {
        self.own.join("last-backup")
    }

    /// Every erasure once more, outside the database.
    pub(crate) fn erased_log(&self) -> PathBuf {
        self.shared().join("erased.log")
    }

    /// Where a command beside a running server leaves its wish for another signing key.
    pub(crate) fn rotation_wish(&self) -> PathBuf {
        self.own.join("signing-rotation.wish")
    }

    /// Where the server says what became of it.
    pub(crate) fn rotation_answer(&self) -> PathBuf {
        self.own.join("signing-rotation.answer")
    }

    /// Where `database_url` says the database is.
    pub(crate) fn database(&self, database_url: &str) -> Result<Place, StoreError> {
        if let Some(server) = Place::server(database_url) {
            return server;
        }
        if self.is_shared() {
            return Err(StoreError::SharedFile);
        }
        match database_url.strip_prefix("sqlite:") {
            Some("") => Ok(Place::File(self.own.join("kirokubo.db"))),
            Some(path) => {
                let path = path.strip_prefix("//").unwrap_or(path);
                Ok(Place::File(PathBuf::from(path)))
            }
            None => Err(StoreError::UnsupportedUrl(
                "expected sqlite:, sqlite:PATH or postgres://…",
            )),
        }
    }

    /// Claims the folder for one server; the claim ends with the returned file, or with the process.
    pub(crate) fn lock(&self) -> Result<File, StoreError> {
        claim(&self.own.join("kirokubo.lock"), &self.own)
    }

    /// Joins the servers that share the folder, until the returned file is dropped or the process ends: meanwhile nobody
    /// does what must be done alone. `None` where none do.
    pub(crate) fn join(&self) -> Result<Option<File>, StoreError> {
        self.shared_lock(File::try_lock_shared)
    }

    /// The same for what no server may be running beside: sealing the keys, for instance.
    pub(crate) fn alone(&self) -> Result<Option<File>, StoreError> {
        self.shared_lock(File::try_lock)
    }

    fn shared_lock(
        &self,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> Result<Option<File>, StoreError> {
        let Some(shared) = &self.shared else {
            return Ok(None);
        };
        claim_by(&shared.join("kirokubo-nodes.lock"), shared, lock).map(Some)
    }
}

/// Writes a number into a lock file that is held; gives the one that whoever held it before had left there.
pub(crate) fn leave(mut lock: &File, number: i64) -> std::io::Result<Option<i64>> {
    let mut before = String::new();
    lock.read_to_string(&mut before)?;
    lock.set_len(0)?;
    std::io::Seek::rewind(&mut lock)?;
    writeln!(lock, "{number}")?;
    Ok(before.trim_end().parse().ok())
}

fn make(path: &Path) -> Result<(), StoreError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StoreError::Folder {
            path: path.to_owned(),
            source,
        })
}

/// Locks a file, making it if need be: a claim to `what`, until the returned file is dropped or the process ends.
pub(crate) fn claim(lock: &Path, what: &Path) -> Result<File, StoreError> {
    claim_by(lock, what, File::try_lock)
}

fn claim_by(
    path: &Path,
    what: &Path,
    lock: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<File, StoreError> {
    let fault = |source| StoreError::Folder {
        path: path.to_owned(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(fault)?;
    match lock(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(what.to_owned())),
        Err(TryLockError::Error(source)) => Err(fault(source)),
    }
}
