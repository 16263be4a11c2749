//! The unfinished tiles at the right edge of the tree (C2SP tlog-tiles), and what an append makes of them.
//!
//! Level-0 tiles are stored when they are complete; until then their hashes are the leaves of `entries`. Tiles
//! of higher levels grow by one hash for every 256 of the level below, and are stored each time they do.

use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{entry, tile};
use crate::error::{StoreError, corrupt};
use crate::head::{blob, digest, digests};

/// Hashes in a full tile.
pub(crate) const WIDTH: u64 = 256;

/// A tile row to be written: new, or replacing its shorter self.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TileWrite {
    pub(crate) level: i32,
    pub(crate) n: u64,
    pub(crate) hashes: Vec<u8>,
}

/// The unfinished tile of each level, level 0 first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edge(Vec<Vec<Digest>>);

impl Edge {
    /// Reads the edge of a tree of `size` entries.
    pub(crate) async fn load(db: &impl ConnectionTrait, ledger: i32, size: u64) -> Result<Self, StoreError> {
        let mut levels = vec![leaves(db, ledger, size - size % WIDTH, size).await?];
        let (mut level, mut count) = (1, size / WIDTH);
        while count > 0 {
            let mut hashes = Vec::new();
            if !count.is_multiple_of(WIDTH) {
                let n = stored(count / WIDTH)?;
                let row = tile::Entity::find_by_id((ledger, level, n)).one(db).await?;
                hashes = row
                    .and_then(|row| digests(&row.hashes))
                    .ok_or_else(|| corrupt(size, "edge tile"))?;
                if u64::try_from(hashes.len()) != Ok(count % WIDTH) {
                    return Err(corrupt(size, "edge tile"));
                }
            }
            levels.push(hashes);
            (level, count) = (level + 1, count / WIDTH);
        }
        Ok(Self(levels))
    }

    /// Adds the leaves that follow a tree of `size` entries; gives the rows to be written.
    pub(crate) fn append(&mut self, size: u64, new: &[Digest]) -> Vec<TileWrite> {
        let mut writes = Vec::new();
        for (index, leaf) in (size..).zip(new) {
            self.push(0, index, *leaf, &mut writes);
        }
        writes
    }

    fn push(&mut self, level: usize, index: u64, hash: Digest, writes: &mut Vec<TileWrite>) {
        if self.0.len() <= level {
            self.0.push(Vec::new());
        }
        let tile = &mut self.0[level];
        tile.push(hash);
        let full = tile.len() == 256;
        if level == 0 && !full {
            return;
        }
        let (n, hashes) = (index / WIDTH, blob(&*tile));
        let root = full.then(|| tree::root(tile));
        if full {
            tile.clear();
        }
        let level_column = i32::try_from(level).expect("a tree of 2^63 entries has eight tile levels");
        writes.retain(|write| (write.level, write.n) != (level_column, n));
        writes.push(TileWrite {
            level: level_column,
            n,
            hashes,
        });
        if let Some(root) = root {
            self.push(level + 1, n, root, writes);
        }
    }
}

/// The leaf hashes of entries `from..to`, all of them or an error.
pub(crate) async fn leaves(
    db: &impl ConnectionTrait,
    ledger: i32,
    from: u64,
    to: u64,
) -> Result<Vec<Digest>, StoreError> {
    let rows: Vec<Vec<u8>> = entry::Entity::find()
        .select_only()
        .column(entry::Column::Leaf)
        .filter(entry::Column::Ledger.eq(ledger))
        .filter(entry::Column::Idx.gte(stored(from)?))
        .filter(entry::Column::Idx.lt(stored(to)?))
        .order_by_asc(entry::Column::Idx)
        .into_tuple()
        .all(db)
        .await?;
    let leaves: Option<Vec<Digest>> = rows.iter().map(|row| digest(row)).collect();
    leaves
        .filter(|leaves| u64::try_from(leaves.len()) == Ok(to - from))
        .ok_or_else(|| corrupt(from, "leaves of entries"))
}

/// A count or index as the database keeps it.
pub(crate) fn stored(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| corrupt(value, "a number beyond 2^63"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(n: u64) -> Digest {
        kirokubo_ledger::hash::leaf_hash(&n.to_be_bytes())
    }

    #[test]
    fn a_tile_is_written_when_full_and_its_root_goes_up_a_level() {
        let mut edge = Edge::default();
        let all: Vec<Digest> = (0..600).map(leaf).collect();
        assert_eq!(edge.append(0, &all[..255]), []);
        let writes = edge.append(255, &all[255..600]);
        let shape: Vec<_> = writes
            .iter()
            .map(|w| (w.level, w.n, w.hashes.len() / 32))
            .collect();
        assert_eq!(shape, [(0, 0, 256), (0, 1, 256), (1, 0, 2)]);
        assert_eq!(writes[2].hashes[32..], *tree::root(&all[256..512]).as_bytes());
        assert_eq!(edge.0[0].len(), 600 - 512);
    }
}
