//! The JSON body of an anchor (kind 8) that binds a time stamp.

use serde::{Deserialize, Serialize};

use super::ParseBodyError;
use crate::hash::{Digest, sha256};
use crate::position::Size;
use crate::timestamp::TimeStamp;

/// What `anchor` says in such a body. Anchors of other kinds say something else there, or nothing.
const KIND: &str = "rfc3161";

/// `{"anchor":"rfc3161","size","note_sha256","tsr_sha256","gen_time","tsa"}`: an authority stamped the checkpoint of this size,
/// and its answer is the one with this digest.
///
/// The answer itself lies beside the ledger. An authority cannot have signed it before its own time, so every entry
/// behind this one was made after that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StampAnchor {
    anchor: String,
    size: u64,
    note_sha256: String,
    tsr_sha256: String,
    gen_time: String,
    tsa: String,
}

/// The one member that tells anchors apart.
#[derive(Deserialize)]
struct Named {
    anchor: Option<serde_json::Value>,
}

impl StampAnchor {
    /// Says that `answer` stamps the checkpoint of `size` entries, whose bytes are `stamped` (see
    /// [`stamped_bytes`](crate::timestamp::stamped_bytes)), and was asked for at the address `tsa`.
    #[must_use]
    pub fn new(size: Size, stamped: &[u8], answer: &[u8], stamp: &TimeStamp, tsa: &str) -> Self {
        Self {
            anchor: KIND.to_owned(),
            size: size.get(),
            note_sha256: sha256(stamped).to_string(),
            tsr_sha256: sha256(answer).to_string(),
            gen_time: stamp.time.to_string(),
            tsa: tsa.to_owned(),
        }
    }

    /// The text to append.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers always serialise")
    }

    /// Reads the body of an anchor; `None` if it binds something else than a time stamp.
    pub fn parse(body: &[u8]) -> Result<Option<Self>, ParseBodyError> {
        let named: Named = serde_json::from_slice(body)?;
        if named.anchor != Some(KIND.into()) {
            return Ok(None);
        }
        Ok(Some(serde_json::from_slice(body)?))
    }

    /// The size of the stamped checkpoint; `None` if it is none that a ledger can have.
    #[must_use]
    pub const fn size(&self) -> Option<Size> {
        Size::new(self.size)
    }

    /// SHA-256 of what was stamped; `None` if it is not written as one.
    #[must_use]
    pub fn note_digest(&self) -> Option<Digest> {
        self.note_sha256.parse().ok()
    }

    /// SHA-256 of the authority's answer; `None` if it is not written as one.
    #[must_use]
    pub fn answer_digest(&self) -> Option<Digest> {
        self.tsr_sha256.parse().ok()
    }

    /// The address that was asked, without its query.
    #[must_use]
    pub fn tsa(&self) -> &str {
        &self.tsa
    }

    /// The time of the stamp in RFC 3339, with milliseconds, rounded down.
    #[must_use]
    pub fn time(&self) -> &str {
        &self.gen_time
    }
}
