//! `Idempotency-Key`: a second guard beside the natural key. One key goes with one body, for ever.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::entity::idempotency_key;
use crate::error::{StoreError, corrupt};

/// Keyed digests of keys, with the digests of the bodies they went with.
pub(crate) type Used = HashMap<[u8; 16], [u8; 16]>;

/// Those of `keys` that were used before. Few requests send one, so this is rarely asked.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    ledger: i32,
    keys: impl IntoIterator<Item = [u8; 16]>,
) -> Result<Used, StoreError> {
    let keys: Vec<Vec<u8>> = keys.into_iter().map(|key| key.to_vec()).collect();
    if keys.is_empty() {
        return Ok(Used::new());
    }
    let rows = idempotency_key::Entity::find()
        .filter(idempotency_key::Column::Ledger.eq(ledger))
        .filter(idempotency_key::Column::Digest.is_in(keys))
        .all(db)
        .await?;
    let row =
        |row: idempotency_key::Model| Some((row.digest.try_into().ok()?, row.body_digest.try_into().ok()?));
    rows.into_iter()
        .map(|found| row(found).ok_or_else(|| corrupt(0, "digest of an idempotency key")))
        .collect()
}
