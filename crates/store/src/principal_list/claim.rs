//! Who uploads which list, so that a server that starts does not sweep away what another one is just taking.
//!
//! A process draws a number when it starts, and each list that it begins has a row in `uploads` with that number. On a
//! database server it says every few seconds that it is alive, by the clock of the database. A list is abandoned when whoever
//! had it has not said so for a minute, or is known to have ended: a file has one server, and so has a data folder, where
//! the next one finds the number of the one before in the lock file.
//!
//! All of it is looked at while the head row is held. An upload whose list was taken from it all the same, since its machine
//! slept, is refused at its next chunk.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, Value};

use super::row::damaged;
use crate::error::StoreError;
use crate::random;
use crate::statement::execute;
use crate::store::Store;

/// The numbers of this process and of the one before it in its data folder. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims {
    mine: Arc<AtomicI64>,
    ended: Arc<AtomicI64>,
}

impl Claims {
    /// The number of this process; 0 before its server has started.
    pub(crate) fn mine(&self) -> i64 {
        self.mine.load(Ordering::Acquire)
    }

    /// Draws the number of a server that starts.
    pub(crate) fn draw() -> i64 {
        i64::from_be_bytes(random::bytes()).saturating_abs().max(1)
    }

    /// Takes a number up; `before` had the data folder and has ended.
    pub(crate) fn take_up(&self, mine: i64, before: Option<i64>) {
        self.ended.store(before.unwrap_or_default(), Ordering::Release);
        self.mine.store(mine, Ordering::Release);
    }

    fn ended(&self) -> i64 {
        self.ended.load(Ordering::Acquire)
    }
}

/// Puts a claim on a list, whoever had one.
pub(super) async fn take(
    db: &DatabaseTransaction,
    ledger: i32,
    number: i64,
    claim: i64,
) -> Result<(), StoreError> {
    let text = match db.get_database_backend() {
        DbBackend::Sqlite => TAKE,
        _ => TAKE_ON_POSTGRES,
    };
    execute(db, text, [ledger.into(), number.into(), claim.into()]).await?;
    Ok(())
}

/// Fails if the list was taken from whoever has this claim.
pub(super) async fn check(
    db: &DatabaseTransaction,
    ledger: i32,
    number: i64,
    claim: i64,
) -> Result<(), StoreError> {
    let values: [Value; 3] = [ledger.into(), number.into(), claim.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), IS_MINE, values);
    match db.query_one_raw(statement).await? {
        Some(_) => Ok(()),
        None => Err(damaged("a list that went away while it was uploaded")),
    }
}

/// Takes the claim from a list: it is complete, or gone.
pub(super) async fn let_go(db: &DatabaseTransaction, ledger: i32, number: i64) -> Result<(), StoreError> {
    let text = "DELETE FROM uploads WHERE ledger = $1 AND number = $2";
    execute(db, text, [ledger.into(), number.into()]).await?;
    Ok(())
}

/// Takes a list over that is abandoned, or whose upload this process gave up; `false` if neither is so any more.
pub(super) async fn take_over(store: &Store, number: i64) -> Result<bool, StoreError> {
    let (ledger, mine) = (store.ledger.row, store.claims.mine());
    let db = store.db.begin_writing(ledger).await?;
    let is_mine = check(&db, ledger, number, mine).await.is_ok();
    if !is_mine && !abandoned(&db, store).await?.contains(&number) {
        db.rollback().await?;
        return Ok(false);
    }
    take(&db, ledger, number, mine).await?;
    db.commit().await?;
    Ok(true)
}

/// The lists that nobody is uploading any more.
pub(super) async fn abandoned(db: &impl ConnectionTrait, store: &Store) -> Result<Vec<i64>, StoreError> {
    let backend = db.get_database_backend();
    let text = match backend {
        DbBackend::Sqlite => ABANDONED,
        _ => ABANDONED_ON_POSTGRES,
    };
    let claims = &store.claims;
    let values: [Value; 3] = [
        store.ledger.row.into(),
        claims.mine().into(),
        claims.ended().into(),
    ];
    let statement = Statement::from_sql_and_values(backend, text, values);
    let rows = db.query_all_raw(statement).await?.into_iter();
    rows.map(|row| Ok(row.try_get("", "number")?)).collect()
}

/// Says that this process is alive. Nothing is written while it uploads nothing.
pub(crate) async fn beat(store: &Store) -> Result<(), StoreError> {
    let values = [store.ledger.row.into(), store.claims.mine().into()];
    execute(&store.db.writer, BEAT, values).await?;
    Ok(())
}

/// Says that this process ends in good order, so that others need not wait.
pub(crate) async fn end(store: &Store) -> Result<(), StoreError> {
    let text = "UPDATE uploads SET beat_at = 0 WHERE ledger = $1 AND claim = $2";
    let values = [store.ledger.row.into(), store.claims.mine().into()];
    execute(&store.db.writer, text, values).await?;
    Ok(())
}

const TAKE: &str = "INSERT INTO uploads (ledger, number, claim, beat_at) VALUES ($1, $2, $3, 0) \
    ON CONFLICT (ledger, number) DO UPDATE SET claim = excluded.claim";

const TAKE_ON_POSTGRES: &str = "INSERT INTO uploads (ledger, number, claim, beat_at) \
    VALUES ($1, $2, $3, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) \
    ON CONFLICT (ledger, number) DO UPDATE SET claim = excluded.claim, beat_at = excluded.beat_at";

const IS_MINE: &str = "SELECT 1 FROM uploads WHERE ledger = $1 AND number = $2 AND claim = $3";

/// A file has one server: whoever else had a claim has ended.
const ABANDONED: &str = "SELECT l.number AS number FROM lists l \
    LEFT JOIN uploads u ON u.ledger = l.ledger AND u.number = l.number \
    WHERE l.ledger = $1 AND l.state = 0 AND (u.claim IS NULL OR u.claim <> $2) AND $3 = $3 ORDER BY l.number";

/// A list without a claim is of a program from before there were any; it gets an hour.
const ABANDONED_ON_POSTGRES: &str = "SELECT l.number AS number FROM lists l \
    LEFT JOIN uploads u ON u.ledger = l.ledger AND u.number = l.number \
    CROSS JOIN (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now) t \
    WHERE l.ledger = $1 AND l.state = 0 AND CASE WHEN u.claim IS NULL THEN l.made_at < t.now - 3600000 \
    ELSE u.claim = $3 OR (u.claim <> $2 AND u.beat_at < t.now - 60000) END ORDER BY l.number";

const BEAT: &str = "UPDATE uploads SET beat_at = floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint \
    WHERE ledger = $1 AND claim = $2";
