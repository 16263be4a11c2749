//! Inserting many rows by a few static statements.
//!
//! A statement built anew for every batch costs more than the rows (sea-query's builders: 25 µs a row), and one
//! statement a row costs a thread hop each. So every table has one text for each of a few row counts.

use sea_orm::{ConnectionTrait, DbErr, Statement, Value};

use crate::fixed_text::{FixedTexts, Placeholders};

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
        let text = |count, placeholders| self.text(count, placeholders);
        let mut rows = values.len() / self.columns;
        let mut values = values.into_iter();
        while rows > 0 {
            let (text, count) = self.texts.for_rows(rows, backend, text);
            let taken = rows.min(count);
            let mut chunk: Vec<Value> = Vec::with_capacity(count * self.columns + 1);
            chunk.extend(values.by_ref().take(taken * self.columns));
            for n in 0..(count - taken) * self.columns {
                // Of its type: a server is told the types of the parameters.
                chunk.push(chunk[n % self.columns].as_null());
            }
            chunk.push(i64::try_from(taken).expect("a few hundred").into());
            db.execute_raw(Statement::from_sql_and_values(backend, text, chunk))
                .await?;
            rows -= taken;
        }
        Ok(())
    }

    /// Rows that only fill it up are nulls, which `LIMIT` cuts off. SQLite plans by the value of a bare parameter there, and so
    /// would prepare the statement anew for each run; it does not look into a sum.
    fn text(&self, rows: usize, mut placeholders: Placeholders) -> String {
        let mut text = format!("{} SELECT * FROM (VALUES ", self.head);
        placeholders.rows(&mut text, rows, self.columns);
        text.push_str(") AS filled_up LIMIT ");
        placeholders.next(&mut text);
        text.push_str(" + 0");
        text.push_str(self.tail);
        text
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::DbBackend;

    use super::*;

    #[test]
    fn a_text_numbers_its_placeholders_through_all_rows() {
        let insert = Insert::new("INSERT INTO t (a, b)", 2, " ON CONFLICT DO NOTHING");
        let text = |backend| insert.text(2, Placeholders::of(backend));
        assert_eq!(
            text(DbBackend::Postgres),
            "INSERT INTO t (a, b) SELECT * FROM (VALUES ($1, $2), ($3, $4)) AS filled_up LIMIT $5 + 0 \
             ON CONFLICT DO NOTHING"
        );
        assert_eq!(
            text(DbBackend::Sqlite),
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
