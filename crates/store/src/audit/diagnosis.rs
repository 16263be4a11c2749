//! The chain is not the signed one: read it again, whole, and name what happened.

use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::verify::{Finding, Run, Seen, Signed, diagnose};
use kirokubo_ledger::{Index, Size};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::moment::Moment;
use super::{AuditFinding, PAGE};
use crate::entity::entry;
use crate::error::StoreError;
use crate::head::digest;
use crate::store::Store;

/// What happened to a chain that was signed as `signed` says.
pub(super) async fn against(store: &Store, signed: &Signed) -> Result<Vec<AuditFinding>, StoreError> {
    let (mut seen, mut beside) = (Vec::new(), Vec::new());
    for_each(store, signed.size, |row| {
        seen.push(Seen::of(&row.bytes));
        beside.push(digest(&row.leaf));
        true
    })
    .await?;
    let beside: Option<Vec<Digest>> = beside.into_iter().collect();
    let mut findings = diagnose(&seen, signed, beside.as_deref());
    if findings.is_empty() {
        // The hashes are the signed ones and yet a rule is broken: the ledger was signed so.
        findings.extend(first_broken_rule(store, signed.size).await?);
    }
    Ok(findings.into_iter().map(AuditFinding::from).collect())
}

/// The first entry that does not continue the chain.
pub(super) async fn first_broken_rule(store: &Store, size: Size) -> Result<Option<Finding>, StoreError> {
    let (mut run, mut found) = (Run::new(), None);
    for_each(store, size, |row| {
        let index = run.size().next_index().unwrap_or(Index::FIRST);
        found = run.push(&row.bytes).err().map(|broken| broken.at(index));
        found.is_none()
    })
    .await?;
    Ok(found)
}

/// Every entry in order, whatever gaps there are, but for those that a server has appended since the ledger had
/// `size` entries. Ends early when `take` is content.
async fn for_each(
    store: &Store,
    size: Size,
    mut take: impl FnMut(&entry::Model) -> bool,
) -> Result<(), StoreError> {
    let moment = Moment::now(store, size).await?;
    let mut after = -1;
    loop {
        let rows = entry::Entity::find()
            .filter(entry::Column::Ledger.eq(store.ledger.row))
            .filter(entry::Column::Idx.gt(after))
            .filter(
                Condition::any()
                    .add(entry::Column::Idx.lt(size.as_i64()))
                    .add(entry::Column::Idx.gte(moment.size.as_i64())),
            )
            .order_by_asc(entry::Column::Idx)
            .limit(PAGE)
            .all(&moment.db)
            .await?;
        let wants_more = rows.iter().all(&mut take);
        match rows.last() {
            Some(last) if wants_more => after = last.idx,
            _ => return moment.end().await,
        }
    }
}
