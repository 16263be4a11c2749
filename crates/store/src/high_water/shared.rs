//! The mark that servers on one ledger leave each other, in the folder that all of them see.
//!
//! Each server's own mark knows what that server signed, or took up at its start. A server that is new on its machine has
//! none. It starts by the shared one, and if an older database was put back, that tells.
//!
//! It is rewritten every second while the ledger grows. Two servers may do so at once, and the smaller of two sizes may
//! stay for a second; it is never ahead of the ledger.

use kirokubo_ledger::Size;

use super::HighWater;
use super::slots::{self, Slots};
use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// Moves the shared mark up to this server's; gives the size that it is known to have. Blocks.
    pub(crate) fn leave_high_water(&self, mark: &HighWater, known: Size) -> Result<Size, StoreError> {
        let Some(path) = self.folder.shared_high_water() else {
            return Ok(known);
        };
        let (size, note) = mark.newest();
        if size <= known {
            return Ok(known);
        }
        let fault = |source| StoreError::Folder {
            path: path.clone(),
            source,
        };
        let notes = slots::read(&path).map_err(fault)?.unwrap_or_default();
        let signers = self.ledger.signers();
        let there = notes.iter().filter_map(|note| signers.open(note).ok());
        if there.map(|checkpoint| checkpoint.size()).max() < Some(size) {
            Slots::create(&path, &note).map_err(fault)?;
        }
        Ok(size)
    }
}
