//! Places and times in a ledger: an index is not a size, and neither is a bare integer.

use std::fmt;

/// Largest size a ledger may have: `2^63 - 1`, what every C2SP reader and every SQL BIGINT holds.
const SIZE_MAX: u64 = 0x7fff_ffff_ffff_ffff;

/// The place of an entry, counted from 0; at most `2^63 - 2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index(u64);

/// A number of entries; at most `2^63 - 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(u64);

/// When the ledger says an entry was appended: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordedAt(i64);

impl Index {
    /// The genesis entry's place.
    pub const FIRST: Self = Self(0);

    /// The place `index`, or `None` beyond `2^63 - 2`.
    #[must_use]
    pub const fn new(index: u64) -> Option<Self> {
        if index < SIZE_MAX { Some(Self(index)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The size of a ledger whose last entry stands here.
    #[must_use]
    pub const fn next_size(self) -> Size {
        Size(self.0 + 1)
    }
}

impl Size {
    /// No entries.
    pub const ZERO: Self = Self(0);

    /// The size `size`, or `None` beyond `2^63 - 1`.
    #[must_use]
    pub const fn new(size: u64) -> Option<Self> {
        if size <= SIZE_MAX { Some(Self(size)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Where the next entry goes, or `None` if the ledger is full.
    #[must_use]
    pub const fn next_index(self) -> Option<Index> {
        Index::new(self.0)
    }

    /// Where the last entry stands, or `None` if there is none.
    #[must_use]
    pub const fn last_index(self) -> Option<Index> {
        match self.0.checked_sub(1) {
            Some(index) => Some(Index(index)),
            None => None,
        }
    }
}

impl RecordedAt {
    /// The moment `millis` milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

/// A number that no index or size can be: negative, or beyond `2^63 - 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} is not a place in a ledger")]
pub struct OutOfRange {
    found: i64,
}

macro_rules! ordinal {
    ($name:ident) => {
        impl $name {
            /// The number as a BIGINT column holds it.
            #[must_use]
            pub fn as_i64(self) -> i64 {
                i64::try_from(self.0).expect("the constructors refuse what exceeds 2^63 - 1")
            }
        }

        impl From<u32> for $name {
            fn from(number: u32) -> Self {
                Self(number.into())
            }
        }

        impl TryFrom<i64> for $name {
            type Error = OutOfRange;

            /// Takes what a BIGINT column holds.
            fn try_from(number: i64) -> Result<Self, Self::Error> {
                u64::try_from(number)
                    .ok()
                    .and_then(Self::new)
                    .ok_or(OutOfRange { found: number })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

ordinal!(Index);
ordinal!(Size);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_any_non_negative_i64() {
        assert_eq!(Size::try_from(i64::MAX).unwrap().as_i64(), i64::MAX);
        assert_eq!(Size::try_from(-1_i64), Err(OutOfRange { found: -1 }));
        assert_eq!(Size::new(SIZE_MAX + 1), None);
    }

    #[test]
    fn the_last_index_is_one_below_the_largest_size() {
        assert_eq!(Index::try_from(i64::MAX), Err(OutOfRange { found: i64::MAX }));
        assert_eq!(Index::new(SIZE_MAX - 1).unwrap().next_size(), Size(SIZE_MAX));
        assert_eq!(Size(SIZE_MAX).next_index(), None);
    }

    #[test]
    fn an_empty_ledger_has_no_last_index() {
        assert_eq!(Size::ZERO.last_index(), None);
        assert_eq!(Size::ZERO.next_index(), Some(Index::FIRST));
    }
}
