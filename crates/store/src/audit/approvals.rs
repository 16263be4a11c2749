//! What was approved, and by whom, against the MACs of its rows.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{AuditFinding, Table};
use crate::entity::approval;
use crate::error::StoreError;
use crate::store::Store;

/// Rows read at once.
const ROWS: u64 = 1_024;

/// Names every row that is not as we wrote it.
pub(super) async fn check(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let mut findings = Vec::new();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let mut query = approval::Entity::find().filter(approval::Column::Ledger.eq(store.ledger.row));
        if let Some(after) = after.take() {
            query = query.filter(approval::Column::Id.gt(after));
        }
        let rows = query
            .order_by_asc(approval::Column::Id)
            .limit(ROWS)
            .all(&store.db.readers)
            .await?;
        for row in &rows {
            if store.approval_of(row).is_err() {
                findings.push(AuditFinding::Row {
                    table: Table::Approvals,
                    index: u64::try_from(row.idx).unwrap_or(u64::MAX),
                });
            }
        }
        match rows.last() {
            Some(last) => after = Some(last.id.clone()),
            None => return Ok(findings),
        }
    }
}
