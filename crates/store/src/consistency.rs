//! What joins a tree to an earlier one, computed from what is stored: consistency proofs and frontiers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use kirokubo_ledger::Size;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree::{ConsistencyPlan, NodeId, RootPlan};

use crate::error::{StoreError, corrupt};
use crate::proof::{node_hash, tile_of};
use crate::store::Store;

/// Tiles by level and number.
type Tiles = HashMap<(u8, u64), Vec<Digest>>;

impl Store {
    /// The proof that the tree of `second` entries continues that of `first` (RFC 9162 section 2.1.4), from the bottom
    /// upwards.
    pub async fn consistency_proof(&self, first: Size, second: Size) -> Result<Vec<Digest>, StoreError> {
        let bad = |what| corrupt(first.get(), what);
        let plan = ConsistencyPlan::new(first, second).map_err(|_| bad("sizes without a proof"))?;
        let tiles = self.tiles_of(plan.nodes(), second).await?;
        let resolved = plan.resolve(|node| node_hash(&tiles, node));
        resolved.map_err(|_| bad("a tile lacks a hash of the proof"))
    }

    /// The roots of the complete subtrees that the first `at` entries of a ledger of `size` entries consist of, the
    /// largest first.
    pub async fn frontier_at(&self, at: Size, size: Size) -> Result<Vec<Digest>, StoreError> {
        let plan = RootPlan::new(at);
        let tiles = self.tiles_of(plan.nodes(), size).await?;
        let hashes = plan.nodes().map(|node| node_hash(&tiles, node));
        let hashes: Option<Vec<Digest>> = hashes.collect();
        hashes.ok_or_else(|| corrupt(at.get(), "a tile lacks a hash of the frontier"))
    }

    async fn tiles_of(&self, nodes: impl Iterator<Item = NodeId>, size: Size) -> Result<Tiles, StoreError> {
        let wanted: Vec<(u8, u64)> = nodes.map(tile_of).collect();
        let mut tiles = HashMap::new();
        for (level, n) in wanted {
            if let Entry::Vacant(slot) = tiles.entry((level, n)) {
                slot.insert(self.tile_hashes(level, n, size).await?);
            }
        }
        Ok(tiles)
    }
}
