//! The tree over the rows of a list as it grows, and the hashes that are kept of it.

use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree::{self, Frontier};

use crate::edge::WIDTH;

/// The right edge of the tree, and the leaves since the last complete subtree of 256.
pub(crate) struct RowFrontier {
    tree: Frontier,
    block: Vec<Digest>,
}

impl RowFrontier {
    /// No row yet.
    pub(crate) const fn empty() -> Self {
        Self {
            tree: Frontier::empty(),
            block: Vec::new(),
        }
    }

    /// Adds a row's leaf; gives the root of the subtree of 256 rows that it completes.
    pub(crate) fn push(&mut self, leaf: Digest) -> Option<Digest> {
        self.tree.push(leaf);
        self.block.push(leaf);
        if u64::try_from(self.block.len()) != Ok(WIDTH) {
            return None;
        }
        let root = tree::root(&self.block);
        self.block.clear();
        Some(root)
    }

    /// How many rows there are.
    pub(crate) const fn count(&self) -> u64 {
        self.tree.size().get()
    }

    /// The root over them.
    pub(crate) fn root(&self) -> Digest {
        self.tree.root()
    }
}
