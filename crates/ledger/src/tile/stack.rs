//! Turning a stream of leaf hashes into tiles.

use super::{TILE_WIDTH, TilePath, Width};
use crate::hash::Digest;
use crate::tree::root;

/// The partial tiles of a growing tree, one a level; memory is that of at most eight tiles.
#[derive(Clone, Debug, Default)]
pub struct TileStack {
    levels: Vec<Growing>,
}

/// The last tile of a level, not yet full.
#[derive(Clone, Debug, Default)]
struct Growing {
    index: u64,
    hashes: Vec<Digest>,
}

impl TileStack {
    /// The tiles of an empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self { levels: Vec::new() }
    }

    /// Appends a leaf; calls `full` for every tile that this completes, lower levels first.
    pub fn push<E>(
        &mut self,
        leaf: Digest,
        full: impl FnMut(TilePath, &[Digest]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.push_from(0, leaf, full)
    }

    /// Appends a whole tile of 256 leaves by the root over them; calls `full` for every tile of the levels above that
    /// this completes. There must be a whole number of such tiles before it.
    pub fn push_leaf_tile<E>(
        &mut self,
        root: Digest,
        full: impl FnMut(TilePath, &[Digest]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.levels.is_empty() {
            self.levels.push(Growing::default());
        }
        debug_assert!(self.levels[0].hashes.is_empty(), "leaves wait for their tile");
        self.levels[0].index += 1;
        self.push_from(1, root, full)
    }

    fn push_from<E>(
        &mut self,
        lowest: u8,
        lowest_hash: Digest,
        mut full: impl FnMut(TilePath, &[Digest]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut hash = lowest_hash;
        for level in lowest.. {
            if usize::from(level) == self.levels.len() {
                self.levels.push(Growing::default());
            }
            let tile = &mut self.levels[usize::from(level)];
            tile.hashes.push(hash);
            if tile.hashes.len() < TILE_WIDTH {
                break;
            }
            hash = root(&tile.hashes);
            full(hash_tile(level, tile.index, Width::FULL), &tile.hashes)?;
            tile.hashes.clear();
            tile.index += 1;
        }
        Ok(())
    }

    /// The partial tiles at the tree's present size, lower levels first.
    pub fn partial(&self) -> impl Iterator<Item = (TilePath, &[Digest])> {
        (0_u8..).zip(&self.levels).filter_map(|(level, tile)| {
            let width = u16::try_from(tile.hashes.len()).ok().and_then(Width::new)?;
            Some((hash_tile(level, tile.index, width), tile.hashes.as_slice()))
        })
    }
}

fn hash_tile(level: u8, index: u64, width: Width) -> TilePath {
    TilePath::hashes(level, index, width).expect("fewer than 2^64 leaves make at most eight levels")
}
