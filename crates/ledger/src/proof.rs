//! Proofs that stand alone (C2SP `tlog-proof@v1`): an inclusion path and the checkpoint it leads to.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64>                  only if there is extra data
//! index <decimal>
//! <base64 of 32 bytes>            one line a hash, from the leaf's sibling upwards
//! <empty line>
//! <signed checkpoint, verbatim>
//! ```

use std::fmt;
use std::str::FromStr;

use crate::base64_text;
use crate::checkpoint::{Checkpoint, CheckpointError, parse_decimal};
use crate::hash::Digest;
use crate::note::{Note, NoteError, VerifierKey};
use crate::position::Index;
use crate::tree::{InclusionError, PATH_LEN_MAX, verify_inclusion};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A proof that some leaf stands at `index` in the tree of the checkpoint it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    extra: Option<Vec<u8>>,
    index: Index,
    path: Vec<Digest>,
    checkpoint: String,
}

/// Why a text is not a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseProofError {
    /// The first line names another format.
    #[error("the first line is not {FIRST_LINE}")]
    FirstLine,
    /// The extra data is empty or not canonical base64.
    #[error("the extra data is not base64")]
    Extra,
    /// The index line is missing, has a leading zero or sign, or is beyond 2^63 - 2.
    #[error("the index is missing or not a decimal number")]
    Index,
    /// A path line is not canonical base64 of 32 bytes.
    #[error("path line {line} is not base64 of 32 bytes")]
    PathLine {
        /// The line, counted from 1 behind the index.
        line: usize,
    },
    /// The path is longer than that of any tree.
    #[error("the path has more than {PATH_LEN_MAX} hashes")]
    PathLength,
    /// No empty line ends the path.
    #[error("there is no checkpoint behind the path")]
    NoCheckpoint,
    /// The checkpoint is not a well-formed note.
    #[error("the checkpoint is malformed")]
    Note(#[from] NoteError),
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The checkpoint is not the ledger's.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The path does not lead from the leaf to the checkpoint's root.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
}

impl TlogProof {
    /// Puts a proof together; `checkpoint` is a signed checkpoint, kept verbatim. The path is not checked.
    pub fn new(index: Index, path: Vec<Digest>, checkpoint: String) -> Result<Self, ParseProofError> {
        if path.len() > PATH_LEN_MAX {
            return Err(ParseProofError::PathLength);
        }
        Note::parse(checkpoint.as_bytes())?;
        Ok(Self {
            extra: None,
            index,
            path,
            checkpoint,
        })
    }

    /// Checks that `leaf` is in the ledger of `key`, at the size of the checkpoint in the proof;
    /// gives that checkpoint.
    pub fn verify(&self, leaf: &Digest, key: &VerifierKey) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(self.checkpoint.as_bytes(), key)?;
        verify_inclusion(
            leaf,
            self.index,
            checkpoint.size(),
            &self.path,
            &checkpoint.root(),
        )?;
        Ok(checkpoint)
    }

    /// Where the leaf is said to stand.
    #[must_use]
    pub const fn index(&self) -> Index {
        self.index
    }

    /// The path, from the leaf's sibling upwards.
    #[must_use]
    pub fn path(&self) -> &[Digest] {
        &self.path
    }

    /// The signed checkpoint, as it came.
    #[must_use]
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// Data that nothing authenticates.
    #[must_use]
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }
}

impl FromStr for TlogProof {
    type Err = ParseProofError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ParseProofError::NoCheckpoint)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(ParseProofError::FirstLine);
        }
        let extra = lines
            .next_if(|line| line.starts_with("extra "))
            .map(|line| {
                base64_text::decode(&line["extra ".len()..])
                    .filter(|extra| !extra.is_empty())
                    .ok_or(ParseProofError::Extra)
            })
            .transpose()?;
        let index = lines
            .next()
            .and_then(|line| parse_decimal(line.strip_prefix("index ")?))
            .and_then(Index::new)
            .ok_or(ParseProofError::Index)?;
        let mut path = Vec::new();
        for (line, content) in (1..).zip(lines) {
            if path.len() == PATH_LEN_MAX {
                return Err(ParseProofError::PathLength);
            }
            path.push(base64_text::decode_digest(content).ok_or(ParseProofError::PathLine { line })?);
        }
        Note::parse(checkpoint.as_bytes())?;
        Ok(Self {
            extra,
            index,
            path,
            checkpoint: checkpoint.to_owned(),
        })
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", base64_text::encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", base64_text::encode(hash.as_bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests;
