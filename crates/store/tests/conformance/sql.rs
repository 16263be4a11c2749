//! The database behind the store's back, as an administrator has it: the same statements on both.

use kirokubo_test_cluster::in_postgres;

use super::database::{Database, Engine};

/// An administrator's connection. Statements are SQLite's; for PostgreSQL the few words that it lacks are made in each
/// test's database.
pub(crate) struct Sql<'a> {
    database: &'a Database,
}

impl<'a> Sql<'a> {
    pub(crate) fn of(database: &'a Database) -> Self {
        Self { database }
    }

    /// Runs statements; what the database says if it refuses.
    pub(crate) fn run(&self, statements: &str) -> Result<(), String> {
        match &self.database.engine {
            Engine::Sqlite(file) => open(file)
                .execute_batch(statements)
                .map_err(|refused| refused.to_string()),
            Engine::Postgres(database) => database.run(&in_postgres(statements)).map(drop),
        }
    }

    /// The rows that a query gives, bytes in hexadecimal.
    pub(crate) fn rows(&self, query: &str) -> Vec<Vec<String>> {
        match &self.database.engine {
            Engine::Sqlite(file) => sqlite_rows(&open(file), query),
            Engine::Postgres(database) => {
                let rows = database.rows(&in_postgres(query)).into_iter();
                let plain = |cell: String| cell.strip_prefix("\\x").map(str::to_owned).unwrap_or(cell);
                rows.map(|row| row.into_iter().map(plain).collect()).collect()
            }
        }
    }

    /// The one number that a query gives.
    pub(crate) fn int(&self, query: &str) -> i64 {
        self.rows(query)[0][0].parse().unwrap()
    }

    /// Does what triggers and constraints would refuse, and puts them back as they were.
    pub(crate) fn meddle(&self, statements: &str) {
        match &self.database.engine {
            Engine::Sqlite(file) => meddle_with_file(&open(file), statements),
            Engine::Postgres(database) => {
                let changes = database.meddle(statements).unwrap();
                assert_ne!(changes, 0, "nothing was changed: {statements}");
            }
        }
    }

    /// Makes an insert into `table` fail where `condition` holds.
    pub(crate) fn refuse(&self, name: &str, event: &str, table: &str, condition: &str) {
        self.run(&match &self.database.engine {
            Engine::Sqlite(_) => format!(
                "CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END"
            ),
            Engine::Postgres(_) => trigger(name, &format!("BEFORE {event} ON {table}"), condition, "RAISE EXCEPTION 'drill'"),
        })
        .unwrap();
    }

    /// Does something more after each insert into `table` where `condition` holds.
    pub(crate) fn after_insert(&self, name: &str, table: &str, condition: &str, statement: &str) {
        self.run(&match &self.database.engine {
            Engine::Sqlite(_) => {
                format!(
                    "CREATE TRIGGER {name} AFTER INSERT ON {table} WHEN {condition} BEGIN {statement}; END"
                )
            }
            Engine::Postgres(_) => trigger(name, &format!("AFTER INSERT ON {table}"), condition, statement),
        })
        .unwrap();
    }
}

fn trigger(name: &str, when: &str, condition: &str, statement: &str) -> String {
    format!(
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $drill$ BEGIN {statement}; RETURN NULL; END $drill$; \
         CREATE TRIGGER {name} {when} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}();"
    )
}

fn open(file: &std::path::Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection
        .busy_timeout(std::time::Duration::from_secs(10))
        .unwrap();
    connection
}

fn sqlite_rows(sql: &rusqlite::Connection, query: &str) -> Vec<Vec<String>> {
    use rusqlite::types::ValueRef;
    let mut statement = sql.prepare(query).unwrap();
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
    let rows = statement.query_map([], |row| (0..columns).map(|n| cell(row, n)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn meddle_with_file(sql: &rusqlite::Connection, statements: &str) {
    let triggers = sqlite_rows(sql, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'");
    sql.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF")
        .unwrap();
    for trigger in &triggers {
        sql.execute_batch(&format!("DROP TRIGGER {}", trigger[0]))
            .unwrap();
    }
    let before = sql.total_changes();
    sql.execute_batch(statements).unwrap();
    assert_ne!(sql.total_changes(), before, "nothing was changed: {statements}");
    for trigger in &triggers {
        sql.execute_batch(&trigger[1]).unwrap();
    }
}
