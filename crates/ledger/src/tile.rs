//! Tiles (C2SP `tlog-tiles`): the tree and the entries in files that never change.
//!
//! A hash tile holds up to 256 hashes of one level of the tree, every eighth of which is stored. An
//! entry bundle holds the up to 256 entries below one tile of level 0.

mod entries;
mod path;
mod stack;

use crate::hash::Digest;

pub use entries::{EntryBundle, EntryBundleError, encode_entry_bundle};
pub use path::{ParseTilePathError, TilePath, Width};
pub use stack::TileStack;

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: usize = 256;

/// A hash tile's bytes are not a whole number of hashes from 1 to 256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} bytes are not 1 to 256 hashes")]
pub struct HashTileError {
    found: usize,
}

/// The bytes of a hash tile.
#[must_use]
pub fn encode_hash_tile(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(Digest::as_bytes).copied().collect()
}

/// Reads the bytes of a hash tile.
pub fn decode_hash_tile(bytes: &[u8]) -> Result<Vec<Digest>, HashTileError> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if hashes.is_empty() || hashes.len() > TILE_WIDTH || !rest.is_empty() {
        return Err(HashTileError { found: bytes.len() });
    }
    Ok(hashes.iter().copied().map(Digest::from_bytes).collect())
}

#[cfg(test)]
mod tests;
