//! The side that is an SQLite file.

use futures_util::TryStreamExt;
use sea_orm::DatabaseConnection;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::sqlite::SqliteRow;
use sea_orm::sqlx::{AssertSqlSafe, Row as _, Sqlite, query, query_scalar, raw_sql};

use super::row::{Cell, Row};
use super::table::{Kind, Table};
use super::{Counted, Rows, SET_ASIDE, Side};
use crate::connection::driver_fault;
use crate::error::StoreError;

/// Values in one statement. More of them make it no faster.
const VALUES: usize = 512;

/// All tables but SQLite's own, and those that migrations fill by themselves.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' \
    AND name NOT IN ('seaql_migrations', 'schema_needs') ORDER BY rowid";

/// One connection to a file.
pub(super) struct File {
    connection: PoolConnection<Sqlite>,
    /// The text of the trigger that is set aside until all is written.
    set_aside: Option<String>,
}

impl File {
    /// To be read; nobody writes it.
    pub(super) async fn reading(db: &DatabaseConnection) -> Result<Self, StoreError> {
        let connection = db.get_sqlite_connection_pool().acquire().await;
        Ok(Self {
            connection: connection.map_err(driver_fault)?,
            set_aside: None,
        })
    }

    /// To be written, in one transaction.
    pub(super) async fn writing(db: &DatabaseConnection) -> Result<Self, StoreError> {
        let mut file = Self::reading(db).await?;
        file.run("BEGIN".to_owned()).await?;
        let (trigger, _) = SET_ASIDE;
        let text = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?";
        let text: Option<String> = query_scalar(text)
            .bind(trigger)
            .fetch_optional(&mut *file.connection)
            .await
            .map_err(driver_fault)?;
        if text.is_some() {
            file.run(format!("DROP TRIGGER {trigger}")).await?;
        }
        file.set_aside = text;
        Ok(file)
    }

    /// Ends the transaction.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        if let Some(trigger) = self.set_aside.take() {
            self.run(trigger).await?;
        }
        self.run("COMMIT".to_owned()).await
    }

    /// The tables of the schema, in the order in which they were made: what another one refers to comes first.
    pub(super) async fn tables(&mut self) -> Result<Vec<Table>, StoreError> {
        let names: Vec<String> = query_scalar(TABLES)
            .fetch_all(&mut *self.connection)
            .await
            .map_err(driver_fault)?;
        let mut tables = Vec::with_capacity(names.len());
        for name in names {
            tables.push(self.table(name).await?);
        }
        Ok(tables)
    }

    async fn table(&mut self, name: String) -> Result<Table, StoreError> {
        let text = "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid";
        let rows = query(text)
            .bind(&name)
            .fetch_all(&mut *self.connection)
            .await
            .map_err(driver_fault)?;
        let (mut columns, mut key) = (Vec::new(), Vec::new());
        for row in rows {
            let column: String = row.try_get(0).map_err(driver_fault)?;
            let declared: String = row.try_get(1).map_err(driver_fault)?;
            let place: i64 = row.try_get(2).map_err(driver_fault)?;
            let kind = Kind::of(&declared).ok_or_else(|| StoreError::Corrupt {
                index: None,
                what: "a column of a type that is none of ours",
            })?;
            if place > 0 {
                key.push((place, column.clone()));
            }
            columns.push((column, kind));
        }
        key.sort();
        let mut key: Vec<String> = key.into_iter().map(|(_, column)| column).collect();
        if key.is_empty() {
            key.extend(columns.iter().map(|(column, _)| column.clone()));
        }
        Ok(Table { name, columns, key })
    }

    async fn run(&mut self, text: String) -> Result<(), StoreError> {
        let done = raw_sql(AssertSqlSafe(text)).execute(&mut *self.connection).await;
        done.map(drop).map_err(driver_fault)
    }

    /// Inserts the rows by one statement, which is `text`.
    async fn insert(&mut self, text: &str, rows: Vec<Row>) -> Result<(), StoreError> {
        let mut insert = query(AssertSqlSafe(text.to_owned()));
        for cell in rows.into_iter().flatten() {
            insert = match cell {
                Cell::Null => insert.bind(None::<i64>),
                Cell::Number(number) => insert.bind(number),
                Cell::Text(text) => insert.bind(text),
                Cell::Bytes(bytes) => insert.bind(bytes),
            };
        }
        let done = insert.execute(&mut *self.connection).await;
        done.map(drop).map_err(driver_fault)
    }
}

impl Side for File {
    fn rows<'a>(&'a mut self, table: &'a Table) -> Rows<'a> {
        let rows = query(AssertSqlSafe(table.select())).fetch(&mut *self.connection);
        Box::pin(
            rows.map_err(driver_fault)
                .and_then(|row| std::future::ready(read(table, &row))),
        )
    }

    async fn take(&mut self, table: &Table, mut rows: Rows<'_>) -> Result<u64, StoreError> {
        let count = (VALUES / table.columns.len()).max(1);
        let (many, one) = (table.insert(count), table.insert(1));
        let (mut waiting, mut taken) = (Vec::with_capacity(count), 0);
        while let Some(row) = rows.try_next().await? {
            taken += 1;
            waiting.push(row);
            if waiting.len() == count {
                self.insert(&many, std::mem::take(&mut waiting)).await?;
            }
        }
        for row in waiting {
            self.insert(&one, vec![row]).await?;
        }
        Ok(taken)
    }
}

impl Counted for File {
    async fn count(&mut self, table: &Table) -> Result<u64, StoreError> {
        let count: i64 = query_scalar(AssertSqlSafe(table.count()))
            .fetch_one(&mut *self.connection)
            .await
            .map_err(driver_fault)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

fn read(table: &Table, row: &SqliteRow) -> Result<Row, StoreError> {
    let cell = |(n, (_, kind)): (usize, &(String, Kind))| {
        let cell = match kind {
            Kind::Small | Kind::Int | Kind::Big => {
                row.try_get::<Option<i64>, _>(n).map(|v| v.map(Cell::Number))
            }
            Kind::Text => row.try_get::<Option<String>, _>(n).map(|v| v.map(Cell::Text)),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(n).map(|v| v.map(Cell::Bytes)),
        };
        let cell = cell.map_err(|_| super::binary::other_type())?;
        Ok(cell.unwrap_or(Cell::Null))
    };
    table.columns.iter().enumerate().map(cell).collect()
}
