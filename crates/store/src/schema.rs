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
    let applied = applied(db).await?;
    Ok(all().filter(|name| !applied.contains(name)).count())
}

/// Gives a server without a ledger the schema that a backup has, which may be an older one; `false` if it has another.
pub(crate) async fn follow(
    server: &DatabaseConnection,
    backup: &DatabaseConnection,
) -> Result<bool, StoreError> {
    let (wanted, there) = (applied(backup).await?, applied(server).await?);
    let is_known = all().take(wanted.len()).all(|name| wanted.contains(&name));
    if !is_known || !there.is_subset(&wanted) {
        return Ok(false);
    }
    let steps = u32::try_from(wanted.len() - there.len()).unwrap_or(u32::MAX);
    if steps > 0 {
        Migrator::up(server, Some(steps)).await?;
    }
    Ok(true)
}

/// The names of all migrations, in their order.
fn all() -> impl Iterator<Item = String> {
    Migrator::migrations()
        .into_iter()
        .map(|migration| migration.name().to_owned())
}

/// The names of those that a database has.
async fn applied(db: &DatabaseConnection) -> Result<BTreeSet<String>, StoreError> {
    let backend = db.get_database_backend();
    let there = match backend {
        DbBackend::Sqlite => {
            "SELECT count(*) > 0 AS there FROM sqlite_schema WHERE name = 'seaql_migrations'"
        }
        _ => "SELECT to_regclass('seaql_migrations') IS NOT NULL AS there",
    };
    let row = db.query_one_raw(Statement::from_string(backend, there)).await?;
    if row.map(|row| row.try_get::<bool>("", "there")).transpose()? != Some(true) {
        return Ok(BTreeSet::new());
    }
    let statement = Statement::from_string(backend, "SELECT version FROM seaql_migrations");
    let rows = db.query_all_raw(statement).await?.into_iter();
    Ok(rows
        .map(|row| row.try_get("", "version"))
        .collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kirokubo_test_cluster::cluster;
    use sea_orm::{ConnectOptions, Database};

    async fn connected(url: &str) -> DatabaseConnection {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        Database::connect(options).await.unwrap()
    }

    #[tokio::test]
    async fn a_server_gets_the_schema_of_the_backup_and_is_migrated_from_there() {
        let Some(cluster) = cluster() else { return };
        let (empty, newer) = (cluster.database(), cluster.database());
        let backup = connected("sqlite::memory:").await;
        Migrator::up(&backup, Some(9)).await.unwrap();
        let server = connected(&empty.url()).await;
        assert!(follow(&server, &backup).await.unwrap());
        assert_eq!(applied(&server).await.unwrap(), applied(&backup).await.unwrap());
        assert!(
            follow(&server, &backup).await.unwrap(),
            "an attempt before this one made it"
        );
        assert_eq!(pending(&server).await.unwrap(), all().count() - 9);
        Migrator::up(&server, None).await.unwrap();
        assert!(!follow(&server, &backup).await.unwrap(), "it is another one now");
        let server = connected(&newer.url()).await;
        let statement = "DELETE FROM seaql_migrations WHERE version LIKE '%_000001_%'";
        let text = Statement::from_string(backup.get_database_backend(), statement);
        backup.execute_raw(text).await.unwrap();
        assert!(
            !follow(&server, &backup).await.unwrap(),
            "a schema that is none of ours"
        );
    }
}
