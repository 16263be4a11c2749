//! An earlier record that an event relies on, with everything it holds or leaves to others.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::Field;
use kirokubo_ledger::entry::{self, RetainThrough};
use kirokubo_rules::{Direction, Method};

use crate::draft::Status;
use crate::json::{self, Node};
use crate::known::{CitedIds, IdBytes};
use crate::private::Private;
use crate::relation::{Reference, parse_references};
use crate::seal::Content;

/// An earlier record, or the newest version of one that was corrected.
#[derive(Debug, Clone)]
pub struct KnownRecord {
    /// What is known of it apart from its content.
    pub facts: RecordFacts,
    /// Each field's text, and the record that holds it.
    fields: [Option<(RecordId, Private<String>)>; 16],
}

/// What is known of a record apart from its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordFacts {
    /// Its id.
    pub record_id: RecordId,
    /// 提供 or 受領.
    pub direction: Direction,
    /// Its standing.
    pub status: Status,
    /// The day of its event in Japan.
    pub event_date: NaiveDate,
    /// Until when it is kept now, extensions included.
    pub retain_through: RetainThrough,
    /// Whether it was added to a batch that another record opened.
    pub in_series: bool,
    /// Its case, as in its entry.
    pub case: entry::Case,
}

impl KnownRecord {
    /// A record with its content; `holder` gives the contents of the records it names in field 13.
    ///
    /// `None` where a record that holds one of its fields is gone: then it is not kept whole, and nothing can rest on it.
    #[must_use]
    pub fn new<'c>(
        facts: RecordFacts,
        content: &Content,
        holder: impl Fn(&RecordId) -> Option<&'c Content>,
    ) -> Option<Self> {
        let mut fields = content
            .fields()
            .clone()
            .map(|text| text.map(|text| (facts.record_id, Private::new(text))));
        for reference in references_of(content) {
            for field in reference.fields {
                let text = holder(&reference.record)?.text(field)?;
                fields[place(field)] = Some((reference.record, Private::new(text.to_owned())));
            }
        }
        Some(Self { facts, fields })
    }

    /// Whether the record is still kept as one that others can rest on.
    #[must_use]
    pub fn is_proper(&self) -> bool {
        self.facts.status == Status::Regular
    }

    /// Whether it opened a batch that still runs.
    #[must_use]
    pub fn is_open_series(&self) -> bool {
        self.facts.retain_through == RetainThrough::Open
            && !self.facts.in_series
            && self.method() == Some(Method::Batch)
    }

    /// The record that holds `field`, and its text.
    pub(crate) fn held(&self, field: Field) -> Option<(RecordId, &str)> {
        self.fields[place(field)]
            .as_ref()
            .map(|(holder, text)| (*holder, text.get().as_str()))
    }

    /// The text of `field` as a tree.
    pub(crate) fn node(&self, field: Field) -> Option<Node<'_>> {
        json::read(self.held(field)?.1.as_bytes()).ok()
    }

    /// The ids that stand in what it holds: whoever leaves something to it cites these, too.
    #[must_use]
    pub fn cited(&self) -> CitedIds {
        let texts = self.fields.iter().flatten();
        let nodes = texts.filter_map(|(_, text)| json::read(text.get().as_bytes()).ok());
        nodes.fold(CitedIds::default(), |mut cited, node| {
            cited.gather(&node);
            cited
        })
    }

    /// The first day of the batch it opened.
    #[must_use]
    pub fn first_day(&self) -> NaiveDate {
        let from = self.node(Field::PERIOD);
        let from = from
            .as_ref()
            .and_then(|period| period.get("from")?.as_text()?.parse().ok());
        from.unwrap_or(self.facts.event_date)
    }

    fn method(&self) -> Option<Method> {
        Method::parse(self.node(Field::METHOD)?.get("method")?.as_text()?)
    }
}

/// The records that a content names; none where it has none.
#[must_use]
pub fn references_of(content: &Content) -> Vec<Reference> {
    let text = content.text(Field::REFERENCES);
    text.and_then(parse_references).unwrap_or_default()
}

/// The files of evidence that a content names in its field 12.
#[must_use]
pub fn cited_evidence(content: &Content) -> BTreeSet<IdBytes> {
    let node = content
        .text(Field::EVIDENCE)
        .and_then(|text| json::read(text.as_bytes()).ok());
    node.map(|node| CitedIds::of(&node).evidence).unwrap_or_default()
}

fn place(field: Field) -> usize {
    usize::from(field.number()) - 1
}
