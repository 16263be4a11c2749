//! How records stand to each other, as rows: what a new record names, looked up inside its transaction.

use std::collections::{BTreeSet, HashMap};

use kirokubo_ledger::RecordId;
use kirokubo_ledger::entry::RetainThrough;
use kirokubo_records::Relation;
use kirokubo_records::seal::SealedRecord;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use crate::error::{StoreError, corrupt};
use crate::insert::Insert;
use crate::rows::retain_of_number;

pub(crate) static LINKS: Insert =
    Insert::new("INSERT INTO record_links (ledger, base, relation, idx)", 4, "");

/// A relation as its row holds it; see the migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Link {
    /// It leaves out what the base holds.
    SameAs = 0,
    /// It is a day of the batch that the base opened.
    Series = 1,
    /// It rests on the base's confirmation.
    Confirmation = 2,
    /// It is a later version of the base.
    Version = 3,
    /// It took the base's place.
    Successor = 4,
    /// It leaves out the principals, which the base holds.
    Principals = 5,
}

impl Link {
    /// The number in the row.
    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::SameAs => 0,
            Self::Series => 1,
            Self::Confirmation => 2,
            Self::Version => 3,
            Self::Successor => 4,
            Self::Principals => 5,
        }
    }
}

/// A record that a new one names, as it stands now.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Base {
    /// Index of its entry.
    pub(crate) idx: i64,
    retain_through: i32,
    /// Index of its first version; its own where it is the first.
    pub(crate) first: i64,
    /// Index of the first version of the record that opened the batch it belongs to, if it does.
    series: Option<i64>,
    /// Whether another took its place.
    superseded: bool,
    /// Whether its content is still there.
    kept: bool,
}

impl Base {
    /// Until when it is kept now.
    pub(crate) fn retain_through(&self) -> RetainThrough {
        retain_of_number(self.retain_through)
    }

    /// Whether its content is still there.
    pub(crate) const fn is_kept(&self) -> bool {
        self.kept
    }

    /// Whether it was added to a batch that another opened.
    pub(crate) const fn is_added(&self) -> bool {
        self.series.is_some()
    }

    /// Whether days can be added to the batch it opened.
    fn is_open(&self) -> bool {
        self.retain_through() == RetainThrough::Open && !self.is_added()
    }
}

/// Every record that others of a batch name, by its id.
pub(crate) type Bases = HashMap<RecordId, Base>;

/// Looks up every record that the batch names.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    ledger: i32,
    batch: &[SealedRecord],
) -> Result<Bases, StoreError> {
    let references = batch.iter().flat_map(|record| &record.references);
    let ids: BTreeSet<RecordId> = references.map(|reference| reference.record).collect();
    let mut bases = Bases::with_capacity(ids.len());
    for id in ids {
        if let Some(base) = base(db, ledger, &id).await? {
            bases.insert(id, base);
        }
    }
    Ok(bases)
}

/// One record as it stands now.
pub(crate) async fn base(
    db: &impl ConnectionTrait,
    ledger: i32,
    id: &RecordId,
) -> Result<Option<Base>, StoreError> {
    let values = [ledger.into(), Value::from(id.as_bytes().to_vec())];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), BASE, values);
    Ok(Base::find_by_statement(statement).one(db).await?)
}

/// Index of the newest version of the record whose first version is at `first`.
pub(crate) async fn newest(db: &impl ConnectionTrait, ledger: i32, first: i64) -> Result<i64, StoreError> {
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), NEWEST, [ledger.into(), first.into()]);
    let row = db.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| corrupt(0, "no newest version"))?;
    Ok(row.try_get::<Option<i64>>("", "newest")?.unwrap_or(first))
}

/// Indexes of all versions of the record whose first version is at `first`, that one included, in order.
pub(crate) async fn versions(
    db: &impl ConnectionTrait,
    ledger: i32,
    first: i64,
) -> Result<Vec<i64>, StoreError> {
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), VERSIONS, [ledger.into(), first.into()]);
    let mut versions = vec![first];
    for row in db.query_all_raw(statement).await? {
        versions.push(row.try_get("", "idx")?);
    }
    Ok(versions)
}

/// Whether everything that a record names still stands as it did when the record was judged.
pub(crate) fn stand(record: &SealedRecord, bases: &Bases) -> bool {
    let stands = |(id, relation): (RecordId, Relation)| {
        bases.get(&id).is_some_and(|base| match relation {
            Relation::Amends => base.kept && !base.superseded,
            Relation::Series => base.kept && base.is_open(),
            Relation::SameAs | Relation::Confirmation => base.kept,
        })
    };
    let named = record.references.iter();
    named
        .map(|reference| (reference.record, reference.relation))
        .all(stands)
}

/// The rows that a new record at `idx` adds: base and link of each.
pub(crate) fn of(record: &SealedRecord, bases: &Bases) -> BTreeSet<(i64, Link)> {
    let mut links = BTreeSet::new();
    for reference in &record.references {
        // `stand` has seen to it that it is there.
        let Some(base) = bases.get(&reference.record) else {
            continue;
        };
        if reference.leaves_out_principals() {
            links.insert((base.idx, Link::Principals));
        }
        match reference.relation {
            Relation::SameAs => {
                links.insert((base.idx, Link::SameAs));
            }
            Relation::Series => {
                links.insert((base.first, Link::Series));
                // Its fields stand in that version, which must outlive it.
                links.insert((base.idx, Link::SameAs));
            }
            Relation::Confirmation => {
                links.insert((base.idx, Link::Confirmation));
            }
            Relation::Amends => {
                links.insert((base.first, Link::Version));
                links.insert((base.idx, Link::Successor));
                // A day of a batch stays one in every version.
                links.extend(base.series.map(|opening| (opening, Link::Series)));
            }
        }
    }
    links
}

const BASE: &str = "SELECT r.idx, r.retain_through, \
    coalesce((SELECT v.base FROM record_links v WHERE v.ledger = r.ledger AND v.idx = r.idx AND v.relation = 3), r.idx) \
    AS first, \
    (SELECT s.base FROM record_links s WHERE s.ledger = r.ledger AND s.idx = r.idx AND s.relation = 1) AS series, \
    EXISTS (SELECT 1 FROM record_links n WHERE n.ledger = r.ledger AND n.base = r.idx AND n.relation = 4) AS superseded, \
    EXISTS (SELECT 1 FROM record_contents c WHERE c.ledger = r.ledger AND c.idx = r.idx) AS kept \
    FROM records r WHERE r.ledger = $1 AND r.record_id = $2";

const NEWEST: &str =
    "SELECT max(idx) AS newest FROM record_links WHERE ledger = $1 AND base = $2 AND relation = 3";

const VERSIONS: &str =
    "SELECT idx FROM record_links WHERE ledger = $1 AND base = $2 AND relation = 3 ORDER BY idx";

/// What is true of a row `records` while it is the newest version.
pub(crate) const IS_NEWEST: &str = "NOT EXISTS (SELECT 1 FROM record_links n WHERE n.ledger = records.ledger \
    AND n.base = records.idx AND n.relation = 4)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    #[tokio::test]
    async fn links_are_looked_up_and_not_searched_for() {
        for text in [BASE, NEWEST, VERSIONS] {
            let plan = plan::of(text).await;
            assert!(!plan.contains("SCAN"), "{plan}");
            assert!(!plan.contains("(ledger=?)"), "{plan}");
        }
    }
}
