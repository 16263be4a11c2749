//! Time stamps in an audit bundle, each with the checkpoint that it is over.

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{BundlePath, BundleStaging, CHECKPOINTS, timestamp_path};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::entity::{checkpoint, timestamp};
use crate::error::StoreError;
use crate::export::ExportError;
use crate::store::Store;

impl Store {
    /// Adds every authority's answer that is bound below `size` and over a checkpoint of `from` entries or more, if so, and
    /// that checkpoint. What is missing is for the verifier to name.
    pub(crate) async fn add_stamps(
        &self,
        staging: &mut BundleStaging,
        from: Option<Size>,
        size: Size,
    ) -> Result<(), ExportError> {
        let mut next = from.map_or(1, Size::as_i64);
        loop {
            let row = timestamp::Entity::find()
                .filter(timestamp::Column::Ledger.eq(self.ledger.row))
                .filter(timestamp::Column::Size.gte(next))
                .filter(timestamp::Column::Anchor.lt(size.as_i64()))
                .order_by_asc(timestamp::Column::Size)
                .one(&self.db.readers)
                .await
                .map_err(StoreError::from)?;
            let Some(row) = row else { return Ok(()) };
            next = row.size.saturating_add(1);
            let Ok(stamped) = Size::try_from(row.size) else {
                continue;
            };
            staging.add(path(&timestamp_path(stamped)), &row.answer)?;
            let at = (self.ledger.row, row.size);
            let note = checkpoint::Entity::find_by_id(at)
                .one(&self.db.readers)
                .await
                .map_err(StoreError::from)?;
            if let Some(note) = note {
                staging.add(path(&format!("{CHECKPOINTS}{stamped}")), note.note.as_bytes())?;
            }
        }
    }
}

fn path(text: &str) -> BundlePath {
    text.parse()
        .expect("the names of a bundle's files are valid paths")
}
