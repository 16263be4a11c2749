//! Checking proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2), with no slack in their length.

use crate::hash::{Digest, node_hash};
use crate::position::{Index, Size};

/// Why an inclusion proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InclusionError {
    /// The index is not in a tree of that size.
    #[error("index {index} is not in a tree of size {size}")]
    IndexBeyondSize {
        /// The index claimed.
        index: Index,
        /// The size of the tree.
        size: Size,
    },
    /// The path is longer or shorter than index and size demand.
    #[error("the path has {found} hashes where {expected} are needed")]
    Length {
        /// Hashes index and size demand.
        expected: usize,
        /// Hashes the path has.
        found: usize,
    },
    /// The path leads to another root.
    #[error("the path leads to root {found}")]
    Root {
        /// The root that leaf and path give.
        found: Digest,
    },
}

/// Why a consistency proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsistencyError {
    /// The older size is zero, from which nothing can be proven.
    #[error("consistency from size 0 proves nothing")]
    FromEmpty,
    /// The older size is larger than the newer.
    #[error("size {first} is larger than size {second}")]
    SizesReversed {
        /// The older size.
        first: Size,
        /// The newer size.
        second: Size,
    },
    /// The proof is longer or shorter than the sizes demand.
    #[error("the proof does not have the length that the sizes demand")]
    Length,
    /// The proof does not lead to the older root.
    #[error("the proof does not lead to the older root")]
    FirstRoot,
    /// The proof does not lead to the newer root.
    #[error("the proof does not lead to the newer root")]
    SecondRoot,
}

/// Checks that `leaf` stands at `index` in the tree of `size` leaves with this `root`.
pub fn verify_inclusion(
    leaf: &Digest,
    index: Index,
    size: Size,
    path: &[Digest],
    root: &Digest,
) -> Result<(), InclusionError> {
    if index.get() >= size.get() {
        return Err(InclusionError::IndexBeyondSize { index, size });
    }
    let expected = path_len(index, size);
    if path.len() != expected {
        return Err(InclusionError::Length {
            expected,
            found: path.len(),
        });
    }
    let mut siblings = path.iter();
    let mut node = *leaf;
    let mut place = index.get();
    let mut last = size.get() - 1;
    while last > 0 {
        if place % 2 == 1 {
            node = siblings.next().map_or(node, |left| node_hash(left, &node));
        } else if place < last {
            node = siblings.next().map_or(node, |right| node_hash(&node, right));
        }
        place /= 2;
        last /= 2;
    }
    if node == *root {
        Ok(())
    } else {
        Err(InclusionError::Root { found: node })
    }
}

/// Checks that the tree of `first` leaves with `first_root` begins that of `second` with `second_root`.
pub fn verify_consistency(
    first: Size,
    first_root: &Digest,
    second: Size,
    second_root: &Digest,
    proof: &[Digest],
) -> Result<(), ConsistencyError> {
    if first == Size::ZERO {
        return Err(ConsistencyError::FromEmpty);
    }
    if first > second {
        return Err(ConsistencyError::SizesReversed { first, second });
    }
    if first == second {
        return match proof {
            [] if first_root == second_root => Ok(()),
            [] => Err(ConsistencyError::SecondRoot),
            _ => Err(ConsistencyError::Length),
        };
    }
    // The largest complete subtree at the right edge of the older tree; if that is the whole older
    // tree, its root is not repeated in the proof.
    let shift = first.get().trailing_zeros();
    let mut place = (first.get() - 1) >> shift;
    let mut last = (second.get() - 1) >> shift;
    let (start, rest) = if first.get().is_power_of_two() {
        (first_root, proof)
    } else {
        proof.split_first().ok_or(ConsistencyError::Length)?
    };
    let mut first_node = *start;
    let mut second_node = *start;
    let mut siblings = rest.iter();
    while last > 0 {
        if place % 2 == 1 {
            let left = siblings.next().ok_or(ConsistencyError::Length)?;
            first_node = node_hash(left, &first_node);
            second_node = node_hash(left, &second_node);
        } else if place < last {
            let right = siblings.next().ok_or(ConsistencyError::Length)?;
            second_node = node_hash(&second_node, right);
        }
        place /= 2;
        last /= 2;
    }
    if siblings.next().is_some() {
        return Err(ConsistencyError::Length);
    }
    if first_node != *first_root {
        return Err(ConsistencyError::FirstRoot);
    }
    if second_node != *second_root {
        return Err(ConsistencyError::SecondRoot);
    }
    Ok(())
}

/// How many levels have a sibling for the node above `index`: all but those where it is promoted.
fn path_len(index: Index, size: Size) -> usize {
    let mut place = index.get();
    let mut last = size.get() - 1;
    let mut length = 0;
    while last > 0 {
        length += usize::from(place % 2 == 1 || place < last);
        place /= 2;
        last /= 2;
    }
    length
}
