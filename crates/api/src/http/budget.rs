//! How many bytes of events may be in work at once, over all requests.
//!
//! A queue bounded in records says little about memory: an event may be twenty bytes or four megabytes. So every
//! event takes its bytes from one budget until it is answered. A single post is told to come back when the budget
//! is spent; a stream is read more slowly.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of posted events in work at once. While it is judged and sealed an event takes about four times as much.
const BYTES: usize = 128 << 20;

/// Bytes of buffers that files of evidence on their way in and out take at once. A budget of its own: slow uploads must
/// not keep events from being recorded.
pub(super) const FILES: usize = 128 << 20;

/// The budget is counted in kibibytes.
const UNIT: usize = 1 << 10;

/// A share of memory; shared by all requests.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<Semaphore>);

/// Bytes taken from a budget; they go back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share(OwnedSemaphorePermit);

impl Default for Budget {
    fn default() -> Self {
        Self::of(BYTES)
    }
}

impl Budget {
    /// A budget of its own.
    pub(crate) fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / UNIT)))
    }

    /// Takes `bytes` if they are to be had.
    pub(crate) fn take(&self, bytes: usize) -> Option<Share> {
        Arc::clone(&self.0)
            .try_acquire_many_owned(units(bytes))
            .ok()
            .map(Share)
    }

    /// Takes `bytes`, waiting for them. More than the whole budget is never asked for: one event is smaller.
    pub(crate) async fn wait(&self, bytes: usize) -> Share {
        let permit = Arc::clone(&self.0).acquire_many_owned(units(bytes)).await;
        Share(permit.expect("a budget is never closed"))
    }
}

impl Share {
    /// Adds another share of the same budget.
    pub(crate) fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_dropped_can_be_taken_again() {
        let budget = Budget::of(4 * UNIT);
        let mut share = budget.take(3 * UNIT).unwrap();
        assert!(budget.take(2 * UNIT).is_none());
        share.merge(budget.take(1).unwrap());
        assert!(budget.take(1).is_none());
        drop(share);
        drop(budget.wait(4 * UNIT).await);
    }
}
