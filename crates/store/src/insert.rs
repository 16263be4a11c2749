//! Inserting many rows by a few static statements.
//!
//! A statement built anew for every batch costs more than the rows (sea-query's builders: 25 µs a row), and one
//! statement a row costs a thread hop each. So every table has one text for each of a few row counts, the
//! driver's cache keeps them prepared, and a batch is cut into those counts.
//!
//! PostgreSQL wants numbered placeholders. SQLite takes these for names, and the driver asks for the name of every
//! parameter, which SQLite looks for from the first: a third of the time of a long insert. So it gets plain ones.

use std::fmt::Write;
use std::sync::OnceLock;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

/// Row counts that have a statement. Each statement of a batch is a hop to another thread and back, hence all powers of two;
/// the largest is bounded by SQLite's 32,766 parameters at 14 columns.
const COUNTS: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// The statements of one table.
pub(crate) struct Insert {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    /// For SQLite, and for PostgreSQL.
    texts: [OnceLock<[String; COUNTS.len()]>; 2],
}

impl Insert {
    /// `head` is the text up to `VALUES`, `columns` the number of values a row, `tail` what follows the rows.
    pub(crate) const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self {
            head,
            columns,
            tail,
            texts: [const { OnceLock::new() }; 2],
        }
    }

    /// Inserts `values`, row after row; their number must be a multiple of the number of columns.
    pub(crate) async fn run(&self, db: &impl ConnectionTrait, values: Vec<Value>) -> Result<(), DbErr> {
        let backend = db.get_database_backend();
        let numbered = backend != DbBackend::Sqlite;
        let [plain_texts, numbered_texts] = &self.texts;
        let texts = if numbered { numbered_texts } else { plain_texts };
        let texts = texts.get_or_init(|| COUNTS.map(|count| self.text(count, numbered)));
        let mut rows = values.len() / self.columns;
        let mut values = values.into_iter();
        for (count, text) in COUNTS.into_iter().zip(texts) {
            while rows >= count {
                let chunk: Vec<Value> = values.by_ref().take(count * self.columns).collect();
                db.execute_raw(Statement::from_sql_and_values(backend, text, chunk))
                    .await?;
                rows -= count;
            }
        }
        Ok(())
    }

    fn text(&self, rows: usize, numbered: bool) -> String {
        let mut text = self.head.to_owned();
        for row in 0..rows {
            text.push_str(if row == 0 { " (" } else { ", (" });
            for column in 0..self.columns {
                let comma = if column == 0 { "" } else { ", " };
                text.push_str(comma);
                if numbered {
                    write!(text, "${}", row * self.columns + column + 1)
                        .expect("writing to a string cannot fail");
                } else {
                    text.push('?');
                }
            }
            text.push(')');
        }
        text.push_str(self.tail);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_numbers_its_placeholders_through_all_rows() {
        let insert = Insert::new("INSERT INTO t (a, b) VALUES", 2, " ON CONFLICT DO NOTHING");
        assert_eq!(
            insert.text(2, true),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING"
        );
        assert_eq!(
            insert.text(2, false),
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING"
        );
    }
}
