//! API keys against the MACs of their rows: a key that somebody gave himself by SQL, or a better role, is named.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{AuditFinding, Table};
use crate::entity::api_key;
use crate::error::StoreError;
use crate::store::Store;

/// Names every row that is not as we wrote it. There are as many as systems and people who call.
pub(super) async fn check(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let rows = api_key::Entity::find()
        .filter(api_key::Column::Ledger.eq(store.ledger.row))
        .order_by_asc(api_key::Column::Id)
        .all(&store.db.readers)
        .await?;
    let forged = rows.into_iter().filter(|row| store.listed(row).is_err());
    let named = |row: api_key::Model| AuditFinding::NotAsMade {
        table: Table::ApiKeys,
        id: row.id,
    };
    Ok(forged.map(named).collect())
}
