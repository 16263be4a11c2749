//! The principal rows of one record against the root in its field 4.

use super::fault::Fault;
use super::finding::{Finding, Part};
use crate::commitment::{Field, row_leaf, verify_row};
use crate::hash::Digest;
use crate::position::{Index, Size};
use crate::tree::Frontier;

/// What field 4 says about the rows.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// It was not opened, so nothing is known.
    Unknown,
    /// It says nothing that can be read, which is a finding of its own.
    Malformed,
    /// There are none.
    Absent,
    /// So many, under this root.
    Rows(Size, Digest),
}

/// Takes rows in their order; a frontier over those opened is all it remembers of them.
#[derive(Debug)]
pub(super) struct RowCheck {
    expected: Expected,
    /// The row that must come next if none is missing.
    next: u64,
    /// The first rows of the gaps so far.
    gaps: Vec<u64>,
    opened: Frontier,
    /// Whether some row has no path: it is proven only together with all others.
    is_any_unproven: bool,
    mismatched: Vec<u64>,
}

impl RowCheck {
    pub(super) const fn new() -> Self {
        Self {
            expected: Expected::Unknown,
            next: 0,
            gaps: Vec::new(),
            opened: Frontier::empty(),
            is_any_unproven: false,
            mismatched: Vec::new(),
        }
    }

    /// Whether no row was taken or withheld.
    pub(super) const fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// Learns what field 4 says, before any row.
    pub(super) const fn expect(&mut self, count: Size, root: Digest) {
        self.expected = Expected::Rows(count, root);
    }

    /// Learns that field 4 cannot be read, so that nothing can be said about rows.
    pub(super) const fn expect_anything(&mut self) {
        self.expected = Expected::Malformed;
    }

    /// Learns that field 4 is absent, so that there are no rows.
    pub(super) const fn expect_none(&mut self) {
        self.expected = Expected::Absent;
    }

    pub(super) fn take(
        &mut self,
        row: u64,
        commitment: &Digest,
        path: Option<&[Digest]>,
    ) -> Result<(), Fault> {
        self.advance(row)?;
        self.opened.push(row_leaf(commitment));
        let is_acceptable = match (self.expected, path) {
            (Expected::Rows(count, _), None) if row < count.get() => {
                self.is_any_unproven = true;
                true
            }
            (Expected::Rows(count, root), Some(path)) => {
                Index::new(row).is_some_and(|place| verify_row(commitment, place, count, path, &root).is_ok())
            }
            (Expected::Malformed, _) => true,
            _ => false,
        };
        if !is_acceptable {
            self.mismatched.push(row);
        }
        Ok(())
    }

    pub(super) fn withhold(&mut self, row: u64) -> Result<(), Fault> {
        self.advance(row)?;
        let is_beyond = match self.expected {
            Expected::Unknown | Expected::Malformed => false,
            Expected::Absent => true,
            Expected::Rows(count, _) => row >= count.get(),
        };
        if is_beyond {
            self.mismatched.push(row);
        }
        Ok(())
    }

    pub(super) fn finish(mut self, index: Index, is_rest_withheld: bool) -> Vec<Finding> {
        let count = match self.expected {
            Expected::Rows(count, _) => count.get(),
            Expected::Unknown | Expected::Malformed | Expected::Absent => 0,
        };
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
        // Rows without paths stand or fall together: none of them can be called the false one.
        if let Expected::Rows(count, root) = self.expected
            && self.is_any_unproven
            && (self.opened.size() != count || self.opened.root() != root)
        {
            findings.push(mismatch(Part::Field(Field::PRINCIPALS)));
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
