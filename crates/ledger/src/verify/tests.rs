//! Every way to damage a small ledger, and what the verifier says about it.

use super::*;
use crate::entry::{Case, Kind, PendingEntry, RetainThrough, RetentionClass, genesis_prev};
use crate::hash::{Digest, leaf_hash, sha256};
use crate::ids::{LedgerId, RecordId};
use crate::note::SigningKey;
use crate::position::{Index, RecordedAt, Size};
use crate::tree::root;

mod retention;
mod stamps;
mod tampering;

const LEDGER: LedgerId = LedgerId::from_bytes([3; 16]);
/// 2026-01-01T00:00:00Z.
const START_MS: i64 = 1_767_225_600_000;

/// A ledger that is being written.
struct Ledger {
    entries: Vec<Vec<u8>>,
    prev: Digest,
}

impl Ledger {
    fn new() -> Self {
        Self {
            entries: Vec::new(),
            prev: genesis_prev(&LEDGER),
        }
    }

    /// A genesis and records.
    fn of(size: u32) -> Self {
        let mut ledger = Self::new();
        for number in 0..size {
            ledger.append(&if number == 0 {
                genesis()
            } else {
                record(number, RetainThrough::Day(30_000))
            });
        }
        ledger
    }

    fn append(&mut self, pending: &PendingEntry) {
        let number = i64::try_from(self.entries.len()).unwrap();
        self.append_at(pending, START_MS + 1_000 * number);
    }

    fn append_at(&mut self, pending: &PendingEntry, millis: i64) {
        let index = index(self.entries.len());
        let entry = pending.place(index, RecordedAt::from_millis(millis), self.prev);
        self.prev = entry.leaf();
        self.entries.push(entry.encode());
    }

    fn signed(&self) -> Signed {
        let leaves = leaves(&self.entries);
        Signed {
            size: Size::new(self.entries.len().try_into().unwrap()).unwrap(),
            root: root(&leaves),
        }
    }
}

fn genesis() -> PendingEntry {
    let key = SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32]);
    PendingEntry::genesis(LEDGER, key.origin(), key.verifier_key())
}

fn record(number: u32, retain: RetainThrough) -> PendingEntry {
    let mut id = [0xee; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    let (id, body_root) = (RecordId::from_bytes(id), sha256(&number.to_be_bytes()));
    PendingEntry::record(
        LEDGER,
        id,
        Case::ProvisionConsent,
        RetentionClass::Each,
        retain,
        body_root,
    )
    .unwrap()
}

fn json(kind: Kind, body: &str) -> PendingEntry {
    PendingEntry::json(LEDGER, kind, body).unwrap()
}

/// What a run over the entries ends with: nothing, or where and how it broke.
fn run(entries: &[Vec<u8>]) -> (Run, Option<Finding>) {
    let mut run = Run::new();
    for (place, bytes) in entries.iter().enumerate() {
        if let Err(broken) = run.push(bytes) {
            return (run, Some(broken.at(index(place))));
        }
    }
    (run, None)
}

fn leaves(entries: &[Vec<u8>]) -> Vec<Digest> {
    entries.iter().map(|bytes| leaf_hash(bytes)).collect()
}

fn index(place: usize) -> Index {
    Index::new(place.try_into().unwrap()).unwrap()
}
