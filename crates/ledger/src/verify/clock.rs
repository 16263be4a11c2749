//! How long records must be kept and whether they were: extensions, holds and erasures.

use std::collections::BTreeMap;
use std::ops::Range;

use super::fault::Fault;
use super::finding::Finding;
use crate::day::japan_day;
use crate::entry::{Entry, EraseBody, ExtendBody, HoldBody, Kind, ReleaseBody, RetainThrough};
use crate::position::Index;

/// What later entries say about records. Memory grows with the records they name, not with the ledger.
#[derive(Clone, Debug, Default)]
pub struct Clocks(BTreeMap<u64, Clock>);

/// What later entries say about one record.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// The entry that spoke of it first.
    first_speaker: Index,
    extended: Option<Extended>,
    is_held: bool,
    was_ever_held: bool,
    erased: Option<Erased>,
}

/// What extensions say.
#[derive(Clone, Copy, Debug)]
struct Extended {
    /// The day that the first one set.
    first: i32,
    /// The entry that set it.
    first_speaker: Index,
    /// The day that the last one set.
    last: i32,
}

/// How things stood when a record was erased.
#[derive(Clone, Copy, Debug)]
struct Erased {
    /// The entry that says so.
    by: Index,
    day: i64,
    was_held: bool,
}

/// Whether a record is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// No entry erases it.
    Kept,
    /// An entry erases it.
    Erased,
}

/// An entry about other records breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockError {
    index: Index,
    fault: Fault,
}

impl From<ClockError> for Finding {
    fn from(error: ClockError) -> Self {
        Self::Schema {
            index: Some(error.index),
            fault: error.fault,
        }
    }
}

impl Clocks {
    /// Nothing said yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next entry in order. On an error, what the entry says from there on is not taken.
    pub fn take<B: AsRef<[u8]>>(&mut self, entry: &Entry<B>) -> Result<(), ClockError> {
        self.take_body(entry).map_err(|fault| ClockError {
            index: entry.index(),
            fault,
        })
    }

    /// Judges a record on the day `today` (days since 1970-01-01 in Japan): whether it is still
    /// there, and what is wrong with that.
    #[must_use]
    pub fn judge(&self, index: Index, retain: RetainThrough, today: i32) -> (Keeping, Option<Finding>) {
        let Some(clock) = self.0.get(&index.get()) else {
            let finding = is_overdue(retain, today).then_some(Finding::Overdue { index });
            return (Keeping::Kept, finding);
        };
        let keeping = if clock.erased.is_some() {
            Keeping::Erased
        } else {
            Keeping::Kept
        };
        let last = clock
            .extended
            .map_or(retain, |extended| RetainThrough::Day(extended.last));
        let finding = if let Some(speaker) = clock.moved_earlier_than(retain) {
            let fault = Fault::MovedEarlier { target: index.get() };
            let index = Some(speaker);
            Some(Finding::Schema { index, fault })
        } else if let Some(erased) = clock.erased {
            let is_early = erased.was_held || !has_ended(last, erased.day);
            is_early.then_some(Finding::ErasedEarly { index })
        } else {
            let is_overdue = !clock.is_held && is_overdue(last, today);
            is_overdue.then_some(Finding::Overdue { index })
        };
        (keeping, finding)
    }

    /// Until when the record at `index`, whose entry says `stated`, is kept after all extensions.
    #[must_use]
    pub fn retain_through(&self, index: Index, stated: RetainThrough) -> RetainThrough {
        let extended = self.0.get(&index.get()).and_then(|clock| clock.extended);
        extended.map_or(stated, |extended| RetainThrough::Day(extended.last))
    }

    /// Whether any entry speaks of one of these.
    #[must_use]
    pub fn speak_of(&self, indices: Range<u64>) -> bool {
        self.0.range(indices).next().is_some()
    }

    /// The first entry that speaks of the entry at `index`, if any does.
    #[must_use]
    pub fn first_speaker(&self, index: Index) -> Option<Index> {
        self.0.get(&index.get()).map(|clock| clock.first_speaker)
    }

    /// Indices of the records that are held and not erased.
    pub fn held(&self) -> impl Iterator<Item = u64> {
        let held = self.0.iter();
        held.filter(|(_, clock)| clock.is_held && clock.erased.is_none())
            .map(|(index, _)| *index)
    }

    /// Indices of the records that were ever held.
    pub fn ever_held(&self) -> impl Iterator<Item = u64> {
        let held = self.0.iter().filter(|(_, clock)| clock.was_ever_held);
        held.map(|(index, _)| *index)
    }

    /// Indices of the records that an entry erases, each with that of the first such entry.
    pub fn erased(&self) -> impl Iterator<Item = (u64, u64)> {
        let erased = self.0.iter();
        erased.filter_map(|(index, clock)| Some((*index, clock.erased?.by.get())))
    }

    fn take_body<B: AsRef<[u8]>>(&mut self, entry: &Entry<B>) -> Result<(), Fault> {
        let kind = entry.kind();
        let no_body = |_| Fault::Body(kind);
        match kind {
            Kind::Erase => {
                let day = japan_day(entry.recorded_at());
                for target in EraseBody::parse(entry.body()).map_err(no_body)?.records {
                    let clock = self.clock(entry.index(), target)?;
                    clock.erased.get_or_insert(Erased {
                        by: entry.index(),
                        day,
                        was_held: clock.is_held,
                    });
                }
            }
            Kind::Extend => {
                for record in ExtendBody::parse(entry.body()).map_err(no_body)?.records {
                    let day = record.day().map_err(no_body)?;
                    self.clock(entry.index(), record.index())?
                        .extend(entry.index(), record.index(), day)?;
                }
            }
            Kind::Hold => {
                for target in HoldBody::parse(entry.body()).map_err(no_body)?.records {
                    let clock = self.clock(entry.index(), target)?;
                    (clock.is_held, clock.was_ever_held) = (true, true);
                }
            }
            Kind::Release => {
                for target in ReleaseBody::parse(entry.body()).map_err(no_body)?.records {
                    self.clock(entry.index(), target)?.is_held = false;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The clock of a record before the entry at `index`.
    fn clock(&mut self, index: Index, target: u64) -> Result<&mut Clock, Fault> {
        if target >= index.get() {
            return Err(Fault::Target { target });
        }
        Ok(self.0.entry(target).or_insert(Clock {
            first_speaker: index,
            extended: None,
            is_held: false,
            was_ever_held: false,
            erased: None,
        }))
    }
}

impl Clock {
    fn extend(&mut self, speaker: Index, target: u64, day: i32) -> Result<(), Fault> {
        // Once erased, a record's clock has stopped: a later extension changes nothing.
        if self.erased.is_some() {
            return Err(Fault::Target { target });
        }
        let extended = self.extended.get_or_insert(Extended {
            first: day,
            first_speaker: speaker,
            last: day,
        });
        if day < extended.last {
            return Err(Fault::MovedEarlier { target });
        }
        extended.last = day;
        Ok(())
    }

    /// The extension that would end the keeping earlier than the record's own entry says.
    fn moved_earlier_than(&self, retain: RetainThrough) -> Option<Index> {
        let RetainThrough::Day(own) = retain else {
            return None;
        };
        let extended = self.extended.filter(|extended| extended.first < own)?;
        Some(extended.first_speaker)
    }
}

/// Whether a record that nothing holds should no longer be there.
fn is_overdue(last: RetainThrough, today: i32) -> bool {
    last != RetainThrough::NotApplicable && has_ended(last, today.into())
}

/// Whether the last day of keeping lies before `day`.
fn has_ended(last: RetainThrough, day: i64) -> bool {
    match last {
        RetainThrough::Day(last) => i64::from(last) < day,
        RetainThrough::Open => false,
        RetainThrough::NotApplicable => true,
    }
}
