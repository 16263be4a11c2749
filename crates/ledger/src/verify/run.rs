//! One pass over the entries, in order, with the memory of a frontier.

use super::fault::Fault;
use super::finding::Finding;
use super::key_history::{KeyHistory, KeyHistoryError};
use super::segment::Segment;
use crate::entry::{Entry, Kind, genesis_prev};
use crate::hash::{Digest, leaf_hash};
use crate::ids::LedgerId;
use crate::position::{Index, RecordedAt, Size};
use crate::tree::Frontier;

/// What is known after some entries, all of them in order.
#[derive(Clone, Debug)]
pub struct Run {
    frontier: Frontier,
    first_recorded_at: Option<RecordedAt>,
    last: Option<Last>,
    keys: Option<KeyHistory>,
}

/// What the next entry is held against.
#[derive(Clone, Copy, Debug)]
struct Last {
    ledger_id: LedgerId,
    leaf: Digest,
    recorded_at: RecordedAt,
}

/// An entry that continued the run.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// The entry.
    pub entry: Entry<&'a [u8]>,
    /// Its leaf hash.
    pub leaf: Digest,
}

/// The bytes do not continue the run, which stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The time lies before that of the last entry.
    Time,
    /// Another rule is broken.
    Form(Fault),
}

impl Run {
    /// A run that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            frontier: Frontier::empty(),
            first_recorded_at: None,
            last: None,
            keys: None,
        }
    }

    /// Checks that `bytes` are the next entry, and takes it.
    pub fn push<'a>(&mut self, bytes: &'a [u8]) -> Result<Step<'a>, Broken> {
        let entry = Entry::view(bytes).map_err(|error| Broken::Form(Fault::Entry(error)))?;
        self.check_place(&entry)?;
        self.take_keys(&entry)?;
        let leaf = leaf_hash(bytes);
        self.frontier.push(leaf);
        self.first_recorded_at.get_or_insert(entry.recorded_at());
        self.last = Some(Last {
            ledger_id: entry.ledger_id(),
            leaf,
            recorded_at: entry.recorded_at(),
        });
        Ok(Step { entry, leaf })
    }

    /// Takes a segment, if it continues the run; says whether it does. It is taken as one subtree, so the run must have
    /// seen a multiple of its number of entries, a power of two; and a genesis.
    #[must_use]
    pub fn push_segment(&mut self, segment: &Segment) -> bool {
        let first = &segment.first;
        let (Some(last), Some(leaf)) = (&self.last, segment.leaves().last()) else {
            return false;
        };
        let is_next = self.keys.is_some()
            && first.index.get() == self.size().get()
            && first.ledger_id == last.ledger_id
            && first.prev == last.leaf
            && first.recorded_at >= last.recorded_at;
        let width = segment.leaves().len();
        let is_taken = is_next
            && width.is_power_of_two()
            && self
                .frontier
                .push_subtree(width.trailing_zeros(), segment.root())
                .is_some();
        if is_taken {
            self.last = Some(Last {
                ledger_id: first.ledger_id,
                leaf: *leaf,
                recorded_at: segment.last_recorded_at,
            });
        }
        is_taken
    }

    /// How many entries it has seen.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.frontier.size()
    }

    /// The root over them.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.frontier.root()
    }

    /// The frontier over them.
    #[must_use]
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The times of the first and the last entry it has seen.
    #[must_use]
    pub fn recorded_at(&self) -> Option<(RecordedAt, RecordedAt)> {
        let last = self.last.as_ref().map(|last| last.recorded_at);
        self.first_recorded_at.zip(last)
    }

    /// The keys that the entries name; `None` before the genesis.
    #[must_use]
    pub const fn keys(&self) -> Option<&KeyHistory> {
        self.keys.as_ref()
    }

    fn check_place(&self, entry: &Entry<&[u8]>) -> Result<(), Broken> {
        if entry.index().get() != self.size().get() {
            return Err(Broken::Form(Fault::Index {
                found: entry.index().get(),
            }));
        }
        let expected_prev = match &self.last {
            None => genesis_prev(&entry.ledger_id()),
            Some(last) if last.ledger_id != entry.ledger_id() => {
                return Err(Broken::Form(Fault::OtherLedger));
            }
            Some(last) => last.leaf,
        };
        if entry.prev() != expected_prev {
            return Err(Broken::Form(Fault::Link));
        }
        if self
            .last
            .is_some_and(|last| entry.recorded_at() < last.recorded_at)
        {
            return Err(Broken::Time);
        }
        Ok(())
    }

    fn take_keys(&mut self, entry: &Entry<&[u8]>) -> Result<(), Broken> {
        let fault = |error| {
            Broken::Form(match error {
                KeyHistoryError::Body => Fault::Body(entry.kind()),
                KeyHistoryError::Origin | KeyHistoryError::Size | KeyHistoryError::Order => Fault::Key,
            })
        };
        match (&mut self.keys, entry.kind()) {
            (None, Kind::Genesis) => {
                self.keys = Some(KeyHistory::from_genesis(entry.body()).map_err(fault)?);
                Ok(())
            }
            (None, _) => Err(Broken::Form(Fault::NoGenesis)),
            (Some(_), Kind::Genesis) => Err(Broken::Form(Fault::SecondGenesis)),
            (Some(keys), Kind::Key) => keys.add(entry.index(), entry.body()).map_err(fault),
            (Some(_), _) => Ok(()),
        }
    }
}

impl Default for Run {
    fn default() -> Self {
        Self::new()
    }
}

impl Broken {
    /// The finding, if the entry at `index` was signed like this.
    #[must_use]
    pub fn at(self, index: Index) -> Finding {
        match self {
            Self::Time => Finding::TimeRegression { index },
            Self::Form(fault) => Finding::Schema {
                index: Some(index),
                fault,
            },
        }
    }
}
