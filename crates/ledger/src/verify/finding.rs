//! What a verifier found wrong, and where.

use super::fault::Fault;
use super::stamps::StampFault;
use crate::checkpoint::CheckpointError;
use crate::commitment::Field;
use crate::note::NoteError;
use crate::position::{Index, Size};

/// One thing that is wrong. Codes are stable: programs and reports refer to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The entry is not the one that was signed.
    EntryModified {
        /// Where.
        index: Index,
    },
    /// The signed entry is not there.
    EntryMissing {
        /// Where it should be.
        index: Index,
    },
    /// An entry that was never signed, or one twice.
    EntryInserted {
        /// The place at which it stands.
        index: Index,
    },
    /// Signed entries do not stand in their order.
    Reordered {
        /// The first entry that is not in its place.
        index: Index,
    },
    /// Entries are lacking at the end.
    TailTruncated {
        /// How many there are.
        have: Size,
        /// How many there should be.
        expected: Size,
        /// Who says how many.
        against: Against,
    },
    /// Two histories part at or before this entry.
    ForkAt {
        /// The first entry known to differ, or the last it can be.
        index: Index,
        /// What the other history is.
        against: Against,
    },
    /// A value and its salt do not give the commitment.
    OpeningMismatch {
        /// The record.
        index: Index,
        /// What of it.
        part: Part,
    },
    /// Something is neither opened, erased nor withheld.
    OpeningMissing {
        /// The record.
        index: Index,
        /// What of it.
        part: Part,
    },
    /// The record was erased before its last day of keeping had passed, or under a hold.
    ErasedEarly {
        /// The record.
        index: Index,
    },
    /// The record is kept though its last day of keeping has passed and nothing holds it.
    Overdue {
        /// The record.
        index: Index,
    },
    /// The entry's time lies before that of the entry before it.
    TimeRegression {
        /// Where.
        index: Index,
    },
    /// A checkpoint, or the manifest, is not signed as it should be.
    CheckpointSignature {
        /// The file.
        path: String,
        /// What is wrong with it.
        error: CheckpointError,
    },
    /// A key is not the one that the ledger says signs at this size.
    KeyNotAuthorised {
        /// The size.
        size: Size,
    },
    /// A line that claims to be a known witness's cosignature is not, or stands beside another of the same witness.
    Cosignature {
        /// The checkpoint's file.
        path: String,
        /// The witness's name in the policy.
        witness: String,
        /// What is wrong with the line.
        error: NoteError,
    },
    /// A time stamp does not count, or is not the one that an entry binds.
    TimeStamp {
        /// The size of the stamped checkpoint.
        size: Size,
        /// The entry that binds it, if one does.
        anchor: Option<Index>,
        /// What is wrong with it.
        fault: StampFault,
    },
    /// The form is wrong.
    Schema {
        /// The entry it is about, if it is about one.
        index: Option<Index>,
        /// How it is wrong.
        fault: Fault,
    },
}

/// Which statement of the ledger the entries were held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The checkpoint in question.
    Signed,
    /// An older checkpoint of the same ledger.
    Older,
    /// A checkpoint that the auditor already held.
    Held,
}

/// What of a record a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The record as a whole.
    Record,
    /// One field.
    Field(Field),
    /// One principal row.
    Row(u64),
}

impl Finding {
    /// The code, as the format lists it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EntryModified { .. } => "ENTRY_MODIFIED",
            Self::EntryMissing { .. } => "ENTRY_MISSING",
            Self::EntryInserted { .. } => "ENTRY_INSERTED",
            Self::Reordered { .. } => "REORDERED",
            Self::TailTruncated { .. } => "TAIL_TRUNCATED",
            Self::ForkAt { .. } => "FORK_AT",
            Self::OpeningMismatch { .. } => "OPENING_MISMATCH",
            Self::OpeningMissing { .. } => "OPENING_MISSING",
            Self::ErasedEarly { .. } => "ERASED_EARLY",
            Self::Overdue { .. } => "OVERDUE",
            Self::TimeRegression { .. } => "TIME_REGRESSION",
            Self::CheckpointSignature { .. } => "CHECKPOINT_SIGNATURE",
            Self::KeyNotAuthorised { .. } => "KEY_NOT_AUTHORISED",
            Self::Cosignature { .. } => "COSIGNATURE",
            Self::TimeStamp { .. } => "TIMESTAMP",
            Self::Schema { .. } => "SCHEMA",
        }
    }

    /// The entry it is about, if it is about one.
    #[must_use]
    pub fn index(&self) -> Option<Index> {
        match self {
            Self::EntryModified { index }
            | Self::EntryMissing { index }
            | Self::EntryInserted { index }
            | Self::Reordered { index }
            | Self::ForkAt { index, .. }
            | Self::OpeningMismatch { index, .. }
            | Self::OpeningMissing { index, .. }
            | Self::ErasedEarly { index }
            | Self::Overdue { index }
            | Self::TimeRegression { index } => Some(*index),
            // The first of the lacking entries.
            Self::TailTruncated { have, .. } => have.next_index(),
            Self::CheckpointSignature { .. } | Self::KeyNotAuthorised { .. } | Self::Cosignature { .. } => {
                None
            }
            Self::TimeStamp { anchor, .. } => *anchor,
            Self::Schema { index, .. } => *index,
        }
    }

    /// What of the record it is about, if it is about an opening.
    #[must_use]
    pub const fn part(&self) -> Option<Part> {
        match self {
            Self::OpeningMismatch { part, .. } | Self::OpeningMissing { part, .. } => Some(*part),
            _ => None,
        }
    }

    /// Whether it says that records were kept too short or too long, and nothing worse.
    #[must_use]
    pub const fn is_about_retention(&self) -> bool {
        matches!(self, Self::ErasedEarly { .. } | Self::Overdue { .. })
    }

    /// Whether it says that the ledger contradicts a checkpoint that the auditor already held.
    #[must_use]
    pub const fn contradicts_held(&self) -> bool {
        matches!(
            self,
            Self::TailTruncated {
                against: Against::Held,
                ..
            } | Self::ForkAt {
                against: Against::Held,
                ..
            }
        )
    }
}
