//! Proofs and tiles for anybody who follows the ledger, computed from what is stored.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree::{InclusionPlan, NodeId, RootPlan};
use kirokubo_ledger::{Index, RecordedAt, Size, tree};
use sea_orm::EntityTrait;

use crate::edge::{WIDTH, leaves};
use crate::entity::tile;
use crate::error::{StoreError, corrupt};
use crate::head::{Head, digests};
use crate::store::Store;

/// The newest signed checkpoint.
#[derive(Clone, Debug)]
pub struct SignedHead {
    /// Number of entries.
    pub size: Size,
    /// Time of the last entry.
    pub recorded_at: RecordedAt,
    /// The checkpoint as a signed note.
    pub note: String,
}

impl Store {
    /// The newest checkpoint, checked against our keys.
    pub async fn head(&self) -> Result<SignedHead, StoreError> {
        let head = Head::load(&self.db.readers, &self.ledger).await?;
        Ok(SignedHead {
            size: head.size(),
            recorded_at: head.recorded_at,
            note: head.note.to_string(),
        })
    }

    /// The inclusion proof of an entry in the tree of `size` entries, leaf's sibling first.
    pub async fn inclusion_proof(&self, index: Index, size: Size) -> Result<Vec<Digest>, StoreError> {
        let plan =
            InclusionPlan::new(index, size).map_err(|_| corrupt(index.get(), "an entry beyond the tree"))?;
        let mut tiles = HashMap::new();
        for node in plan.nodes() {
            let (level, n) = tile_of(node);
            if let Entry::Vacant(slot) = tiles.entry((level, n)) {
                slot.insert(self.tile_hashes(level, n, size).await?);
            }
        }
        let resolved = plan.resolve(|node| node_hash(&tiles, node));
        resolved.map_err(|_| corrupt(index.get(), "a tile lacks a hash of the proof"))
    }

    /// The root of the tree when it had `size` entries, which is not more than it has now.
    pub(crate) async fn root_at(&self, size: Size) -> Result<Digest, StoreError> {
        let plan = RootPlan::new(size);
        let mut tiles = HashMap::new();
        for node in plan.nodes() {
            let (level, n) = tile_of(node);
            if let Entry::Vacant(slot) = tiles.entry((level, n)) {
                slot.insert(self.tile_hashes(level, n, size).await?);
            }
        }
        let resolved = plan.resolve(|node| node_hash(&tiles, node));
        resolved.map_err(|_| corrupt(size.get(), "a tile lacks a hash of the root"))
    }

    /// The hashes of tile `n` of `level` in a tree of `size` entries: up to 256, fewer at the edge.
    pub async fn tile_hashes(&self, level: u8, n: u64, size: Size) -> Result<Vec<Digest>, StoreError> {
        let count = size.get() >> (8 * u32::from(level).min(7));
        let width = count.saturating_sub(n.saturating_mul(WIDTH)).min(WIDTH);
        if width == 0 || level > 7 {
            return Ok(Vec::new());
        }
        if level == 0 && width < WIDTH {
            return leaves(&self.db.readers, self.ledger.row, n * WIDTH, n * WIDTH + width).await;
        }
        let at = (self.ledger.row, i32::from(level), crate::edge::stored(n)?);
        let row = tile::Entity::find_by_id(at).one(&self.db.readers).await?;
        let mut hashes = row
            .and_then(|row| digests(&row.hashes))
            .ok_or_else(|| corrupt(n * WIDTH, "a tile is missing"))?;
        let width = usize::try_from(width).map_err(|_| corrupt(n * WIDTH, "a tile is too wide"))?;
        if hashes.len() < width {
            return Err(corrupt(n * WIDTH, "a tile is too short"));
        }
        hashes.truncate(width);
        Ok(hashes)
    }
}

/// The tile that holds what `node` is made of: its level (of eight tree levels each) and number.
pub(crate) fn tile_of(node: NodeId) -> (u8, u64) {
    let level = node.level() / 8;
    (level, (node.index() << (node.level() % 8)) / WIDTH)
}

/// The hash of a complete subtree, from its tile.
pub(crate) fn node_hash(tiles: &HashMap<(u8, u64), Vec<Digest>>, node: NodeId) -> Option<Digest> {
    let (level, n) = tile_of(node);
    let below = 1_usize << (node.level() % 8);
    let first = usize::try_from((node.index() << (node.level() % 8)) % WIDTH).ok()?;
    let hashes = tiles.get(&(level, n))?.get(first..first.checked_add(below)?)?;
    Some(tree::root(hashes))
}
