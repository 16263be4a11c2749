//! Why a checkpoint is not cosigned.

use kirokubo_ledger::Size;
use kirokubo_ledger::checkpoint::CheckpointError;
use kirokubo_ledger::note::NoteError;
use kirokubo_ledger::witness::ParseAddCheckpointError;

use crate::memory::MemoryError;

/// Why a checkpoint is not cosigned; C2SP `tlog-witness` names the status of each.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// 400: the request is malformed.
    #[error("the request is malformed: {0}")]
    Malformed(#[from] ParseAddCheckpointError),
    /// 400: the note is no checkpoint.
    #[error("the checkpoint is malformed: {0}")]
    Checkpoint(CheckpointError),
    /// 400: the proof begins beyond the checkpoint.
    #[error("old size {old} is beyond size {size}")]
    OldBeyondSize {
        /// Where the proof begins.
        old: Size,
        /// The size of the checkpoint.
        size: Size,
    },
    /// 404: nobody asked this witness to follow that log.
    #[error("the log is not one of those this witness follows")]
    UnknownLog,
    /// 403: no key of the log has signed, or a line only claims to be its signature.
    #[error("the log's key has not signed the checkpoint: {0}")]
    NotSigned(NoteError),
    /// 409: the proof does not begin at the checkpoint that is remembered.
    #[error("the newest checkpoint cosigned has size {held}")]
    Conflict {
        /// The size that is remembered; 0 if none is.
        held: Size,
    },
    /// 422: the proof does not show that the checkpoint continues the one remembered.
    #[error("the checkpoint is not shown to continue the one of size {held}")]
    Inconsistent {
        /// The size that is remembered; 0 if none is.
        held: Size,
    },
    /// 500: the new checkpoint could not be put on disk, so it is not cosigned.
    #[error("the checkpoint could not be remembered")]
    Memory(#[from] MemoryError),
    /// 500: the clock stands before 1970.
    #[error("the clock tells no time that a cosignature may have")]
    Clock,
}
