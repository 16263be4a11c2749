//! The older checkpoints of a bundle, with the cosignatures there are.

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{BundleStaging, CHECKPOINTS};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{ExportError, path};
use crate::entity::checkpoint;
use crate::error::StoreError;
use crate::store::Store;

/// Older checkpoints go along at about this distance, so that a fork can be narrowed down.
const CHECKPOINT_EVERY: i64 = 16_384;

impl Store {
    /// Signed checkpoints from the size `from` on.
    pub(super) async fn add_checkpoints(
        &self,
        staging: &mut BundleStaging,
        from: i64,
        size: Size,
    ) -> Result<(), ExportError> {
        // How far witnesses have seen, beside those at a distance.
        let witnessed = self.last_witnessed().await?.map(|last| last.size.as_i64());
        let witnessed = witnessed.filter(|witnessed| (from..size.as_i64()).contains(witnessed));
        if let Some(witnessed) = witnessed {
            let at = (self.ledger.row, witnessed);
            let row = checkpoint::Entity::find_by_id(at).one(&self.db.readers).await;
            if let Some(row) = row.map_err(StoreError::from)? {
                self.add_older(staging, &row).await?;
            }
        }
        let mut next = from;
        while next < size.as_i64() {
            let row = checkpoint::Entity::find()
                .filter(checkpoint::Column::Ledger.eq(self.ledger.row))
                .filter(checkpoint::Column::Size.gte(next))
                .filter(checkpoint::Column::Size.lt(size.as_i64()))
                .order_by_asc(checkpoint::Column::Size)
                .one(&self.db.readers)
                .await
                .map_err(StoreError::from)?;
            let Some(row) = row else { return Ok(()) };
            if Some(row.size) != witnessed {
                self.add_older(staging, &row).await?;
            }
            next = row.size.saturating_add(CHECKPOINT_EVERY);
        }
        Ok(())
    }

    async fn add_older(
        &self,
        staging: &mut BundleStaging,
        row: &checkpoint::Model,
    ) -> Result<(), ExportError> {
        let name = path(&format!("{CHECKPOINTS}{}", row.size));
        let note = match Size::try_from(row.size) {
            Ok(size) => self.with_cosignatures(row.note.clone(), size).await?,
            Err(_) => row.note.clone(),
        };
        Ok(staging.add_once(name, note.as_bytes())?)
    }
}
