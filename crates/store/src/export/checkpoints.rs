//! The older checkpoints of a bundle, with the cosignatures there are: some at a distance, the last that witnesses have
//! seen, and every one at which a key took over from another.

use std::collections::BTreeSet;

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
        let mut special = self.special_sizes().await?;
        special.retain(|at| (from..size.as_i64()).contains(at));
        let mut next = from;
        while next < size.as_i64() {
            let Some(row) = self.checkpoint_from(next, size).await? else {
                break;
            };
            self.add_older(staging, &row).await?;
            special.remove(&row.size);
            next = row.size.saturating_add(CHECKPOINT_EVERY);
        }
        for at in special {
            if let Some(row) = self.checkpoint_from(at, size).await?.filter(|row| row.size == at) {
                self.add_older(staging, &row).await?;
            }
        }
        Ok(())
    }

    /// Sizes whose checkpoints go along whatever the distance.
    async fn special_sizes(&self) -> Result<BTreeSet<i64>, StoreError> {
        // Where a key took over, both signed: who knows the old one only learns the new one there.
        let signers = self.ledger.signers();
        let changes = signers.history().changes().iter();
        let mut sizes: BTreeSet<i64> = changes.map(|change| change.first_size.as_i64()).collect();
        // How far witnesses have seen.
        sizes.extend(self.last_witnessed().await?.map(|last| last.size.as_i64()));
        Ok(sizes)
    }

    /// The first checkpoint of a size from `from` on, below `size`.
    async fn checkpoint_from(&self, from: i64, size: Size) -> Result<Option<checkpoint::Model>, StoreError> {
        Ok(checkpoint::Entity::find()
            .filter(checkpoint::Column::Ledger.eq(self.ledger.row))
            .filter(checkpoint::Column::Size.gte(from))
            .filter(checkpoint::Column::Size.lt(size.as_i64()))
            .order_by_asc(checkpoint::Column::Size)
            .one(&self.db.readers)
            .await?)
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
