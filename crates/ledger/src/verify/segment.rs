//! Consecutive entries judged by themselves, before it is known what stands before them.
//!
//! Hashing and decoding need nothing but the entries' own bytes, so that segments can be looked at on all cores at
//! once. What joins a segment to the run before it is one comparison: [`Run::push_segment`](super::Run::push_segment).

use crate::entry::{Entry, Kind, RetainThrough};
use crate::hash::{Digest, leaf_hash};
use crate::ids::LedgerId;
use crate::position::{Index, RecordedAt};
use crate::tree::root;

/// Entries of one ledger that follow each other as they should.
#[derive(Clone, Debug)]
pub struct Segment {
    pub(super) first: First,
    pub(super) last_recorded_at: RecordedAt,
    leaves: Vec<Digest>,
    root: Digest,
    speakers: Vec<usize>,
    records: Records,
}

/// The records among some entries, as far as their own entries say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// How many there are.
    pub count: u16,
    /// How many of them amend another.
    pub amended: u16,
    /// The earliest last day of keeping, if any record has one.
    pub earliest_end: Option<i32>,
}

impl Records {
    fn add(&mut self, kind: Kind, retain: RetainThrough) {
        self.count = self.count.saturating_add(1);
        self.amended = self.amended.saturating_add(u16::from(kind == Kind::Amend));
        if let RetainThrough::Day(day) = retain {
            self.earliest_end = Some(self.earliest_end.map_or(day, |earliest| earliest.min(day)));
        }
    }
}

/// What the first entry of a segment says of the one before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct First {
    pub(super) ledger_id: LedgerId,
    pub(super) index: Index,
    pub(super) prev: Digest,
    pub(super) recorded_at: RecordedAt,
}

impl Segment {
    /// Looks at entries; `None` if there are none, one of them is not of the format or does not continue the one
    /// before, or one names a key. Then [`Run::push`](super::Run::push) has to take them one by one, and says which.
    #[must_use]
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let mut first: Option<First> = None;
        let mut leaves: Vec<Digest> = Vec::with_capacity(crate::tile::TILE_WIDTH);
        let mut speakers = Vec::new();
        let mut records = Records::default();
        let mut last_recorded_at = RecordedAt::from_millis(i64::MIN);
        for (place, bytes) in entries.into_iter().enumerate() {
            let entry = Entry::view(bytes).ok()?;
            let first = first.get_or_insert(First {
                ledger_id: entry.ledger_id(),
                index: entry.index(),
                prev: entry.prev(),
                recorded_at: entry.recorded_at(),
            });
            let expected_index = first.index.get().checked_add(u64::try_from(place).ok()?)?;
            let is_next = entry.index().get() == expected_index
                && entry.ledger_id() == first.ledger_id
                && leaves.last().is_none_or(|leaf| *leaf == entry.prev())
                && last_recorded_at <= entry.recorded_at();
            match entry.kind() {
                _ if !is_next => return None,
                Kind::Genesis | Kind::Key => return None,
                Kind::Erase | Kind::Extend | Kind::Hold | Kind::Release | Kind::Anchor | Kind::Recovery => {
                    speakers.push(place);
                }
                kind @ (Kind::Record | Kind::Amend | Kind::Access) => {
                    records.add(kind, entry.retain_through());
                }
                Kind::Rules => {}
            }
            last_recorded_at = entry.recorded_at();
            leaves.push(leaf_hash(bytes));
        }
        Some(Self {
            first: first?,
            last_recorded_at,
            root: root(&leaves),
            leaves,
            speakers,
            records,
        })
    }

    /// Where the first entry says it stands.
    #[must_use]
    pub const fn first_index(&self) -> Index {
        self.first.index
    }

    /// The leaf hashes, at least one.
    #[must_use]
    pub fn leaves(&self) -> &[Digest] {
        &self.leaves
    }

    /// The root over the leaf hashes.
    #[must_use]
    pub const fn root(&self) -> Digest {
        self.root
    }

    /// The records among the entries.
    #[must_use]
    pub const fn records(&self) -> Records {
        self.records
    }

    /// The places, from 0, of the entries that say something about other entries: what [`Clocks`](super::Clocks) and
    /// [`BoundStamps`](super::BoundStamps) need.
    #[must_use]
    pub fn speakers(&self) -> &[usize] {
        &self.speakers
    }
}
