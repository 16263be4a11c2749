//! Time stamps against the entries that bind them, and, where the operator says whom he trusts, against their roots.

use kirokubo_ledger::timestamp::{Expected, Roots, TimeStamp, TimeStampAnswer, stamped_bytes};
use kirokubo_ledger::verify::{BoundStamp, BoundStamps, StampFault};
use kirokubo_ledger::{Index, RecordedAt, Size};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{AuditFinding, Table};
use crate::entity::{checkpoint, entry, timestamp};
use crate::error::StoreError;
use crate::store::Store;

/// Holds every row against what the entries bind; `size` is how far the entries go. Without roots nobody can say
/// whether a stamp counts, and only its bytes are held against the ledger.
pub(super) async fn check(
    store: &Store,
    bound: &BoundStamps,
    size: Size,
    roots: Option<&Roots>,
) -> Result<Vec<AuditFinding>, StoreError> {
    let mut findings = Vec::new();
    for bound in bound.all() {
        let at = (store.ledger.row, bound.size.as_i64());
        let row = timestamp::Entity::find_by_id(at).one(&store.db.readers).await?;
        let fault = match row {
            None => Some(StampFault::Missing),
            Some(row) => match judge(store, bound, &row, roots).await? {
                Err(fault) => Some(fault),
                Ok(stamp) if repeats(&row, bound, &stamp) => None,
                Ok(_) => {
                    findings.push(AuditFinding::Row {
                        table: Table::Timestamps,
                        index: bound.anchor.get(),
                    });
                    None
                }
            },
        };
        findings.extend(fault.map(|fault| fault.of(bound.size, Some(bound.anchor)).into()));
    }
    findings.extend(strays(store, bound, size).await?);
    Ok(findings)
}

/// Rows that no entry binds. What a running server has bound since the verification began is left to the next one.
async fn strays(store: &Store, bound: &BoundStamps, size: Size) -> Result<Vec<AuditFinding>, StoreError> {
    let rows = timestamp::Entity::find()
        .filter(timestamp::Column::Ledger.eq(store.ledger.row))
        .filter(timestamp::Column::Anchor.lt(size.as_i64()))
        .order_by_asc(timestamp::Column::Size)
        .all(&store.db.readers)
        .await?;
    let sizes = rows.iter().filter_map(|row| Size::try_from(row.size).ok());
    let unbound = sizes.filter(|size| bound.of_size(*size).is_none());
    Ok(unbound
        .map(|size| StampFault::Unbound.of(size, None).into())
        .collect())
}

async fn judge(
    store: &Store,
    bound: &BoundStamp,
    row: &timestamp::Model,
    roots: Option<&Roots>,
) -> Result<Result<TimeStamp, StampFault>, StoreError> {
    if !bound.binds(&row.answer) {
        return Ok(Err(StampFault::Another));
    }
    let at = (store.ledger.row, bound.size.as_i64());
    let note = checkpoint::Entity::find_by_id(at).one(&store.db.readers).await?;
    let note = note.map(|row| row.note).unwrap_or_default();
    let stamped = stamped_bytes(&note);
    if !bound.is_over(stamped.as_bytes()) {
        return Ok(Err(StampFault::Checkpoint));
    }
    let stamp = TimeStampAnswer::parse(&row.answer).and_then(|answer| match roots {
        None => answer.claim(),
        Some(roots) => {
            let expected = Expected {
                roots,
                nonce: None,
                policy: None,
            };
            answer.verify(stamped.as_bytes(), &expected)
        }
    });
    let stamp = match stamp {
        Ok(stamp) => stamp,
        Err(error) => return Ok(Err(StampFault::Invalid(error))),
    };
    let last = recorded_at(store, bound.size.last_index()).await?;
    Ok(bound.check_clock(&stamp, last).map(|()| stamp))
}

/// Whether the columns beside the answer say what it says.
fn repeats(row: &timestamp::Model, bound: &BoundStamp, stamp: &TimeStamp) -> bool {
    row.anchor == bound.anchor.as_i64()
        && row.tsa == bound.tsa
        && row.earliest == stamp.earliest().millis_before()
        && row.latest == stamp.latest().millis_after()
}

async fn recorded_at(store: &Store, index: Option<Index>) -> Result<Option<RecordedAt>, StoreError> {
    let Some(index) = index else { return Ok(None) };
    let at = (store.ledger.row, index.as_i64());
    let row = entry::Entity::find_by_id(at).one(&store.db.readers).await?;
    let entry = row.and_then(|row| kirokubo_ledger::entry::Entry::decode(&row.bytes).ok());
    Ok(entry.map(|entry| entry.recorded_at()))
}
