//! How often something is tried again that the database refused or that a lost connection cut short.

use std::time::Duration;

use crate::connection::Connections;
use crate::error::StoreError;

/// The first pause before another attempt; each one after it is twice as long.
const PAUSE: Duration = Duration::from_millis(25);

/// Attempts after the first while a server is gone or changes its part. With the time that each waits for a connection
/// they outlast a restart, and most failovers.
const ATTEMPTS: u32 = 9;

/// What is left of the attempts at one thing.
pub(crate) struct Patience {
    is_shared: bool,
    attempt: u32,
}

impl Patience {
    /// For something that is done on this database. A file has no outages to wait for: one more attempt is enough.
    pub(crate) fn with(db: &Connections) -> Self {
        Self {
            is_shared: db.is_shared(),
            attempt: 0,
        }
    }

    /// Whether another attempt is to be made, after a pause that this waits for.
    pub(crate) async fn allows(&mut self, error: &StoreError) -> bool {
        let attempts = if self.is_shared && error.is_outage() {
            ATTEMPTS
        } else {
            1
        };
        if !error.is_passing() || self.attempt >= attempts {
            return false;
        }
        if attempts > 1 {
            tokio::time::sleep(PAUSE * (1 << self.attempt)).await;
        }
        self.attempt += 1;
        true
    }
}
