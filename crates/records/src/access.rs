//! A reading of personal data, as the access ledger keeps it: the fields of schema 2 in `docs/format.md`.

mod kind;
mod reason;

use std::fmt;

use chrono::NaiveDate;
use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::Field;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use kind::AccessKind;
pub use reason::Reason;
pub(crate) use reason::is_kind;

use crate::ids::{parse_record_id, record_id_text};
use crate::seal::Content;

/// Records that one reading names at most; what shows more is told as several.
const MOST_RECORDS: usize = 1_000;

/// One reading: by whom, of whose records, why, and how much was shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    /// How.
    pub kind: AccessKind,
    /// By which operation of the contract, or which command.
    pub operation: String,
    /// The opaque id of who read.
    pub actor: String,
    /// In which role.
    pub role: String,
    /// `http` or `command_line`.
    pub via: String,
    /// The request's id.
    pub request_id: Option<String>,
    /// Why.
    pub reason: Reason,
    /// The records that were shown.
    pub records: Vec<RecordId>,
    /// What else was shown, by its public id: demands to stop, files of evidence …
    pub others: Vec<String>,
    /// Set where everything was read: all records below this index of the ledger of records.
    pub all_below: Option<u64>,
    /// What was asked for; the person who was looked for, in a search.
    pub asked: Option<Value>,
    /// How many results there were.
    pub count: u64,
}

#[derive(Serialize, Deserialize)]
struct Method {
    kind: String,
    operation: String,
}

#[derive(Serialize, Deserialize)]
struct References {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    records: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    all_below: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct From {
    via: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Actors {
    read_by: String,
    role: String,
}

#[derive(Serialize, Deserialize)]
struct Further {
    reason: Reason,
    count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked: Option<Value>,
}

impl Access {
    /// A reading of which nothing more is known yet.
    #[must_use]
    pub fn of(kind: AccessKind, operation: &str) -> Self {
        Self {
            kind,
            operation: operation.to_owned(),
            actor: String::new(),
            role: String::new(),
            via: "http".to_owned(),
            request_id: None,
            reason: Reason::unstated(),
            records: Vec::new(),
            others: Vec::new(),
            all_below: None,
            asked: None,
            count: 0,
        }
    }

    /// The same reading in parts that each fit an entry's row: at most a thousand records each, every part with the count
    /// of the whole.
    #[must_use]
    pub fn in_parts(self) -> Vec<Self> {
        if self.records.len() <= MOST_RECORDS {
            return vec![self];
        }
        let part = |records: &[RecordId]| Self {
            records: records.to_vec(),
            ..self.clone()
        };
        self.records.chunks(MOST_RECORDS).map(part).collect()
    }

    /// The texts of the sixteen fields.
    #[must_use]
    pub fn fields(&self, day: NaiveDate) -> [Option<String>; 16] {
        let method = Method {
            kind: self.kind.as_str().to_owned(),
            operation: self.operation.clone(),
        };
        let references = References {
            records: self.records.iter().map(record_id_text).collect(),
            others: self.others.clone(),
            all_below: self.all_below,
        };
        let source = From {
            via: self.via.clone(),
            request_id: self.request_id.clone(),
        };
        let actors = Actors {
            read_by: self.actor.clone(),
            role: self.role.clone(),
        };
        let further = Further {
            reason: self.reason.clone(),
            count: self.count,
            asked: self.asked.clone(),
        };
        let mut fields: [Option<String>; 16] = Default::default();
        let mut set = |field: Field, text: String| fields[usize::from(field.number() - 1)] = Some(text);
        set(Field::DATE, json!(day.to_string()).to_string());
        set(Field::METHOD, text(&method));
        set(Field::REFERENCES, text(&references));
        set(Field::SOURCE, text(&source));
        set(Field::ACTORS, text(&actors));
        set(Field::VOLUNTARY, text(&further));
        fields
    }

    /// Reads what [`Access::fields`] wrote; `None` for the content of anything else.
    #[must_use]
    pub fn of_content(content: &Content) -> Option<Self> {
        fn read<T: serde::de::DeserializeOwned>(content: &Content, field: Field) -> Option<T> {
            serde_json::from_str(content.text(field)?).ok()
        }
        let method: Method = read(content, Field::METHOD)?;
        let references: References = read(content, Field::REFERENCES)?;
        let source: From = read(content, Field::SOURCE)?;
        let actors: Actors = read(content, Field::ACTORS)?;
        let further: Further = read(content, Field::VOLUNTARY)?;
        let records = references.records.iter().map(|text| parse_record_id(text));
        Some(Self {
            kind: AccessKind::parse(&method.kind)?,
            operation: method.operation,
            actor: actors.read_by,
            role: actors.role,
            via: source.via,
            request_id: source.request_id,
            reason: further.reason,
            records: records.collect::<Option<_>>()?,
            others: references.others,
            all_below: references.all_below,
            asked: further.asked,
            count: further.count,
        })
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and lists always serialise")
}

/// Never what was asked for.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("kind", &self.kind)
            .field("operation", &self.operation)
            .field("actor", &self.actor)
            .field("records", &self.records.len())
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_many_records_is_told_in_parts_that_name_each_once() {
        let mut access = Access::of(AccessKind::Reveal, "list_records");
        access.records = (0..2_500_u64)
            .map(|n| RecordId::from_bytes(crate::new_uuid_v7(n, [1; 10])))
            .collect();
        access.count = 2_500;
        let all = access.records.clone();
        let parts = access.in_parts();
        assert_eq!(
            parts.iter().map(|part| part.records.len()).collect::<Vec<_>>(),
            [1_000, 1_000, 500]
        );
        assert!(parts.iter().all(|part| part.count == 2_500));
        assert_eq!(
            parts
                .into_iter()
                .flat_map(|part| part.records)
                .collect::<Vec<_>>(),
            all
        );
    }

    #[test]
    fn a_reading_prints_nothing_of_what_was_asked() {
        let mut access = Access::of(AccessKind::Search, "search_records");
        access.asked = Some(json!({"principal": {"name": "髙橋"}}));
        assert!(!format!("{access:?}").contains("髙橋"));
    }
}
