//! What the world is shown of the ledger, and what witnesses say of it. Kept apart from `checkpoints`, whose notes are
//! ours alone, byte for byte.
//!
//! Persist before show: whoever shows a checkpoint or a cosignature has stored it here before. After a crash the newest
//! row of `published` is at least as new as anything that was shown.

mod cosignatures;
mod published;
mod sizes;

use std::sync::Arc;

use kirokubo_ledger::policy::Policy;

use crate::store::Store;

pub use published::{Published, Way};
pub use sizes::WitnessSize;

impl Store {
    /// The same store, whose audit judges what was published by this policy.
    #[must_use]
    pub fn with_policy(self, policy: Option<Arc<Policy>>) -> Self {
        Self { policy, ..self }
    }
}
