//! The principal rows of one record against the root in its field 4.

use super::fault::Fault;
use super::finding::{Finding, Part};
use crate::commitment::{Field, row_leaf, verify_row};
use crate::hash::Digest;
use crate::position::{Index, Size};
use crate::tree::Frontier;

/// Takes rows in their order; a frontier over those opened is all it remembers of them.
#[derive(Debug)]
pub(super) struct RowCheck {
    /// Count and root from field 4; `None` if that is absent or withheld.
    expected: Option<(Size, Digest)>,
    /// The row that must come next if none is missing.
    next: u64,
    /// The first rows of the gaps so far.
    gaps: Vec<u64>,
    opened: Frontier,
    /// The first row without a path: it is proven only together with all others.
    first_unproven: Option<u64>,
    mismatched: Vec<u64>,
}

impl RowCheck {
    pub(super) const fn new() -> Self {
        Self {
            expected: None,
            next: 0,
            gaps: Vec::new(),
            opened: Frontier::empty(),
            first_unproven: None,
            mismatched: Vec::new(),
        }
    }

    /// Whether no row was taken or withheld.
    pub(super) const fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// Learns what field 4 says, before any row.
    pub(super) const fn expect(&mut self, count: Size, root: Digest) {
        self.expected = Some((count, root));
    }

    pub(super) fn take(
        &mut self,
        row: u64,
        commitment: &Digest,
        path: Option<&[Digest]>,
    ) -> Result<(), Fault> {
        self.advance(row)?;
        self.opened.push(row_leaf(commitment));
        let place = Index::new(row)
            .zip(self.expected)
            .filter(|(row, (count, _))| row.get() < count.get());
        match (path, place) {
            (None, Some(_)) => {
                self.first_unproven.get_or_insert(row);
            }
            (Some(path), Some((place, (count, root))))
                if verify_row(commitment, place, count, path, &root).is_ok() => {}
            _ => self.mismatched.push(row),
        }
        Ok(())
    }

    pub(super) fn withhold(&mut self, row: u64) -> Result<(), Fault> {
        self.advance(row)
    }

    pub(super) fn finish(mut self, index: Index, is_rest_withheld: bool) -> Vec<Finding> {
        let count = self.expected.map_or(0, |(count, _)| count.get());
        if self.next < count {
            self.gaps.push(self.next);
        }
        let mut findings = Vec::new();
        if !is_rest_withheld {
            findings.extend(self.gaps.iter().map(|row| Finding::OpeningMissing {
                index,
                part: Part::Row(*row),
            }));
        }
        let mismatch = |part| Finding::OpeningMismatch { index, part };
        findings.extend(self.mismatched.iter().map(|row| mismatch(Part::Row(*row))));
        if let (Some(unproven), Some((count, root))) = (self.first_unproven, self.expected) {
            if self.opened.size() != count {
                findings.push(mismatch(Part::Row(unproven)));
            } else if self.opened.root() != root {
                findings.push(mismatch(Part::Field(Field::PRINCIPALS)));
            }
        }
        findings
    }

    fn advance(&mut self, row: u64) -> Result<(), Fault> {
        if row < self.next {
            return Err(Fault::OpeningOrder);
        }
        if row > self.next {
            self.gaps.push(self.next);
        }
        self.next = row.checked_add(1).ok_or(Fault::OpeningOrder)?;
        Ok(())
    }
}
