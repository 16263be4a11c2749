//! How long records must be kept and whether they were: extensions, holds and erasures.

use std::collections::HashMap;

use super::fault::Fault;
use super::finding::Finding;
use crate::day::japan_day;
use crate::entry::{Entry, EraseBody, ExtendBody, HoldBody, Kind, ReleaseBody, RetainThrough};
use crate::position::Index;

/// What later entries say about records. Memory grows with the records they name, not with the ledger.
#[derive(Clone, Debug, Default)]
pub struct Clocks(HashMap<u64, Clock>);

/// What later entries say about one record.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    /// The first and the last day that an extension set.
    extended: Option<(i32, i32)>,
    is_held: bool,
    erased: Option<Erased>,
}

/// How things stood when a record was erased.
#[derive(Clone, Copy, Debug)]
struct Erased {
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
        let clock = self.0.get(&index.get()).copied().unwrap_or_default();
        let keeping = if clock.erased.is_some() {
            Keeping::Erased
        } else {
            Keeping::Kept
        };
        let finding = if clock.moves_earlier_than(retain) {
            let fault = Fault::MovedEarlier { target: index.get() };
            Some(Finding::Schema {
                index: Some(index),
                fault,
            })
        } else if let Some(erased) = clock.erased {
            let is_early = erased.was_held || !clock.has_ended(retain, erased.day);
            is_early.then_some(Finding::ErasedEarly { index })
        } else {
            let is_limited = retain != RetainThrough::NotApplicable || clock.extended.is_some();
            let is_overdue = is_limited && !clock.is_held && clock.has_ended(retain, today.into());
            is_overdue.then_some(Finding::Overdue { index })
        };
        (keeping, finding)
    }

    /// Whether any entry speaks of the entry at `index`.
    #[must_use]
    pub fn speak_of(&self, index: Index) -> bool {
        self.0.contains_key(&index.get())
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
                        day,
                        was_held: clock.is_held,
                    });
                }
            }
            Kind::Extend => {
                for record in ExtendBody::parse(entry.body()).map_err(no_body)?.records {
                    let day = record.day().map_err(no_body)?;
                    self.clock(entry.index(), record.index())?
                        .extend(record.index(), day)?;
                }
            }
            Kind::Hold => {
                for target in HoldBody::parse(entry.body()).map_err(no_body)?.records {
                    self.clock(entry.index(), target)?.is_held = true;
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
        Ok(self.0.entry(target).or_default())
    }
}

impl Clock {
    fn extend(&mut self, target: u64, day: i32) -> Result<(), Fault> {
        // Once erased, a record's clock has stopped: a later extension changes nothing.
        if self.erased.is_some() {
            return Err(Fault::Target { target });
        }
        self.extended = match self.extended {
            Some((_, last)) if day < last => return Err(Fault::MovedEarlier { target }),
            Some((first, _)) => Some((first, day)),
            None => Some((day, day)),
        };
        Ok(())
    }

    /// Whether an extension would end the keeping earlier than the record's own entry says.
    fn moves_earlier_than(&self, retain: RetainThrough) -> bool {
        matches!((retain, self.extended), (RetainThrough::Day(own), Some((first, _))) if first < own)
    }

    /// Whether the last day of keeping lies before `day`.
    fn has_ended(&self, retain: RetainThrough, day: i64) -> bool {
        match self.extended.map_or(retain, |(_, last)| RetainThrough::Day(last)) {
            RetainThrough::Day(last) => i64::from(last) < day,
            RetainThrough::Open => false,
            RetainThrough::NotApplicable => true,
        }
    }
}
