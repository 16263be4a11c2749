//! The database in the hands of its administrator, whichever engine it is of: the same statements, written for SQLite.

use kirokubo_test_cluster::{WORDS, in_postgres};
use kirokubo_tests::DataFolder;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::database::{flip, open};

/// Does what triggers and constraints would refuse, and puts them back as they were, so that only the damage itself can be
/// found. Gives how many rows changed, or what the database says.
pub(crate) fn meddle(folder: &DataFolder, statements: &str) -> Result<u64, String> {
    match folder.server() {
        Some(database) => {
            database.run(WORDS)?;
            database.meddle(statements)
        }
        None => meddle_with_file(&open(folder), statements).map_err(|refused| refused.to_string()),
    }
}

/// The rows that a query gives, bytes in hexadecimal.
pub(crate) fn rows(folder: &DataFolder, query: &str) -> Vec<Vec<String>> {
    let Some(database) = folder.server() else {
        return rows_of_file(&open(folder), query).unwrap_or_else(|refused| panic!("{query}: {refused}"));
    };
    let plain = |cell: String| cell.strip_prefix("\\x").map(str::to_owned).unwrap_or(cell);
    let rows = database.rows(&in_postgres(query)).into_iter();
    rows.map(|row| row.into_iter().map(plain).collect()).collect()
}

/// The one blob that a query gives.
pub(crate) fn blob(folder: &DataFolder, query: &str) -> Vec<u8> {
    hex::decode(&rows(folder, query)[0][0]).unwrap()
}

/// Bytes as a statement says them.
pub(crate) fn literal(bytes: &[u8]) -> String {
    format!("x'{}'", hex::encode(bytes))
}

/// The statement that changes one byte of the one blob that a table holds at a place.
pub(crate) fn flipping(folder: &DataFolder, table: &str, column: &str, at: &str, place: isize) -> String {
    let before = blob(folder, &format!("SELECT {column} FROM {table} WHERE {at}"));
    let after = literal(&flip(before, place));
    format!("UPDATE {table} SET {column} = {after} WHERE {at}")
}

fn rows_of_file(database: &Connection, query: &str) -> rusqlite::Result<Vec<Vec<String>>> {
    let mut statement = database.prepare(query)?;
    let columns = statement.column_count();
    let cell = |row: &rusqlite::Row<'_>, n| {
        Ok(match row.get_ref(n)? {
            ValueRef::Null => String::new(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Real(number) => number.to_string(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            ValueRef::Blob(bytes) => hex::encode(bytes),
        })
    };
    let rows = statement.query_map([], |row| (0..columns).map(|n| cell(row, n)).collect())?;
    rows.collect()
}

fn meddle_with_file(database: &Connection, statements: &str) -> rusqlite::Result<u64> {
    let triggers = rows_of_file(
        database,
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
    )?;
    assert!(!triggers.is_empty(), "the schema has triggers");
    database.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF")?;
    for trigger in &triggers {
        database.execute_batch(&format!("DROP TRIGGER {}", trigger[0]))?;
    }
    let before = database.total_changes();
    let done = database.execute_batch(statements);
    let changes = database.total_changes() - before;
    for trigger in &triggers {
        database.execute_batch(&trigger[1])?;
    }
    done.map(|()| changes)
}
