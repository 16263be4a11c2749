//! For tests: a database in memory, and how SQLite means to run a statement on the schema as it is made.

use kirokubo_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

/// The plan in SQLite's own words, step by step. What the parameters are does not matter to it.
pub(crate) async fn of(statement: &str) -> String {
    let db = empty().await;
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

/// A database with nothing in it.
pub(crate) async fn empty() -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options)
        .await
        .expect("a database in memory opens")
}
