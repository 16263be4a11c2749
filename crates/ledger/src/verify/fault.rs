//! Faults of form: what the finding `SCHEMA` can mean.

use std::fmt;

use crate::entry::{EntryError, Kind};

/// A rule of the format that signed entries, or files of a bundle, break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes are not an entry.
    Entry(EntryError),
    /// The entry says it stands at another index.
    Index {
        /// The index it says.
        found: u64,
    },
    /// The entry belongs to another ledger.
    OtherLedger,
    /// The entry does not carry the leaf hash of the entry before it.
    Link,
    /// The first entry is not a genesis.
    NoGenesis,
    /// A genesis stands behind the first entry.
    SecondGenesis,
    /// The JSON body lacks the members of its kind.
    Body(Kind),
    /// A key is for another origin, or takes over at a size that was already signed.
    Key,
    /// The entry erases, extends, holds or releases something that is not a record before it.
    Target {
        /// The index it names.
        target: u64,
    },
    /// An extension would end the keeping of a record earlier.
    MovedEarlier {
        /// The record's index.
        target: u64,
    },
    /// Field 4 does not say how many principals there are and what their root is.
    Principals,
    /// An opening repeats one, or does not stand in the order of index, fields and rows.
    OpeningOrder,
    /// An opening names an entry that commits to nothing.
    OpeningOfNoRecord,
    /// The scope has no openings, but there are some.
    OpeningsOutOfScope,
    /// A value contains NUL.
    Value,
    /// A line of an openings file is not an opening.
    OpeningLine {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u64,
    },
    /// A file of the bundle is wrong.
    File {
        /// The file.
        path: String,
        /// How it is wrong.
        fault: FileFault,
    },
    /// The bundle is not a tar that can be read to its end.
    Container {
        /// What the reader met.
        error: String,
    },
}

/// What can be wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It is not there.
    Missing,
    /// The manifest does not list it.
    NotListed,
    /// Its bytes are not those of the manifest.
    Changed,
    /// Its contents do not have the form they should.
    Malformed,
    /// It contradicts the checkpoint or the entries.
    Contradicts,
}

impl Fault {
    /// The Japanese text, a sentence without its full stop.
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::Entry(error) => format!("形式に合いません（{error}）"),
            Self::Index { found } => format!("自らを番号 {found} と称しています"),
            Self::OtherLedger => "別の台帳のものです".to_owned(),
            Self::Link => "直前のエントリのハッシュ値を引き継いでいません".to_owned(),
            Self::NoGenesis => "台帳の最初のエントリではありません".to_owned(),
            Self::SecondGenesis => "台帳の開始が二度記録されています".to_owned(),
            Self::Body(kind) => format!("本文に {kind:?} に必要な項目がありません"),
            Self::Key => "鍵の交代の記録が正しくありません".to_owned(),
            Self::Target { target } => format!("対象の {target} は、それより前の記録ではありません"),
            Self::MovedEarlier { target } => format!("記録 {target} の保存期限を早めています"),
            Self::Principals => "項目4（本人）の形式が正しくありません".to_owned(),
            Self::OpeningOrder => "開示値が重複しているか、順序どおりに並んでいません".to_owned(),
            Self::OpeningOfNoRecord => "開示値が、記録ではないエントリに付いています".to_owned(),
            Self::OpeningsOutOfScope => "範囲外の開示値が含まれています".to_owned(),
            Self::Value => "開示値に使えない文字（NUL）が含まれています".to_owned(),
            Self::OpeningLine { path, line } => format!("{path} の {line} 行目を読めません"),
            Self::File { path, fault } => format!("ファイル {path} {}", fault.ja()),
            Self::Container { error } => format!("バンドル（tar）を読めません（{error}）"),
        }
    }
}

impl FileFault {
    const fn ja(self) -> &'static str {
        match self {
            Self::Missing => "がありません",
            Self::NotListed => "は manifest に載っていません",
            Self::Changed => "の内容が manifest と一致しません",
            Self::Malformed => "の形式が正しくありません",
            Self::Contradicts => "の内容が checkpoint またはエントリと矛盾します",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(error) => write!(f, "not of the format: {error}"),
            Self::Index { found } => write!(f, "says it stands at index {found}"),
            Self::OtherLedger => f.write_str("belongs to another ledger"),
            Self::Link => f.write_str("does not carry the leaf hash of the entry before it"),
            Self::NoGenesis => f.write_str("is not a genesis"),
            Self::SecondGenesis => f.write_str("is a second genesis"),
            Self::Body(kind) => write!(f, "the body lacks the members of kind {kind:?}"),
            Self::Key => f.write_str("the change of key is not valid"),
            Self::Target { target } => write!(f, "names {target}, which is not a record before it"),
            Self::MovedEarlier { target } => write!(f, "would end the keeping of record {target} earlier"),
            Self::Principals => f.write_str("field 4 (principals) is malformed"),
            Self::OpeningOrder => f.write_str("an opening is repeated or out of order"),
            Self::OpeningOfNoRecord => f.write_str("has openings but is not a record"),
            Self::OpeningsOutOfScope => f.write_str("there are openings outside the scope"),
            Self::Value => f.write_str("a value contains NUL"),
            Self::OpeningLine { path, line } => write!(f, "line {line} of {path} is not an opening"),
            Self::File { path, fault } => write!(f, "file {path} {fault}"),
            Self::Container { error } => write!(f, "the bundle cannot be read: {error}"),
        }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::NotListed => "is not in the manifest",
            Self::Changed => "is not what the manifest says",
            Self::Malformed => "is malformed",
            Self::Contradicts => "contradicts the checkpoint or the entries",
        })
    }
}
