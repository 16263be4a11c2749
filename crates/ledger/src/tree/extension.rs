//! A batch of leaves appended at once, with every proof in it at hand.

use super::frontier::Frontier;
use crate::hash::{Digest, node_hash};
use crate::position::{Index, Size};

/// The part of a tree that an append touched: the new leaves and every node above them.
///
/// Seen from below, with odd last nodes promoted, the sibling of a touched node is either touched
/// itself or a complete subtree of the old frontier. Both are kept, so a proof is one look-up a level.
#[derive(Clone, Debug)]
pub struct Extension {
    old_size: Size,
    frontier: Frontier,
    root: Digest,
    levels: Vec<Level>,
}

/// The nodes of one level from place `first` to the last of the level.
#[derive(Clone, Debug)]
struct Level {
    first: u64,
    nodes: Vec<Digest>,
}

impl Frontier {
    /// Appends `leaves`, hashing each new node once; `self` stays as it is.
    #[must_use]
    pub fn extend(&self, leaves: &[Digest]) -> Extension {
        let old_size = self.size();
        let mut levels = Vec::new();
        if !leaves.is_empty() {
            let mut level = Level::bottom(self, leaves);
            while !level.is_top() {
                let above = level.above(self, levels.len() + 1);
                levels.push(std::mem::replace(&mut level, above));
            }
            levels.push(level);
        }
        let new_size = u64::try_from(leaves.len())
            .ok()
            .and_then(|added| Size::new(old_size.get().checked_add(added)?))
            .expect("nobody appends 2^63 leaves");
        let frontier = self.after(new_size, &levels);
        let root = levels
            .last()
            .and_then(|top| top.nodes.last().copied())
            .unwrap_or_else(|| self.root());
        Extension {
            old_size,
            frontier,
            root,
            levels,
        }
    }

    /// The frontier at `size`, whose new nodes all stand in `levels`.
    fn after(&self, size: Size, levels: &[Level]) -> Self {
        let nodes = (0..u64::BITS)
            .rev()
            .filter(|level| size.get() >> level & 1 == 1)
            .map(|level| {
                let place = (size.get() >> level) - 1;
                let touched = usize::try_from(level)
                    .ok()
                    .and_then(|level| levels.get(level)?.node(place));
                touched
                    .or_else(|| self.node_at_level(level))
                    .expect("a complete subtree was either there before or is above a new leaf")
            })
            .collect();
        Self::from_parts(size, nodes).expect("one node was collected for every set bit")
    }
}

impl Extension {
    /// The size before.
    #[must_use]
    pub const fn old_size(&self) -> Size {
        self.old_size
    }

    /// The size after.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.frontier.size()
    }

    /// The root after.
    #[must_use]
    pub const fn root(&self) -> Digest {
        self.root
    }

    /// The frontier after, to append to next.
    #[must_use]
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The inclusion path of an appended leaf in the new tree, from the leaf's sibling upwards;
    /// `None` if the index is not one of those appended.
    #[must_use]
    pub fn inclusion(&self, index: Index) -> Option<Vec<Digest>> {
        if index.get() < self.old_size.get() || index.get() >= self.size().get() {
            return None;
        }
        let mut path = Vec::with_capacity(self.levels.len());
        let mut place = index.get();
        for level in &self.levels {
            // No sibling: the node is the odd last one and is promoted.
            path.extend(level.node(place ^ 1));
            place >>= 1;
        }
        Some(path)
    }
}

impl Level {
    fn bottom(old: &Frontier, leaves: &[Digest]) -> Self {
        let first = old.size().get();
        let left = old.node_at_level(0);
        let mut nodes = Vec::with_capacity(leaves.len() + 1);
        nodes.extend(left);
        nodes.extend_from_slice(leaves);
        Self {
            first: first - u64::from(left.is_some()),
            nodes,
        }
    }

    /// The level above: pairs hashed, an odd last node promoted. It starts at an even place too,
    /// with the left sibling taken from the old frontier where it has one.
    fn above(&self, old: &Frontier, height: usize) -> Self {
        let left = u32::try_from(height)
            .ok()
            .and_then(|height| old.node_at_level(height));
        let mut nodes = Vec::with_capacity(self.nodes.len() / 2 + 2);
        nodes.extend(left);
        nodes.extend(self.nodes.chunks(2).map(|pair| match pair {
            [left, right] => node_hash(left, right),
            odd => odd[0],
        }));
        Self {
            first: self.first / 2 - u64::from(left.is_some()),
            nodes,
        }
    }

    fn is_top(&self) -> bool {
        self.first == 0 && self.nodes.len() == 1
    }

    fn node(&self, place: u64) -> Option<Digest> {
        let offset = usize::try_from(place.checked_sub(self.first)?).ok()?;
        self.nodes.get(offset).copied()
    }
}
