//! PostgreSQL: a few connections that write, some that read, and what a server must be to be trusted with a ledger.
//!
//! Nothing here is beyond what databases that speak PostgreSQL's protocol have: no advisory lock, no table lock.

use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel, RuntimeErr,
    SqlxPostgresConnector, Statement, TransactionTrait,
};

use super::Connections;
use crate::error::StoreError;

/// Connections that write, beside the one that appends. One writes readings down; the others are for masters, lists and keys,
/// which take their turn behind the same row.
const WRITERS: u32 = 7;

/// Connections that read.
const READERS: u32 = 12;

/// How long a request waits for a connection, and a statement for a row that somebody else has locked.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that rested longer is asked whether it is still there. Under load nobody waits for that.
const RESTED: Duration = Duration::from_secs(1);

/// The oldest release that is tested, `server_version_num`.
const OLDEST: i32 = 140_000;

/// For connections that write. What is acknowledged is on disk, and on the synchronous standby if there is one. A node
/// that vanished in the middle of a transaction, its machine dead and its socket open, gives the head row back. Statements
/// are few, and about rows by their keys: they are planned once, not for each set of values, and never to read a whole table,
/// which may have been small when they were planned. Both where the server has these settings.
const WRITER: &str = "SET synchronous_commit = on; SET lock_timeout = '10s'; \
    SET idle_in_transaction_session_timeout = '30s'; SET tcp_keepalives_idle = 10; \
    SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET client_min_messages = error; \
    SELECT set_config(name, CASE name WHEN 'plan_cache_mode' THEN 'force_generic_plan' ELSE 'off' END, false) \
    FROM pg_settings WHERE name IN ('plan_cache_mode', 'enable_seqscan')";

/// For connections that read.
const READER: &str = "SET default_transaction_read_only = on; SET client_min_messages = error";

/// What a transaction is for.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Writing,
    Reading,
}

/// Connects, and refuses a server that loses what it acknowledged.
pub(super) async fn open(url: &str) -> Result<Connections, StoreError> {
    let options = url
        .parse::<PgConnectOptions>()
        .map_err(|_| StoreError::UnsupportedUrl("expected postgres://USER@HOST:PORT/DATABASE"))?;
    let options = options
        .application_name("kirokubo")
        .statement_cache_capacity(512)
        .disable_statement_logging();
    let connected = async |pool: PgPoolOptions| {
        let pool = pool.connect_with(options.clone()).await;
        let pool = pool.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        Ok::<_, StoreError>(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
    };
    let writer = connected(pool(WRITERS, WRITER)).await?;
    check_server(&writer).await?;
    let readers = connected(pool(READERS, READER)).await?;
    Ok(Connections { writer, readers })
}

/// One more connection that writes to the database of `writer`. It is opened in the background, and its answers are read by
/// the runtime that this is called in.
pub(super) fn one_more(writer: &DatabaseConnection) -> DatabaseConnection {
    let options = writer.get_postgres_connection_pool().connect_options();
    let pool = pool(1, WRITER).connect_lazy_with(PgConnectOptions::clone(&options));
    SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
}

fn pool(connections: u32, settings: &'static str) -> PgPoolOptions {
    PgPoolOptions::new()
        .min_connections(1)
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(settings).await.map(drop) })
        })
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

/// The settings that durability rests on, and the encoding that keeps texts as they came.
async fn check_server(db: &DatabaseConnection) -> Result<(), StoreError> {
    let text = "SELECT current_setting('server_version_num')::int AS version, \
                current_setting('server_version') AS name, \
                current_setting('fsync') AS fsync, \
                current_setting('full_page_writes') AS full_page_writes, \
                current_setting('server_encoding') AS encoding, \
                pg_is_in_recovery() AS standby";
    let statement = Statement::from_string(db.get_database_backend(), text);
    let row = db.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| StoreError::UnsafePostgres("it does not tell its settings"))?;
    if row.try_get::<i32>("", "version")? < OLDEST {
        return Err(StoreError::OldPostgres(row.try_get("", "name")?));
    }
    let is_off = |name| row.try_get::<String>("", name).map(|value| value != "on");
    if is_off("fsync")? {
        return Err(StoreError::UnsafePostgres("fsync is off"));
    }
    if is_off("full_page_writes")? {
        return Err(StoreError::UnsafePostgres("full_page_writes is off"));
    }
    if row.try_get::<String>("", "encoding")? != "UTF8" {
        return Err(StoreError::UnsafePostgres("its encoding is not UTF8"));
    }
    if row.try_get("", "standby")? {
        return Err(StoreError::UnsafePostgres("it is a standby"));
    }
    Ok(())
}

/// Begins a transaction in a task of its own. The driver (sqlx 0.9.0) does not count a transaction whose `BEGIN` was sent
/// before the caller went away: its connection would come back to the pool inside a transaction that nobody commits, and
/// the next statement on it would be lost. Here the transaction always comes to be, and is then rolled back.
pub(super) async fn begin(db: &DatabaseConnection, kind: Kind) -> Result<DatabaseTransaction, StoreError> {
    let db = db.clone();
    let begun = tokio::spawn(async move {
        match kind {
            Kind::Writing => db.begin().await,
            Kind::Reading => {
                let isolation = Some(IsolationLevel::RepeatableRead);
                db.begin_with_config(isolation, Some(AccessMode::ReadOnly)).await
            }
        }
    });
    let begun = begun
        .await
        .unwrap_or_else(|error| Err(DbErr::Custom(error.to_string())));
    Ok(begun?)
}

/// Locks the head row until the transaction ends, and gives the checkpoint that is in it. All that write to a ledger, on
/// any node, wait for each other here. Also says for this transaction that COMMIT returns when it is durable, whatever
/// the role or the database is set to.
pub(super) async fn lock_head(db: &DatabaseTransaction, ledger: i32) -> Result<Option<String>, StoreError> {
    let text = "SELECT note, set_config('synchronous_commit', \
                CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true) \
                FROM heads WHERE ledger = $1 FOR UPDATE";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, [ledger.into()]);
    let row = db.query_one_raw(statement).await?;
    Ok(row.map(|row| row.try_get("", "note")).transpose()?)
}
