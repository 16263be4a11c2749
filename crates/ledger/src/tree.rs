//! The RFC 6962 tree, over leaf hashes that are already computed.
//!
//! One algorithm serves three lists: a record's fields, its principal rows, and the ledger's
//! entries. The root of a list splits at the largest power of two below its length. The same tree
//! can be built from below: pair the nodes of a level, and promote an odd last node unchanged.
//! Both views are used here, and the tests hold them against each other.

mod extension;
mod frontier;
mod plan;
mod verify;

use crate::hash::Digest;

pub use extension::Extension;
pub use frontier::{Frontier, FrontierError};
pub use plan::{ConsistencyPlan, InclusionPlan, NodeId, PlanError, ResolveError, RootPlan};
pub use verify::{ConsistencyError, InclusionError, verify_consistency, verify_inclusion};

/// Most hashes an inclusion path can have: one a level of the largest tree.
pub const PATH_LEN_MAX: usize = 63;

/// The root over `leaves`; SHA-256 of nothing if there are none.
#[must_use]
pub fn root(leaves: &[Digest]) -> Digest {
    let mut frontier = Frontier::empty();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}

#[cfg(test)]
mod tests;
