//! One append: a batch of sealed records becomes entries, side rows and a signed checkpoint, in one transaction.
//!
//! The order matters. Inside the transaction the natural keys and everything the batch names are looked up, then the
//! head row is compared and swapped (which proves that the stored head is the very one we signed and built on), then
//! everything is inserted. COMMIT is the commit point: before it a crash leaves nothing, after it everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::{Index, RecordedAt};
use kirokubo_records::japan_day;
use kirokubo_records::seal::{Guards, SealedRecord};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::approval::{APPROVALS, of_receipts};
use crate::clock::Clock;
use crate::connection::Connections;
use crate::data_folder::DataFolder;
use crate::edge::Edge;
use crate::error::{StoreError, corrupt};
use crate::evidence;
use crate::extension::Extensions;
use crate::growth::{self, Growth};
use crate::head::Head;
use crate::high_water::HighWater;
use crate::idempotency;
use crate::key_entries;
use crate::keyring::Keyring;
use crate::links::{self, Bases};
use crate::month_end;
use crate::natural_key;
use crate::outcome::{AppendError, Appended, Recorded};
use crate::place::{self, Fate, Met, Placed};
use crate::principal_list::citing;
use crate::rows;
use crate::search_tokens::Runs;
use crate::store::{Ledger, Store};
use crate::suppression::{self, Demands};

/// What an append needs of one ledger, and what it remembers between batches.
pub(crate) struct LedgerWriter {
    pub(crate) folder: DataFolder,
    pub(crate) db: Connections,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) clock: Clock,
    pub(crate) runs: Arc<Runs>,
    /// Moved up after every commit.
    pub(crate) mark: Arc<HighWater>,
    /// Time of the last entry, Unix milliseconds, for those who judge records.
    pub(crate) latest: Arc<AtomicI64>,
    /// Whether a demand to stop was ever seen. None goes away, so once seen there is always one to look for.
    pub(crate) has_demands: bool,
    /// The last head that we committed.
    pub(crate) committed: Option<Head>,
    /// The head and edge after our last commit; `None` until first read, and after any failure.
    pub(crate) state: Option<State>,
}

impl LedgerWriter {
    /// A writer of the ledger that `store` is about.
    pub(crate) fn new(store: &Store) -> Self {
        Self {
            folder: store.folder.clone(),
            db: store.db.clone(),
            ledger: Arc::clone(&store.ledger),
            keyring: Arc::clone(&store.keyring),
            clock: store.clock.clone(),
            runs: Arc::clone(&store.runs),
            mark: Arc::new(HighWater::nowhere()),
            latest: Arc::default(),
            has_demands: false,
            committed: None,
            state: None,
        }
    }

    /// Reads where the next entry goes, and checks that it is a place we signed.
    pub(crate) async fn load(&self) -> Result<State, StoreError> {
        self.load_from(&self.db.writer).await
    }

    /// The same through a transaction that writes: nobody else moves the head before it ends.
    pub(crate) async fn load_from(&self, db: &impl ConnectionTrait) -> Result<State, StoreError> {
        let is_news = key_entries::adopt(db, &self.ledger).await?;
        let head = Head::load(db, &self.ledger).await?;
        if is_news && let Err(error) = self.ledger.signing.settle(head.size()) {
            // The node that had a new key take over may be gone before it could do this.
            tracing::warn!(%error, "the files do not follow the signing key yet; the next start tries again");
        }
        self.latest.store(head.recorded_at.as_millis(), Ordering::Release);
        let edge = Edge::load(db, self.ledger.row, head.size().get()).await?;
        Ok(State { head, edge })
    }

    /// Begins a transaction and takes where the next entry goes, so that whatever goes wrong from here on, the next
    /// attempt reads it afresh, inside its transaction, where nobody can move it. What is remembered counts on a server
    /// only if no other node has appended meanwhile. In a file the head is compared when it is swapped.
    pub(crate) async fn begin(&mut self) -> Result<(DatabaseTransaction, State), StoreError> {
        let known = self.state.take();
        let (transaction, note) = self.db.begin_on_head(self.ledger.row).await?;
        let state = match known {
            Some(state) if note.is_none_or(|note| note == *state.head.note) => state,
            _ => self.load_from(&transaction).await?,
        };
        if self.db.is_shared() {
            self.check_continued(&transaction, &state.head).await?;
        }
        Ok((transaction, state))
    }

    /// A server may be replaced by a standby that never got what we committed. Its head is one that we signed, and going
    /// on from there would be a fork of what was acknowledged.
    async fn check_continued(&self, db: &DatabaseTransaction, head: &Head) -> Result<(), StoreError> {
        let Some(committed) = &self.committed else {
            return Ok(());
        };
        if head.note == committed.note || growth::is_checkpoint(db, self.ledger.row, committed).await? {
            return Ok(());
        }
        let lost = "the database lacks what was committed: an older one has taken its place";
        Err(corrupt(committed.size().get(), lost))
    }

    /// The time of entries added now.
    pub(crate) fn recorded_at(&self, head: &Head) -> RecordedAt {
        RecordedAt::from_millis(self.clock.now_ms()).max(head.recorded_at)
    }
}

/// What the records of a batch name, as it is inside their transaction.
pub(crate) struct Named {
    /// Other records.
    pub(crate) bases: Bases,
    /// Lists of principals.
    pub(crate) lists: citing::Cited,
}

/// Where the next entry goes.
pub(crate) struct State {
    pub(crate) head: Head,
    pub(crate) edge: Edge,
}

/// Appends a batch; one result a record, in order.
pub(crate) async fn append(
    writer: &mut LedgerWriter,
    batch: &[SealedRecord],
) -> Result<Vec<Result<Recorded, AppendError>>, StoreError> {
    let (transaction, state) = writer.begin().await?;
    let keys = batch
        .iter()
        .map(|record| (record.system.as_str(), record.event_id.as_str()));
    let found = natural_key::find(&transaction, writer.ledger.row, keys).await?;
    let keys = batch
        .iter()
        .filter_map(|record| record.idempotency.map(|key| *key.as_bytes()));
    let used = idempotency::find(&transaction, writer.ledger.row, keys).await?;
    let demands = demands(writer, &transaction, batch).await?;
    let recorded_at = writer.recorded_at(&state.head);
    let today = japan_day(recorded_at.as_millis());
    let lost = month_end::sealed_under_lost_keys(writer, &transaction, batch, today).await?;
    let met = Met {
        found,
        used,
        demands,
        lost,
    };
    let named = Named {
        bases: links::find(&transaction, writer.ledger.row, batch).await?,
        lists: citing::find(&transaction, writer.ledger.row, batch).await?,
    };
    let (fates, placed, mut chain) = place::all(&state.head, batch, met, &named, recorded_at);
    if placed.is_empty() {
        transaction.rollback().await?;
        writer.state = Some(state);
        return Ok(results(fates, &[], recorded_at, &Arc::from(""), |_| None));
    }
    let mut extensions = Extensions::for_those_named(&placed, &named.bases);
    extensions.reach(&transaction, writer.ledger.row).await?;
    extensions.announce(writer.ledger.ledger_id(), &mut chain)?;

    let (before, growth) = Growth::of(state, chain, &writer.ledger.signers());
    growth.write(&transaction, writer.ledger.row, &before).await?;
    insert(&transaction, writer, &placed, &named.bases).await?;
    let waiting = of_receipts(
        writer.ledger.row,
        recorded_at.as_millis(),
        &placed,
        writer.keyring.digest().rows(),
    );
    APPROVALS.run(&transaction, waiting).await?;
    evidence::cite(&transaction, &writer.ledger, &writer.keyring, &placed).await?;
    named
        .lists
        .mark_used(&transaction, &placed, writer.keyring.digest().rows())
        .await?;
    extensions.carry_out(&transaction, writer).await?;
    let (extension, note) = growth.commit(transaction, writer).await?;
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
    let ledger = writer.ledger.row;
    let mut guards: Vec<&Guards> = batch.iter().map(|record| &record.guards).collect();
    let count = if guards.iter().any(|guards| guards.demands_seen.is_some()) {
        Some(suppression::count(transaction, ledger).await?)
    } else {
        None
    };
    guards.retain(|guards| !guards.tokens.is_empty());
    let mut demands = Demands::none();
    if !guards.is_empty() {
        writer.has_demands = writer.has_demands || suppression::exist(transaction, ledger).await?;
        if writer.has_demands {
            demands = suppression::find(transaction, ledger, &guards).await?;
        }
    }
    demands.count = count;
    Ok(demands)
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
        Fate::Suppressed(rows) => Err(AppendError::Suppressed { rows }),
        Fate::Stale => Err(AppendError::Stale),
        Fate::KeyReused => Err(AppendError::IdempotencyKeyReused),
        Fate::ListUsed => Err(AppendError::ListUsed),
    };
    fates.into_iter().map(result).collect()
}

/// What lies beside the entries of a batch.
async fn insert(
    db: &DatabaseTransaction,
    writer: &LedgerWriter,
    placed: &[Placed<'_>],
    bases: &Bases,
) -> Result<(), StoreError> {
    let ledger = writer.ledger.row;
    rows::RECORDS.run(db, rows::records(ledger, placed)?).await?;
    rows::CONTENTS.run(db, rows::contents(ledger, placed)?).await?;
    rows::PRINCIPALS
        .run(db, rows::principals(ledger, placed)?)
        .await?;
    rows::TOKENS
        .run(db, rows::tokens(ledger, &writer.runs, placed)?)
        .await?;
    rows::IDEMPOTENCY
        .run(db, rows::idempotency_keys(ledger, placed))
        .await?;
    links::LINKS.run(db, rows::links(ledger, placed, bases)).await?;
    Ok(())
}
