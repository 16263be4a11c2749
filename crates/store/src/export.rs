//! Writing an audit bundle from what is stored.
//!
//! Stored bytes go out as they are: a damaged ledger gives a bundle in which the verifier finds the damage.

mod checkpoints;
mod openings;
mod order;
mod selection;
mod waiting;

use std::io::Write;
use std::path::Path;

use kirokubo_ledger::bundle::{
    BundlePath, BundleScope, BundleStaging, CHECKPOINT, CONSISTENCY, FRONTIER, KEYS, KeyList, OpeningsWriter,
    SCOPE, WriteBundleError, first_entry, hash_lines,
};
use kirokubo_ledger::note::sign_note;
use kirokubo_ledger::tile::{TILE_WIDTH, TilePath, TileStack, Width, encode_hash_tile};
use kirokubo_ledger::{RecordId, Size};
use sea_orm::EntityTrait;

use crate::disclosure::DisclosureError;
use crate::entity::{checkpoint, head};
use crate::error::{StoreError, corrupt};
use crate::key_entries;
use crate::store::Store;
pub use order::{BundleContent, BundleOrder};
use selection::{Lines, Selection};
pub use waiting::WaitingBundle;

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing was signed at the size that a delta is to go on from, or nothing was appended since.
    #[error("no checkpoint of size {size} was signed before the newest")]
    NoCheckpoint {
        /// The size asked for.
        size: Size,
    },
    /// Those found are evidently more than one person.
    #[error("more than one person was found")]
    SeveralPeople,
    /// The files could not be written.
    #[error("the bundle could not be written")]
    Bundle(#[from] WriteBundleError),
    /// The output could not be written.
    #[error("the bundle could not be written")]
    Output(#[from] std::io::Error),
}

/// What was written.
#[derive(Debug, Default)]
pub struct Exported {
    /// Entries.
    pub entries: u64,
    /// Records opened.
    pub records: u64,
    /// Records that could not be opened: the verifier will say so.
    pub unreadable: u64,
}

/// A bundle that can be written: the state it shows is settled.
pub struct PreparedBundle {
    store: Store,
    order: BundleOrder,
    note: String,
    size: Size,
    selection: Selection,
}

impl From<DisclosureError> for ExportError {
    fn from(error: DisclosureError) -> Self {
        match error {
            DisclosureError::SeveralPeople => Self::SeveralPeople,
            DisclosureError::Store(error) => Self::Store(error),
        }
    }
}

impl PreparedBundle {
    /// How many entries the ledger has in it.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Which records it opens: their ids, or all below an index; as far as they can be told before it is written.
    pub async fn shown(&self) -> Result<(Vec<RecordId>, Option<u64>), StoreError> {
        self.store.shown_by(&self.selection, self.size).await
    }

    /// Writes it; `working` is an empty directory for the pieces.
    ///
    /// Memory is bounded whatever the size. `progress` hears of entries done and entries in all.
    pub async fn write<W: Write>(
        self,
        working: &Path,
        out: W,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(W, Exported), ExportError> {
        let Self {
            store,
            order,
            note,
            size,
            selection,
        } = self;
        let signers = store.ledger.signers();
        let mut staging = BundleStaging::new(working)?;
        let cosigned = store.with_cosignatures(note, size).await?;
        staging.add(path(CHECKPOINT), cosigned.as_bytes())?;
        let scope = BundleScope::new(order.scope(), size).starting_at(order.from_size);
        staging.add(path(SCOPE), scope.to_json().as_bytes())?;
        store.add_keys(&mut staging)?;
        store.add_stamps(&mut staging, order.from_size, size).await?;
        let from = order.from_size.map_or(1, Size::as_i64);
        store.add_checkpoints(&mut staging, from, size).await?;
        if let Some(from) = order.from_size {
            store.add_delta(&mut staging, from, size).await?;
        }

        let mut exported = Exported::default();
        let mut tiles = order.from_size.is_none().then(TileStack::new);
        let mut openings = OpeningsWriter::new();
        let first = order.from_size.map_or(Size::ZERO, first_entry);
        for bundle in TilePath::entries_of(size) {
            let range = (
                bundle.index() * width(Width::FULL),
                bundle.index() * width(Width::FULL) + width(bundle.width()),
            );
            if range.0 < first.get() {
                continue;
            }
            store.add_entries(&mut staging, tiles.as_mut(), bundle).await?;
            let mut lines = Lines {
                staging: &mut staging,
                openings: &mut openings,
                exported: &mut exported,
            };
            store.add_selected(&mut lines, &selection, range).await?;
            exported.entries = range.1;
            progress(range.1, size.get());
        }
        for (tile, hashes) in tiles.iter().flat_map(TileStack::partial) {
            staging.add(tile.into(), &encode_hash_tile(hashes))?;
        }
        openings.finish(&mut staging)?;
        let out = staging.finish(out, |text| Ok(sign_note(text, signers.key())?))?;
        Ok((out, exported))
    }
}

impl Store {
    /// Writes a bundle of the ledger as it stands; see [`PreparedBundle::write`].
    pub async fn export_bundle<W: Write>(
        &self,
        order: &BundleOrder,
        working: &Path,
        out: W,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(W, Exported), ExportError> {
        let prepared = self.prepare_bundle(order).await?;
        prepared.write(working, out, progress).await
    }

    /// Settles what a bundle shows: the ledger as it stands, and whose records are opened.
    ///
    /// # Errors
    ///
    /// [`ExportError::NoCheckpoint`] where a delta cannot go on from the size asked for, and
    /// [`ExportError::SeveralPeople`] where the person is not one.
    pub async fn prepare_bundle(&self, order: &BundleOrder) -> Result<PreparedBundle, ExportError> {
        let (note, size) = self.claimed_head().await?;
        if let Some(from) = order.from_size {
            let at = (self.ledger.row, from.as_i64());
            let signed = checkpoint::Entity::find_by_id(at).one(&self.db.readers).await;
            if from >= size || signed.map_err(StoreError::from)?.is_none() {
                return Err(ExportError::NoCheckpoint { size: from });
            }
        }
        Ok(PreparedBundle {
            selection: self.selection(order).await?,
            store: self.clone(),
            order: order.clone(),
            note,
            size,
        })
    }

    fn add_keys(&self, staging: &mut BundleStaging) -> Result<(), ExportError> {
        let keys = self.ledger.signers().history().keys().collect();
        Ok(staging.add(path(KEYS), KeyList::new(keys).to_json().as_bytes())?)
    }

    /// What joins a delta to the ledger that its receiver knows.
    async fn add_delta(
        &self,
        staging: &mut BundleStaging,
        from: Size,
        size: Size,
    ) -> Result<(), ExportError> {
        let proof = self.consistency_proof(from, size).await?;
        staging.add(path(CONSISTENCY), hash_lines(&proof).as_bytes())?;
        let frontier = self.frontier_at(first_entry(from), size).await?;
        Ok(staging.add(path(FRONTIER), hash_lines(&frontier).as_bytes())?)
    }

    /// The newest checkpoint and its size, both from one reading of the head row: the ledger may grow meanwhile. If
    /// the note does not verify, the size is what the row says beside it.
    async fn claimed_head(&self) -> Result<(String, Size), StoreError> {
        let bad = |what| StoreError::Corrupt { index: None, what };
        // Another node may have had another key take over.
        key_entries::adopt_if_sound(&self.db.readers, &self.ledger).await?;
        let row = head::Entity::find_by_id(self.ledger.row)
            .one(&self.db.readers)
            .await?
            .ok_or_else(|| bad("the head row is missing"))?;
        let size = match self.ledger.signers().open(&row.note) {
            Ok(checkpoint) => checkpoint.size(),
            Err(_) => Size::try_from(row.size).map_err(|_| bad("head size"))?,
        };
        Ok((row.note, size))
    }

    /// One entry bundle, and the hash tiles that it completes. The hashes are those stored beside the entries,
    /// so that they speak for themselves against the entries' bytes.
    async fn add_entries(
        &self,
        staging: &mut BundleStaging,
        tiles: Option<&mut TileStack>,
        bundle: TilePath,
    ) -> Result<(), ExportError> {
        let first = bundle.index() * width(Width::FULL);
        let rows = self.entry_bytes(first, first + width(bundle.width())).await?;
        let bytes: Vec<&[u8]> = rows.iter().map(|(_, _, bytes)| bytes.as_slice()).collect();
        let encoded = kirokubo_ledger::tile::encode_entry_bundle(&bytes);
        staging.add(
            bundle.into(),
            &encoded.map_err(|_| corrupt(first, "an entry is too long"))?,
        )?;
        let Some(tiles) = tiles else { return Ok(()) };
        for (_, leaf, _) in &rows {
            tiles.push(*leaf, |tile, hashes| {
                staging.add(tile.into(), &encode_hash_tile(hashes))
            })?;
        }
        Ok(())
    }
}

fn width(width: Width) -> u64 {
    debug_assert_eq!(TILE_WIDTH, 256);
    u64::from(width.get())
}

fn path(text: &str) -> BundlePath {
    text.parse()
        .expect("the names of a bundle's files are valid paths")
}
