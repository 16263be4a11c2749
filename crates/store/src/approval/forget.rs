//! Taking away the words of approvals whose record is erased.

use kirokubo_records::seal::RowKey;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{ApprovalState, row};
use crate::entity::approval;
use crate::error::StoreError;
use crate::statement::execute;

/// Wipes the corrections that were asked for and the words of decisions about the record at `idx`. What still waits is
/// rejected by `by`, Unix milliseconds `now`: there is nothing left that it could be about. Who decided what stays.
pub(crate) async fn forget(
    db: &impl ConnectionTrait,
    ledger: i32,
    idx: i64,
    (by, now): (&str, i64),
    key: &RowKey,
) -> Result<(), StoreError> {
    let rows = approval::Entity::find()
        .filter(approval::Column::Ledger.eq(ledger))
        .filter(approval::Column::Idx.eq(idx))
        .all(db)
        .await?;
    for found in rows {
        let known = row::open(&found, key)?;
        let mut left = approval::Model {
            request: None,
            note: None,
            ..found
        };
        if known.state == ApprovalState::Pending {
            left.state = row::state_number(ApprovalState::Rejected);
            left.decided_by = Some(by.to_owned());
            left.decided_at = Some(now);
        }
        let left = row::closed(left, key);
        let text = "UPDATE approvals SET state = $1, decided_by = $2, decided_at = $3, request = NULL, note = NULL, \
                    mac = $4 WHERE ledger = $5 AND id = $6";
        let values = [
            left.state.into(),
            left.decided_by.into(),
            left.decided_at.into(),
            left.mac.into(),
            left.ledger.into(),
            left.id.into(),
        ];
        execute(db, text, values).await?;
    }
    Ok(())
}
