//! Links against what the records say: field 13 names what a record leaves to others, the body of an amendment what it
//! takes the place of.
//!
//! A link that was taken away hides a correction or a day of a batch; one that was added hides a record behind a
//! version that does not exist.

use std::collections::{BTreeSet, HashMap, HashSet};

use kirokubo_ledger::{Index, RecordId, Size};
use kirokubo_records::{IdBytes, Reference, Relation};
use sea_orm::{ConnectionTrait, Statement};

use super::{AuditFinding, Table};
use crate::error::StoreError;
use crate::links::Link;
use crate::store::Store;

/// What a record names.
pub(super) struct Named {
    /// Other records, by its field 13.
    pub(super) references: Vec<Reference>,
    /// Files of evidence, by its field 12.
    pub(super) evidence: BTreeSet<IdBytes>,
    /// Whether it may not be used before somebody approves, by its field 15.
    pub(super) awaits_approval: bool,
}

/// What is expected of the tables.
#[derive(Default)]
pub(super) struct ExpectedLinks {
    rows: BTreeSet<(i64, i16, i64)>,
    /// Each file with the record that cites it.
    evidence: BTreeSet<(IdBytes, i64)>,
    /// The records that must have an approval, whatever became of it.
    approvals: BTreeSet<i64>,
    /// The first version of each record that is a later one.
    first: HashMap<i64, i64>,
    /// The opening, in its first version, of each record that was added to a batch.
    opening: HashMap<i64, i64>,
    /// Records that do not open, so that nobody can say what they name.
    unknown: HashSet<i64>,
}

impl ExpectedLinks {
    /// Leaves out a record that does not open; it is named for that.
    pub(super) fn cannot_judge(&mut self, index: Index) {
        self.unknown.insert(index.as_i64());
    }

    /// Expects what the record at `index` names. Records must come in their order.
    pub(super) async fn add(&mut self, store: &Store, index: Index, named: &Named) -> Result<(), StoreError> {
        let idx = index.as_i64();
        self.evidence.extend(named.evidence.iter().map(|id| (*id, idx)));
        if named.awaits_approval {
            self.approvals.insert(idx);
        }
        for reference in &named.references {
            let Some(base) = place(store, &reference.record).await? else {
                continue;
            };
            let first = self.first.get(&base).copied().unwrap_or(base);
            let mut expect = |base, link: Link| self.rows.insert((base, link.number(), idx));
            if reference.leaves_out_principals() {
                expect(base, Link::Principals);
            }
            match reference.relation {
                Relation::SameAs => {
                    expect(base, Link::SameAs);
                }
                Relation::Confirmation => {
                    expect(base, Link::Confirmation);
                }
                Relation::Series => {
                    expect(base, Link::SameAs);
                    expect(first, Link::Series);
                    self.opening.insert(idx, first);
                }
                Relation::Amends => {
                    expect(first, Link::Version);
                    expect(base, Link::Successor);
                    self.first.insert(idx, first);
                    if let Some(opening) = self.opening.get(&base).copied() {
                        self.rows.insert((opening, Link::Series.number(), idx));
                        self.opening.insert(idx, opening);
                    }
                }
            }
        }
        Ok(())
    }

    /// Holds the tables against it, as far as they are about the first `size` entries.
    pub(super) async fn compare(self, store: &Store, size: Size) -> Result<Vec<AuditFinding>, StoreError> {
        let db = &store.db.readers;
        let text = "SELECT base, relation, idx FROM record_links WHERE ledger = $1 AND idx < $2";
        let values = [store.ledger.row.into(), size.as_i64().into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        let mut found = BTreeSet::new();
        for row in db.query_all_raw(statement).await? {
            found.insert((
                row.try_get("", "base")?,
                row.try_get("", "relation")?,
                row.try_get("", "idx")?,
            ));
        }
        let other = self.rows.symmetric_difference(&found).map(|(_, _, idx)| *idx);
        let other: BTreeSet<i64> = other.filter(|idx| !self.unknown.contains(idx)).collect();
        let mut findings = self.compare_evidence(store, size).await?;
        findings.extend(self.missing_approvals(store).await?);
        let finding = |idx| match u64::try_from(idx) {
            Ok(index) => AuditFinding::Row {
                table: Table::RecordLinks,
                index,
            },
            Err(_) => AuditFinding::Stray {
                table: Table::RecordLinks,
                place: idx,
            },
        };
        findings.extend(other.into_iter().map(finding));
        Ok(findings)
    }

    /// The records whose approval was taken away, so that nobody would be asked.
    async fn missing_approvals(&self, store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
        let db = &store.db.readers;
        let text = "SELECT idx FROM approvals WHERE ledger = $1 AND subject = 0";
        let values = [store.ledger.row.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        let mut missing = self.approvals.clone();
        for row in db.query_all_raw(statement).await? {
            missing.remove(&row.try_get("", "idx")?);
        }
        let about = |idx| AuditFinding::Row {
            table: Table::Approvals,
            index: u64::try_from(idx).unwrap_or(u64::MAX),
        };
        Ok(missing.into_iter().map(about).collect())
    }

    async fn compare_evidence(&self, store: &Store, size: Size) -> Result<Vec<AuditFinding>, StoreError> {
        let db = &store.db.readers;
        let text = "SELECT evidence, idx FROM evidence_links WHERE ledger = $1 AND idx < $2";
        let values = [store.ledger.row.into(), size.as_i64().into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        let mut found = BTreeSet::new();
        for row in db.query_all_raw(statement).await? {
            let id: Vec<u8> = row.try_get("", "evidence")?;
            // An id of another length belongs to no file, and no column holds one.
            if let Ok(id) = IdBytes::try_from(id) {
                found.insert((id, row.try_get("", "idx")?));
            }
        }
        let other = self.evidence.symmetric_difference(&found).map(|(_, idx)| *idx);
        let other: BTreeSet<i64> = other.filter(|idx| !self.unknown.contains(idx)).collect();
        let finding = |idx| AuditFinding::Row {
            table: Table::EvidenceLinks,
            index: u64::try_from(idx).unwrap_or(u64::MAX),
        };
        Ok(other.into_iter().map(finding).collect())
    }
}

/// Index of the record with this id. A row that is not as we wrote it is named elsewhere.
async fn place(store: &Store, id: &RecordId) -> Result<Option<i64>, StoreError> {
    match store.record(id).await {
        Ok(header) => Ok(header.map(|header| header.index.as_i64())),
        Err(StoreError::Corrupt { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
