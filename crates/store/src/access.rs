//! The access ledger: who read personal data. A ledger of its own beside that of records, in the same tables.
//!
//! It has its own id, origin, keys, tree, checkpoints and tiles, and the same format. A reading is written before anything
//! is shown: [`AccessLog::record`] returns when its entry is durable.

mod log;
mod row;
mod scribe;
mod write;

use std::sync::Arc;

pub use log::{AccessFilter, LoggedAccess};
pub(crate) use row::is_as_written;
pub use scribe::AccessLog;
pub(crate) use scribe::Scribe;

use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::RecordSecret;
use kirokubo_records::seal::{AccessSealing, Month, SealedAccess, seal_access};
use kirokubo_records::{Access, access_retain_through, japan_date};

use crate::append::LedgerWriter;
use crate::error::StoreError;
use crate::export::{BundleOrder, ExportError, PreparedBundle};
use crate::proof::SignedHead;
use crate::random;
use crate::store::{Ledger, Store};

/// The access ledger of a store. Cheap to clone.
#[derive(Clone)]
pub struct AccessLedger(pub(crate) Store);

impl Store {
    /// The access ledger beside the ledger of records.
    #[must_use]
    pub fn access_ledger(&self) -> AccessLedger {
        AccessLedger(Self {
            ledger: Arc::clone(&self.access.ledger),
            keyring: Arc::clone(&self.access.keyring),
            ..self.clone()
        })
    }

    /// What is published under a ledger's id, 32 hexadecimal digits: entries, tiles and checkpoints of either ledger.
    #[must_use]
    pub fn published(&self, ledger_id: &str) -> Option<Self> {
        [self.clone(), self.access_ledger().0]
            .into_iter()
            .find(|store| store.ledger.ledger_id().to_string() == ledger_id)
    }
}

impl AccessLedger {
    /// Who it is.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        self.0.ledger()
    }

    /// Its newest checkpoint.
    pub async fn head(&self) -> Result<SignedHead, StoreError> {
        self.0.head().await
    }

    /// Settles what a bundle of it shows, as [`Store::prepare_bundle`] does for the records; `structure` or `full`.
    pub async fn prepare_bundle(&self, order: &BundleOrder) -> Result<PreparedBundle, ExportError> {
        self.0.prepare_bundle(order).await
    }

    /// Writes a reading down at once, without a running scribe: for a command beside or without a server. Durable when this
    /// returns.
    pub async fn record(&self, access: Access) -> Result<(), StoreError> {
        let sealed = self.seal(access)?;
        write::append(&mut LedgerWriter::new(&self.0), &sealed).await
    }

    /// Commits to a reading and encrypts it.
    fn seal(&self, access: Access) -> Result<Vec<SealedAccess>, StoreError> {
        let now = self.0.clock.now_ms();
        let day = japan_date(now);
        let month = Month::of_retention(access_retain_through(day));
        let month_key = self.0.keyring.month_to_seal(month)?;
        let seal = |part: Access| {
            let with = AccessSealing {
                ledger_id: self.ledger().ledger_id(),
                id: RecordId::from_bytes(random::uuid_v7(now)),
                secret: RecordSecret::from_bytes(random::bytes()),
                wrap_nonce: random::bytes(),
                month_key: &month_key,
            };
            seal_access(&part, day, &with).map_err(|_| StoreError::Corrupt {
                index: None,
                what: "a reading cannot be committed to",
            })
        };
        access.in_parts().into_iter().map(seal).collect()
    }
}
