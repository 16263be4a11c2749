//! Faults of form: what the finding `SCHEMA` can mean.

use std::fmt;

use crate::bundle::TarFault;
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
    /// The entry erases, extends, holds or releases something that is not a record before it, or
    /// extends one that was erased.
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
    /// An entry bundle cannot be divided into entries from this entry on: its length is not the one
    /// that stands before it, or the file ends within it.
    Undivided {
        /// The file.
        path: String,
    },
    /// A file of the bundle is wrong.
    File {
        /// The file.
        path: String,
        /// How it is wrong.
        fault: FileFault,
    },
    /// The tar is not one that a bundle is written as.
    Container(TarFault),
    /// A line of a disclosure proof is not one, is not written in its one form, or does not belong there.
    DisclosureLine {
        /// The line, from 1.
        line: u64,
    },
    /// A disclosure proof ends before its last line, or has not as many records as that says.
    DisclosureCut,
}

/// What can be wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It is not there.
    Missing,
    /// No bundle has a file of this name.
    Unknown,
    /// The manifest does not list it.
    NotListed,
    /// Its bytes are not those of the manifest.
    Changed,
    /// Its contents do not have the form they should.
    Malformed,
    /// It contradicts the checkpoint or the entries.
    Contradicts,
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
            Self::Target { target } => write!(
                f,
                "names {target}, which is not a record before it or is already erased"
            ),
            Self::MovedEarlier { target } => write!(f, "would end the keeping of record {target} earlier"),
            Self::Principals => f.write_str("field 4 (principals) is malformed"),
            Self::OpeningOrder => f.write_str("an opening is repeated or out of order"),
            Self::OpeningOfNoRecord => f.write_str("has openings but is not a record"),
            Self::OpeningsOutOfScope => f.write_str("there are openings outside the scope"),
            Self::Value => f.write_str("a value contains NUL"),
            Self::OpeningLine { path, line } => write!(f, "line {line} of {path} is not an opening"),
            Self::Undivided { path } => write!(f, "{path} cannot be divided into entries from here on"),
            Self::File { path, fault } => write!(f, "file {path} {fault}"),
            Self::Container(fault) => write!(f, "the bundle cannot be read: {fault}"),
            Self::DisclosureLine { line } => {
                write!(f, "line {line} cannot stand there in a disclosure proof")
            }
            Self::DisclosureCut => f.write_str("the disclosure proof is not complete"),
        }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Unknown => "is not a file that a bundle has",
            Self::NotListed => "is not in the manifest",
            Self::Changed => "is not what the manifest says",
            Self::Malformed => "is malformed",
            Self::Contradicts => "contradicts the checkpoint or the entries",
        })
    }
}
