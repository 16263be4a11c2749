//! The lines of a disclosure proof. Each has one form: what was read and is written again gives the same bytes.

use serde::{Deserialize, Serialize};

use super::DISCLOSURE_FORMAT;
use crate::bundle::Opening;
use crate::hash::Digest;
use crate::position::Index;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisclosureLine {
    /// The first: the checkpoint that everything is proven against.
    Heading {
        /// The signed note, verbatim.
        checkpoint: String,
    },
    /// A record begins.
    Record {
        /// The index of its entry.
        index: Index,
        /// The bytes of its entry.
        entry: Vec<u8>,
        /// The path of the entry in the tree of the checkpoint, the leaf's sibling first.
        path: Vec<Digest>,
    },
    /// A field or a row of the record, always with its path.
    Opening(Opening),
    /// The last: how many records there are, so that a file that was cut off is no proof.
    End {
        /// How many.
        records: u64,
    },
}

/// A line is none of a disclosure proof, or not written in its one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a line of a disclosure proof in its one form")]
pub struct ParseDisclosureLineError;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    format: String,
    checkpoint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    index: u64,
    entry: String,
    path: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    records: u64,
}

impl DisclosureLine {
    /// The line's bytes, without a newline.
    #[must_use]
    pub fn encode(&self) -> String {
        let json = match self {
            Self::Heading { checkpoint } => serde_json::to_string(&Heading {
                format: DISCLOSURE_FORMAT.to_owned(),
                checkpoint: checkpoint.clone(),
            }),
            Self::Record { index, entry, path } => serde_json::to_string(&Record {
                index: index.get(),
                entry: hex::encode(entry),
                path: path.iter().map(Digest::to_string).collect(),
            }),
            Self::Opening(opening) => serde_json::to_string(opening),
            Self::End { records } => serde_json::to_string(&End { records: *records }),
        };
        json.expect("strings and numbers always serialise")
    }

    /// Reads a line, without its newline; refuses any that [`DisclosureLine::encode`] would not write.
    pub fn parse(line: &[u8]) -> Result<Self, ParseDisclosureLineError> {
        let parsed = Self::read(line).ok_or(ParseDisclosureLineError)?;
        if parsed.encode().as_bytes() != line {
            return Err(ParseDisclosureLineError);
        }
        Ok(parsed)
    }

    fn read(line: &[u8]) -> Option<Self> {
        if let Ok(opening) = serde_json::from_slice::<Opening>(line) {
            let has_path = matches!(
                opening,
                Opening::Field { path: Some(_), .. } | Opening::Row { path: Some(_), .. }
            );
            return has_path.then_some(Self::Opening(opening));
        }
        if let Ok(record) = serde_json::from_slice::<Record>(line) {
            let hashes = record.path.iter().map(|hash| hash.parse().ok());
            return Some(Self::Record {
                index: Index::new(record.index)?,
                entry: hex::decode(&record.entry).ok()?,
                path: hashes.collect::<Option<_>>()?,
            });
        }
        if let Ok(End { records }) = serde_json::from_slice(line) {
            return Some(Self::End { records });
        }
        let Heading { format, checkpoint } = serde_json::from_slice(line).ok()?;
        (format == DISCLOSURE_FORMAT).then_some(Self::Heading { checkpoint })
    }
}
