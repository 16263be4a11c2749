//! Opening the database: connections that write, connections that only read, and how a transaction begins.

mod fault;
mod place;
mod postgres;
mod sqlite;

use std::path::Path;

use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend, TransactionTrait};

use crate::error::{StoreError, corrupt};

pub(crate) use fault::{DatabaseFault, driver_fault, is_lost};
pub(crate) use place::Place;
pub(crate) use sqlite::BUSY;

/// The two pools of one database.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    /// Exactly one connection on SQLite, which has one writer; a few on PostgreSQL, where a ledger's writers take turns
    /// by its head row.
    pub(crate) writer: DatabaseConnection,
    /// Read-only connections.
    pub(crate) readers: DatabaseConnection,
}

impl Connections {
    /// Opens the database of a ledger; if `create`, a file that is not there is made.
    pub(crate) async fn open(place: &Place, create: bool) -> Result<Self, StoreError> {
        match place {
            Place::File(file) => Self::open_sqlite(file, create).await,
            Place::Server(url) => postgres::open(url).await,
        }
    }

    /// Opens `file`, creating it if `create`.
    pub(crate) async fn open_sqlite(file: &Path, create: bool) -> Result<Self, StoreError> {
        sqlite::open(file, create).await
    }

    /// Opens a file that nobody writes, leaving it and its folder as they are.
    pub(crate) async fn open_at_rest(file: &Path) -> Result<Self, StoreError> {
        sqlite::open_at_rest(file).await
    }

    /// Makes a file for one writer who lets nobody see it before all of it is there and synced.
    pub(crate) async fn make_file(file: &Path) -> Result<DatabaseConnection, StoreError> {
        sqlite::make(file).await
    }

    /// Closes all of them. The last one to go, which may write, takes SQLite's side files with it.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        self.readers.close_by_ref().await?;
        self.close_writer().await
    }

    /// The same server's, for a writer on a runtime of its own, in which this is to be called. What writes is a connection of
    /// its own, which it closes ([`Self::close_writer`]).
    pub(crate) fn apart(&self) -> Self {
        Self {
            writer: postgres::one_more(&self.writer),
            readers: self.readers.clone(),
        }
    }

    /// Closes what writes.
    pub(crate) async fn close_writer(&self) -> Result<(), StoreError> {
        Ok(self.writer.close_by_ref().await?)
    }

    /// Whether the database is a server, on which other nodes may write, too.
    pub(crate) fn is_shared(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Postgres
    }

    /// Begins a transaction that will write, in its turn: until it ends, nobody else changes anything of `ledger`.
    pub(crate) async fn begin_writing(&self, ledger: i32) -> Result<DatabaseTransaction, StoreError> {
        Ok(self.begin_on_head(ledger).await?.0)
    }

    /// The same; also gives the checkpoint in the head row, where others may have moved it.
    pub(crate) async fn begin_on_head(
        &self,
        ledger: i32,
    ) -> Result<(DatabaseTransaction, Option<String>), StoreError> {
        if !self.is_shared() {
            return Ok((sqlite::begin_writing(&self.writer).await?, None));
        }
        let transaction = postgres::begin(&self.writer, postgres::Kind::Writing).await?;
        let note = postgres::lock_head(&transaction, ledger).await?;
        let note = note.ok_or_else(|| corrupt(0, "the head row is missing"))?;
        Ok((transaction, Some(note)))
    }

    /// Begins a transaction in which all readings belong to one state of the database.
    pub(crate) async fn begin_reading(&self) -> Result<DatabaseTransaction, StoreError> {
        if self.is_shared() {
            return postgres::begin(&self.readers, postgres::Kind::Reading).await;
        }
        Ok(self.readers.begin().await?)
    }

    /// Begins a transaction while there is no ledger yet whose turn it could be.
    pub(crate) async fn begin_founding(&self) -> Result<DatabaseTransaction, StoreError> {
        if self.is_shared() {
            return postgres::begin(&self.writer, postgres::Kind::Writing).await;
        }
        Ok(self.writer.begin().await?)
    }
}
