//! The side that is a PostgreSQL server.

use futures_util::TryStreamExt;
use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::{AssertSqlSafe, PgConnection, Row as _, query, query_scalar, raw_sql};

use super::row::{Cell, Row};
use super::table::{Kind, Table};
use super::{Counted, Rows, SET_ASIDE, Side, binary};
use crate::connection::driver_fault;
use crate::error::StoreError;

/// Bytes handed to the server at once.
const CHUNK: usize = 256 * 1_024;

/// One connection of its own: when it is let go in the middle, whatever it began is undone.
pub(super) struct Server(PgConnection);

impl Server {
    /// To be read, all of it as of one moment. Nobody waits for that.
    pub(super) async fn reading(db: &DatabaseConnection) -> Result<Self, StoreError> {
        Self::begun(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned()).await
    }

    /// To be written, in one transaction.
    pub(super) async fn writing(db: &DatabaseConnection) -> Result<Self, StoreError> {
        let (trigger, table) = SET_ASIDE;
        let begin = format!("BEGIN; ALTER TABLE {table} DISABLE TRIGGER {trigger}");
        Self::begun(db, begin).await
    }

    async fn begun(db: &DatabaseConnection, begin: String) -> Result<Self, StoreError> {
        let connection = db.get_postgres_connection_pool().acquire().await;
        let mut server = Self(connection.map_err(driver_fault)?.detach());
        server.run(begin).await?;
        Ok(server)
    }

    /// Ends a transaction that only read.
    pub(super) async fn end(mut self) -> Result<(), StoreError> {
        self.run("COMMIT".to_owned()).await
    }

    /// Whether any of the tables has a row.
    pub(super) async fn has_rows(&mut self, tables: &[Table]) -> Result<bool, StoreError> {
        for table in tables {
            let has: bool = query_scalar(AssertSqlSafe(table.has_rows()))
                .fetch_one(&mut self.0)
                .await
                .map_err(driver_fault)?;
            if has {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Commits what was written, durably, and lets the planner know what came.
    pub(super) async fn commit(mut self, tables: &[Table]) -> Result<(), StoreError> {
        for text in tables.iter().filter_map(Table::go_on_counting) {
            self.run(text).await?;
        }
        let (trigger, table) = SET_ASIDE;
        self.run(format!("ALTER TABLE {table} ENABLE TRIGGER {trigger}"))
            .await?;
        self.run("SET LOCAL synchronous_commit = on; COMMIT".to_owned())
            .await?;
        for table in tables {
            self.run(format!("ANALYZE {}", table.name)).await?;
        }
        Ok(())
    }

    async fn run(&mut self, text: String) -> Result<(), StoreError> {
        let done = raw_sql(AssertSqlSafe(text)).execute(&mut self.0).await;
        done.map(drop).map_err(driver_fault)
    }
}

impl Side for Server {
    fn rows<'a>(&'a mut self, table: &'a Table) -> Rows<'a> {
        let rows = query(AssertSqlSafe(table.select())).fetch(&mut self.0);
        Box::pin(
            rows.map_err(driver_fault)
                .and_then(|row| std::future::ready(read(table, &row))),
        )
    }

    async fn take(&mut self, table: &Table, mut rows: Rows<'_>) -> Result<u64, StoreError> {
        let text = table.copy_in();
        let mut copy = self.0.copy_in_raw(&text).await.map_err(driver_fault)?;
        let mut waiting = Vec::with_capacity(2 * CHUNK);
        waiting.extend(binary::HEADER);
        while let Some(row) = rows.try_next().await? {
            binary::write(&mut waiting, table, &row)?;
            if waiting.len() >= CHUNK {
                copy.send(waiting.as_slice()).await.map_err(driver_fault)?;
                waiting.clear();
            }
        }
        waiting.extend(binary::TRAILER);
        copy.send(waiting.as_slice()).await.map_err(driver_fault)?;
        copy.finish().await.map_err(driver_fault)
    }
}

impl Counted for Server {
    async fn count(&mut self, table: &Table) -> Result<u64, StoreError> {
        let count: i64 = query_scalar(AssertSqlSafe(table.count()))
            .fetch_one(&mut self.0)
            .await
            .map_err(driver_fault)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

fn read(table: &Table, row: &PgRow) -> Result<Row, StoreError> {
    let cell = |(n, (_, kind)): (usize, &(String, Kind))| {
        let cell = match kind {
            Kind::Small => row
                .try_get::<Option<i16>, _>(n)
                .map(|v| v.map(|v| Cell::Number(v.into()))),
            Kind::Int => row
                .try_get::<Option<i32>, _>(n)
                .map(|v| v.map(|v| Cell::Number(v.into()))),
            Kind::Big => row.try_get::<Option<i64>, _>(n).map(|v| v.map(Cell::Number)),
            Kind::Text => row.try_get::<Option<String>, _>(n).map(|v| v.map(Cell::Text)),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(n).map(|v| v.map(Cell::Bytes)),
        };
        Ok(cell.map_err(driver_fault)?.unwrap_or(Cell::Null))
    };
    table.columns.iter().enumerate().map(cell).collect()
}
