//! The database of one test: a file in its folder, or a database of its own on the cluster of the process.

use std::path::{Path, PathBuf};

use kirokubo_test_cluster as cluster;
use kirokubo_test_cluster::WORDS;

use super::ON_POSTGRES;

/// Where a test's ledger is.
pub(crate) struct Database {
    /// What `--database-url` would say.
    pub(crate) url: String,
    pub(crate) engine: Engine,
}

/// What answers there.
pub(crate) enum Engine {
    Sqlite(PathBuf),
    Postgres(cluster::Database<'static>),
}

impl Database {
    /// An empty one for a ledger in `folder`.
    pub(crate) async fn for_ledger_in(folder: &Path) -> Self {
        let cluster = if ON_POSTGRES { cluster::cluster() } else { None };
        let Some(cluster) = cluster else {
            return Self {
                url: "sqlite:".to_owned(),
                engine: Engine::Sqlite(folder.join("kirokubo.db")),
            };
        };
        let database = cluster.database_like(template(cluster).await);
        Self {
            url: database.url(),
            engine: Engine::Postgres(database),
        }
    }

    /// Whether it is a server's.
    pub(crate) fn is_server(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Whatever somebody sees who has the database and no key.
    pub(crate) fn contents(&self) -> Vec<u8> {
        match &self.engine {
            Engine::Sqlite(file) => {
                let mut bytes = std::fs::read(file).unwrap();
                bytes.extend(std::fs::read(file.with_extension("db-wal")).unwrap_or_default());
                bytes
            }
            Engine::Postgres(database) => database.dump(),
        }
    }

    /// Takes everything away from behind a store that is stopped.
    pub(crate) fn empty(&self) {
        match &self.engine {
            Engine::Sqlite(file) => std::fs::remove_file(file).unwrap(),
            Engine::Postgres(database) => {
                let nothing = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
                database.run(nothing).map(drop).unwrap();
            }
        }
    }
}

/// A database with the schema and nothing in it: making one anew takes most of a second.
async fn template(cluster: &'static cluster::Cluster) -> &'static cluster::Database<'static> {
    static TEMPLATE: tokio::sync::OnceCell<cluster::Database<'static>> = tokio::sync::OnceCell::const_new();
    let made = TEMPLATE.get_or_init(async || {
        let database = cluster.database();
        let folder = std::env::temp_dir().join(format!("kirokubo-template-{}", std::process::id()));
        let store = super::ledger::found(&folder, &database.url()).await.unwrap();
        store.close().await.unwrap();
        let emptied = "SET session_replication_role = replica; DO $$ BEGIN EXECUTE (\
            SELECT 'TRUNCATE ' || string_agg(tablename, ', ') || ' RESTART IDENTITY' FROM pg_tables \
            WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'); END $$;";
        database.run(&format!("{emptied} {WORDS}")).unwrap();
        database
    });
    made.await
}
