//! The right edge of a growing tree: all it takes to append and to know the root.

use crate::hash::{Digest, node_hash, sha256};
use crate::position::Size;

/// The roots of the complete subtrees that a tree of some size consists of.
///
/// A tree of `size` leaves has one for every bit that is set in `size`: at most 63.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    size: Size,
    /// From left to right, so from the largest subtree to the smallest.
    nodes: Vec<Digest>,
}

/// Stored parts do not make a frontier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tree of size {size} consists of {expected} complete subtrees, found {found}")]
pub struct FrontierError {
    size: Size,
    expected: u32,
    found: usize,
}

impl Frontier {
    /// The frontier of a tree without leaves.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            size: Size::ZERO,
            nodes: Vec::new(),
        }
    }

    /// Takes back what [`Frontier::size`] and [`Frontier::nodes`] gave.
    pub fn from_parts(size: Size, nodes: Vec<Digest>) -> Result<Self, FrontierError> {
        let expected = size.get().count_ones();
        if usize::try_from(expected) != Ok(nodes.len()) {
            return Err(FrontierError {
                size,
                expected,
                found: nodes.len(),
            });
        }
        Ok(Self { size, nodes })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// The roots of the complete subtrees, from the largest (left) to the smallest (right).
    #[must_use]
    pub fn nodes(&self) -> &[Digest] {
        &self.nodes
    }

    /// Appends a complete subtree of `2^level` leaves by its root. `None`, and nothing happens, unless the size is a
    /// multiple of `2^level` and stays below 2^63.
    pub fn push_subtree(&mut self, level: u32, root: Digest) -> Option<()> {
        let leaves = 1_u64.checked_shl(level)?;
        if !self.size.get().is_multiple_of(leaves) {
            return None;
        }
        let size = self.size.get().checked_add(leaves).and_then(Size::new)?;
        let mut node = root;
        for _ in 0..(self.size.get() >> level).trailing_ones() {
            let left = self
                .nodes
                .pop()
                .expect("a node stands for every set bit of the size");
            node = node_hash(&left, &node);
        }
        self.nodes.push(node);
        self.size = size;
        Some(())
    }

    /// Appends a leaf: one node is hashed for every subtree that it completes, one on average.
    pub fn push(&mut self, leaf: Digest) {
        let index = self.size.next_index().expect("nobody appends 2^63 leaves");
        let mut node = leaf;
        for _ in 0..index.get().trailing_ones() {
            let left = self
                .nodes
                .pop()
                .expect("a node stands for every set bit of the size");
            node = node_hash(&left, &node);
        }
        self.nodes.push(node);
        self.size = index.next_size();
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Digest {
        fold_from_right(self.nodes.iter().copied()).unwrap_or_else(|| sha256(&[]))
    }

    /// The root of the complete subtree of `2^level` leaves at the right edge, if there is one.
    pub(super) fn node_at_level(&self, level: u32) -> Option<Digest> {
        let size = self.size.get();
        let is_there = size.checked_shr(level)? & 1 == 1;
        let above = size.checked_shr(level + 1).unwrap_or(0).count_ones();
        self.nodes
            .get(usize::try_from(above).ok()?)
            .filter(|_| is_there)
            .copied()
    }
}

/// Joins neighbouring complete subtrees, largest first, into the root over all of them.
pub(super) fn fold_from_right(nodes: impl DoubleEndedIterator<Item = Digest>) -> Option<Digest> {
    nodes.rev().reduce(|right, left| node_hash(&left, &right))
}
