//! The schema against what the migrations make: its triggers and indexes are the second net under the sequencer.
//!
//! SQLite makes an empty database beside it, and compares. A server cannot be asked to: whoever verifies may not be allowed
//! to make anything there. So what PostgreSQL's catalogue says of a new database stands in `schema/postgres.txt`, and a
//! test compares that with one.

use std::collections::BTreeMap;

use kirokubo_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};

use super::AuditFinding;
use crate::error::StoreError;
use crate::store::Store;

/// Tables, indexes and triggers: the text that made each, by kind and name.
type Objects = BTreeMap<(String, String), String>;

/// The catalogue of PostgreSQL, said so that two databases with the same schema say the same.
const CATALOGUE: &str = include_str!("schema/catalogue.sql");

/// What it says of a new database: kind, name and definition in each line, parted by tabs.
const ON_POSTGRES: &str = include_str!("schema/postgres.txt");

/// What can make an append do anything, so that those of somebody else are named, too.
const ACTIVE: [&str; 3] = ["trigger", "rule", "policy"];

/// Whatever is missing or is not as the migrations make it; and every trigger that they do not make, because a
/// trigger can make an append do anything. Tables and indexes of somebody else's do no harm.
pub(super) async fn compare(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let (expected, present) = if store.db.is_shared() {
        (on_postgres(), objects(&store.db.readers, CATALOGUE).await?)
    } else {
        let expected = objects(&made_anew().await?, SCHEMA).await?;
        (expected, objects(&store.db.readers, SCHEMA).await?)
    };
    let changed = expected
        .iter()
        .filter(|(name, text)| present.get(*name) != Some(*text))
        .map(|(name, _)| name);
    let foreign = present
        .keys()
        .filter(|name| ACTIVE.contains(&name.0.as_str()) && !expected.contains_key(*name));
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

/// SQLite's own catalogue.
const SCHEMA: &str = "SELECT type, name, sql FROM sqlite_schema WHERE substr(name, 1, 7) <> 'sqlite_'";

fn on_postgres() -> Objects {
    let object = |line: &str| {
        let (kind, rest) = line.split_once('\t')?;
        let (name, text) = rest.split_once('\t')?;
        Some(((kind.to_owned(), name.to_owned()), text.to_owned()))
    };
    ON_POSTGRES.lines().filter_map(object).collect()
}

async fn objects(db: &DatabaseConnection, text: &str) -> Result<Objects, StoreError> {
    let statement = Statement::from_string(db.get_database_backend(), text);
    let rows = db.query_all_raw(statement).await?.into_iter();
    let object = |row: sea_orm::QueryResult| {
        let (kind, name, sql) = row.try_get_many("", &["type", "name", "sql"].map(str::to_owned))?;
        Ok(((kind, name), sql))
    };
    rows.map(object).collect()
}
