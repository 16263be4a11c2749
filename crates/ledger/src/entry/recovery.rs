//! What a `recovery` entry says: the ledger was restored from a backup, and what that cost.
//!
//! Nobody judges the inside: a recovery entry excuses nothing. It tells an auditor who finds that the ledger contradicts a
//! checkpoint he holds where the histories part and why, in the words of whoever restored it.

use serde::{Deserialize, Serialize};

use super::ParseBodyError;
use crate::base64_text;
use crate::hash::Digest;
use crate::position::Size;

/// The body of kind 9: `{"reason","restored","contents_lost","lost","highest_known"}`; the last three may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryBody {
    /// Reason code.
    pub reason: String,
    /// The ledger as it was restored.
    pub restored: StatedTree,
    /// Entries that were appended again byte for byte, with nothing of what they commit to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contents_lost: Option<LostRange>,
    /// Entries that were signed once and are gone. Others stand in their places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<LostRange>,
    /// The largest tree that is known to have been signed, if it is not the one restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_known: Option<StatedTree>,
}

/// A size and the root over so many entries, as a checkpoint writes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedTree {
    /// Entries.
    pub size: u64,
    root: String,
}

/// Entries from `first` through `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostRange {
    /// Index of the first.
    pub first: u64,
    /// Index of the last.
    pub last: u64,
}

impl RecoveryBody {
    /// The text to append; members stand in the order of the fields.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, numbers and lists always serialise")
    }

    /// Reads the body of an entry.
    pub fn parse(body: &[u8]) -> Result<Self, ParseBodyError> {
        Ok(serde_json::from_slice(body)?)
    }
}

impl StatedTree {
    /// The tree of `size` entries with this root.
    #[must_use]
    pub fn new(size: Size, root: Digest) -> Self {
        Self {
            size: size.get(),
            root: base64_text::encode(root.as_bytes()),
        }
    }

    /// The root, if it is one.
    #[must_use]
    pub fn root(&self) -> Option<Digest> {
        base64_text::decode_digest(&self.root)
    }
}

impl LostRange {
    /// The entries that a tree of `have` lacks of one of `expected`; `None` if it lacks none.
    #[must_use]
    pub fn between(have: Size, expected: Size) -> Option<Self> {
        (have < expected).then(|| Self {
            first: have.get(),
            last: expected.get() - 1,
        })
    }

    /// Whether an index is in it.
    #[must_use]
    pub const fn contains(&self, index: u64) -> bool {
        self.first <= index && index <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::sha256;

    #[test]
    fn the_text_is_read_back_and_absent_members_stay_absent() {
        let size = |n| Size::new(n).unwrap();
        let mut body = RecoveryBody {
            reason: "disk_failure".to_owned(),
            restored: StatedTree::new(size(9), sha256(b"nine")),
            contents_lost: None,
            lost: LostRange::between(size(9), size(12)),
            highest_known: Some(StatedTree::new(size(12), sha256(b"twelve"))),
        };
        let text = body.to_json();
        assert!(
            text.contains(r#""lost":{"first":9,"last":11}"#) && !text.contains("contents_lost"),
            "{text}"
        );
        assert_eq!(RecoveryBody::parse(text.as_bytes()).unwrap(), body);
        assert_eq!(body.restored.root(), Some(sha256(b"nine")));
        body.lost = LostRange::between(size(9), size(9));
        assert_eq!(body.lost, None);
        assert!(RecoveryBody::parse(b"{}").is_err());
    }
}
