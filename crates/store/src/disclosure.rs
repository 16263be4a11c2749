//! Disclosure proofs: everything that one 本人 is to be shown of the records about him, with what proves it.
//!
//! First is planned what to open, from the same look-up as a search; then record after record is opened. Of each he
//! sees his own row, the statutory matters (法33条5項), and field 4, which carries his row and names nobody. A record
//! that leaves matters to an earlier one is shown with that one's. A record that no law asks for is no 第三者提供記録
//! and is left out (ガイドライン 3-8-3-1).

use std::collections::{BTreeMap, BTreeSet, btree_map};

use kirokubo_ledger::bundle::Opening;
use kirokubo_ledger::commitment::Field;
use kirokubo_ledger::disclosure::DisclosureLine;
use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::{PrincipalQuery, json, references_of};

use crate::error::{StoreError, corrupt};
use crate::opening::{FieldOpening, OpeningChoice, OpeningError};
use crate::proof::SignedHead;
use crate::record::RecordHeader;
use crate::search::{Hit, SearchRange};
use crate::store::Store;

/// Matching rows looked at in one go.
const ROWS_AT_ONCE: u32 = 200;

/// Why no disclosure proof can be written.
#[derive(Debug, thiserror::Error)]
pub enum DisclosureError {
    /// Those found are evidently more than one person: nobody is shown what is another's.
    #[error("more than one person was found")]
    SeveralPeople,
    /// The database could not be read, or something of it is damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A disclosure proof that is being written. Memory grows with the number of the person's records.
pub struct Disclosure {
    store: Store,
    head: SignedHead,
    planned: Vec<Index>,
    plan: btree_map::IntoIter<Index, Shown>,
    stage: Stage,
    records: u64,
}

/// How far the writing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Heading,
    Records,
    Done,
}

/// What of one record is shown.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    fields: BTreeSet<Field>,
    pub(crate) rows: BTreeSet<u64>,
}

/// What tells one person from another.
#[derive(Default)]
struct Person {
    birth_date: Option<String>,
    /// By source system: the id in its own numbering.
    ids: BTreeMap<String, String>,
}

impl Store {
    /// Plans the disclosure of all records of one person whose event lies in these days (since 1970-01-01 in Japan, both
    /// inclusive), in the ledger as it stands.
    ///
    /// # Errors
    ///
    /// [`DisclosureError::SeveralPeople`] if the rows found differ in their birth date, or in their id in the numbering
    /// of one system: then the query does not say which of them is meant.
    pub async fn disclosure(
        &self,
        query: &PrincipalQuery,
        (from, to): (i32, i32),
    ) -> Result<Disclosure, DisclosureError> {
        let head = self.head().await?;
        let mut plan = self.records_of_person(query, (from, to), false).await?;
        // What was appended meanwhile is not under the checkpoint.
        plan.retain(|index: &Index, _| index.get() < head.size.get());
        Ok(Disclosure {
            store: self.clone(),
            head,
            planned: plan.keys().copied().collect(),
            plan: plan.into_iter(),
            stage: Stage::Heading,
            records: 0,
        })
    }

    /// What of which records is about one person; with those that no law asks for, if `voluntary` says so.
    pub(crate) async fn records_of_person(
        &self,
        query: &PrincipalQuery,
        (from, to): (i32, i32),
        voluntary: bool,
    ) -> Result<BTreeMap<Index, Shown>, DisclosureError> {
        let (mut plan, mut person) = (BTreeMap::new(), Person::default());
        let mut after = None;
        loop {
            let range = SearchRange {
                from,
                to,
                after,
                limit: ROWS_AT_ONCE,
            };
            let (rows, next) = self.matching_rows(query, range).await?;
            for (hit, holder) in rows {
                if !person.is_of(&hit)? {
                    return Err(DisclosureError::SeveralPeople);
                }
                if voluntary || !hit.opened.content.meta().statutory.is_empty() {
                    self.plan_hit(&mut plan, &hit, holder).await?;
                }
            }
            after = next;
            if after.is_none() {
                break;
            }
        }
        Ok(plan)
    }

    async fn plan_hit(
        &self,
        plan: &mut BTreeMap<Index, Shown>,
        hit: &Hit,
        holder: Index,
    ) -> Result<(), StoreError> {
        let content = &hit.opened.content;
        let statutory = &content.meta().statutory;
        let is_statutory = |field: &Field| statutory.contains(&field.number());
        let own = plan.entry(hit.header.index).or_default();
        own.fields.insert(Field::PRINCIPALS);
        own.fields
            .extend(content.present().map(|(field, _)| field).filter(is_statutory));
        for reference in references_of(content) {
            let left_out: Vec<Field> = reference.fields.iter().copied().filter(is_statutory).collect();
            if left_out.is_empty() {
                continue;
            }
            // Field 13 says where they stand.
            plan.entry(hit.header.index)
                .or_default()
                .fields
                .insert(Field::REFERENCES);
            let base = self.index_of(&reference.record).await?;
            plan.entry(base).or_default().fields.extend(left_out);
        }
        let shown = plan.entry(holder).or_default();
        shown.fields.insert(Field::PRINCIPALS);
        shown.rows.insert(hit.row);
        Ok(())
    }

    async fn index_of(&self, id: &RecordId) -> Result<Index, StoreError> {
        let header = self.record(id).await?;
        Ok(header
            .ok_or_else(|| corrupt(0, "a record that another rests on"))?
            .index)
    }
}

impl Disclosure {
    /// How many records are to be shown.
    #[must_use]
    pub fn records(&self) -> usize {
        self.plan.len()
    }

    /// Their ids.
    pub async fn record_ids(&self) -> Result<Vec<RecordId>, StoreError> {
        self.store.ids_at(self.planned.iter().copied()).await
    }

    /// The next lines of the file, each with its newline: those of the heading, of one record, or of the end; `None`
    /// after these. An error in the midst leaves a file without its last line, which is no proof.
    pub async fn next(&mut self) -> Result<Option<String>, StoreError> {
        match self.stage {
            Stage::Heading => {
                self.stage = Stage::Records;
                let checkpoint = self.head.note.clone();
                Ok(Some(text([DisclosureLine::Heading { checkpoint }])))
            }
            Stage::Records => {
                while let Some((index, shown)) = self.plan.next() {
                    if let Some(lines) = self.record(index, &shown).await? {
                        self.records += 1;
                        return Ok(Some(lines));
                    }
                }
                self.stage = Stage::Done;
                let records = self.records;
                Ok(Some(text([DisclosureLine::End { records }])))
            }
            Stage::Done => Ok(None),
        }
    }

    /// The lines of one record; `None` if it was erased since it was found.
    async fn record(&self, index: Index, shown: &Shown) -> Result<Option<String>, StoreError> {
        let header = self.store.record_at(index).await?;
        let header = header.ok_or_else(|| corrupt(index.get(), "a record without its row"))?;
        match self.openings(&header, shown).await {
            Ok(lines) => Ok(Some(text(lines))),
            Err(OpeningError::Erased) => Ok(None),
            Err(OpeningError::NoSuchRow) => Err(corrupt(index.get(), "a search token of no row")),
            Err(OpeningError::Store(error)) => Err(error),
        }
    }

    async fn openings(
        &self,
        header: &RecordHeader,
        shown: &Shown,
    ) -> Result<Vec<DisclosureLine>, OpeningError> {
        let index = header.index;
        let fields = OpeningChoice {
            fields: shown.fields.iter().copied().collect(),
            row: None,
        };
        let opened = self.store.opening(header, &fields).await?;
        let mut lines = vec![DisclosureLine::Record {
            index,
            entry: opened.entry,
            path: self.store.inclusion_proof(index, self.head.size).await?,
        }];
        let fields = opened.fields.into_iter();
        lines.extend(fields.map(|opening| DisclosureLine::Opening(field_line(index, opening))));
        for row in &shown.rows {
            let choice = OpeningChoice {
                fields: Vec::new(),
                row: Some(*row),
            };
            let opened = self.store.opening(header, &choice).await?;
            let opening = opened.row.ok_or(OpeningError::NoSuchRow)?;
            lines.push(DisclosureLine::Opening(Opening::Row {
                index,
                row: *row,
                value: opening.value,
                salt: opening.salt,
                path: Some(opening.path),
            }));
        }
        Ok(lines)
    }
}

impl Person {
    /// Whether a hit may be about the same person as those before.
    fn is_of(&mut self, hit: &Hit) -> Result<bool, StoreError> {
        let bad = || corrupt(hit.header.index.get(), "a principal row is no JSON object");
        let Some(row) = hit.opened.rows.first() else {
            return Ok(true);
        };
        let row = json::read(row.as_bytes()).map_err(|_| bad())?;
        let text = |name: &str| row.get(name).and_then(json::Node::as_text).map(str::to_owned);
        let is_same_birth = match text("birth_date") {
            Some(date) => *self.birth_date.get_or_insert_with(|| date.clone()) == date,
            None => true,
        };
        let is_same_id = match text("ref") {
            Some(id) => {
                *self
                    .ids
                    .entry(hit.header.system.clone())
                    .or_insert_with(|| id.clone())
                    == id
            }
            None => true,
        };
        Ok(is_same_birth && is_same_id)
    }
}

fn field_line(index: Index, opening: FieldOpening) -> Opening {
    Opening::Field {
        index,
        field: opening.field,
        value: opening.value,
        salt: opening.salt,
        path: Some(opening.path),
    }
}

fn text(lines: impl IntoIterator<Item = DisclosureLine>) -> String {
    let line = |line: DisclosureLine| line.encode() + "\n";
    lines.into_iter().map(line).collect()
}
