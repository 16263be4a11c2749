//! One line of an openings file: a value with its salt, or that it is withheld.

use serde::{Deserialize, Deserializer, Serialize};

use crate::commitment::{Field, Salt};
use crate::hash::Digest;
use crate::json_object::JsonObject;
use crate::position::Index;

/// What a bundle says about one field or row of the record at an index.
///
/// Lines are ordered by index; within a record, fields stand before rows and rows in their order.
/// Without a path, a field is proven together with all sixteen, and a row with all rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "JsonObject<Line>", into = "Line")]
pub enum Opening {
    /// `{"index","field","value","salt"}`, and `"path"` where other fields are withheld.
    Field {
        /// The record's index.
        index: Index,
        /// The field.
        field: Field,
        /// The exact text that was hashed; empty for an absent field.
        value: String,
        /// The field's salt.
        salt: Salt,
        /// The path to the body root, from the bottom upwards.
        path: Option<Vec<Digest>>,
    },
    /// `{"index","row","value","salt"}`, and `"path"` where other rows are withheld.
    Row {
        /// The record's index.
        index: Index,
        /// The row's place among the principals.
        row: u64,
        /// The exact text that was hashed.
        value: String,
        /// The row's salt.
        salt: Salt,
        /// The path to the row root, from the bottom upwards.
        path: Option<Vec<Digest>>,
    },
    /// `{"index","withheld"}`, with `"field"` or `"row"` if only that one is withheld.
    Withheld {
        /// The record's index.
        index: Index,
        /// What is withheld.
        what: Withheld,
        /// Why: a reason code.
        reason: String,
    },
}

/// What of a record is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// Everything that is not opened.
    Rest,
    /// One field.
    Field(Field),
    /// One row.
    Row(u64),
}

/// Why a JSON object is not an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseOpeningError {
    /// The members are neither those of an opening nor those of a withheld item.
    #[error("the members are neither those of an opening nor of a withheld item")]
    Members,
    /// The index is beyond 2^63 - 2.
    #[error("the index is beyond 2^63 - 2")]
    Index,
    /// The field is not 1 to 16.
    #[error("the field is not 1 to 16")]
    Field,
    /// A path hash is not 64 lower-case hexadecimal digits.
    #[error("a path hash is not 64 lower-case hexadecimal digits")]
    Path,
}

impl Opening {
    /// The record's index.
    #[must_use]
    pub const fn index(&self) -> Index {
        match self {
            Self::Field { index, .. } | Self::Row { index, .. } | Self::Withheld { index, .. } => *index,
        }
    }
}

/// The members as they stand in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    index: u64,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    field: Option<u8>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    salt: Option<Salt>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    path: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    withheld: Option<String>,
}

impl TryFrom<JsonObject<Line>> for Opening {
    type Error = ParseOpeningError;

    fn try_from(JsonObject(line): JsonObject<Line>) -> Result<Self, Self::Error> {
        let index = Index::new(line.index).ok_or(ParseOpeningError::Index)?;
        let field = line
            .field
            .map(|number| Field::new(number).ok_or(ParseOpeningError::Field))
            .transpose()?;
        let path = line.path.as_deref().map(parse_path).transpose()?;
        match (field, line.row, line.value, line.salt, line.withheld) {
            (Some(field), None, Some(value), Some(salt), None) => Ok(Self::Field {
                index,
                field,
                value,
                salt,
                path,
            }),
            (None, Some(row), Some(value), Some(salt), None) => Ok(Self::Row {
                index,
                row,
                value,
                salt,
                path,
            }),
            (field, row, None, None, Some(reason)) if path.is_none() => {
                let what = match (field, row) {
                    (None, None) => Withheld::Rest,
                    (Some(field), None) => Withheld::Field(field),
                    (None, Some(row)) => Withheld::Row(row),
                    (Some(_), Some(_)) => return Err(ParseOpeningError::Members),
                };
                Ok(Self::Withheld { index, what, reason })
            }
            _ => Err(ParseOpeningError::Members),
        }
    }
}

impl From<Opening> for Line {
    fn from(opening: Opening) -> Self {
        let mut line = Self {
            index: opening.index().get(),
            field: None,
            row: None,
            value: None,
            salt: None,
            path: None,
            withheld: None,
        };
        let opened = match opening {
            Opening::Field {
                field,
                value,
                salt,
                path,
                ..
            } => {
                line.field = Some(field.number());
                Some((value, salt, path))
            }
            Opening::Row {
                row,
                value,
                salt,
                path,
                ..
            } => {
                line.row = Some(row);
                Some((value, salt, path))
            }
            Opening::Withheld { what, reason, .. } => {
                match what {
                    Withheld::Rest => {}
                    Withheld::Field(field) => line.field = Some(field.number()),
                    Withheld::Row(row) => line.row = Some(row),
                }
                line.withheld = Some(reason);
                None
            }
        };
        if let Some((value, salt, path)) = opened {
            line.value = Some(value);
            line.salt = Some(salt);
            line.path = path.map(|path| path.iter().map(Digest::to_string).collect());
        }
        line
    }
}

/// A member that is there. It must have a value then: `null` is not a way to leave it out.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(member: D) -> Result<Option<T>, D::Error> {
    T::deserialize(member).map(Some)
}

fn parse_path(hashes: &[String]) -> Result<Vec<Digest>, ParseOpeningError> {
    hashes
        .iter()
        .map(|hash| hash.parse().map_err(|_| ParseOpeningError::Path))
        .collect()
}
