//! The data folder: where the database file, the keys and the lock lie.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::connection::Place;
use crate::error::StoreError;

/// Names of the things in a data folder.
#[derive(Clone, Debug)]
pub(crate) struct DataFolder(PathBuf);

impl DataFolder {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes the folder, readable by its owner alone.
    pub(crate) fn create(&self) -> Result<(), StoreError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.0)
            .map_err(|source| self.fault(source))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// Where the encrypted files of evidence lie, unless they lie elsewhere.
    pub(crate) fn evidence(&self) -> PathBuf {
        self.0.join("evidence")
    }

    /// Where audit bundles wait to be fetched, and are written.
    pub(crate) fn exports(&self) -> PathBuf {
        self.0.join("exports")
    }

    /// How far the ledger has come, whatever the database says.
    pub(crate) fn high_water(&self) -> PathBuf {
        self.0.join("high-water")
    }

    /// Rewritten whenever an API key is made or revoked, so that servers on this machine notice at once.
    pub(crate) fn key_stamp(&self) -> PathBuf {
        self.0.join("api-keys.stamp")
    }

    /// When the last backup was made.
    pub(crate) fn last_backup(&self) -> PathBuf {
        self.0.join("last-backup")
    }

    /// Every erasure once more, outside the database.
    pub(crate) fn erased_log(&self) -> PathBuf {
        self.0.join("erased.log")
    }

    /// Where a command beside a running server leaves its wish for another signing key.
    pub(crate) fn rotation_wish(&self) -> PathBuf {
        self.0.join("signing-rotation.wish")
    }

    /// Where the server says what became of it.
    pub(crate) fn rotation_answer(&self) -> PathBuf {
        self.0.join("signing-rotation.answer")
    }

    /// Where `database_url` says the database is.
    pub(crate) fn database(&self, database_url: &str) -> Result<Place, StoreError> {
        if let Some(server) = Place::server(database_url) {
            return server;
        }
        match database_url.strip_prefix("sqlite:") {
            Some("") => Ok(Place::File(self.0.join("kirokubo.db"))),
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
        claim(&self.0.join("kirokubo.lock"), &self.0)
    }

    fn fault(&self, source: std::io::Error) -> StoreError {
        StoreError::Folder {
            path: self.0.clone(),
            source,
        }
    }
}

/// Locks a file, making it if need be: a claim to `what`, until the returned file is dropped or the process ends.
pub(crate) fn claim(lock: &Path, what: &Path) -> Result<File, StoreError> {
    let fault = |source| StoreError::Folder {
        path: lock.to_owned(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(lock)
        .map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(what.to_owned())),
        Err(TryLockError::Error(source)) => Err(fault(source)),
    }
}
