//! Holds and erasures against what the ledger says about records: who may not be erased, and who was.
//!
//! All of it is read in one transaction. If a server has appended since the verification began, the tables speak of more
//! than was walked through, and the comparison is left to the next run.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};

use super::moment::Moment;
use super::{AuditFinding, Table, Walked};
use crate::entity::{erasing, erasure, hold, month_end};
use crate::error::StoreError;
use crate::hold as holds;
use crate::month_ends;
use crate::store::Store;

/// Names every row that is not as we wrote it, and every record whose hold or erasure is not that of the ledger.
pub(super) async fn check(store: &Store, walked: &Walked) -> Result<Vec<AuditFinding>, StoreError> {
    let moment = Moment::now(store, walked.size).await?;
    let mut findings = rows(store, &moment).await?;
    if moment.size == walked.size && walked.whole {
        findings.extend(records(store, &moment, walked).await?);
    }
    moment.end().await?;
    Ok(findings)
}

async fn rows(store: &Store, moment: &Moment) -> Result<Vec<AuditFinding>, StoreError> {
    let ledger = store.ledger.row;
    let master = |table, id: &[u8]| AuditFinding::NotAsMade {
        table,
        id: hex::encode(id),
    };
    let mut findings = Vec::new();
    let found = hold::Entity::find().filter(hold::Column::Ledger.eq(ledger));
    for row in found.all(&moment.db).await? {
        if !holds::is_ours(&row, store.keyring.digest().rows()) {
            findings.push(master(Table::Holds, &row.id));
        }
    }
    let found = erasure::Entity::find().filter(erasure::Column::Ledger.eq(ledger));
    for row in found.all(&moment.db).await? {
        if store.erasure_of(&moment.db, &row).await.is_err() {
            findings.push(master(Table::Erasures, &row.id));
        }
    }
    for row in month_end::Entity::find().all(&moment.db).await? {
        if row.ledger != ledger || !month_ends::is_ours(&row, store.keyring.digest().rows()) {
            findings.push(AuditFinding::NotAsMade {
                table: Table::MonthEnds,
                id: row.month.to_string(),
            });
        }
    }
    Ok(findings)
}

async fn records(store: &Store, moment: &Moment, walked: &Walked) -> Result<Vec<AuditFinding>, StoreError> {
    let mut findings = Vec::new();
    let held = pairs(store, moment, HELD).await?;
    let said: BTreeSet<u64> = walked.clocks.held().collect();
    findings.extend(differing(&firsts(&held), &said, Table::HoldRecords));
    let ever_held = pairs(store, moment, EVER_HELD).await?;
    let said: BTreeSet<u64> = walked.clocks.ever_held().collect();
    findings.extend(differing(&firsts(&ever_held), &said, Table::HoldRecords));
    for (text, table) in [
        (OF_NO_HOLD, Table::HoldRecords),
        (OF_NO_ERASURE, Table::ErasureRecords),
    ] {
        let strangers = pairs(store, moment, text).await?;
        findings.extend(differing(&firsts(&strangers), &BTreeSet::new(), table));
    }
    let erased = pairs(store, moment, ERASED).await?;
    let said: BTreeSet<(u64, u64)> = walked.clocks.erased().collect();
    let wrong: BTreeSet<(u64, u64)> = erased.symmetric_difference(&said).copied().collect();
    findings.extend(differing(
        &firsts(&wrong),
        &BTreeSet::new(),
        Table::ErasureRecords,
    ));
    let left = erasing::Entity::find().filter(erasing::Column::Ledger.eq(store.ledger.row));
    for row in left.all(&moment.db).await? {
        let index = u64::try_from(row.idx).ok();
        if !index.is_some_and(|index| walked.clocks.erased().any(|(erased, _)| erased == index)) {
            findings.push(match index {
                Some(index) => AuditFinding::Row {
                    table: Table::Erasing,
                    index,
                },
                None => AuditFinding::Stray {
                    table: Table::Erasing,
                    place: row.idx,
                },
            });
        }
    }
    Ok(findings)
}

/// The two numbers of each row.
async fn pairs(store: &Store, moment: &Moment, text: &str) -> Result<BTreeSet<(u64, u64)>, StoreError> {
    let backend = moment.db.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, text, [store.ledger.row.into()]);
    let mut pairs = BTreeSet::new();
    for row in moment.db.query_all_raw(statement).await? {
        let (idx, other): (i64, i64) = row.try_get_many("", &["idx", "other"].map(str::to_owned))?;
        // A number below zero is none of the ledger's, and stands out as what it becomes.
        let number = |n: i64| u64::try_from(n).unwrap_or(u64::MAX);
        pairs.insert((number(idx), number(other)));
    }
    Ok(pairs)
}

fn firsts(pairs: &BTreeSet<(u64, u64)>) -> BTreeSet<u64> {
    pairs.iter().map(|(first, _)| *first).collect()
}

fn differing(found: &BTreeSet<u64>, said: &BTreeSet<u64>, table: Table) -> Vec<AuditFinding> {
    let differing = found.symmetric_difference(said);
    differing
        .map(|index| AuditFinding::Row { table, index: *index })
        .collect()
}

/// A hold ends with the record: what is erased is held no more, whatever its rows say.
const HELD: &str = "SELECT DISTINCT h.idx AS idx, CAST(0 AS BIGINT) AS other FROM hold_records h WHERE h.ledger = $1 AND h.lifted = 0 \
    AND NOT EXISTS (SELECT 1 FROM erasure_records e WHERE e.ledger = h.ledger AND e.idx = h.idx AND e.entry IS NOT NULL)";

const EVER_HELD: &str = "SELECT DISTINCT idx, CAST(0 AS BIGINT) AS other FROM hold_records WHERE ledger = $1";

/// Records of a hold that is not there, or that was lifted without them. While one is being lifted, some of its records
/// are free before it says so.
const OF_NO_HOLD: &str = "SELECT r.idx AS idx, CAST(0 AS BIGINT) AS other FROM hold_records r WHERE r.ledger = $1 \
    AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.ledger = r.ledger AND h.id = r.hold \
        AND (h.released_by IS NULL OR r.lifted = 1))";

const OF_NO_ERASURE: &str = "SELECT r.idx AS idx, CAST(0 AS BIGINT) AS other FROM erasure_records r WHERE r.ledger = $1 \
    AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.ledger = r.ledger AND e.id = r.erasure \
        AND (e.state IN (2, 3) OR r.entry IS NULL))";

const ERASED: &str =
    "SELECT idx, entry AS other FROM erasure_records WHERE ledger = $1 AND entry IS NOT NULL";
