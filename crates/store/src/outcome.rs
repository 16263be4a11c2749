//! What a caller hears of a record that it handed in.

use std::sync::Arc;

use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::{Index, RecordedAt};

use crate::error::StoreError;
use crate::natural_key::Existing;

/// A record's place in the ledger, as of the checkpoint that first covered it.
#[derive(Clone, Debug)]
pub struct Appended {
    /// Index of its entry.
    pub index: Index,
    /// Time the ledger claims for it.
    pub recorded_at: RecordedAt,
    /// Leaf hash of its entry.
    pub leaf: Digest,
    /// The signed checkpoint of the transaction that appended it.
    pub checkpoint: Arc<str>,
    /// Inclusion proof for that checkpoint, leaf's sibling first.
    pub proof: Vec<Digest>,
}

/// What became of a record that was handed in.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// It is in the ledger now, durably.
    New(Appended),
    /// The same event with the same body was there already.
    Replayed(Existing),
    /// The same event was there already, with another body. Nothing was written.
    Conflict(Existing),
}

/// Why a record could not be appended. In every case it is safe to hand in the same event again.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// The queue is full.
    #[error("the sequencer's queue is full")]
    Busy,
    /// The server is stopping.
    #[error("the sequencer has stopped")]
    Stopped,
    /// The chain that is stored is damaged: nothing is built on it.
    #[error("the stored ledger is damaged")]
    Damaged,
    /// Principals demanded that their data go to no third party.
    #[error("{} principal(s) demanded a stop", rows.len())]
    Suppressed {
        /// Their places among the record's principals, in order.
        rows: Vec<u64>,
    },
    /// Midnight passed in Japan between the judgement and the append, or what the record names has changed: it must be
    /// judged again.
    #[error("what the record was judged by changed while it waited")]
    Stale,
    /// The `Idempotency-Key` went with another body before.
    #[error("the idempotency key was used with another body")]
    IdempotencyKeyReused,
    /// The list that the event cites belongs to another record.
    #[error("the list belongs to another record")]
    ListUsed,
    /// The database failed; whether anything was written has been looked up, and it was not.
    #[error("the record could not be written")]
    Store(#[source] Arc<StoreError>),
}
