//! Finding the list of leaf hashes that was signed.
//!
//! Any list that gives the signed root is the signed list. Tiles may hold it. If not, the entries
//! do: each carries the leaf hash of the one before, so a modified entry is still described by its
//! successor, and so is a lost one.

use super::diagnosis::{Seen, Signed};
use crate::hash::Digest;
use crate::tree::root;

/// Most combinations tried where links and entries disagree: a handful of modified entries.
const COMBINATIONS_MAX: usize = 64;
/// Most hashes for one place: its entry's, its successor's, and one of an entry with a false index.
const CANDIDATES_MAX: usize = 3;

/// The leaf hashes that were signed, if they can be found: those of `stored`, a list kept beside the
/// entries (level-0 tiles), or what the entries of `seen` say of themselves and of each other. A list
/// is believed only if it gives the signed root.
#[must_use]
pub fn find_signed_leaves(seen: &[Seen], signed: &Signed, stored: Option<&[Digest]>) -> Option<Vec<Digest>> {
    let size = usize::try_from(signed.size.get()).ok()?;
    let is_signed = |leaves: &[Digest]| leaves.len() == size && root(leaves) == signed.root;
    if let Some(stored) = stored.filter(|stored| is_signed(stored)) {
        return Some(stored.to_vec());
    }
    let found: Vec<Digest> = seen.iter().map(|entry| entry.leaf).take(size + 1).collect();
    if is_signed(&found) {
        return Some(found);
    }
    Candidates::collect(seen, size)?.search(is_signed)
}

/// For every place the hashes that entries give it, those from links first.
struct Candidates(Vec<[Option<Digest>; CANDIDATES_MAX]>);

impl Candidates {
    /// `None` if some place has no hash at all.
    fn collect(seen: &[Seen], size: usize) -> Option<Self> {
        // A link describes one lost entry, so no more than half can be lost.
        if size > 2 * seen.len() {
            return None;
        }
        let mut slots = vec![[None; CANDIDATES_MAX]; size];
        let mut offer = |place: Option<u64>, hash: Option<Digest>| {
            let place = place.and_then(|place| usize::try_from(place).ok());
            if let Some(slot) = place.and_then(|place| slots.get_mut(place))
                && let Some(free) = slot.iter_mut().find(|held| held.is_none() || **held == hash)
            {
                *free = hash;
            }
        };
        for entry in seen {
            offer(
                entry.claimed.and_then(|claimed| claimed.checked_sub(1)),
                entry.prev,
            );
        }
        for entry in seen {
            offer(entry.claimed, Some(entry.leaf));
        }
        slots.iter().all(|slot| slot[0].is_some()).then_some(Self(slots))
    }

    /// Tries the combinations of the places that have several hashes, links first.
    fn search(&self, is_signed: impl Fn(&[Digest]) -> bool) -> Option<Vec<Digest>> {
        let mut leaves: Vec<Digest> = self.0.iter().filter_map(|slot| slot[0]).collect();
        let open: Vec<(usize, Vec<Digest>)> = self
            .0
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot[1].is_some())
            .map(|(place, slot)| (place, slot.iter().flatten().copied().collect()))
            .collect();
        for combination in 0..COMBINATIONS_MAX {
            let mut rest = combination;
            for (place, hashes) in &open {
                leaves[*place] = hashes[rest % hashes.len()];
                rest /= hashes.len();
            }
            if rest > 0 {
                return None;
            }
            if is_signed(&leaves) {
                return Some(leaves);
            }
        }
        None
    }
}
