//! What the entries say about time stamps, and what the stamps say about the entries.

use std::collections::BTreeMap;
use std::fmt;

use super::fault::Fault;
use super::finding::Finding;
use crate::entry::{Entry, Kind, StampAnchor};
use crate::hash::{Digest, sha256};
use crate::position::{Index, RecordedAt, Size};
use crate::timestamp::{CLOCK_DRIFT_MAX_MS, Instant, StampError, TimeStamp};

/// A time stamp that an entry binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundStamp {
    /// The entry that binds it.
    pub anchor: Index,
    /// When the ledger says that entry was made.
    pub recorded_at: RecordedAt,
    /// The size of the stamped checkpoint.
    pub size: Size,
    /// The address of the authority.
    pub tsa: String,
    /// SHA-256 of what was stamped.
    note: Digest,
    /// SHA-256 of the authority's answer.
    answer: Digest,
    /// The time that the entry repeats.
    time: String,
}

/// The stamps that entries bind, by the size of their checkpoints.
#[derive(Clone, Debug, Default)]
pub struct BoundStamps(BTreeMap<Size, BoundStamp>);

/// What can be wrong with a time stamp of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StampFault {
    /// An entry binds it, and it is not there.
    Missing,
    /// It is there, and no entry binds it.
    Unbound,
    /// It is not the one that the entry binds.
    Another,
    /// The checkpoint is not the one that the entry says was stamped.
    Checkpoint,
    /// It does not count.
    Invalid(StampError),
    /// The entry says another time than the stamp.
    Time,
    /// The ledger dates the last entry of the checkpoint later than the stamp that proves it.
    LedgerAhead,
    /// The ledger dates the entry that binds the stamp earlier than the stamp was made.
    LedgerBehind,
}

impl BoundStamps {
    /// Takes the next entry that may bind one; fails if it binds one and is malformed.
    pub fn take(&mut self, entry: &Entry<&[u8]>) -> Result<(), Finding> {
        if entry.kind() != Kind::Anchor {
            return Ok(());
        }
        let malformed = || Finding::Schema {
            index: Some(entry.index()),
            fault: Fault::Body(Kind::Anchor),
        };
        let Some(body) = StampAnchor::parse(entry.body()).map_err(|_| malformed())? else {
            return Ok(());
        };
        let parts = (body.size(), body.note_digest(), body.answer_digest());
        let (Some(size), Some(note), Some(answer)) = parts else {
            return Err(malformed());
        };
        // It was stamped before it could be bound, and once.
        let is_earlier = size > Size::ZERO && size.get() <= entry.index().get();
        if !is_earlier || self.of_size(size).is_some() {
            return Err(malformed());
        }
        let bound = BoundStamp {
            anchor: entry.index(),
            recorded_at: entry.recorded_at(),
            size,
            note,
            answer,
            time: body.time().to_owned(),
            tsa: body.tsa().to_owned(),
        };
        self.0.insert(size, bound);
        Ok(())
    }

    /// Only those over checkpoints of `from` entries or more: what a delta that goes on from there has to show.
    #[must_use]
    pub fn over(mut self, from: Size) -> Self {
        self.0.retain(|size, _| *size >= from);
        self
    }

    /// All of them, by the size of their checkpoints.
    pub fn all(&self) -> impl Iterator<Item = &BoundStamp> {
        self.0.values()
    }

    /// The one over the checkpoint of this size.
    #[must_use]
    pub fn of_size(&self, size: Size) -> Option<&BoundStamp> {
        self.0.get(&size)
    }
}

impl BoundStamp {
    /// Whether these are the bytes of the answer that was bound.
    #[must_use]
    pub fn binds(&self, answer: &[u8]) -> bool {
        sha256(answer) == self.answer
    }

    /// Whether these are the bytes that were stamped.
    #[must_use]
    pub fn is_over(&self, stamped: &[u8]) -> bool {
        sha256(stamped) == self.note
    }

    /// Holds the ledger's own times against a stamp that counts: the ledger's clock may be off by five minutes.
    ///
    /// `last` is the time of the last entry of the stamped checkpoint, where that entry is known.
    pub fn check_clock(&self, stamp: &TimeStamp, last: Option<RecordedAt>) -> Result<(), StampFault> {
        if self.time != stamp.time.to_string() {
            return Err(StampFault::Time);
        }
        let latest = stamp.latest().millis_after();
        if last.is_some_and(|last| last.as_millis() > latest.saturating_add(CLOCK_DRIFT_MAX_MS)) {
            return Err(StampFault::LedgerAhead);
        }
        let earliest = stamp.earliest().millis_before();
        if self.recorded_at.as_millis() < earliest.saturating_sub(CLOCK_DRIFT_MAX_MS) {
            return Err(StampFault::LedgerBehind);
        }
        Ok(())
    }
}

impl StampFault {
    /// The finding about the stamp over the checkpoint of this size, bound by the entry at `anchor`.
    #[must_use]
    pub const fn of(self, size: Size, anchor: Option<Index>) -> Finding {
        Finding::TimeStamp {
            size,
            anchor,
            fault: self,
        }
    }

    /// The Japanese text, without a full stop.
    #[must_use]
    pub fn ja(&self) -> String {
        let text = match self {
            Self::Missing => "台帳に固定されているのに、ありません",
            Self::Unbound => "台帳のどの項目にも固定されていません",
            Self::Another => "台帳に固定されたものではありません",
            Self::Checkpoint => "対象のチェックポイントが、固定されたときのものではありません",
            Self::Invalid(error) => return error.ja(),
            Self::Time => "台帳の項目が示す時刻と異なります",
            Self::LedgerAhead => "台帳の時刻が、証明された時刻より進んでいます",
            Self::LedgerBehind => "台帳の時刻が、証明された時刻より遅れています",
        };
        text.to_owned()
    }
}

impl fmt::Display for StampFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "it is missing, though an entry binds it",
            Self::Unbound => "no entry binds it",
            Self::Another => "it is not the one that its entry binds",
            Self::Checkpoint => "the checkpoint is not the one that its entry says was stamped",
            Self::Invalid(error) => return error.fmt(f),
            Self::Time => "its entry says another time",
            Self::LedgerAhead => "the ledger dates entries later than the stamp that proves them",
            Self::LedgerBehind => "the ledger dates its entry earlier than the stamp was made",
        })
    }
}

/// Between which moments entries were made, as authorities vouch for it.
#[derive(Clone, Debug, Default)]
pub struct TimeBrackets(Vec<(Size, Option<Index>, TimeStamp)>);

/// Between which moments an entry was made; a side without a stamp is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeBracket {
    /// It was made after this: a stamp of this time stands in an entry before it.
    pub after: Option<Instant>,
    /// It existed at this time: a checkpoint with it was stamped then.
    pub before: Option<Instant>,
}

impl TimeBrackets {
    /// Takes a stamp that counts over the checkpoint of this size, and the entry that binds it, if one does.
    pub fn add(&mut self, size: Size, anchor: Option<Index>, stamp: TimeStamp) {
        self.0.push((size, anchor, stamp));
    }

    /// The stamps, in the order in which they were taken: size, the entry that binds it, what it says.
    #[must_use]
    pub fn stamps(&self) -> &[(Size, Option<Index>, TimeStamp)] {
        &self.0
    }

    /// The bracket of the entry at `index`.
    #[must_use]
    pub fn of(&self, index: Index) -> TimeBracket {
        let bound_before = self
            .0
            .iter()
            .filter(|(_, anchor, _)| anchor.is_some_and(|anchor| anchor < index));
        let with_it = self.0.iter().filter(|(size, ..)| size.get() > index.get());
        TimeBracket {
            after: bound_before.map(|(.., stamp)| stamp.earliest()).max(),
            before: with_it.map(|(.., stamp)| stamp.latest()).min(),
        }
    }
}
