//! For tests: how SQLite means to run a statement on the schema as it is made.

use kirokubo_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend, Statement};

/// The plan in SQLite's own words, step by step. What the parameters are does not matter to it.
pub(crate) async fn of(statement: &str) -> String {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options)
        .await
        .expect("a database in memory opens");
    Migrator::up(&db, None).await.expect("the migrations run");
    let explain = format!("EXPLAIN QUERY PLAN {statement}");
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Sqlite, explain))
        .await
        .expect("the statement is one");
    let steps: Vec<String> = rows
        .iter()
        .map(|row| row.try_get("", "detail").expect("a step of a plan is told"))
        .collect();
    steps.join("; ")
}
