//! Which stored nodes a proof needs, so that a store can fetch them all in one query.
//!
//! A store keeps the roots of complete subtrees only: they never change. A node on the right edge
//! of an older tree is put together from several of them.

use super::frontier::fold_from_right;
use crate::hash::{Digest, sha256};
use crate::position::{Index, Size};

/// A complete subtree: the `index`-th of those with `2^level` leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    level: u8,
    index: u64,
}

/// No such proof exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The index is not in a tree of that size.
    #[error("index {index} is not in a tree of size {size}")]
    IndexBeyondSize {
        /// The index asked for.
        index: Index,
        /// The size of the tree.
        size: Size,
    },
    /// The first size is larger than the second.
    #[error("size {first} is larger than size {second}")]
    SizesReversed {
        /// The older size.
        first: Size,
        /// The newer size.
        second: Size,
    },
    /// Everything is consistent with an empty tree, so there is nothing to prove.
    #[error("there is no proof of consistency from size 0")]
    FromEmpty,
}

/// The store does not have a node it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node at level {} place {} is missing", missing.level, missing.index)]
pub struct ResolveError {
    missing: NodeId,
}

/// What an inclusion proof is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionPlan(Vec<Span>);

/// What a consistency proof is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyPlan(Vec<Span>);

/// What the root at a size is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootPlan(Option<Span>);

/// The leaves `[start, end)`, whose root is one element of a proof. `start` is a multiple of the
/// largest power of two within, so that the span consists of complete subtrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: u64,
    end: u64,
}

impl NodeId {
    /// The height: the subtree has `2^level` leaves.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.level
    }

    /// How many such subtrees stand to its left.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.index
    }
}

impl InclusionPlan {
    /// Plans the path of the leaf at `index` in the tree of `size` leaves (RFC 6962 section 2.1.1).
    pub fn new(index: Index, size: Size) -> Result<Self, PlanError> {
        if index.get() >= size.get() {
            return Err(PlanError::IndexBeyondSize { index, size });
        }
        let mut spans = Vec::new();
        let mut place = index.get();
        let mut width = size.get();
        let mut level = 0;
        while width > 1 {
            let sibling = place ^ 1;
            if sibling < width {
                let start = sibling << level;
                spans.push(Span {
                    start,
                    end: size.get().min(start + (1 << level)),
                });
            }
            place >>= 1;
            width = width.div_ceil(2);
            level += 1;
        }
        Ok(Self(spans))
    }

    /// The stored nodes that [`InclusionPlan::resolve`] will ask for.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.0.iter().flat_map(Span::nodes)
    }

    /// The path, from the leaf's sibling upwards.
    pub fn resolve(&self, node: impl FnMut(NodeId) -> Option<Digest>) -> Result<Vec<Digest>, ResolveError> {
        resolve_all(&self.0, node)
    }
}

impl ConsistencyPlan {
    /// Plans the proof that the tree of `first` leaves begins that of `second` (RFC 6962 section 2.1.2).
    pub fn new(first: Size, second: Size) -> Result<Self, PlanError> {
        if first == Size::ZERO {
            return Err(PlanError::FromEmpty);
        }
        if first > second {
            return Err(PlanError::SizesReversed { first, second });
        }
        let boundary = first.get();
        let mut whole = Span {
            start: 0,
            end: second.get(),
        };
        let mut spans = Vec::new();
        // From the root down to the subtree that ends where the older tree ended.
        while boundary < whole.end {
            let (left, right) = whole.split();
            let (inside, outside) = if boundary <= left.end {
                (left, right)
            } else {
                (right, left)
            };
            spans.push(outside);
            whole = inside;
        }
        // The older root itself is known to whoever checks, unless it had to be split.
        if whole.start > 0 {
            spans.push(whole);
        }
        spans.reverse();
        Ok(Self(spans))
    }

    /// The stored nodes that [`ConsistencyPlan::resolve`] will ask for.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.0.iter().flat_map(Span::nodes)
    }

    /// The proof, from the bottom upwards.
    pub fn resolve(&self, node: impl FnMut(NodeId) -> Option<Digest>) -> Result<Vec<Digest>, ResolveError> {
        resolve_all(&self.0, node)
    }
}

impl RootPlan {
    /// Plans the root of the tree of `size` leaves.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self((size != Size::ZERO).then_some(Span {
            start: 0,
            end: size.get(),
        }))
    }

    /// The stored nodes that [`RootPlan::resolve`] will ask for.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.0.iter().flat_map(Span::nodes)
    }

    /// The root.
    pub fn resolve(&self, mut node: impl FnMut(NodeId) -> Option<Digest>) -> Result<Digest, ResolveError> {
        self.0
            .as_ref()
            .map_or_else(|| Ok(sha256(&[])), |span| span.resolve(&mut node))
    }
}

impl Span {
    /// Splits at the largest power of two below the length, which is at least 2.
    fn split(self) -> (Self, Self) {
        let middle = self.start + (1 << (self.end - self.start - 1).ilog2());
        (
            Self {
                start: self.start,
                end: middle,
            },
            Self {
                start: middle,
                end: self.end,
            },
        )
    }

    /// The complete subtrees of the span, from left to right.
    fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        let Self { start, end } = *self;
        let length = end - start;
        (0..64_u8)
            .rev()
            .filter(move |level| length >> level & 1 == 1)
            .map(move |level| {
                // Bits above `level` of the length are the larger subtrees to the left.
                let left = length >> level & !1;
                NodeId {
                    level,
                    index: (start >> level) + left,
                }
            })
    }

    fn resolve(self, node: &mut impl FnMut(NodeId) -> Option<Digest>) -> Result<Digest, ResolveError> {
        let nodes: Vec<Digest> = self
            .nodes()
            .map(|id| node(id).ok_or(ResolveError { missing: id }))
            .collect::<Result<_, _>>()?;
        Ok(fold_from_right(nodes.into_iter()).expect("a span has at least one leaf"))
    }
}

fn resolve_all(
    spans: &[Span],
    mut node: impl FnMut(NodeId) -> Option<Digest>,
) -> Result<Vec<Digest>, ResolveError> {
    spans.iter().map(|span| span.resolve(&mut node)).collect()
}
