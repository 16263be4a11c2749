//! Until when a record must be kept.

/// The last day of keeping, inclusive, in days since 1970-01-01 in Japan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RetainThrough {
    /// Through this day. `i32::MAX` and `i32::MIN` are not days: an entry reads them as the other two.
    Day(i32),
    /// The series of provisions still runs, so the clock has no end yet.
    Open,
    /// The entry holds nothing whose keeping is limited.
    NotApplicable,
}

/// How `Open` stands in an entry.
const OPEN: i32 = i32::MAX;
/// How `NotApplicable` stands in an entry.
const NOT_APPLICABLE: i32 = i32::MIN;

impl RetainThrough {
    /// Reads the four bytes of an entry.
    pub(super) fn from_wire(bytes: [u8; 4]) -> Self {
        match i32::from_be_bytes(bytes) {
            OPEN => Self::Open,
            NOT_APPLICABLE => Self::NotApplicable,
            day => Self::Day(day),
        }
    }

    /// The four bytes of an entry.
    pub(super) fn to_wire(self) -> [u8; 4] {
        match self {
            Self::Day(day) => day,
            Self::Open => OPEN,
            Self::NotApplicable => NOT_APPLICABLE,
        }
        .to_be_bytes()
    }

    /// The same value in its one form.
    pub(super) fn canonical(self) -> Self {
        Self::from_wire(self.to_wire())
    }
}
