//! Receipts: what senders were answered when a record was appended. Each proves that the entry was there.

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree::verify_inclusion;
use kirokubo_ledger::{Index, Size};

use super::Recovery;
use crate::error::StoreError;

/// What a sender kept of a 201.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Index of the entry.
    pub index: Index,
    /// Its leaf hash.
    pub leaf: Digest,
    /// The signed checkpoint that covers it.
    pub checkpoint: String,
    /// Inclusion proof for that checkpoint, leaf's sibling first.
    pub proof: Vec<Digest>,
}

/// What a receipt shows of the restored ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptState {
    /// The record is there.
    Kept,
    /// The record was there and is lost: to be sent again.
    Lost,
    /// Another entry stands in its place.
    Contradicts,
    /// It proves nothing: our key did not sign the checkpoint, or the proof does not lead to it.
    Invalid,
}

impl Recovery {
    /// Looks at a receipt, and remembers how far it shows the ledger to have come.
    pub async fn take_receipt(&mut self, receipt: &Receipt) -> Result<ReceiptState, StoreError> {
        let Some(checkpoint) = self.proven(receipt) else {
            return Ok(ReceiptState::Invalid);
        };
        self.know_of(&checkpoint);
        if receipt.index.get() >= self.head.size().get() {
            return Ok(ReceiptState::Lost);
        }
        let entry = self.store.entry(receipt.index).await?;
        Ok(match entry {
            Some(entry) if entry.leaf() == receipt.leaf => ReceiptState::Kept,
            _ => ReceiptState::Contradicts,
        })
    }

    fn proven(&self, receipt: &Receipt) -> Option<Checkpoint> {
        let checkpoint = self.store.ledger().signers().open(&receipt.checkpoint).ok()?;
        let size: Size = checkpoint.size();
        verify_inclusion(
            &receipt.leaf,
            receipt.index,
            size,
            &receipt.proof,
            &checkpoint.root(),
        )
        .ok()?;
        Some(checkpoint)
    }
}
