//! What a server does every second because there may be others on its database.
//!
//! Nothing here is needed for the ledger to be right: whoever writes looks at everything again while it holds the head row.
//! It bounds how long a server knows something that another one has changed: which keys of months are ended, so that they
//! are forgotten; which key signs, so that what it signed is read; and it tells the others that this one is alive, and how
//! far the ledger has come.

use std::sync::Arc;
use std::time::Duration;

use kirokubo_ledger::Size;

use crate::error::StoreError;
use crate::high_water::HighWater;
use crate::principal_list::claim;
use crate::store::Store;
use crate::{key_entries, month_ends};

/// How long a server may know what is no more so.
const BEAT: Duration = Duration::from_secs(1);

/// Beats between two signs of life.
const ALIVE: u32 = 5;

/// Keeps up with other servers; ends at once on a file, which has one, and otherwise when it is aborted.
pub(crate) async fn keep_up(store: Store, mark: Arc<HighWater>) {
    let (mut told, mut left) = (None, Size::ZERO);
    for beat in 1_u32.. {
        if !store.db.is_shared() {
            return;
        }
        tokio::time::sleep(BEAT).await;
        let error = match look(&store, &mark, beat % ALIVE == 0, left).await {
            Ok(size) => {
                left = size;
                told = None;
                continue;
            }
            Err(error) => error.to_string(),
        };
        // Once when it begins, not on every beat.
        if told.as_ref() != Some(&error) {
            tracing::warn!(%error, "other servers cannot be kept up with");
            told = Some(error);
        }
    }
}

async fn look(store: &Store, mark: &Arc<HighWater>, is_alive: bool, left: Size) -> Result<Size, StoreError> {
    if is_alive {
        claim::beat(store).await?;
    }
    month_ends::learn(&store.db.readers, store.ledger.row, &store.keyring).await?;
    key_entries::adopt_if_sound(&store.db.readers, &store.ledger).await?;
    let (store, mark) = (store.clone(), Arc::clone(mark));
    // A network file system may take long, and no request may wait for it.
    let left = tokio::task::spawn_blocking(move || store.leave_high_water(&mark, left)).await;
    left.unwrap_or(Ok(Size::ZERO))
}
