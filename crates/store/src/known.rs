//! Looking up what the ids in an event stand for.

use kirokubo_records::{CitedIds, Known};

use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// What the cited ids stand for. Those that stand for nothing are left out.
    #[expect(
        clippy::unused_async,
        reason = "each kind of id that can be registered adds its look-up here"
    )]
    pub async fn known(&self, _cited: &CitedIds) -> Result<Known, StoreError> {
        Ok(Known::default())
    }
}
