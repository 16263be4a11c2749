//! Keeping SQLite's write-ahead log bounded without making an append wait for it. PostgreSQL looks after its own log; of
//! what is here it needs only the end of an erasure.
//!
//! Checkpointing on the writer's thread would stall an unlucky append by a hundred milliseconds. So a reader's
//! connection copies the log back in the background while appends go on. Under steady load that never quite
//! catches up, and a log that is not wholly copied is not reused; the sequencer therefore copies the small rest
//! itself, between two batches, once the log is long.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use crate::connection::BUSY;

/// Appended bytes after which the background copy starts.
const BACKGROUND: u64 = 8 << 20;

/// Appended bytes after which the sequencer copies the rest itself.
const INLINE: u64 = 128 << 20;

/// Bytes that a transaction appends whatever is in it: a page of each table and index that it touches.
const TRANSACTION: u64 = 64 << 10;

/// How often emptying the log is tried, with a beat between two attempts.
const FORGET_TRIES: u32 = 240;

/// How often the background looks.
const BEAT: Duration = Duration::from_millis(250);

/// Where rows of an erased record were.
const ERASED_FROM: [&str; 8] = [
    "record_contents",
    "principal_rows",
    "search_tokens",
    "idempotency_keys",
    "evidence",
    "evidence_links",
    "approvals",
    "erasing",
];

/// Counts what is appended, and copies the log back in time.
#[derive(Clone, Debug)]
pub(crate) struct WalKeeper {
    writer: DatabaseConnection,
    readers: DatabaseConnection,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    since_copy: AtomicU64,
    since_reuse: AtomicU64,
}

impl WalKeeper {
    pub(crate) fn new(writer: DatabaseConnection, readers: DatabaseConnection) -> Self {
        Self {
            writer,
            readers,
            counters: Arc::default(),
        }
    }

    fn is_server(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Postgres
    }

    /// To be told after each commit how many bytes of rows it appended, about.
    pub(crate) fn appended(&self, bytes: u64) {
        let bytes = bytes.saturating_add(TRANSACTION);
        self.counters.since_copy.fetch_add(bytes, Ordering::Relaxed);
        self.counters.since_reuse.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Called between two batches: does nothing until the log is long.
    pub(crate) async fn keep_bounded(&self) {
        if self.is_server() || self.counters.since_reuse.load(Ordering::Relaxed) < INLINE {
            return;
        }
        // However it ends, the next attempt is a whole stretch away: appending must go on.
        self.counters.since_reuse.store(0, Ordering::Relaxed);
        if let Err(error) = checkpoint(&self.writer, "PASSIVE").await {
            tracing::warn!(%error, "the write-ahead log could not be copied back");
        }
    }

    /// Copies the log back while appends go on; ends when it is aborted.
    pub(crate) async fn run_in_background(self) {
        while !self.is_server() {
            tokio::time::sleep(BEAT).await;
            if self.counters.since_copy.load(Ordering::Relaxed) < BACKGROUND {
                continue;
            }
            self.counters.since_copy.store(0, Ordering::Relaxed);
            if let Err(error) = checkpoint(&self.readers, "PASSIVE").await {
                tracing::warn!(%error, "the write-ahead log could not be copied back");
            }
        }
    }

    /// Copies everything back and empties the log, so that no page of it shows what was erased. Tried again while a
    /// reading that began before goes on, for a minute at most; `false` if even then it is not empty.
    ///
    /// PostgreSQL keeps a deleted row in its place until it is vacuumed. That is done here; only who owns the tables can, so
    /// where the server's role does not, `false`, and autovacuum does it later.
    pub(crate) async fn forget(&self) -> Result<bool, DbErr> {
        if self.is_server() {
            return vacuum(&self.writer).await;
        }
        for _ in 0..FORGET_TRIES {
            if self.try_to_forget().await? {
                return Ok(true);
            }
            tokio::time::sleep(BEAT).await;
        }
        Ok(false)
    }

    /// One attempt that waits for no reader: whoever appends meanwhile must not wait for it.
    async fn try_to_forget(&self) -> Result<bool, DbErr> {
        let db = &self.writer;
        let pragma = |text: &str| Statement::from_string(db.get_database_backend(), text.to_owned());
        db.execute_raw(pragma("PRAGMA busy_timeout = 50")).await?;
        let emptied = db.query_one_raw(pragma("PRAGMA wal_checkpoint(TRUNCATE)")).await;
        let millis = BUSY.as_millis();
        db.execute_raw(pragma(&format!("PRAGMA busy_timeout = {millis}")))
            .await?;
        let busy = emptied?.map(|row| row.try_get::<i64>("", "busy")).transpose()?;
        Ok(busy == Some(0))
    }

    /// Copies everything back and empties the log: for an orderly stop.
    pub(crate) async fn empty(&self) -> Result<(), DbErr> {
        if self.is_server() {
            return Ok(());
        }
        checkpoint(&self.writer, "TRUNCATE").await
    }
}

/// Vacuums every table that an erasure deletes from.
async fn vacuum(db: &DatabaseConnection) -> Result<bool, DbErr> {
    let text = "SELECT bool_and(pg_has_role(c.relowner, 'USAGE')) AS owned FROM pg_class c \
                WHERE c.oid = 'record_contents'::regclass";
    let statement = Statement::from_string(db.get_database_backend(), text);
    let row = db.query_one_raw(statement).await?;
    let is_owned = row.map(|row| row.try_get::<bool>("", "owned")).transpose()?;
    if is_owned != Some(true) {
        return Ok(false);
    }
    for table in ERASED_FROM {
        db.execute_unprepared(&format!("VACUUM {table}")).await?;
    }
    Ok(true)
}

async fn checkpoint(db: &DatabaseConnection, mode: &str) -> Result<(), DbErr> {
    let text = format!("PRAGMA wal_checkpoint({mode})");
    db.query_one_raw(Statement::from_string(db.get_database_backend(), text))
        .await
        .map(drop)
}
