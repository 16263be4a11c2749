//! One append: a batch of sealed records becomes entries, side rows and a signed checkpoint, in one transaction.
//!
//! The order matters. Inside the transaction the natural keys are looked up, then the head row is compared and
//! swapped (which proves that the stored head is the very one we signed and built on), then everything is
//! inserted. COMMIT is the commit point: before it a crash leaves nothing, after it everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::note::SigningKey;
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::{Index, RecordedAt};
use kirokubo_records::seal::{Guards, SealedRecord};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

use crate::clock::Clock;
use crate::connection::Connections;
use crate::edge::{Edge, TileWrite};
use crate::error::StoreError;
use crate::head::{Head, blob};
use crate::idempotency;
use crate::keyring::Keyring;
use crate::natural_key;
use crate::outcome::{AppendError, Appended, Recorded};
use crate::place::{self, Fate, Met, Placed};
use crate::rows;
use crate::suppression::{self, Demands};

/// What an append needs of one ledger, and what it remembers between batches.
pub(crate) struct LedgerWriter {
    pub(crate) db: Connections,
    pub(crate) ledger: i32,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) clock: Clock,
    /// Time of the last entry, Unix milliseconds, for those who judge records.
    pub(crate) latest: Arc<AtomicI64>,
    /// Whether a demand to stop was ever seen. None goes away, so once seen there is always one to look for.
    pub(crate) has_demands: bool,
    /// The head and edge after our last commit; `None` until first read, and after any failure.
    pub(crate) state: Option<State>,
}

impl LedgerWriter {
    /// Reads where the next entry goes, and checks that it is a place we signed.
    pub(crate) async fn load(&self) -> Result<State, StoreError> {
        let head = Head::load(
            &self.db.writer,
            self.ledger,
            self.keyring.signing().verifier_key(),
        )
        .await?;
        self.latest.store(head.recorded_at.as_millis(), Ordering::Release);
        let edge = Edge::load(&self.db.writer, self.ledger, head.size().get()).await?;
        Ok(State { head, edge })
    }
}

/// Where the next entry goes.
pub(crate) struct State {
    head: Head,
    edge: Edge,
}

/// Appends a batch; one result a record, in order.
pub(crate) async fn append(
    writer: &mut LedgerWriter,
    batch: &[SealedRecord],
) -> Result<Vec<Result<Recorded, AppendError>>, StoreError> {
    // Taken out, so that whatever goes wrong below, the next attempt reads the head afresh.
    let state = match writer.state.take() {
        Some(state) => state,
        None => writer.load().await?,
    };
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = writer.db.writer.begin_with_options(immediate).await?;
    let keys = batch
        .iter()
        .map(|record| (record.system.as_str(), record.event_id.as_str()));
    let found = natural_key::find(&transaction, writer.ledger, keys).await?;
    let keys = batch
        .iter()
        .filter_map(|record| record.idempotency.map(|key| *key.as_bytes()));
    let used = idempotency::find(&transaction, writer.ledger, keys).await?;
    let demands = demands(writer, &transaction, batch).await?;
    let recorded_at = RecordedAt::from_millis(writer.clock.now_ms()).max(state.head.recorded_at);
    let met = Met { found, used, demands };
    let (fates, placed) = place::all(&state.head, batch, met, recorded_at);
    if placed.is_empty() {
        transaction.rollback().await?;
        writer.state = Some(state);
        return Ok(results(fates, &[], recorded_at, &Arc::from(""), |_| None));
    }

    let leaves: Vec<Digest> = placed.iter().map(|entry| entry.leaf).collect();
    let extension = state.head.frontier.extend(&leaves);
    let note: Arc<str> = sign(writer.keyring.signing(), extension.frontier()).into();
    let mut next = State {
        head: Head {
            recorded_at,
            leaf: *leaves.last().expect("there is a new entry"),
            frontier: extension.frontier().clone(),
            note: Arc::clone(&note),
        },
        edge: state.edge,
    };
    let tiles = next.edge.append(state.head.size().get(), &leaves);

    swap_head(&transaction, writer.ledger, &state.head, &next.head).await?;
    insert(&transaction, writer.ledger, &placed, &tiles, &next.head).await?;
    if let Err(error) = transaction.commit().await
        && !is_committed(writer, &next.head).await?
    {
        return Err(error.into());
    }
    writer.latest.store(recorded_at.as_millis(), Ordering::Release);
    writer.state = Some(next);
    Ok(results(fates, &placed, recorded_at, &note, |index| {
        extension.inclusion(index)
    }))
}

/// The demands to stop that meet the batch. They are read inside the transaction, so that one that was entered before
/// the append is never missed.
async fn demands(
    writer: &mut LedgerWriter,
    transaction: &DatabaseTransaction,
    batch: &[SealedRecord],
) -> Result<Demands, StoreError> {
    let mut guards: Vec<&Guards> = batch.iter().map(|record| &record.guards).collect();
    guards.retain(|guards| !guards.tokens.is_empty());
    if guards.is_empty() {
        return Ok(Demands::none());
    }
    writer.has_demands = writer.has_demands || suppression::exist(transaction, writer.ledger).await?;
    if !writer.has_demands {
        return Ok(Demands::none());
    }
    suppression::find(transaction, writer.ledger, &guards).await
}

/// COMMIT answered with an error, which may mean anything: what others can read decides. The connection that
/// committed may still see what nobody else ever will.
async fn is_committed(writer: &LedgerWriter, expected: &Head) -> Result<bool, StoreError> {
    let stored = Head::load(
        &writer.db.readers,
        writer.ledger,
        writer.keyring.signing().verifier_key(),
    )
    .await?;
    let committed = stored.note == expected.note;
    if committed {
        tracing::warn!(
            size = stored.size().get(),
            "COMMIT failed, but the batch is there"
        );
    }
    Ok(committed)
}

/// The signed checkpoint of a tree that this ledger has just grown to.
pub(crate) fn sign(key: &SigningKey, tree: &Frontier) -> String {
    let checkpoint = Checkpoint::of(key.origin().clone(), tree);
    checkpoint
        .sign(key)
        .expect("the checkpoint is made for the key's own origin")
}

fn results(
    fates: Vec<Fate>,
    placed: &[Placed<'_>],
    recorded_at: RecordedAt,
    note: &Arc<str>,
    proof: impl Fn(Index) -> Option<Vec<Digest>>,
) -> Vec<Result<Recorded, AppendError>> {
    let new = |n: usize| {
        let Placed { index, leaf, .. } = placed[n];
        let proof = proof(index).expect("the entry was appended by this very extension");
        Recorded::New(Appended {
            index,
            recorded_at,
            leaf,
            checkpoint: Arc::clone(note),
            proof,
        })
    };
    let result = |fate| match fate {
        Fate::New(n) => Ok(new(n)),
        Fate::Known(recorded) => Ok(recorded),
        Fate::DayChanged => Err(AppendError::DayChanged),
        Fate::Suppressed(rows) => Err(AppendError::Suppressed { rows }),
        Fate::KeyReused => Err(AppendError::IdempotencyKeyReused),
    };
    fates.into_iter().map(result).collect()
}

/// Replaces the head row if, and only if, it still holds the checkpoint we built on.
async fn swap_head(db: &DatabaseTransaction, ledger: i32, old: &Head, new: &Head) -> Result<(), StoreError> {
    let text = "UPDATE heads SET size = $1, recorded_at = $2, leaf = $3, frontier = $4, note = $5 \
                WHERE ledger = $6 AND size = $7 AND note = $8";
    let values = [
        new.size().as_i64().into(),
        new.recorded_at.as_millis().into(),
        new.leaf.as_bytes().to_vec().into(),
        blob(new.frontier.nodes()).into(),
        new.note.as_ref().into(),
        ledger.into(),
        old.size().as_i64().into(),
        old.note.as_ref().into(),
    ];
    let done = db
        .execute_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            text,
            values,
        ))
        .await?;
    if done.rows_affected() == 1 {
        return Ok(());
    }
    Err(StoreError::HeadMoved)
}

async fn insert(
    db: &DatabaseTransaction,
    ledger: i32,
    placed: &[Placed<'_>],
    tiles: &[TileWrite],
    head: &Head,
) -> Result<(), StoreError> {
    rows::ENTRIES.run(db, rows::entries(ledger, placed)?).await?;
    rows::RECORDS.run(db, rows::records(ledger, placed)?).await?;
    rows::CONTENTS.run(db, rows::contents(ledger, placed)?).await?;
    rows::PRINCIPALS
        .run(db, rows::principals(ledger, placed)?)
        .await?;
    rows::TOKENS.run(db, rows::tokens(ledger, placed)?).await?;
    rows::IDEMPOTENCY
        .run(db, rows::idempotency_keys(ledger, placed))
        .await?;
    rows::TILES.run(db, rows::tiles(ledger, tiles)?).await?;
    rows::CHECKPOINTS.run(db, rows::checkpoint(ledger, head)).await?;
    Ok(())
}
