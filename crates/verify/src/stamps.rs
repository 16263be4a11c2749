//! Time stamps: the authorities' answers in a bundle against its checkpoints, and against the roots that the auditor
//! brought.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek};

use kirokubo_ledger::bundle::{CHECKPOINT, CHECKPOINTS, timestamp_path};
use kirokubo_ledger::entry::Entry;
use kirokubo_ledger::tile::{EntryBundle, TILE_WIDTH};
use kirokubo_ledger::timestamp::{
    ANSWER_BYTES_MAX, Expected, Instant, Roots, TimeStamp, TimeStampAnswer, stamped_bytes,
};
use kirokubo_ledger::verify::{BoundStamp, BoundStamps, StampFault, TimeBrackets};
use kirokubo_ledger::{Index, RecordedAt, Size};
use serde::Serialize;

use crate::Audit;
use crate::entries::EntryFiles;
use crate::names::stamped_size;
use crate::structure::SMALL_BYTES_MAX;

/// What authorities vouch for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stamps {
    /// Time stamps in the bundle.
    pub present: usize,
    /// Whether they were judged: only by roots from the auditor's own hand.
    pub judged: bool,
    /// Those that count, by size.
    pub good: Vec<CountingStamp>,
    /// Between which moments entries were made, by index; without a stamp that counts, nothing is known.
    pub brackets: Vec<BracketedEntries>,
}

/// A time stamp that counts.
#[derive(Clone, Debug, Serialize)]
pub struct CountingStamp {
    /// Size of the stamped checkpoint.
    pub size: u64,
    /// Index of the entry that binds it, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<u64>,
    /// The authority's time, RFC 3339 in UTC.
    pub time: String,
    /// Microseconds by which the true time may lie before or behind.
    pub accuracy_us: u32,
    /// The policy it was made under.
    pub policy: String,
    /// The authority's number for it, in hexadecimal.
    pub serial: String,
}

/// Entries that were made between the same two moments, RFC 3339 in UTC.
#[derive(Clone, Debug, Serialize)]
pub struct BracketedEntries {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// They were made after this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// They existed at this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

impl<R: Read + Seek> Audit<'_, R> {
    /// Checks every time stamp of a bundle whose entries are the signed ones.
    ///
    /// If an entry binds it, its bytes must be those. Whether it counts is judged only if the auditor says whom he trusts.
    pub(crate) fn check_stamps(&mut self, bound: &BoundStamps, size: Size) -> io::Result<Stamps> {
        let files = self.bundle.files().iter();
        let present: BTreeSet<Size> = files
            .filter_map(|file| stamped_size(file.path().as_str()))
            .collect();
        let roots = self.options.tsa_roots.clone();
        let mut brackets = TimeBrackets::default();
        if let Some(roots) = &roots {
            for unbound in present.iter().filter(|size| bound.of_size(**size).is_none()) {
                match self.check_unbound(*unbound, size, roots)? {
                    Ok(stamp) => brackets.add(*unbound, None, stamp),
                    Err(fault) => self.findings.add(fault.of(*unbound, None)),
                }
            }
        }
        for bound in bound.all() {
            let verdict = if present.contains(&bound.size) {
                self.check_stamp(bound, roots.as_ref())?
            } else {
                Err(StampFault::Missing)
            };
            match verdict {
                Ok(Some(stamp)) => brackets.add(bound.size, Some(bound.anchor), stamp),
                Ok(None) => {}
                Err(fault) => self.findings.add(fault.of(bound.size, Some(bound.anchor))),
            }
        }
        Ok(Stamps {
            present: present.len(),
            judged: roots.is_some(),
            good: brackets.stamps().iter().map(counting).collect(),
            brackets: bracketed(&brackets, size),
        })
    }

    /// One stamp; `None` if nobody says whether it counts.
    fn check_stamp(
        &mut self,
        bound: &BoundStamp,
        roots: Option<&Roots>,
    ) -> io::Result<Result<Option<TimeStamp>, StampFault>> {
        let limit = u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX);
        let answer = self.read_file(&timestamp_path(bound.size), limit)?;
        let answer = answer.unwrap_or_default();
        if !bound.binds(&answer) {
            return Ok(Err(StampFault::Another));
        }
        let note = self.read_file(&format!("{CHECKPOINTS}{}", bound.size), SMALL_BYTES_MAX)?;
        let note = String::from_utf8(note.unwrap_or_default()).unwrap_or_default();
        let stamped = stamped_bytes(&note);
        if !bound.is_over(stamped.as_bytes()) {
            return Ok(Err(StampFault::Checkpoint));
        }
        let Some(roots) = roots else {
            return Ok(Ok(None));
        };
        let stamp = match judge(&answer, stamped.as_bytes(), roots) {
            Ok(stamp) => stamp,
            Err(fault) => return Ok(Err(fault)),
        };
        let last = self.recorded_at(bound.size.last_index())?;
        Ok(bound.check_clock(&stamp, last).map(|()| Some(stamp)))
    }

    /// A stamp that no entry binds, over any checkpoint of the bundle. It says by when entries existed, and no more.
    fn check_unbound(
        &mut self,
        stamped: Size,
        size: Size,
        roots: &Roots,
    ) -> io::Result<Result<TimeStamp, StampFault>> {
        let limit = u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX);
        let answer = self
            .read_file(&timestamp_path(stamped), limit)?
            .unwrap_or_default();
        let path = if stamped == size {
            CHECKPOINT.to_owned()
        } else {
            format!("{CHECKPOINTS}{stamped}")
        };
        let note = self.read_file(&path, SMALL_BYTES_MAX)?;
        let note = String::from_utf8(note.unwrap_or_default()).unwrap_or_default();
        Ok(judge(&answer, stamped_bytes(&note).as_bytes(), roots))
    }

    /// When the ledger says that an entry was made; `None` if the bundle does not have it.
    fn recorded_at(&mut self, index: Option<Index>) -> io::Result<Option<RecordedAt>> {
        let Some(index) = index.and_then(|index| usize::try_from(index.get()).ok()) else {
            return Ok(None);
        };
        let files = EntryFiles::list(&self.bundle);
        let number = u64::try_from(index / TILE_WIDTH).unwrap_or(u64::MAX);
        let file = files.files().iter().find(|file| file.path.index() == number);
        let Some(bytes) = file.map_or(Ok(None), |file| file.read(&mut self.bundle))? else {
            return Ok(None);
        };
        let entry = EntryBundle::unchecked(&bytes).nth(index % TILE_WIDTH);
        let entry = entry.and_then(|bytes| Entry::view(bytes).ok());
        Ok(entry.map(|entry| entry.recorded_at()))
    }
}

fn judge(answer: &[u8], stamped: &[u8], roots: &Roots) -> Result<TimeStamp, StampFault> {
    let expected = Expected {
        roots,
        nonce: None,
        policy: None,
    };
    TimeStampAnswer::parse(answer)
        .and_then(|answer| answer.verify(stamped, &expected))
        .map_err(StampFault::Invalid)
}

fn counting((size, anchor, stamp): &(Size, Option<Index>, TimeStamp)) -> CountingStamp {
    CountingStamp {
        size: size.get(),
        anchor: anchor.map(Index::get),
        time: stamp.time.to_string(),
        accuracy_us: stamp.accuracy,
        policy: stamp.policy.to_string(),
        serial: stamp.serial.clone(),
    }
}

/// The entries cut where the bracket changes: behind the last entry of a stamped checkpoint, and behind an entry that
/// binds a stamp.
fn bracketed(brackets: &TimeBrackets, size: Size) -> Vec<BracketedEntries> {
    if brackets.stamps().is_empty() {
        return Vec::new();
    }
    let ends = brackets
        .stamps()
        .iter()
        .flat_map(|(size, anchor, _)| [Some(*size), anchor.map(Index::next_size)])
        .flatten()
        .map(Size::get);
    let ends: BTreeSet<u64> = ends.filter(|end| *end < size.get()).chain([size.get()]).collect();
    let mut cut = Vec::new();
    let mut first = 0;
    for end in ends {
        if let Some(index) = Index::new(first) {
            let bracket = brackets.of(index);
            cut.push(BracketedEntries {
                first,
                last: end.saturating_sub(1),
                after: bracket.after.map(|after| after.to_string()),
                // Rounded outwards.
                before: bracket
                    .before
                    .map(|before| Instant::from_millis(before.millis_after()).to_string()),
            });
        }
        first = end;
    }
    cut
}
