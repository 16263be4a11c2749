//! How the schema of a database and this program stand to each other.
//!
//! A program refuses a schema that is behind it. One that is ahead is fine as long as it says so itself: in `schema_needs`
//! stands the migration that a program must know. So a newer release migrates while servers of the release before go on, and
//! they can even be started again.

use std::collections::BTreeSet;

use kirokubo_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::error::StoreError;

/// Fails unless this program may work on the schema.
pub(crate) async fn check(db: &DatabaseConnection) -> Result<(), StoreError> {
    let (known, applied) = (known(), applied(db).await?);
    let pending = known.difference(&applied).count();
    if pending > 0 {
        return Err(StoreError::Outdated { pending });
    }
    let Some(newest) = applied.difference(&known).last() else {
        return Ok(());
    };
    match needed(db).await? {
        Some(needed) if known.contains(&needed) => {
            tracing::warn!(%newest, "the schema is of a newer program, beside which this one may go on");
            Ok(())
        }
        _ => Err(StoreError::Newer {
            newest: newest.clone(),
        }),
    }
}

/// The number of migrations that are still to be applied.
pub(crate) async fn pending(db: &DatabaseConnection) -> Result<usize, StoreError> {
    Ok(known().difference(&applied(db).await?).count())
}

/// The migrations of this program.
fn known() -> BTreeSet<String> {
    let migrations = Migrator::migrations();
    migrations.iter().map(|one| one.name().to_owned()).collect()
}

/// The migrations that the database has had.
///
/// The migrator would first make its own table if it is missing. On PostgreSQL a server's role must not be able to.
async fn applied(db: &DatabaseConnection) -> Result<BTreeSet<String>, StoreError> {
    if !has_table(db, "seaql_migrations").await? {
        return Ok(BTreeSet::new());
    }
    let rows = db.query_all_raw(statement(db, "SELECT version FROM seaql_migrations"));
    let versions = rows.await?.into_iter().map(|row| row.try_get("", "version"));
    Ok(versions.collect::<Result<_, _>>()?)
}

/// The migration that a program must know.
async fn needed(db: &DatabaseConnection) -> Result<Option<String>, StoreError> {
    if !has_table(db, "schema_needs").await? {
        return Ok(None);
    }
    let row = db.query_one_raw(statement(db, "SELECT known FROM schema_needs"));
    Ok(row.await?.map(|row| row.try_get("", "known")).transpose()?)
}

async fn has_table(db: &DatabaseConnection, name: &str) -> Result<bool, StoreError> {
    let backend = db.get_database_backend();
    let text = match backend {
        DbBackend::Sqlite => {
            "SELECT count(*) > 0 AS there FROM sqlite_schema WHERE type = 'table' AND name = $1"
        }
        _ => "SELECT to_regclass($1) IS NOT NULL AS there",
    };
    let asked = Statement::from_sql_and_values(backend, text, [name.into()]);
    let row = db.query_one_raw(asked).await?;
    Ok(row.map(|row| row.try_get("", "there")).transpose()? == Some(true))
}

fn statement(db: &DatabaseConnection, text: &str) -> Statement {
    Statement::from_string(db.get_database_backend(), text)
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
