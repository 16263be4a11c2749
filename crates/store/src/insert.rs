//! Inserting many rows by a few static statements.
//!
//! A statement built anew for every batch costs more than the rows (sea-query's builders: 25 µs a row), and one
//! statement a row costs a hop to another thread or machine each. So a server takes all rows as arrays, and for a file every
//! table has one text for each of a few row counts.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

use crate::columns;
use crate::fixed_text::{FixedTexts, placeholders};

/// Rows that a server takes at once, which bounds the memory that both sides need for them.
const AT_ONCE: usize = 4_096;

/// The statements of one table.
pub(crate) struct Insert {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    texts: FixedTexts,
}

impl Insert {
    /// `head` is the text up to the rows, `columns` the number of values a row, `tail` what follows the rows.
    pub(crate) const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self {
            head,
            columns,
            tail,
            texts: FixedTexts::new(),
        }
    }

    /// Inserts `values`, row after row, in their order; their number must be a multiple of the number of columns.
    pub(crate) async fn run(&self, db: &impl ConnectionTrait, values: Vec<Value>) -> Result<(), DbErr> {
        let backend = db.get_database_backend();
        let mut values = values.into_iter();
        while values.len() > 0 {
            let statement = if backend == DbBackend::Sqlite {
                let rows = values.len() / self.columns;
                let (text, count) = self.texts.for_rows(rows, |rows| self.text(rows));
                let chunk = values.by_ref().take(count * self.columns);
                Statement::from_sql_and_values(backend, text, self.fill_up(chunk, count))
            } else {
                let chunk = values.by_ref().take(AT_ONCE * self.columns);
                let (rows, arrays) = columns::select(chunk, self.columns);
                let text = format!("{} {rows}{}", self.head, self.tail);
                Statement::from_sql_and_values(backend, text, arrays)
            };
            db.execute_raw(statement).await?;
        }
        Ok(())
    }

    /// The parameters of a text of `count` rows, of which these are the first.
    fn fill_up(&self, first: impl Iterator<Item = Value>, count: usize) -> Vec<Value> {
        let mut values = Vec::with_capacity(count * self.columns + 1);
        values.extend(first);
        let rows = values.len() / self.columns;
        for n in 0..(count - rows) * self.columns {
            values.push(values[n % self.columns].as_null());
        }
        values.push(i64::try_from(rows).expect("a few hundred").into());
        values
    }

    /// Rows that only fill it up are nulls, which `LIMIT` cuts off. SQLite plans by the value of a bare parameter there, and so
    /// would prepare the statement anew for each run; it does not look into a sum.
    fn text(&self, rows: usize) -> String {
        format!(
            "{} SELECT * FROM (VALUES {}) AS filled_up LIMIT ? + 0{}",
            self.head,
            placeholders(rows, self.columns),
            self.tail
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_its_placeholders_through_all_rows() {
        let insert = Insert::new("INSERT INTO t (a, b)", 2, " ON CONFLICT DO NOTHING");
        assert_eq!(
            insert.text(2),
            "INSERT INTO t (a, b) SELECT * FROM (VALUES (?, ?), (?, ?)) AS filled_up LIMIT ? + 0 ON CONFLICT DO NOTHING"
        );
    }

    /// All of them, in their order, and no row that only fills up.
    #[tokio::test]
    async fn any_number_of_rows_is_inserted_as_it_is() {
        let db = crate::plan::empty().await;
        db.execute_unprepared("CREATE TABLE t (place INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER, b TEXT)")
            .await
            .unwrap();
        let insert = Insert::new("INSERT INTO t (a, b)", 2, "");
        let mut all = Vec::new();
        for rows in (0..=70).chain([255, 256, 257, 600]) {
            let values = (0..rows).flat_map(|n: i64| [Value::from(n), Value::from(None::<String>)]);
            insert.run(&db, values.collect()).await.unwrap();
            all.extend(0..rows);
        }
        let statement = Statement::from_string(DbBackend::Sqlite, "SELECT a FROM t ORDER BY place");
        let found = db.query_all_raw(statement).await.unwrap();
        let found: Vec<i64> = found.iter().map(|row| row.try_get("", "a").unwrap()).collect();
        assert_eq!(found, all);
    }
}
