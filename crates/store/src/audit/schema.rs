//! The schema against what the migrations make: its triggers and indexes are the second net under the sequencer.

use std::collections::BTreeMap;

use kirokubo_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};

use super::AuditFinding;
use crate::error::StoreError;
use crate::store::Store;

/// Tables, indexes and triggers: the text that made each, by kind and name.
type Objects = BTreeMap<(String, String), String>;

/// Whatever is missing or is not as the migrations make it; and every trigger that they do not make, because a
/// trigger can make an append do anything. Tables and indexes of somebody else's do no harm.
pub(super) async fn compare(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let expected = objects(&made_anew().await?).await?;
    let present = objects(&store.db.readers).await?;
    let changed = expected
        .iter()
        .filter(|(name, text)| present.get(*name) != Some(*text))
        .map(|(name, _)| name);
    let foreign = present
        .keys()
        .filter(|name| name.0 == "trigger" && !expected.contains_key(*name));
    Ok(changed
        .chain(foreign)
        .map(|(kind, name)| AuditFinding::Schema {
            object: format!("{kind} {name}"),
        })
        .collect())
}

/// An empty database with the schema as it should be.
async fn made_anew() -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    Migrator::up(&db, None).await?;
    Ok(db)
}

/// SQLite's own catalogue; another database has another.
async fn objects(db: &DatabaseConnection) -> Result<Objects, StoreError> {
    let text = "SELECT type, name, sql FROM sqlite_schema WHERE substr(name, 1, 7) <> 'sqlite_'";
    let statement = Statement::from_string(db.get_database_backend(), text);
    let rows = db.query_all_raw(statement).await?.into_iter();
    let object = |row: sea_orm::QueryResult| {
        let (kind, name, sql) = row.try_get_many("", &["type", "name", "sql"].map(str::to_owned))?;
        Ok(((kind, name), sql))
    };
    rows.map(object).collect()
}
