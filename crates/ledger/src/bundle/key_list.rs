//! The history of a ledger's keys, as a bundle repeats it.

use serde::{Deserialize, Serialize};

use crate::json_object::{JsonObject, objects};
use crate::note::{ParseVerifierKeyError, VerifierKey};

/// `{"keys":[{"vkey":…,"first_size":0}]}`, oldest first.
///
/// It is a convenience: what counts are the genesis and key entries of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyList(Vec<ListedKey>);

/// One key and the first size whose checkpoint it signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key.
    pub vkey: VerifierKey,
    /// The first size whose checkpoint it signs.
    pub first_size: u64,
}

/// Why bytes are not a key list.
#[derive(Debug, thiserror::Error)]
pub enum ParseKeyListError {
    /// The JSON does not have the members of a key list.
    #[error("not a key list")]
    Json(#[from] serde_json::Error),
    /// A key is not one.
    #[error("a verifier key is not valid")]
    VerifierKey(#[from] ParseVerifierKeyError),
}

impl KeyList {
    /// A list of keys, oldest first.
    #[must_use]
    pub const fn new(keys: Vec<ListedKey>) -> Self {
        Self(keys)
    }

    /// The keys, oldest first.
    #[must_use]
    pub fn keys(&self) -> &[ListedKey] {
        &self.0
    }

    /// The file's bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        let keys = self
            .0
            .iter()
            .map(|key| RawKey {
                vkey: key.vkey.to_string(),
                first_size: key.first_size,
            })
            .collect();
        serde_json::to_string(&RawList { keys }).expect("strings and numbers always serialise")
    }

    /// Reads the file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseKeyListError> {
        let JsonObject(raw): JsonObject<RawList> = serde_json::from_slice(bytes)?;
        let keys = raw
            .keys
            .into_iter()
            .map(|key| -> Result<_, ParseVerifierKeyError> {
                Ok(ListedKey {
                    vkey: key.vkey.parse()?,
                    first_size: key.first_size,
                })
            });
        Ok(Self(keys.collect::<Result<_, _>>()?))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    #[serde(deserialize_with = "objects")]
    keys: Vec<RawKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    vkey: String,
    first_size: u64,
}
