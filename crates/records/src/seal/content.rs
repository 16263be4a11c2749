//! The content of a record as it is encrypted: its field texts, and what the first answer said.

use std::fmt;

use kirokubo_ledger::commitment::Field;
use kirokubo_rules::RuleSet;
use serde::{Deserialize, Serialize};

use crate::draft::Draft;
use crate::fault_text::FaultText;
use crate::known_record::KnownRecord;

/// First byte of an encoded content. Compression will be another value, not another table.
const VERSION: u8 = 1;

/// The sixteen field texts of a record, and its [`Meta`].
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    fields: [Option<String>; 16],
    meta: Meta,
}

/// What the judgement said when the record was made; with the fields it gives the first answer again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Letters of the statutory matters, in the order of the rule.
    pub letters: String,
    /// Numbers of the fields that hold those matters.
    pub statutory: Vec<u8>,
    /// Id of the rule set that judged the event.
    pub rule_set: String,
    /// Warnings given with the first answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<FaultText>,
}

impl Meta {
    pub(super) fn of(draft: &Draft) -> Self {
        Self {
            letters: draft
                .matters()
                .iter()
                .filter_map(|matter| matter.letter(draft.direction()))
                .collect(),
            statutory: Field::ALL
                .into_iter()
                .filter(|f| draft.is_statutory(*f))
                .map(Field::number)
                .collect(),
            rule_set: draft.answer().rule_set.id().to_owned(),
            warnings: draft.warnings().iter().map(FaultText::of).collect(),
        }
    }
}

impl Meta {
    /// Of what nobody judged.
    pub(super) const fn unjudged() -> Self {
        Self {
            letters: String::new(),
            statutory: Vec::new(),
            rule_set: String::new(),
            warnings: Vec::new(),
        }
    }

    /// Of a record that says nothing statutory.
    pub(super) fn of_nothing(voided: &KnownRecord) -> Self {
        Self {
            letters: String::new(),
            statutory: Vec::new(),
            rule_set: RuleSet::for_date(voided.facts.event_date).id().to_owned(),
            warnings: Vec::new(),
        }
    }
}

impl Content {
    pub(super) fn new(fields: [Option<String>; 16], meta: Meta) -> Self {
        Self { fields, meta }
    }

    /// The exact text of each field, `fields()[f - 1]` for field `f`; `None` where the record has none.
    #[must_use]
    pub fn fields(&self) -> &[Option<String>; 16] {
        &self.fields
    }

    /// The exact text of one field; `None` where the record has none.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        self.fields[position(field)].as_deref()
    }

    /// What the judgement said.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The fields that the record has, with their texts.
    pub fn present(&self) -> impl Iterator<Item = (Field, &str)> {
        Field::ALL
            .into_iter()
            .zip(&self.fields)
            .filter_map(|(field, text)| Some((field, text.as_deref()?)))
    }

    pub(super) fn into_meta(self) -> Meta {
        self.meta
    }

    /// Version, number of present fields, then field number, u32 length and text of each, then the meta as JSON.
    pub(super) fn encode(&self) -> Vec<u8> {
        let size: usize = self.present().map(|(_, text)| text.len() + 5).sum();
        let mut out = Vec::with_capacity(size + 256);
        out.push(VERSION);
        out.push(u8::try_from(self.present().count()).expect("there are sixteen fields"));
        for (field, text) in self.present() {
            out.push(field.number());
            let length = u32::try_from(text.len()).expect("a request body is far below 4 GiB");
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(text.as_bytes());
        }
        serde_json::to_writer(&mut out, &self.meta).expect("writing JSON to memory cannot fail");
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[version, count], mut rest) = bytes.split_first_chunk::<2>()?;
        if version != VERSION {
            return None;
        }
        let mut fields: [Option<String>; 16] = Default::default();
        for _ in 0..count {
            let (&[field, a, b, c, d], tail) = rest.split_first_chunk::<5>()?;
            let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?;
            let (text, tail) = tail.split_at_checked(length)?;
            let slot = fields.get_mut(usize::from(field.checked_sub(1)?))?;
            *slot = Some(std::str::from_utf8(text).ok()?.to_owned());
            rest = tail;
        }
        Some(Self {
            fields,
            meta: serde_json::from_slice(rest).ok()?,
        })
    }
}

/// Which fields there are and what was judged, never what a field says.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<&str> = self.present().map(|(field, _)| field.name()).collect();
        f.debug_struct("Content")
            .field("fields", &fields)
            .field("meta", &self.meta)
            .finish()
    }
}

/// Where a field stands in [`Content::fields`].
pub(super) fn position(field: Field) -> usize {
    usize::from(field.number() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Content {
        let mut fields: [Option<String>; 16] = Default::default();
        fields[0] = Some("\"2026-11-20\"".to_owned());
        fields[15] = Some("{\"note\":\"髙橋\"}".to_owned());
        let meta = Meta {
            letters: "bcde".to_owned(),
            statutory: vec![3, 4],
            rule_set: "2023-04-01".to_owned(),
            warnings: vec![],
        };
        Content::new(fields, meta)
    }

    #[test]
    fn decoding_gives_back_what_was_encoded() {
        assert_eq!(Content::decode(&sample().encode()), Some(sample()));
    }

    #[test]
    fn a_content_prints_its_fields_and_not_what_they_say() {
        let printed = format!("{:?}", sample());
        assert!(printed.contains(r#"["date", "voluntary"]"#), "{printed}");
        assert!(printed.contains("2023-04-01"), "{printed}");
        assert!(
            !printed.contains("髙橋") && !printed.contains("2026-11-20"),
            "{printed}"
        );
    }

    #[test]
    fn a_truncated_or_foreign_content_is_refused() {
        let bytes = sample().encode();
        for end in 0..bytes.len() {
            assert_eq!(Content::decode(&bytes[..end]), None, "cut at {end}");
        }
        let mut other = bytes.clone();
        other[0] = 9;
        assert_eq!(Content::decode(&other), None);
    }
}
