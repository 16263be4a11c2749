//! Removing objects that no row speaks of: uploads that a crash cut off between their object and their row.

use futures_util::TryStreamExt;
use sea_orm::EntityTrait;

use crate::entity::evidence;
use crate::error::StoreError;
use crate::store::Store;

/// Younger objects may belong to an upload whose row is about to be inserted. No upload takes that long.
const GRACE_MS: i64 = 24 * 60 * 60 * 1_000;

impl Store {
    /// Removes every object older than a day that has no row; gives their number. Uploads may go on meanwhile.
    pub async fn sweep_evidence(&self) -> Result<u64, StoreError> {
        let oldest = self.clock.now_ms() - GRACE_MS;
        let mut removed = 0;
        let mut objects = self.objects.list();
        while let Some(object) = objects.try_next().await? {
            if object.modified_at >= oldest {
                continue;
            }
            let row = evidence::Entity::find_by_id((self.ledger.row, object.id.to_vec()));
            if row.one(&self.db.readers).await?.is_none() {
                self.objects.delete(&object.id).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Removes the object of a file whose row is gone.
    pub(crate) async fn delete_evidence_object(&self, id: &[u8; 16]) -> Result<(), StoreError> {
        self.objects.delete(id).await
    }

    /// The sweep of a server that starts: what it cannot do, the next one may.
    pub(crate) async fn sweep_at_start(self) {
        match self.sweep_evidence().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "files of unfinished uploads were removed"),
            Err(error) => tracing::warn!(error = ?error, "unfinished uploads could not be looked for"),
        }
    }
}
