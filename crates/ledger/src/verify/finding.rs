//! What a verifier found wrong, and where.

use std::fmt;

use super::fault::Fault;
use crate::checkpoint::CheckpointError;
use crate::commitment::Field;
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
            Self::CheckpointSignature { .. } | Self::KeyNotAuthorised { .. } => None,
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

    /// The Japanese text, a sentence.
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::EntryModified { index } => {
                format!("エントリ {index} は、署名された内容から変更されています。")
            }
            Self::EntryMissing { index } => format!("署名されたエントリ {index} がありません。"),
            Self::EntryInserted { index } => {
                format!("位置 {index} に、署名されていないか重複したエントリがあります。")
            }
            Self::Reordered { index } => format!("エントリの順序が {index} から入れ替わっています。"),
            Self::TailTruncated {
                have,
                expected,
                against,
            } => format!(
                "末尾が欠けています。{}では {expected} 件あるはずですが、{have} 件しかありません。",
                against.ja()
            ),
            Self::ForkAt { index, against } => {
                format!(
                    "台帳が分岐しています。{}とは、遅くともエントリ {index} で食い違います。",
                    against.ja()
                )
            }
            Self::OpeningMismatch { index, part } => {
                format!(
                    "記録 {index} の{}は、台帳に固定された内容と一致しません。",
                    part.ja()
                )
            }
            Self::OpeningMissing { index, part } => {
                format!(
                    "記録 {index} の{}が、開示・消去・非開示のいずれでもありません。",
                    part.ja()
                )
            }
            Self::ErasedEarly { index } => {
                format!("記録 {index} は、保存期間の満了前または保留中に消去されています。")
            }
            Self::Overdue { index } => {
                format!("記録 {index} は、保存期間が過ぎ保留もないのに消去されていません。")
            }
            Self::TimeRegression { index } => {
                format!("エントリ {index} の時刻が、直前のエントリより前になっています。")
            }
            Self::CheckpointSignature { path, error } => {
                format!("{path} の署名または形式が正しくありません（{error}）。")
            }
            Self::KeyNotAuthorised { size } => {
                format!("件数 {size} の時点で、台帳が認めた署名鍵ではありません。")
            }
            Self::Schema {
                index: Some(index),
                fault,
            } => format!("エントリ {index}：{}。", fault.ja()),
            Self::Schema { index: None, fault } => format!("{}。", fault.ja()),
        }
    }
}

impl fmt::Display for Finding {
    /// The English text, without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EntryModified { index } => write!(f, "entry {index} is not the one that was signed"),
            Self::EntryMissing { index } => write!(f, "signed entry {index} is missing"),
            Self::EntryInserted { index } => {
                write!(
                    f,
                    "the entry at place {index} was never signed there, or stands there twice"
                )
            }
            Self::Reordered { index } => write!(f, "entries are not in their order from {index} on"),
            Self::TailTruncated {
                have,
                expected,
                against,
            } => {
                write!(
                    f,
                    "the end is missing: {against} says {expected} entries, there are {have}"
                )
            }
            Self::ForkAt { index, against } => {
                write!(f, "the ledger forks from {against}, at entry {index} or before")
            }
            Self::OpeningMismatch { index, part } => {
                write!(f, "{part} of record {index} is not what the ledger commits to")
            }
            Self::OpeningMissing { index, part } => {
                write!(
                    f,
                    "{part} of record {index} is neither opened, erased nor withheld"
                )
            }
            Self::ErasedEarly { index } => {
                write!(
                    f,
                    "record {index} was erased before its retention ended, or under a hold"
                )
            }
            Self::Overdue { index } => {
                write!(
                    f,
                    "record {index} is kept though its retention has ended and nothing holds it"
                )
            }
            Self::TimeRegression { index } => {
                write!(
                    f,
                    "the time of entry {index} lies before that of the entry before it"
                )
            }
            Self::CheckpointSignature { path, error } => write!(f, "{path}: {error}"),
            Self::KeyNotAuthorised { size } => {
                write!(
                    f,
                    "the key is not the one that the ledger says signs at size {size}"
                )
            }
            Self::Schema {
                index: Some(index),
                fault,
            } => write!(f, "entry {index}: {fault}"),
            Self::Schema { index: None, fault } => write!(f, "{fault}"),
        }
    }
}

impl Against {
    const fn ja(self) -> &'static str {
        match self {
            Self::Signed => "署名された checkpoint ",
            Self::Older => "過去の checkpoint ",
            Self::Held => "お手元の checkpoint ",
        }
    }
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signed => "the signed checkpoint",
            Self::Older => "an older checkpoint",
            Self::Held => "the checkpoint you hold",
        })
    }
}

impl Part {
    fn ja(self) -> String {
        match self {
            Self::Record => "内容".to_owned(),
            Self::Field(field) => format!("項目{}（{}）", field.number(), field.name()),
            Self::Row(row) => format!("本人の行 {row} "),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record => f.write_str("the content"),
            Self::Field(field) => write!(f, "field {} ({})", field.number(), field.name()),
            Self::Row(row) => write!(f, "principal row {row}"),
        }
    }
}
