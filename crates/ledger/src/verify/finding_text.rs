//! Findings in words: Japanese for those who answer for the records, English for everybody else.

use std::fmt;

use super::fault_ja::{of_checkpoint, of_note};
use super::finding::{Against, Finding, Part};

impl Finding {
    /// The Japanese text, a sentence.
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::EntryModified { index } => {
                format!("項目 {index} は、署名された内容から変更されています。")
            }
            Self::EntryMissing { index } => format!("署名された項目 {index} がありません。"),
            Self::EntryInserted { index } => {
                format!("位置 {index} に、署名されていないか重複した項目があります。")
            }
            Self::Reordered { index } => format!("項目の順序が {index} から入れ替わっています。"),
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
                    "台帳が分岐しています。{}とは、遅くとも項目 {index} で食い違います。",
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
                format!("項目 {index} の時刻が、直前の項目より前になっています。")
            }
            Self::CheckpointSignature { path, error } => {
                format!(
                    "{path} の署名または形式が正しくありません（{}）。",
                    of_checkpoint(error)
                )
            }
            Self::KeyNotAuthorised { size } => {
                format!("件数 {size} の時点で、台帳が認めた署名鍵ではありません。")
            }
            Self::Cosignature { path, witness, error } => {
                format!(
                    "{path} にある立会人「{witness}」の署名が正しくありません（{}）。",
                    of_note(error)
                )
            }
            Self::TimeStamp { size, fault, .. } => {
                format!("件数 {size} のタイムスタンプ：{}。", fault.ja())
            }
            Self::Schema {
                index: Some(index),
                fault,
            } => format!("項目 {index}：{}。", fault.ja()),
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
            Self::Cosignature { path, witness, error } => {
                write!(f, "{path}: the cosignature of witness {witness}: {error}")
            }
            Self::KeyNotAuthorised { size } => {
                write!(
                    f,
                    "the key is not the one that the ledger says signs at size {size}"
                )
            }
            Self::TimeStamp { size, fault, .. } => {
                write!(f, "the time stamp of size {size}: {fault}")
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
            Self::Signed => "署名されたチェックポイント",
            Self::Older => "過去のチェックポイント",
            Self::Held => "お手元のチェックポイント",
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
            Self::Field(field) => format!("第{}欄（{}）", field.number(), field.ja()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::CheckpointError;
    use crate::commitment::Field;
    use crate::entry::{EntryError, Kind};
    use crate::note::NoteError;
    use crate::position::{Index, Size};
    use crate::verify::Fault;

    #[test]
    fn a_japanese_sentence_has_no_english_word_but_names_of_files() {
        let (index, size) = (Index::FIRST, Size::ZERO);
        let schema = |fault| Finding::Schema {
            index: Some(index),
            fault,
        };
        let part = Part::Field(Field::ITEMS);
        let against = Against::Held;
        let findings = [
            Finding::ForkAt { index, against },
            Finding::TailTruncated {
                have: size,
                expected: size,
                against,
            },
            Finding::OpeningMismatch { index, part },
            Finding::CheckpointSignature {
                path: String::new(),
                error: CheckpointError::Note(NoteError::NotSigned),
            },
            Finding::KeyNotAuthorised { size },
            Finding::Cosignature {
                path: String::new(),
                witness: String::new(),
                error: NoteError::BadSignature,
            },
            schema(Fault::Entry(EntryError::Magic)),
            schema(Fault::Body(Kind::Erase)),
            schema(Fault::Undivided { path: String::new() }),
            schema(Fault::Value),
        ];
        for finding in findings {
            let ja = finding.ja();
            assert!(
                !ja.contains(|character: char| character.is_ascii_alphabetic()),
                "{ja}"
            );
        }
    }
}
