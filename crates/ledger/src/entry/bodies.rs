//! The JSON bodies of entries that say something about other entries.
//!
//! They are public: they never hold a person's name or an identifier of a person, and staff are
//! named by opaque ids. Reading ignores members it does not know, so that a body may say more.

use serde::{Deserialize, Serialize};

use crate::day::{format_day, parse_day};
use crate::json_object::objects;
use crate::note::{Origin, ParseOriginError, ParseVerifierKeyError, VerifierKey};

/// Why a JSON body is not what its kind needs.
#[derive(Debug, thiserror::Error)]
pub enum ParseBodyError {
    /// The members are not those of the kind.
    #[error("the body does not have the members of its kind")]
    Members(#[from] serde_json::Error),
    /// The origin is not one.
    #[error("the origin is not valid")]
    Origin(#[from] ParseOriginError),
    /// The verifier key is not one.
    #[error("the verifier key is not valid")]
    VerifierKey(#[from] ParseVerifierKeyError),
    /// A last day of keeping is not written `YYYY-MM-DD`.
    #[error("{0:?} is not a day")]
    Day(String),
}

macro_rules! json_body {
    ($name:ident) => {
        impl $name {
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
    };
}

/// `{"origin","vkey"}` of kind 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenesisBody {
    origin: String,
    vkey: String,
}

json_body!(GenesisBody);

impl GenesisBody {
    /// Says that `vkey` signs the ledger called `origin`.
    #[must_use]
    pub fn new(origin: &Origin, vkey: &VerifierKey) -> Self {
        Self {
            origin: origin.to_string(),
            vkey: vkey.to_string(),
        }
    }

    /// The ledger's origin.
    pub fn origin(&self) -> Result<Origin, ParseBodyError> {
        Ok(self.origin.parse()?)
    }

    /// The first key of the ledger.
    pub fn vkey(&self) -> Result<VerifierKey, ParseBodyError> {
        Ok(self.vkey.parse()?)
    }
}

/// `{"basis","records","approved_by"}` of kind 3: what was erased and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseBody {
    /// Reason code.
    pub basis: String,
    /// Indices of the erased records.
    pub records: Vec<u64>,
    /// Opaque ids of those who approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<String>,
}

json_body!(EraseBody);

/// `{"records":[{"index","retain_through"}]}` of kind 4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtendBody {
    /// The records and their new last days.
    #[serde(deserialize_with = "objects")]
    pub records: Vec<ExtendedRecord>,
}

json_body!(ExtendBody);

/// One record's new last day of keeping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtendedRecord {
    index: u64,
    retain_through: String,
}

impl ExtendedRecord {
    /// Keep the record at `index` through the day `day` (days since 1970-01-01 in Japan).
    #[must_use]
    pub fn new(index: u64, day: i32) -> Self {
        Self {
            index,
            retain_through: format_day(day),
        }
    }

    /// The record's index.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The new last day, written `"YYYY-MM-DD"`, in days since 1970-01-01 in Japan.
    pub fn day(&self) -> Result<i32, ParseBodyError> {
        parse_day(&self.retain_through).ok_or_else(|| ParseBodyError::Day(self.retain_through.clone()))
    }
}

/// `{"records","reason"}` of kind 5: records that must not be erased for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldBody {
    /// Indices of the records.
    pub records: Vec<u64>,
    /// Reason code.
    pub reason: String,
}

json_body!(HoldBody);

/// `{"records"}` of kind 6: records whose holds are lifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseBody {
    /// Indices of the records.
    pub records: Vec<u64>,
}

json_body!(ReleaseBody);

/// `{"vkey","first_size","old_key_ends","revoked"}` of kind 7: a new signing key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyBody {
    vkey: String,
    /// First size whose checkpoint the new key signs.
    pub first_size: u64,
    /// Last size whose checkpoint the old key signs; from `first_size` on beside the new one.
    pub old_key_ends: u64,
    /// Reason code, if the old key must not be believed any more: then it hands nothing over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<String>,
}

json_body!(KeyBody);

impl KeyBody {
    /// Says that `vkey` signs from `first_size` on, and the key before it to `old_key_ends`.
    #[must_use]
    pub fn new(vkey: &VerifierKey, first_size: u64, old_key_ends: u64) -> Self {
        Self {
            vkey: vkey.to_string(),
            first_size,
            old_key_ends,
            revoked: None,
        }
    }

    /// Says besides that the key before is revoked, for a reason.
    #[must_use]
    pub fn revoking(self, reason: &str) -> Self {
        Self {
            revoked: Some(reason.to_owned()),
            ..self
        }
    }

    /// The new key.
    pub fn vkey(&self) -> Result<VerifierKey, ParseBodyError> {
        Ok(self.vkey.parse()?)
    }
}
