//! The database as it stands at one moment, beside a server that goes on appending.

use kirokubo_ledger::Size;
use sea_orm::{DatabaseTransaction, EntityTrait};

use crate::entity::head;
use crate::error::StoreError;
use crate::store::Store;

/// A reading transaction: all it reads belongs to one state of the ledger.
pub(super) struct Moment {
    pub(super) db: DatabaseTransaction,
    /// How far the ledger goes in that state.
    pub(super) size: Size,
}

impl Moment {
    /// Now. The ledger has grown to what its head was signed for; a head that does not verify has not grown.
    pub(super) async fn now(store: &Store, first: Size) -> Result<Self, StoreError> {
        let db = store.db.begin_reading().await?;
        let row = head::Entity::find_by_id(store.ledger.row).one(&db).await?;
        let signed = row.and_then(|row| store.ledger.signers().open(&row.note).ok());
        let size = signed.map_or(first, |checkpoint| checkpoint.size().max(first));
        Ok(Self { db, size })
    }

    /// Ends the transaction, so that it no longer keeps the write-ahead log from being emptied.
    pub(super) async fn end(self) -> Result<(), StoreError> {
        Ok(self.db.rollback().await?)
    }
}
