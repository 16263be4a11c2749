//! What a ledger and a witness say to each other (C2SP `tlog-witness`, `add-checkpoint`).
//!
//! ```text
//! old <size that the witness holds>
//! <base64 of 32 bytes>            one line a hash of the consistency proof
//! <empty line>
//! <signed checkpoint, verbatim>
//! ```

use std::fmt;

use crate::base64_text;
use crate::checkpoint::parse_decimal;
use crate::hash::{Digest, sha256};
use crate::note::{Note, NoteError, Origin};
use crate::position::Size;

/// Most lines of a consistency proof.
const PROOF_LINES_MAX: usize = 63;

/// The media type of the size that a witness answers a conflict with.
pub const SIZE_MEDIA_TYPE: &str = "text/x.tlog.size";

/// The body of a request to cosign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint<'a> {
    /// The size from which the proof begins: what the witness is believed to hold.
    pub old: Size,
    /// The proof of consistency; empty from size 0.
    pub proof: Vec<Digest>,
    /// The signed checkpoint, a well-formed note.
    pub checkpoint: &'a str,
}

/// Why a text is not the body of a request to cosign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseAddCheckpointError {
    /// It is not UTF-8.
    #[error("a request is UTF-8")]
    NotUtf8,
    /// No empty line separates the proof from a checkpoint.
    #[error("a request has a size, a proof, an empty line and a checkpoint")]
    NoCheckpoint,
    /// The first line is not `old` and a decimal number.
    #[error("the first line is not `old` and a size")]
    OldSize,
    /// A line of the proof is not canonical base64 of 32 bytes.
    #[error("proof line {line} is not base64 of 32 bytes")]
    ProofLine {
        /// The line, counted from 1 behind the first.
        line: usize,
    },
    /// The proof has more lines than any proof.
    #[error("a proof has at most {PROOF_LINES_MAX} lines")]
    ProofLength,
    /// The checkpoint is not a well-formed note.
    #[error("the checkpoint is malformed: {0}")]
    Note(#[from] NoteError),
}

impl<'a> AddCheckpoint<'a> {
    /// Reads a request's body. Neither the signatures nor the proof are checked.
    pub fn parse(body: &'a [u8]) -> Result<Self, ParseAddCheckpointError> {
        let body = std::str::from_utf8(body).map_err(|_| ParseAddCheckpointError::NotUtf8)?;
        let (head, checkpoint) = body
            .split_once("\n\n")
            .ok_or(ParseAddCheckpointError::NoCheckpoint)?;
        let mut lines = head.split('\n');
        let old = lines
            .next()
            .and_then(|line| line.strip_prefix("old "))
            .and_then(parse_size_text)
            .ok_or(ParseAddCheckpointError::OldSize)?;
        let mut proof = Vec::new();
        for (line, text) in (1..).zip(lines) {
            if line > PROOF_LINES_MAX {
                return Err(ParseAddCheckpointError::ProofLength);
            }
            let hash = base64_text::decode_digest(text).ok_or(ParseAddCheckpointError::ProofLine { line })?;
            proof.push(hash);
        }
        Note::parse(checkpoint.as_bytes())?;
        Ok(Self {
            old,
            proof,
            checkpoint,
        })
    }
}

impl fmt::Display for AddCheckpoint<'_> {
    /// The body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", base64_text::encode(hash.as_bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Reads the size that a witness answers a conflict with: a decimal number and a newline.
#[must_use]
pub fn parse_size(body: &[u8]) -> Option<Size> {
    let text = std::str::from_utf8(body).ok()?;
    parse_size_text(text.strip_suffix('\n')?)
}

/// Under which name a witness shows its newest checkpoint of a log: the hexadecimal SHA-256 of the origin.
#[must_use]
pub fn origin_hash(origin: &Origin) -> String {
    sha256(origin.as_str().as_bytes()).to_string()
}

fn parse_size_text(text: &str) -> Option<Size> {
    parse_decimal(text).and_then(Size::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::{SigningKey, sign_note};

    fn checkpoint() -> String {
        let key = SigningKey::from_seed("example.jp/ledger".parse().unwrap(), [7; 32]);
        sign_note(
            "example.jp/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            &key,
        )
        .unwrap()
    }

    fn refusal(body: &str) -> ParseAddCheckpointError {
        AddCheckpoint::parse(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn requests_read_back() {
        let checkpoint = checkpoint();
        for proof in [vec![], vec![Digest::from_bytes([9; 32]); PROOF_LINES_MAX]] {
            let request = AddCheckpoint {
                old: Size::from(5),
                proof,
                checkpoint: &checkpoint,
            };
            let body = request.to_string();
            assert!(body.starts_with("old 5\n"));
            assert_eq!(AddCheckpoint::parse(body.as_bytes()), Ok(request));
        }
    }

    #[test]
    fn malformed_requests_are_refused() {
        let note = checkpoint();
        for old in ["old", "old 05", "old -1", "old 9223372036854775808", "OLD 5", "5"] {
            assert_eq!(
                refusal(&format!("{old}\n\n{note}")),
                ParseAddCheckpointError::OldSize
            );
        }
        let hash = base64_text::encode(&[9; 32]);
        assert_eq!(
            refusal(&format!("old 5\n{hash}\nAAAA\n\n{note}")),
            ParseAddCheckpointError::ProofLine { line: 2 }
        );
        let long = format!("{hash}\n").repeat(64);
        assert_eq!(
            refusal(&format!("old 5\n{long}\n{note}")),
            ParseAddCheckpointError::ProofLength
        );
        assert_eq!(refusal("old 5\n"), ParseAddCheckpointError::NoCheckpoint);
        assert_eq!(
            refusal("old 5\n\ntext\n"),
            ParseAddCheckpointError::Note(NoteError::NoSignatures)
        );
        assert_eq!(
            AddCheckpoint::parse(b"\xff"),
            Err(ParseAddCheckpointError::NotUtf8)
        );
    }

    #[test]
    fn a_size_is_a_number_and_a_newline() {
        assert_eq!(parse_size(b"12\n"), Some(Size::from(12)));
        for body in ["12", "012\n", "+1\n", "12\n\n", " 12\n", "9223372036854775808\n"] {
            assert_eq!(parse_size(body.as_bytes()), None, "{body:?}");
        }
    }
}
