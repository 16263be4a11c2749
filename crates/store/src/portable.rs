//! A ledger's rows out of one engine and into the other: what makes a backup of either restore to either.
//!
//! Both engines have one schema (`kirokubo_migrations::dialect`), so a copy is every row of every table, as it is. One side is
//! always an SQLite file: a backup. It tells which tables and columns there are, so none can be forgotten here.
//!
//! Rows go through one at a time, in the order of their keys, so memory does not grow with the ledger. What was written is
//! read again and held against a digest of what was read, table by table, before it is committed: *a crash leaves a server as
//! it was*, and a file that has not got its name yet.
//!
//! The triggers and constraints of the schema stay on. One trigger alone is set aside, inside of the same transaction: a
//! principal's row belongs to a list *while that is uploaded*, and here the list is cited already.

mod binary;
mod file;
mod row;
mod server;
mod table;

use std::pin::Pin;

use futures_util::{Stream, TryStreamExt};
use kirokubo_ledger::hash::Digest;
use sea_orm::DatabaseConnection;

use crate::error::StoreError;
use file::File;
use row::{Row, RowDigest};
use server::Server;
use table::Table;

/// The one trigger that an honest row cannot pass a second time, and its table.
const SET_ASIDE: (&str, &str) = ("principal_rows_entry", "principal_rows");

/// Rows between two words about progress.
const BEAT: u64 = 1_024;

/// Rows of a table, in the order of their keys.
type Rows<'a> = Pin<Box<dyn Stream<Item = Result<Row, StoreError>> + Send + 'a>>;

/// One of the two databases.
trait Side {
    /// All rows of a table.
    fn rows<'a>(&'a mut self, table: &'a Table) -> Rows<'a>;

    /// Writes rows into a table that is empty; gives how many.
    async fn take(&mut self, table: &Table, rows: Rows<'_>) -> Result<u64, StoreError>;
}

/// Copies all that one moment of a server has into a file, which has the schema and no row.
pub(crate) async fn from_server(
    server: &DatabaseConnection,
    file: &DatabaseConnection,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<(), StoreError> {
    let mut to = File::writing(file).await?;
    let tables = to.tables().await?;
    let mut from = Server::reading(server).await?;
    copy_all(&mut from, &mut to, &tables, progress).await?;
    from.end().await?;
    to.commit().await
}

/// Copies all that a file has into a server, which has the same schema and no row.
pub(crate) async fn to_server(
    file: &DatabaseConnection,
    server: &DatabaseConnection,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<(), StoreError> {
    let mut from = File::reading(file).await?;
    let tables = from.tables().await?;
    let mut to = Server::writing(server).await?;
    copy_all(&mut from, &mut to, &tables, progress).await?;
    to.commit(&tables).await
}

/// Whether a server has a row in any of the tables of a file.
pub(crate) async fn is_occupied(
    file: &DatabaseConnection,
    server: &DatabaseConnection,
) -> Result<bool, StoreError> {
    let tables = File::reading(file).await?.tables().await?;
    Server::reading(server).await?.has_rows(&tables).await
}

/// Whether a server has exactly what a file has.
pub(crate) async fn is_same(
    file: &DatabaseConnection,
    server: &DatabaseConnection,
) -> Result<bool, StoreError> {
    let (mut one, mut other) = (File::reading(file).await?, Server::reading(server).await?);
    for table in one.tables().await? {
        if digest_of(&mut one, &table).await? != digest_of(&mut other, &table).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How many rows a table has, and a digest of them.
async fn digest_of(side: &mut impl Side, table: &Table) -> Result<(u64, Digest), StoreError> {
    let mut digest = RowDigest::new();
    let mut rows = side.rows(table);
    while let Some(row) = rows.try_next().await? {
        digest.add(&row);
    }
    Ok((digest.rows(), digest.finish()))
}

async fn copy_all(
    from: &mut (impl Side + Counted),
    to: &mut impl Side,
    tables: &[Table],
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<(), StoreError> {
    let mut total = 0;
    for table in tables {
        total += from.count(table).await?;
    }
    let mut done = 0;
    for table in tables {
        let mut digest = RowDigest::new();
        let rows = from.rows(table).inspect_ok(|row| {
            digest.add(row);
            done += 1;
            if done % BEAT == 0 {
                progress(done, total);
            }
        });
        let taken = to.take(table, Box::pin(rows)).await?;
        if digest_of(to, table).await? != (taken, digest.finish()) {
            return Err(StoreError::Corrupt {
                index: None,
                what: "a table that was copied is not what was read",
            });
        }
    }
    progress(total, total);
    Ok(())
}

/// What tells beforehand how much there is.
trait Counted {
    /// Rows of a table.
    async fn count(&mut self, table: &Table) -> Result<u64, StoreError>;
}
