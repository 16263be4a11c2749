//! Recovery entries: what a ledger says itself of a restore that cost it entries. They excuse no finding; they explain one.

use kirokubo_ledger::Index;
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::entry::{Entry, Kind, LostRange, RecoveryBody, StatedTree};

/// More of them nobody reads.
const MOST: usize = 100;

/// A recovery entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Where it is.
    pub index: Index,
    /// What it says.
    pub body: RecoveryBody,
}

impl Recovery {
    /// Whether `held` is the very checkpoint of the lost history that the entry names.
    #[must_use]
    pub fn names(&self, held: &Checkpoint) -> bool {
        self.body.highest_known == Some(StatedTree::new(held.size(), held.root()))
    }

    /// The entries that it says are lost.
    #[must_use]
    pub const fn lost(&self) -> Option<LostRange> {
        self.body.lost
    }

    /// The entries whose contents it says are lost.
    #[must_use]
    pub const fn contents_lost(&self) -> Option<LostRange> {
        self.body.contents_lost
    }
}

/// Keeps the entry, if it is one of these and says what they say.
pub(crate) fn take(entry: &Entry<&[u8]>, found: &mut Vec<Recovery>) {
    if entry.kind() != Kind::Recovery || found.len() >= MOST {
        return;
    }
    if let Ok(body) = RecoveryBody::parse(entry.body()) {
        found.push(Recovery {
            index: entry.index(),
            body,
        });
    }
}
