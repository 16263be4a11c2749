//! How far the schema of a database is behind this program.

use std::collections::BTreeSet;

use kirokubo_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::error::StoreError;

/// The number of migrations that are still to be applied.
///
/// The migrator would first make its own table if it is missing. On PostgreSQL a server's role must not be able to.
pub(crate) async fn pending(db: &DatabaseConnection) -> Result<usize, StoreError> {
    if db.get_database_backend() == DbBackend::Sqlite {
        return Ok(Migrator::get_pending_migrations(db).await?.len());
    }
    let mut migrations: BTreeSet<String> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    let there = "SELECT to_regclass('seaql_migrations') IS NOT NULL AS there";
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), there))
        .await?;
    let is_there = row.map(|row| row.try_get::<bool>("", "there")).transpose()?;
    if is_there == Some(true) {
        let applied = "SELECT version FROM seaql_migrations";
        let statement = Statement::from_string(db.get_database_backend(), applied);
        for row in db.query_all_raw(statement).await? {
            migrations.remove(&row.try_get::<String>("", "version")?);
        }
    }
    Ok(migrations.len())
}
