//! What can go wrong with the database, said without naming any type of its driver.

use std::error::Error;
use std::path::PathBuf;

use sea_orm::DbErr;

use crate::connection::{self, DatabaseFault};
use crate::high_water::HighWaterFault;
use crate::keyring::KeyError;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer or refused; the same call may succeed later.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// A stored row is not what this program wrote. Never retried, never "not found".
    #[error("stored data is corrupt: {what} (index {index:?})")]
    Corrupt {
        /// The entry index concerned, where there is one.
        index: Option<u64>,
        /// Which row or value.
        what: &'static str,
    },
    /// The head is no longer the one we built on: another writer was faster, or somebody meddled.
    #[error("the head moved")]
    HeadMoved,
    /// A key outside the database is missing or unreadable.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The data folder holds no ledger yet.
    #[error("no ledger in {0}: run `kirokubo init` first")]
    NotInitialised(PathBuf),
    /// The data folder holds a ledger already.
    #[error("a ledger exists already in {0}")]
    AlreadyInitialised(PathBuf),
    /// Another server holds the data folder, or the database file.
    #[error("別のサーバーが使用中です / another server is running on {0}")]
    InUse(PathBuf),
    /// The schema is older than this program.
    #[error("the schema is {pending} migration(s) behind: run `kirokubo migrate`")]
    Outdated {
        /// How many migrations are missing.
        pending: usize,
    },
    /// The schema is newer than this program, and says that it needs to know more.
    #[error("the schema is of a newer program ({newest}): run that one")]
    Newer {
        /// The newest migration of the database.
        newest: String,
    },
    /// The folder is older than access ledgers.
    #[error("there is no access ledger yet: run `kirokubo migrate`")]
    NoAccessLedger,
    /// The access ledger is called like the ledger, with `/access` behind it, and an origin has at most 255 bytes.
    #[error("the origin leaves no room for `/access` behind it")]
    LongOrigin,
    /// SQLite before 3.51.3 can lose a write when its WAL is reset.
    #[error("SQLite {0} is older than 3.51.3")]
    OldSqlite(String),
    /// PostgreSQL before 14 is not tested.
    #[error("PostgreSQL {0} is older than 14")]
    OldPostgres(String),
    /// The server could lose what it acknowledged, or change it.
    #[error("this PostgreSQL server cannot be trusted with a ledger: {0}")]
    UnsafePostgres(&'static str),
    /// The database URL names something this version does not speak.
    #[error("unsupported database URL: {0}")]
    UnsupportedUrl(&'static str),
    /// The store of evidence files did not answer or refused; the same call may succeed later.
    #[error("the store of evidence files is unavailable")]
    Evidence(#[source] Box<dyn Error + Send + Sync>),
    /// Several servers were to share a folder, and the database is a file, which one server has.
    #[error("--shared-dir is for several servers on one PostgreSQL: a SQLite file has one server")]
    SharedFile,
    /// The URL of evidence files names something this version does not speak.
    #[error("unsupported URL of evidence files: expected file:, file:PATH or s3://BUCKET/PREFIX")]
    EvidenceUrl,
    /// The ledger does not continue what was signed before: an older database was put back, perhaps. Nothing is signed.
    #[error(transparent)]
    HighWater(#[from] HighWaterFault),
    /// The data folder could not be made or locked.
    #[error("data folder {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl StoreError {
    /// A failure of the store of evidence files.
    pub(crate) fn evidence(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Evidence(Box::new(error))
    }

    /// Whether the same call may well succeed at once.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::HeadMoved)
    }

    /// Whether the database server was gone, or is about to be another.
    pub(crate) fn is_outage(&self) -> bool {
        let Self::Unavailable(error) = self else {
            return false;
        };
        match error.downcast_ref::<DatabaseFault>() {
            Some(said) => said.is_passing(),
            None => error.downcast_ref().is_some_and(connection::is_lost),
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match DatabaseFault::of(&error) {
            Some(said) => Self::Unavailable(Box::new(said)),
            None => Self::Unavailable(Box::new(error)),
        }
    }
}

/// A corrupt row at `index`.
pub(crate) fn corrupt(index: u64, what: &'static str) -> StoreError {
    StoreError::Corrupt {
        index: Some(index),
        what,
    }
}
