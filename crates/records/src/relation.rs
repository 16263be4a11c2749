//! How one record stands to another: what it leaves out because the other holds it, and what it corrects.

use std::collections::BTreeMap;

use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::Field;
use serde::{Deserialize, Serialize};

use crate::ids::{parse_record_id, record_id_text};

/// Why a record names another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It leaves out what the other holds with the same content (規則20条2項, 24条2項, 28条2項).
    SameAs,
    /// It adds a day and its principals to the batch that the other opened (規則19条2項ただし書).
    Series,
    /// The third party was confirmed for the other, and is the same (規則22条3項).
    Confirmation,
    /// It takes the other's place (訂正).
    Amends,
}

impl Relation {
    /// Every relation.
    pub const ALL: &[Self] = &[Self::SameAs, Self::Series, Self::Confirmation, Self::Amends];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameAs => "same_as",
            Self::Series => "series",
            Self::Confirmation => "confirmation",
            Self::Amends => "amends",
        }
    }
}

/// One record that another names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The record named.
    pub record: RecordId,
    /// Why.
    pub relation: Relation,
    /// The fields that stand there and are left out here.
    pub fields: Vec<Field>,
}

impl Reference {
    /// Whether the principals are among the fields left out.
    #[must_use]
    pub fn leaves_out_principals(&self) -> bool {
        self.fields.contains(&Field::PRINCIPALS)
    }
}

/// One reference as field 13 holds it.
#[derive(Serialize, Deserialize)]
struct Stored {
    record: String,
    relation: Relation,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<String>,
}

/// The text of field 13.
#[must_use]
pub(crate) fn references_json(references: &[Reference]) -> Option<String> {
    let stored: Vec<Stored> = references
        .iter()
        .map(|reference| Stored {
            record: record_id_text(&reference.record),
            relation: reference.relation,
            fields: reference
                .fields
                .iter()
                .map(|field| field.name().to_owned())
                .collect(),
        })
        .collect();
    (!stored.is_empty()).then(|| serde_json::to_string(&stored).expect("texts and lists always serialise"))
}

/// Reads the text of field 13; `None` for one that this program did not write.
#[must_use]
pub fn parse_references(text: &str) -> Option<Vec<Reference>> {
    let stored: Vec<Stored> = serde_json::from_str(text).ok()?;
    stored
        .into_iter()
        .map(|stored| {
            let fields: Option<Vec<Field>> = stored.fields.iter().map(|name| field(name)).collect();
            Some(Reference {
                record: parse_record_id(&stored.record)?,
                relation: stored.relation,
                fields: fields?,
            })
        })
        .collect()
}

/// One reference a holder for fields that stand in several records.
pub(crate) fn by_holder(
    relation: Relation,
    base: RecordId,
    held: impl IntoIterator<Item = (RecordId, Field)>,
) -> Vec<Reference> {
    // The base is named even where it holds nothing itself.
    let mut holders = BTreeMap::from([(base, Vec::new())]);
    for (holder, field) in held {
        holders.entry(holder).or_default().push(field);
    }
    holders
        .into_iter()
        .map(|(record, fields)| Reference {
            record,
            relation: if record == base {
                relation
            } else {
                Relation::SameAs
            },
            fields,
        })
        .collect()
}

fn field(name: &str) -> Option<Field> {
    Field::ALL.into_iter().find(|field| field.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::new_uuid_v7;

    fn id(n: u8) -> RecordId {
        RecordId::from_bytes(new_uuid_v7(u64::from(n), [n; 10]))
    }

    #[test]
    fn what_is_written_reads_back() {
        let references = by_holder(
            Relation::SameAs,
            id(1),
            [(id(1), Field::THIRD_PARTY), (id(2), Field::ITEMS)],
        );
        assert_eq!(references.len(), 2);
        let text = references_json(&references).unwrap();
        assert_eq!(parse_references(&text), Some(references));
        assert_eq!(references_json(&[]), None);
        assert_eq!(
            parse_references("[{\"record\":\"rec_x\",\"relation\":\"same_as\"}]"),
            None
        );
    }
}
