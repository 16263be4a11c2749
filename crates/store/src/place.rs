//! Each record's fate within a batch: the next place in the ledger, or what stands in its way.

use std::collections::{HashMap, HashSet};

use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::{Index, RecordId, RecordedAt};
use kirokubo_records::japan_day;
use kirokubo_records::seal::SealedRecord;

use crate::append::Named;
use crate::growth::Chain;
use crate::head::Head;
use crate::idempotency::Used;
use crate::links::{self, Bases};
use crate::natural_key::{Existing, Found};
use crate::outcome::Recorded;
use crate::suppression::Demands;

/// What becomes of one record, before the commit.
pub(crate) enum Fate {
    /// It becomes the n-th new entry.
    New(usize),
    /// It is there already, with the same body or another.
    Known(Recorded),
    /// Principals at these places demanded a stop.
    Suppressed(Vec<u64>),
    /// It was judged on another day, or what it names has changed since.
    Stale,
    /// Its `Idempotency-Key` went with another body.
    KeyReused,
    /// The list that it cites belongs to another record.
    ListUsed,
}

/// A record whose entry has its place.
pub(crate) struct Placed<'a> {
    pub(crate) record: &'a SealedRecord,
    pub(crate) index: Index,
    pub(crate) leaf: Digest,
}

/// Decides every record's fate (`free` are the lists that no record has) and gives the new ones their index, time and link.
pub(crate) fn all<'a>(
    head: &Head,
    batch: &'a [SealedRecord],
    met: Met,
    named: &'a Named,
    recorded_at: RecordedAt,
) -> (Vec<Fate>, Vec<Placed<'a>>, Chain) {
    let mut places = Places {
        chain: Chain::after(head, recorded_at),
        today: japan_day(recorded_at.as_millis()),
        met,
        bases: &named.bases,
        free: named.lists.free(),
        in_batch: HashMap::with_capacity(batch.len()),
        placed: Vec::with_capacity(batch.len()),
    };
    let fates = batch.iter().map(|record| places.fate(record)).collect();
    (fates, places.placed, places.chain)
}

/// What the database holds that a record of the batch may meet.
pub(crate) struct Met {
    pub(crate) found: Found,
    pub(crate) used: Used,
    pub(crate) demands: Demands,
    /// Records whose secret is wrapped under a key that was destroyed since.
    pub(crate) lost: HashSet<RecordId>,
}

struct Places<'a> {
    chain: Chain,
    today: i32,
    met: Met,
    bases: &'a Bases,
    free: HashSet<i64>,
    /// New entries of this batch by natural key.
    in_batch: HashMap<(&'a str, &'a str), usize>,
    placed: Vec<Placed<'a>>,
}

impl<'a> Places<'a> {
    fn fate(&mut self, record: &'a SealedRecord) -> Fate {
        if self.key_is_reused(record) {
            return Fate::KeyReused;
        }
        if let Some(known) = self.known(record) {
            return Fate::Known(known);
        }
        let suppressed = self.met.demands.rows(&record.guards);
        if !suppressed.is_empty() {
            return Fate::Suppressed(suppressed);
        }
        let looked_at_anew = self.met.demands.came_since(&record.guards);
        let lost = self.met.lost.contains(&record.record_id);
        if record.made_day != self.today || lost || looked_at_anew || !links::stand(record, self.bases) {
            return Fate::Stale;
        }
        // Taken by this one: of two that cite one list in one batch, the first has it.
        if record.list.is_some_and(|list| !self.free.remove(&list)) {
            return Fate::ListUsed;
        }
        let (index, leaf) = self.chain.push(&record.entry);
        if let Some(key) = record.idempotency {
            self.met
                .used
                .insert(*key.as_bytes(), *record.body_digest.as_bytes());
        }
        self.in_batch
            .insert((&record.system, &record.event_id), self.placed.len());
        self.placed.push(Placed { record, index, leaf });
        Fate::New(self.placed.len() - 1)
    }

    /// Whether the record's `Idempotency-Key` went with another body.
    fn key_is_reused(&self, record: &SealedRecord) -> bool {
        let first = record
            .idempotency
            .and_then(|key| self.met.used.get(key.as_bytes()));
        first.is_some_and(|first| first != record.body_digest.as_bytes())
    }

    fn known(&self, record: &SealedRecord) -> Option<Recorded> {
        let (existing, body) = match self
            .in_batch
            .get(&(record.system.as_str(), record.event_id.as_str()))
        {
            Some(&first) => {
                let Placed { record, index, .. } = &self.placed[first];
                (
                    Existing {
                        index: *index,
                        record_id: record.record_id,
                    },
                    *record.body_digest.as_bytes(),
                )
            }
            None if self.met.found.is_empty() => return None,
            None => {
                let known = self
                    .met
                    .found
                    .get(&(record.system.clone(), record.event_id.clone()))?;
                (known.existing, known.body_digest)
            }
        };
        let same_body = body == *record.body_digest.as_bytes();
        Some(if same_body {
            Recorded::Replayed(existing)
        } else {
            Recorded::Conflict(existing)
        })
    }
}
