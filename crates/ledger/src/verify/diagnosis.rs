//! Naming what happened to entries that are not the signed ones.
//!
//! The question is always which list of leaf hashes was signed. Whoever has that list can tell a
//! modified entry from a lost, added or moved one. See `reference` for where it comes from; without
//! it, links and indices still say where the chain is torn.

use std::collections::{BTreeSet, HashMap};

use super::finding::{Against, Finding};
use super::reference::find_signed_leaves;
use crate::hash::{Digest, leaf_hash};
use crate::position::{Index, Size};

/// What is known about one entry, whatever its bytes are.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub(super) leaf: Digest,
    /// The bytes where an entry carries the leaf hash of the one before.
    pub(super) prev: Option<Digest>,
    /// The bytes where an entry says its index.
    pub(super) claimed: Option<u64>,
}

/// What the ledger signed.
#[derive(Clone, Copy, Debug)]
pub struct Signed {
    /// How many entries.
    pub size: Size,
    /// The root over their leaf hashes.
    pub root: Digest,
}

impl Seen {
    /// Looks at an entry's bytes, which need not be of the format.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let claimed = bytes
            .get(24..32)
            .and_then(|bytes| Some(u64::from_be_bytes(bytes.try_into().ok()?)));
        let prev = bytes
            .get(40..72)
            .and_then(|bytes| Some(Digest::from_bytes(bytes.try_into().ok()?)));
        Self {
            leaf: leaf_hash(bytes),
            prev,
            claimed,
        }
    }
}

/// Tells apart what was modified, lost, added or moved among `seen`, the entries in the order found.
///
/// `stored` is a list of leaf hashes kept beside the entries (level-0 tiles), if there is one; it is
/// believed only if it gives the signed root. The result is empty exactly if the entries give it.
#[must_use]
pub fn diagnose(seen: &[Seen], signed: &Signed, stored: Option<&[Digest]>) -> Vec<Finding> {
    find_signed_leaves(seen, signed, stored).map_or_else(
        || read_the_tears(seen, signed.size, None),
        |reference| compare_with_signed(seen, &reference),
    )
}

/// Tells apart what was modified, lost, added or moved among `seen`, with the list of leaf hashes at
/// hand that was signed.
#[must_use]
pub fn compare_with_signed(seen: &[Seen], reference: &[Digest]) -> Vec<Finding> {
    let places: HashMap<&Digest, usize> = reference.iter().zip(0..).collect();
    let matched: Vec<Option<usize>> = seen
        .iter()
        .map(|entry| places.get(&entry.leaf).copied())
        .collect();
    let mut missing: BTreeSet<usize> = (0..reference.len()).collect();
    for place in matched.iter().flatten() {
        missing.remove(place);
    }
    let fork = fork_start(seen, &matched);
    let mut findings = repeated_or_foreign(&seen[..fork], &matched, &mut missing);
    findings.extend(first_out_of_order(&matched));
    if fork < seen.len() {
        // From here on there is another history; what it replaced is not missing besides.
        let first = missing
            .last()
            .map_or(fork, |last| run_start(&missing, *last).min(fork));
        missing.retain(|place| *place < first);
        findings.push(Finding::ForkAt {
            index: index_of(first),
            against: Against::Signed,
        });
    }
    findings.extend(lost(&missing, reference.len()));
    findings.sort_by_key(Finding::index);
    findings
}

/// Where the entries at the end that nobody signed begin, if there are several and each one links
/// to the one before: then the ledger was continued in another way, not damaged.
fn fork_start(seen: &[Seen], matched: &[Option<usize>]) -> usize {
    let foreign = matched.iter().rev().take_while(|place| place.is_none()).count();
    let start = seen.len() - foreign;
    let linked = seen[start..]
        .windows(2)
        .all(|pair| pair[1].prev == Some(pair[0].leaf));
    if foreign >= 2 && linked { start } else { seen.len() }
}

/// Entries that stand there twice, and entries that were never signed: those in the place of a
/// missing one are modified, the others were added.
fn repeated_or_foreign(
    seen: &[Seen],
    matched: &[Option<usize>],
    missing: &mut BTreeSet<usize>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut taken = BTreeSet::new();
    let mut expected = 0;
    for (place, entry) in seen.iter().enumerate() {
        if let Some(found) = matched[place] {
            if !taken.insert(found) {
                findings.push(Finding::EntryInserted {
                    index: index_of(place),
                });
            }
            expected = found + 1;
            continue;
        }
        let bound = matched[place..]
            .iter()
            .flatten()
            .next()
            .copied()
            .unwrap_or(usize::MAX);
        let claimed = entry.claimed.and_then(|claimed| usize::try_from(claimed).ok());
        let replaced = claimed
            .filter(|claimed| (expected..bound).contains(claimed) && missing.contains(claimed))
            .or_else(|| missing.contains(&expected).then_some(expected));
        match replaced {
            Some(replaced) => {
                missing.remove(&replaced);
                findings.push(Finding::EntryModified {
                    index: index_of(replaced),
                });
                expected = replaced + 1;
            }
            None => findings.push(Finding::EntryInserted {
                index: index_of(place),
            }),
        }
    }
    findings
}

/// The first signed entry that stands behind a later one.
fn first_out_of_order(matched: &[Option<usize>]) -> Option<Finding> {
    let mut taken = BTreeSet::new();
    let order: Vec<usize> = matched
        .iter()
        .flatten()
        .copied()
        .filter(|place| taken.insert(*place))
        .collect();
    let sorted = taken.iter();
    let displaced = order
        .iter()
        .zip(sorted)
        .find(|(found, expected)| found != expected);
    displaced.map(|(_, expected)| Finding::Reordered {
        index: index_of(*expected),
    })
}

/// What is missing at the end is one truncation; what is missing elsewhere is named one by one.
fn lost(missing: &BTreeSet<usize>, size: usize) -> Vec<Finding> {
    let tail = match missing.last() {
        Some(last) if last + 1 == size => run_start(missing, *last),
        _ => size,
    };
    let within = missing.range(..tail).map(|place| Finding::EntryMissing {
        index: index_of(*place),
    });
    let truncated = (tail < size).then(|| truncation(tail, size_of(size)));
    within.chain(truncated).collect()
}

/// The first of the consecutive numbers that end in `last`.
fn run_start(numbers: &BTreeSet<usize>, last: usize) -> usize {
    let run = numbers.iter().rev().zip((0..=last).rev());
    run.take_while(|(number, expected)| **number == *expected)
        .last()
        .map_or(last, |(number, _)| *number)
}

/// Without the signed list: the first place among `seen` where links or indices do not fit, and
/// whether there are as many entries as the signed `size`.
///
/// If nothing of that is wrong, entries were changed that no other vouches for. Then `fork` counts,
/// the first entry at which another checkpoint says that the histories have parted, at the latest;
/// without it, that is the last entry alone.
#[must_use]
pub fn read_the_tears(seen: &[Seen], size: Size, fork: Option<Index>) -> Vec<Finding> {
    let have = size_of(seen.len());
    let mut findings: Vec<Finding> = first_tear(seen).into_iter().collect();
    if have < size {
        findings.push(truncation(seen.len(), size));
    }
    if have > size && findings.is_empty() {
        findings.extend(size.next_index().map(|index| Finding::EntryInserted { index }));
    }
    if findings.is_empty() {
        // Every entry but the last is vouched for by the one behind it.
        let against = Against::Signed;
        findings.extend(match fork {
            Some(index) => Some(Finding::ForkAt { index, against }),
            None => have.last_index().map(|index| Finding::EntryModified { index }),
        });
    }
    findings
}

fn first_tear(seen: &[Seen]) -> Option<Finding> {
    let mut before: Option<&Seen> = None;
    for (number, (place, entry)) in (0..).zip(seen.iter().enumerate()) {
        let is_linked = before.is_none_or(|before| entry.prev == Some(before.leaf));
        if entry.claimed != Some(number) {
            return Some(misplaced(seen, place, number, is_linked));
        }
        if !is_linked {
            // A link tears if either side changed. Were it the one before, the signed list could have
            // been put together from the links, unless more is wrong than that.
            let is_last = place + 1 == seen.len();
            return Some(Finding::EntryModified {
                index: index_of(if is_last { place } else { place - 1 }),
            });
        }
        before = Some(entry);
    }
    None
}

/// What it means that the entry at `place` says another index than `number`, its place.
fn misplaced(seen: &[Seen], place: usize, number: u64, is_linked: bool) -> Finding {
    let index = index_of(place);
    let (entry, later) = (&seen[place], &seen[place + 1..]);
    let fits = later
        .first()
        .map_or(is_linked, |next| next.claimed == Some(number + 1));
    if fits {
        Finding::EntryModified { index }
    } else if entry.claimed.is_some_and(|claimed| claimed < number) {
        Finding::EntryInserted { index }
    } else if later.iter().any(|later| later.claimed == Some(number)) {
        Finding::Reordered { index }
    } else {
        Finding::EntryMissing { index }
    }
}

fn truncation(have: usize, expected: Size) -> Finding {
    Finding::TailTruncated {
        have: size_of(have),
        expected,
        against: Against::Signed,
    }
}

fn index_of(place: usize) -> Index {
    u64::try_from(place)
        .ok()
        .and_then(Index::new)
        .expect("memory holds less than 2^63 entries")
}

fn size_of(count: usize) -> Size {
    u64::try_from(count)
        .ok()
        .and_then(Size::new)
        .expect("memory holds less than 2^63 entries")
}
