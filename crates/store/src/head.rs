//! The head of a ledger: where the next entry goes, and the checkpoint that vouches for it.

use std::sync::Arc;

use kirokubo_ledger::entry::Entry;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::{RecordedAt, Size};
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::entity::{entry, head};
use crate::error::{StoreError, corrupt};
use crate::key_entries;
use crate::store::Ledger;

/// The head as the sequencer keeps it between batches.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// Time of the last entry.
    pub(crate) recorded_at: RecordedAt,
    /// Leaf hash of the last entry.
    pub(crate) leaf: Digest,
    /// The tree's right edge.
    pub(crate) frontier: Frontier,
    /// The signed checkpoint, exactly as stored.
    pub(crate) note: Arc<str>,
}

impl Head {
    /// Number of entries.
    pub(crate) fn size(&self) -> Size {
        self.frontier.size()
    }

    /// Reads the head row and accepts it only if our key of this size signed a checkpoint of just this tree.
    pub(crate) async fn load(db: &impl ConnectionTrait, ledger: &Ledger) -> Result<Self, StoreError> {
        let row = head::Entity::find_by_id(ledger.row).one(db).await?;
        let row = row.ok_or(StoreError::Corrupt {
            index: None,
            what: "the head row is missing",
        })?;
        let size = Size::try_from(row.size).map_err(|_| corrupt(0, "head size"))?;
        let bad = |what| corrupt(size.get(), what);
        let leaf = digest(&row.leaf).ok_or_else(|| bad("head leaf"))?;
        let nodes = digests(&row.frontier).ok_or_else(|| bad("head frontier"))?;
        let frontier = Frontier::from_parts(size, nodes).map_err(|_| bad("head frontier"))?;
        // Asked for only now: a key that takes over is known before the first head that it signs can be read.
        let opened = ledger.signing.now().open(&row.note);
        let checkpoint = match opened {
            // Unless another node had it take over.
            Err(_) if key_entries::adopt(db, ledger).await? => ledger.signing.now().open(&row.note),
            opened => opened,
        };
        let checkpoint = checkpoint.map_err(|_| bad("head checkpoint"))?;
        if checkpoint.size() != size || checkpoint.root() != frontier.root() {
            return Err(bad("the head is not the one that was signed"));
        }
        let recorded_at = RecordedAt::from_millis(row.recorded_at);
        let last = size
            .last_index()
            .ok_or_else(|| bad("a ledger without its genesis"))?;
        let entry = entry::Entity::find_by_id((ledger.row, last.as_i64()))
            .one(db)
            .await?;
        let entry = entry.ok_or_else(|| bad("the last entry is missing"))?;
        let entry = Entry::view(&entry.bytes).map_err(|_| bad("the last entry"))?;
        if entry.leaf() != leaf || entry.recorded_at() != recorded_at {
            return Err(bad("the head does not describe the last entry"));
        }
        Ok(Self {
            recorded_at,
            leaf,
            frontier,
            note: row.note.into(),
        })
    }
}

/// One digest from a stored blob of exactly 32 bytes.
pub(crate) fn digest(blob: &[u8]) -> Option<Digest> {
    Some(Digest::from_bytes(blob.try_into().ok()?))
}

/// The digests of a stored blob whose length is a multiple of 32.
pub(crate) fn digests(blob: &[u8]) -> Option<Vec<Digest>> {
    let (chunks, rest) = blob.as_chunks::<32>();
    rest.is_empty()
        .then(|| chunks.iter().copied().map(Digest::from_bytes).collect())
}

/// The blob of some digests.
pub(crate) fn blob<'a>(digests: impl IntoIterator<Item = &'a Digest>) -> Vec<u8> {
    digests
        .into_iter()
        .flat_map(|digest| *digest.as_bytes())
        .collect()
}
