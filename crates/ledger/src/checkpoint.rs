//! Checkpoints (C2SP `tlog-checkpoint` 1.0.0): origin, size and root, signed.
//!
//! Extension lines are neither written nor read: KRB1 has none.

use crate::base64_text;
use crate::hash::{Digest, sha256};
use crate::note::{NoteError, Origin, ParseOriginError, SigningKey, VerifierKey, open_note, sign_note_by};
use crate::position::Size;
use crate::tree::Frontier;

/// What a ledger says about itself at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    size: Size,
    root: Digest,
}

/// Why a checkpoint is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is refused.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The first line is not an origin.
    #[error("the origin is not valid")]
    Origin(#[from] ParseOriginError),
    /// The origin is not the one of the key.
    #[error("the origin is not the name of the key")]
    OtherOrigin,
    /// There are not exactly three lines: fewer, an empty one, or an extension.
    #[error("a checkpoint has three lines")]
    Lines,
    /// The size has a sign, a leading zero or another character, or exceeds 2^63 - 1.
    #[error("the size is not a decimal number up to 2^63 - 1")]
    Size,
    /// The root is not canonical base64 of 32 bytes.
    #[error("the root is not base64 of 32 bytes")]
    Root,
    /// The size is 0 but the root is not that of an empty tree.
    #[error("an empty tree has another root")]
    EmptyRoot,
}

impl Checkpoint {
    /// The checkpoint of a tree, as computed.
    #[must_use]
    pub fn of(origin: Origin, tree: &Frontier) -> Self {
        Self {
            origin,
            size: tree.size(),
            root: tree.root(),
        }
    }

    /// The checkpoint with these parts; fails only for size 0 with another root than SHA-256 of nothing.
    pub fn new(origin: Origin, size: Size, root: Digest) -> Result<Self, CheckpointError> {
        if size == Size::ZERO && root != sha256(&[]) {
            return Err(CheckpointError::EmptyRoot);
        }
        Ok(Self { origin, size, root })
    }

    /// Signs it; `key` must be of the same origin.
    pub fn sign(&self, key: &SigningKey) -> Result<String, CheckpointError> {
        self.sign_by(&[key])
    }

    /// Signs it by several keys of the same origin, one line each: while one key takes over from another.
    pub fn sign_by(&self, keys: &[&SigningKey]) -> Result<String, CheckpointError> {
        if keys.iter().any(|key| *key.origin() != self.origin) {
            return Err(CheckpointError::OtherOrigin);
        }
        Ok(sign_note_by(&self.text(), keys)?)
    }

    /// Reads a signed checkpoint and checks that `key` has signed it, for its own origin.
    pub fn open(note: &[u8], key: &VerifierKey) -> Result<Self, CheckpointError> {
        let checkpoint = Self::parse(open_note(note, key)?)?;
        if checkpoint.origin != *key.origin() {
            return Err(CheckpointError::OtherOrigin);
        }
        Ok(checkpoint)
    }

    /// The ledger's name.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many entries the ledger has.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// The root over their leaf hashes.
    #[must_use]
    pub const fn root(&self) -> Digest {
        self.root
    }

    /// The three lines that are signed.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { origin, size, root } = self;
        format!("{origin}\n{size}\n{}\n", base64_text::encode(root.as_bytes()))
    }

    /// What the text of a note says, signed by whomever. Nothing to be trusted before the note is verified.
    ///
    /// A witness serves logs that add extension lines, so these are passed over here; an empty one is refused. The
    /// ledgers of this format have none, see [`Checkpoint::open`].
    pub fn claimed(text: &str) -> Result<Self, CheckpointError> {
        let mut ends = text.match_indices('\n').map(|(end, _)| end + 1);
        let end = ends.nth(2).ok_or(CheckpointError::Lines)?;
        let extensions = &text[end..];
        if extensions.starts_with('\n') || extensions.contains("\n\n") {
            return Err(CheckpointError::Lines);
        }
        Self::parse(&text[..end])
    }

    /// Reads the three lines, which are not to be trusted before the note around them is verified.
    fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), Some(""), None) = (
            lines.next(),
            lines.next(),
            lines.next(),
            lines.next(),
            lines.next(),
        ) else {
            return Err(CheckpointError::Lines);
        };
        let origin = origin.parse()?;
        let size = parse_decimal(size)
            .and_then(Size::new)
            .ok_or(CheckpointError::Size)?;
        let root = base64_text::decode_digest(root).ok_or(CheckpointError::Root)?;
        Self::new(origin, size, root)
    }
}

/// Reads a decimal number in its one form: no sign, no leading zero.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests;
