//! What every transaction that adds entries has in common: the tree grows, the head moves, a checkpoint is signed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kirokubo_ledger::entry::{Entry, PendingEntry};
use kirokubo_ledger::hash::{Digest, leaf_hash};
use kirokubo_ledger::tree::{Extension, Frontier};
use kirokubo_ledger::{Index, RecordedAt};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Statement};
use tracing::Instrument;

use crate::append::{LedgerWriter, State};
use crate::edge::TileWrite;
use crate::entity::checkpoint;
use crate::error::StoreError;
use crate::head::{Head, blob};
use crate::keyring::Signers;
use crate::rows;
use crate::traced::TARGET;

/// An entry that has its place.
pub(crate) struct NewEntry {
    pub(crate) index: Index,
    pub(crate) bytes: Vec<u8>,
    pub(crate) leaf: Digest,
}

/// Gives entries their places, one after the other.
pub(crate) struct Chain {
    pub(crate) recorded_at: RecordedAt,
    prev: Digest,
    next: Index,
    pub(crate) entries: Vec<NewEntry>,
}

impl Chain {
    /// Goes on after `head`.
    pub(crate) fn after(head: &Head, recorded_at: RecordedAt) -> Self {
        Self {
            recorded_at,
            prev: head.leaf,
            next: head.size().next_index().expect("no ledger has 2^63 entries"),
            entries: Vec::new(),
        }
    }

    /// Entries that were in the ledger before, as they were; `None` unless they continue `head`, or if there are none.
    pub(crate) fn again<'a>(head: &Head, entries: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let mut chain = Self::after(head, head.recorded_at);
        for bytes in entries {
            let entry = Entry::view(bytes).ok()?;
            let continues = entry.index() == chain.next
                && entry.prev() == chain.prev
                && entry.recorded_at() >= chain.recorded_at;
            continues.then_some(())?;
            chain.recorded_at = entry.recorded_at();
            chain.prev = entry.leaf();
            chain.next = entry.index().next_size().next_index()?;
            chain.entries.push(NewEntry {
                index: entry.index(),
                bytes: bytes.to_vec(),
                leaf: entry.leaf(),
            });
        }
        (!chain.entries.is_empty()).then_some(chain)
    }

    /// Where the ledger ends after these entries, its tree being `frontier`. Nothing is signed.
    pub(crate) fn head_on(&self, before: &Head, frontier: Frontier) -> Head {
        Head {
            recorded_at: self.recorded_at,
            leaf: self.prev,
            frontier,
            note: Arc::clone(&before.note),
        }
    }

    /// Where the next entry goes.
    pub(crate) const fn next_index(&self) -> Index {
        self.next
    }

    /// Links one more entry; gives its index and leaf.
    pub(crate) fn push(&mut self, entry: &PendingEntry) -> (Index, Digest) {
        let bytes = entry.place(self.next, self.recorded_at, self.prev).encode();
        let (index, leaf) = (self.next, leaf_hash(&bytes));
        self.entries.push(NewEntry { index, bytes, leaf });
        self.prev = leaf;
        self.next = index
            .next_size()
            .next_index()
            .expect("no ledger has 2^63 entries");
        (index, leaf)
    }
}

/// A ledger that has grown by some entries, not yet written.
pub(crate) struct Growth {
    pub(crate) state: State,
    pub(crate) extension: Extension,
    pub(crate) note: Arc<str>,
    tiles: Vec<TileWrite>,
    entries: Vec<NewEntry>,
    recorded_at: RecordedAt,
}

impl Growth {
    /// Extends the tree by the entries of `chain`, of which there is at least one, and signs its new head.
    pub(crate) fn of(state: State, chain: Chain, signers: &Signers) -> (Head, Self) {
        let leaves: Vec<Digest> = chain.entries.iter().map(|entry| entry.leaf).collect();
        let before = state.head;
        let extension = before.frontier.extend(&leaves);
        let note: Arc<str> = signers.sign(extension.frontier()).into();
        let mut edge = state.edge;
        let tiles = edge.append(before.size().get(), &leaves);
        let head = Head {
            recorded_at: chain.recorded_at,
            leaf: chain.prev,
            frontier: extension.frontier().clone(),
            note: Arc::clone(&note),
        };
        let growth = Self {
            state: State { head, edge },
            extension,
            note,
            tiles,
            entries: chain.entries,
            recorded_at: chain.recorded_at,
        };
        (before, growth)
    }

    /// Moves the head away from `before`, which proves that the stored head is the one we built on, and inserts the
    /// entries with their tiles and checkpoint.
    pub(crate) async fn write(
        &self,
        db: &DatabaseTransaction,
        ledger: i32,
        before: &Head,
    ) -> Result<(), StoreError> {
        swap_head(db, ledger, before, &self.state.head).await?;
        rows::ENTRIES
            .run(db, rows::entries(ledger, &self.entries))
            .await?;
        rows::TILES.run(db, rows::tiles(ledger, &self.tiles)?).await?;
        rows::CHECKPOINTS
            .run(db, rows::checkpoint(ledger, &self.state.head))
            .await?;
        Ok(())
    }

    /// Commits; the commit point of everything that the transaction holds.
    pub(crate) async fn commit(
        self,
        db: DatabaseTransaction,
        writer: &mut LedgerWriter,
    ) -> Result<(Extension, Arc<str>), StoreError> {
        let committing = tracing::debug_span!(target: TARGET, "commit");
        if let Err(error) = db.commit().instrument(committing).await
            && !is_committed(writer, &self.state.head).await?
        {
            return Err(error.into());
        }
        // Before anybody hears of the commit: what was told is remembered outside the database.
        writer.mark.advance(self.state.head.size(), &self.note);
        writer
            .latest
            .store(self.recorded_at.as_millis(), Ordering::Release);
        writer.ledger.signing.grown_to(self.state.head.size());
        // In a file nobody else goes on, and nothing takes its place.
        writer.committed = writer.db.is_shared().then(|| self.state.head.clone());
        writer.state = Some(self.state);
        Ok((self.extension, self.note))
    }
}

/// COMMIT answered with an error, which may mean anything: what others can read decides. The connection that
/// committed may still see what nobody else ever will.
async fn is_committed(writer: &LedgerWriter, expected: &Head) -> Result<bool, StoreError> {
    let stored = Head::load(&writer.db.readers, &writer.ledger).await?;
    // Another node may have gone on from there already; the checkpoint stays.
    let committed = stored.note == expected.note
        || is_checkpoint(&writer.db.readers, writer.ledger.row, expected).await?;
    if committed {
        tracing::warn!(
            size = stored.size().get(),
            "COMMIT failed, but the batch is there"
        );
    }
    Ok(committed)
}

/// Whether the ledger has the checkpoint of this head, be it the newest or not.
pub(crate) async fn is_checkpoint(
    db: &impl ConnectionTrait,
    ledger: i32,
    expected: &Head,
) -> Result<bool, StoreError> {
    let at = (ledger, expected.size().as_i64());
    let found = checkpoint::Entity::find_by_id(at).one(db).await?;
    Ok(found.is_some_and(|found| *found.note == *expected.note))
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
