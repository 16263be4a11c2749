//! SQLite: one file, one writer, a few readers, and the settings that durability rests on.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::Connection as _;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use super::Connections;
use crate::error::StoreError;

/// Readers never wait for the writer in WAL mode; more of them than this only contend for two cores.
const READERS: u32 = 4;

/// How long a statement waits for another process (a `key create` beside the server) to finish writing.
pub(crate) const BUSY: Duration = Duration::from_secs(10);

/// The oldest SQLite without the WAL-reset bug (<https://sqlite.org/wal.html>, "The WAL-Reset Bug").
const MIN_SQLITE: [u32; 3] = [3, 51, 3];

/// Opens `file`, creating it if `create`.
pub(super) async fn open(file: &Path, create: bool) -> Result<Connections, StoreError> {
    let mut writer = options(file, 1, create, WRITER);
    close_what_is_stuck(&mut writer);
    let writer = Database::connect(writer).await?;
    check_version(&writer).await?;
    let readers = Database::connect(options(file, READERS, false, READER)).await?;
    Ok(Connections { writer, readers })
}

/// Opens a file that nobody writes, leaving it and its folder as they are.
pub(super) async fn open_at_rest(file: &Path) -> Result<Connections, StoreError> {
    let mut options = options(file, READERS, false, READER);
    let path = file.to_owned();
    options.map_sqlx_sqlite_opts(move |sqlite| sqlite.filename(&path).read_only(true).immutable(true));
    let db = Database::connect(options).await?;
    Ok(Connections {
        writer: db.clone(),
        readers: db,
    })
}

/// Opens a file that is made: without a log, and without a sync. Whoever makes it syncs it before he shows it.
pub(super) async fn make(file: &Path) -> Result<DatabaseConnection, StoreError> {
    let db = Database::connect(options(file, 1, true, MAKER)).await?;
    check_version(&db).await?;
    Ok(db)
}

/// Takes SQLite's lock at once: a transaction that only asks for it when it writes would fail where another process
/// was faster.
pub(super) async fn begin_writing(writer: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(writer.begin_with_options(immediate).await?)
}

/// `synchronous=FULL` syncs the WAL at every commit: what is acknowledged survives the power cord.
/// `secure_delete` overwrites what is erased. Checkpoints are run by the sequencer's side (`wal.rs`), never in
/// the middle of an append, hence `wal_autocheckpoint=0`.
const WRITER: &[(&str, &str)] = &[
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("secure_delete", "ON"),
    ("foreign_keys", "ON"),
    ("wal_autocheckpoint", "0"),
    ("cache_size", "-65536"),
];

const MAKER: &[(&str, &str)] = &[
    ("journal_mode", "OFF"),
    ("synchronous", "OFF"),
    ("cache_size", "-65536"),
];

const READER: &[(&str, &str)] = &[("query_only", "ON"), ("cache_size", "-16384")];

fn options(file: &Path, connections: u32, create: bool, pragmas: &'static [(&str, &str)]) -> ConnectOptions {
    // The real path is set on the driver's options: a URL could not carry every file name.
    let mut options = ConnectOptions::new("sqlite://kirokubo.db");
    let file = file.to_owned();
    options
        .min_connections(1)
        .max_connections(connections)
        .acquire_timeout(BUSY)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .filename(&file)
                .create_if_missing(create)
                .busy_timeout(BUSY);
            pragmas
                .iter()
                .fold(sqlite.statement_cache_capacity(512), |sqlite, (name, value)| {
                    sqlite.pragma(*name, *value)
                })
        });
    options
}

/// SQLite ends a transaction by itself when the disk is full or fails. The driver (sqlx 0.9) does not notice: it
/// goes on counting a transaction that is no more, makes the next one a savepoint inside it, and answers "committed"
/// to what is never written. So a connection that comes back while it counts a transaction is closed, not used
/// again; the ping first lets a queued rollback be done.
fn close_what_is_stuck(options: &mut ConnectOptions) {
    options.map_sqlx_sqlite_pool_opts(|pool| {
        pool.after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
    });
}

async fn check_version(db: &DatabaseConnection) -> Result<(), StoreError> {
    let sql = Statement::from_string(db.get_database_backend(), "SELECT sqlite_version() AS version");
    let row = db.query_one_raw(sql).await?;
    let version: String = row
        .map(|row| row.try_get("", "version"))
        .transpose()?
        .unwrap_or_default();
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < MIN_SQLITE.as_slice() {
        return Err(StoreError::OldSqlite(version));
    }
    Ok(())
}
