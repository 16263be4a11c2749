//! What part of a ledger's values a bundle opens.

use serde::de::IntoDeserializer as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::json_object::JsonObject;
use crate::position::Size;

/// How much of the values is in a bundle. Entries are always complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// No values: nothing in the bundle is personal data.
    Structure,
    /// The records of a period; others are withheld.
    Period,
    /// The records and rows of one principal; others are withheld.
    Principal,
    /// Every record that is not erased.
    Full,
}

/// `{"scope":"structure|period|principal|full","size":N}`, and `"from_size":M` in a delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleScope {
    #[serde(deserialize_with = "by_name")]
    scope: Scope,
    size: u64,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    from_size: Option<u64>,
}

impl Scope {
    /// The name in the file and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Period => "period",
            Self::Principal => "principal",
            Self::Full => "full",
        }
    }
}

/// Reads a scope as a text, and not as the object with one member that serde takes for it, too.
fn by_name<'de, D: Deserializer<'de>>(name: D) -> Result<Scope, D::Error> {
    let name = String::deserialize(name)?;
    Scope::deserialize(name.into_deserializer())
}

impl BundleScope {
    /// The scope of a bundle of `size` entries.
    #[must_use]
    pub const fn new(scope: Scope, size: Size) -> Self {
        Self {
            scope,
            size: size.get(),
            from_size: None,
        }
    }

    /// The same of a delta: its entries begin where a ledger of `from_size` ended.
    #[must_use]
    pub const fn starting_at(self, from_size: Option<Size>) -> Self {
        Self {
            from_size: match from_size {
                Some(from_size) => Some(from_size.get()),
                None => None,
            },
            ..self
        }
    }

    /// The file's bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a name and a number always serialise")
    }

    /// Reads the file.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes).map(|JsonObject(scope)| scope)
    }

    /// How much of the values there is.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// How many entries the bundle has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The earlier size that a delta goes on from; `None` in a bundle of the whole ledger.
    #[must_use]
    pub const fn from_size(&self) -> Option<u64> {
        self.from_size
    }
}

/// A member that is `null` is not one that is absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    u64::deserialize(deserializer).map(Some)
}
