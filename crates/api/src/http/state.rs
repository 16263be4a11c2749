//! What every handler can reach.

use std::sync::Arc;

use kirokubo_store::{Appender, Authenticator, Store};

use super::budget::{self, Budget};
use super::metrics::Metrics;

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The ledger's store, for reads.
    pub store: Store,
    /// Where records are handed in.
    pub appender: Appender,
    /// Who calls.
    pub authenticator: Arc<Authenticator>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Bytes of events that may be in work at once.
    pub(crate) budget: Budget,
    /// Bytes of buffers of evidence files that may be in work at once.
    pub(crate) files: Budget,
    /// Bytes that a file of evidence may have.
    pub(crate) max_evidence: u64,
}

impl AppState {
    /// The state of a server on `store` that takes files of evidence of up to `max_evidence` bytes.
    #[must_use]
    pub fn new(store: Store, appender: Appender, max_evidence: u64) -> Self {
        let authenticator = Arc::new(Authenticator::new(store.clone()));
        Self {
            store,
            appender,
            authenticator,
            metrics: Arc::default(),
            budget: Budget::default(),
            files: Budget::of(budget::FILES),
            max_evidence,
        }
    }
}
