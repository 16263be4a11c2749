//! Looking up what the ids in an event stand for.

use kirokubo_records::{CitedIds, Known};

use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// What the cited ids stand for. Those that stand for nothing are left out.
    pub async fn known(&self, cited: &CitedIds) -> Result<Known, StoreError> {
        Ok(Known {
            lists: self.known_lists(&cited.lists).await?,
        })
    }
}
