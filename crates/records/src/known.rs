//! What the ids in an event stand for.
//!
//! Judging touches no database, so whoever records an event first asks it which ids it cites, looks them up, and
//! hands what they stand for in with it. An id that stands for nothing is a fault of the event.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kirokubo_ledger::RecordId;

use crate::ids::{IdKind, id_text, parse_id, parse_record_id};
use crate::json::{Node, ObjectText};
use crate::known_record::KnownRecord;
use crate::private::Private;

/// Most ids that one event may cite; further ones stand for nothing, which is then told as a fault.
const MOST: usize = 256;

/// The sixteen bytes behind an id's prefix.
pub type IdBytes = [u8; 16];

/// Every id that an event cites, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CitedIds {
    /// Earlier records: `same_as`, `series`, earlier confirmations.
    pub records: BTreeSet<RecordId>,
    /// Registered third parties.
    pub parties: BTreeSet<IdBytes>,
    /// Opt-out filings.
    pub filings: BTreeSet<IdBytes>,
    /// Pieces of evidence.
    pub evidence: BTreeSet<IdBytes>,
    /// Lists of principals.
    pub lists: BTreeSet<IdBytes>,
}

impl CitedIds {
    /// The ids in a posted event: every text that reads as one, wherever it stands. Reading too many costs a look-up,
    /// reading too few would refuse a good event.
    #[must_use]
    pub fn of(node: &Node<'_>) -> Self {
        let mut cited = Self::default();
        cited.gather(node);
        cited
    }

    fn count(&self) -> usize {
        let others = [&self.parties, &self.filings, &self.evidence, &self.lists];
        self.records.len() + others.into_iter().map(BTreeSet::len).sum::<usize>()
    }

    /// Whether nothing has to be looked up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn gather(&mut self, node: &Node<'_>) {
        match node {
            Node::Text(text) => self.take(text),
            Node::List(list) => list.iter().for_each(|node| self.gather(node)),
            Node::Object(members) => members.iter().for_each(|(_, node)| self.gather(node)),
            Node::Null | Node::Bool(_) | Node::Number(_) => {}
        }
    }

    fn take(&mut self, text: &str) {
        if self.count() >= MOST {
            return;
        }
        if let Some(id) = parse_record_id(text) {
            self.records.insert(id);
        }
        for (kind, ids) in [
            (IdKind::ThirdParty, &mut self.parties),
            (IdKind::Filing, &mut self.filings),
            (IdKind::Evidence, &mut self.evidence),
            (IdKind::PrincipalList, &mut self.lists),
        ] {
            if let Some(id) = parse_id(kind, text) {
                ids.insert(id);
            }
        }
    }
}

/// What the cited ids stand for; an id that is in none of these stands for nothing.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Earlier records, each by the id it was cited by, in its newest version.
    pub records: BTreeMap<RecordId, KnownRecord>,
    /// Registered third parties, every version of each.
    pub parties: BTreeMap<IdBytes, Vec<KnownVersion>>,
    /// Opt-out filings, every version of each.
    pub filings: BTreeMap<IdBytes, Vec<KnownVersion>>,
    /// Evidence files.
    pub evidence: BTreeMap<IdBytes, KnownEvidence>,
    /// Uploaded lists.
    pub lists: BTreeMap<IdBytes, KnownList>,
}

impl Known {
    /// The same, as if no record had any of the lists: a repeated event cites a list that it itself has used up.
    #[must_use]
    pub fn with_lists_unused(mut self) -> Self {
        self.lists.values_mut().for_each(|list| list.used = false);
        self
    }

    /// For events that cite nothing.
    pub const NOTHING: &'static Self = &Self {
        records: BTreeMap::new(),
        parties: BTreeMap::new(),
        filings: BTreeMap::new(),
        evidence: BTreeMap::new(),
        lists: BTreeMap::new(),
    };
}

/// One version of something registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownVersion {
    /// From 1.
    pub version: u32,
    /// The day from which it holds.
    pub holds_from: NaiveDate,
    json: Private<String>,
}

impl KnownVersion {
    /// A version with the text that was registered.
    #[must_use]
    pub const fn new(version: u32, holds_from: NaiveDate, json: String) -> Self {
        Self {
            version,
            holds_from,
            json: Private::new(json),
        }
    }

    /// The text that was registered.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }
}

/// The version in force on `day`: the last of those that hold by then, or the first of all where the event is older
/// than what was registered, since nothing better is known.
#[must_use]
pub fn in_force(versions: &[KnownVersion], day: NaiveDate) -> Option<&KnownVersion> {
    let by_then = versions.iter().filter(|version| version.holds_from <= day);
    by_then
        .max_by_key(|version| (version.holds_from, version.version))
        .or_else(|| {
            versions
                .iter()
                .min_by_key(|version| (version.holds_from, version.version))
        })
}

/// An evidence file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEvidence {
    /// The text that a record cites it by: `{"id","sha256","size","media_type","title"}`.
    json: Private<String>,
}

impl KnownEvidence {
    /// The file `id` of `size` bytes, with its SHA-256 in hexadecimal; its title may name a person.
    #[must_use]
    pub fn new(id: &IdBytes, sha256: &str, size: u64, media_type: &str, title: Option<&str>) -> Self {
        let mut json = ObjectText::default();
        json.text("id", &id_text(IdKind::Evidence, id))
            .text("sha256", sha256)
            .json("size", &size.to_string())
            .text("media_type", media_type);
        if let Some(title) = title {
            json.text("title", title);
        }
        Self {
            json: Private::new(json.finish().unwrap_or_default()),
        }
    }

    /// The text that a record cites it by.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }
}

/// An uploaded list of principals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownList {
    /// How many rows it has; never 0.
    pub count: u64,
    /// The text of field 4 that commits to its rows: `{"count":N,"root":"…"}`.
    pub principals: String,
    /// Whether a record cites it already: a list belongs to one record.
    pub used: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{new_uuid_v7, record_id_text};
    use crate::json;

    #[test]
    fn every_id_is_found_wherever_it_stands_and_told_by_its_prefix() {
        let other = new_uuid_v7(1, [7; 10]);
        let record = RecordId::from_bytes(other);
        let text = format!(
            r#"{{"same_as":{{"record":"{}"}},"consent":{{"evidence":["{}","{}"]}},"third_party":{{"id":"{}"}},"note":"rec_x"}}"#,
            record_id_text(&record),
            id_text(IdKind::Evidence, &other),
            id_text(IdKind::Evidence, &other),
            id_text(IdKind::ThirdParty, &other),
        );
        let cited = CitedIds::of(&json::read(text.as_bytes()).unwrap());
        assert_eq!(
            cited.records.len() + cited.evidence.len() + cited.parties.len(),
            3
        );
        assert!(cited.filings.is_empty() && cited.lists.is_empty());
        assert!(CitedIds::of(&json::read(br#"{"a":["b"]}"#).unwrap()).is_empty());
    }
}
