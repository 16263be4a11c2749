//! The row that says who the ledger is, against the genesis entry, which says it first.

use kirokubo_ledger::entry::{Entry, GenesisBody};
use sea_orm::EntityTrait;

use super::{AuditFinding, Table};
use crate::entity::ledger;
use crate::error::StoreError;
use crate::store::Store;

/// Compares them. The operator's name is in no entry, so nothing can be said about it.
pub(super) async fn compare(
    store: &Store,
    genesis: &Entry<&[u8]>,
) -> Result<Option<AuditFinding>, StoreError> {
    let row = ledger::Entity::find_by_id(store.ledger.row)
        .one(&store.db.readers)
        .await?;
    let origin = GenesisBody::parse(genesis.body()).and_then(|body| body.origin());
    let agrees = row.is_some_and(|row| {
        row.ledger_id == genesis.ledger_id().as_bytes()
            && origin.is_ok_and(|origin| row.origin == origin.as_str())
            && row.created_at == genesis.recorded_at().as_millis()
    });
    Ok((!agrees).then_some(AuditFinding::Row {
        table: Table::Ledgers,
        index: 0,
    }))
}
