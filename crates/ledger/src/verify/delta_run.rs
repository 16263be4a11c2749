//! One pass over entries that continue a tree of which only the frontier is known.

use super::fault::Fault;
use super::run::{Broken, Step};
use crate::bundle::ListedKey;
use crate::entry::{Entry, GenesisBody, KeyBody, Kind, genesis_prev};
use crate::hash::{Digest, leaf_hash};
use crate::ids::LedgerId;
use crate::note::{Origin, VerifierKey};
use crate::position::{RecordedAt, Size};
use crate::tree::Frontier;

/// What is known after some entries behind those that the frontier stands for. What the first entry says of the one
/// before it cannot be judged, unless it is the first of the ledger.
#[derive(Clone, Debug)]
pub struct DeltaRun {
    origin: Origin,
    frontier: Frontier,
    last: Option<Last>,
    keys: Vec<ListedKey>,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    ledger_id: LedgerId,
    leaf: Digest,
    recorded_at: RecordedAt,
}

impl DeltaRun {
    /// Begins behind the entries of `frontier`, in the ledger of this origin.
    #[must_use]
    pub const fn new(origin: Origin, frontier: Frontier) -> Self {
        Self {
            origin,
            frontier,
            last: None,
            keys: Vec::new(),
        }
    }

    /// Checks that `bytes` are the next entry, and takes it.
    pub fn push<'a>(&mut self, bytes: &'a [u8]) -> Result<Step<'a>, Broken> {
        let entry = Entry::view(bytes).map_err(|error| Broken::Form(Fault::Entry(error)))?;
        self.check_place(&entry)?;
        self.take_key(&entry)?;
        let leaf = leaf_hash(bytes);
        self.frontier.push(leaf);
        self.last = Some(Last {
            ledger_id: entry.ledger_id(),
            leaf,
            recorded_at: entry.recorded_at(),
        });
        Ok(Step { entry, leaf })
    }

    /// The tree over all entries so far, those before the first one included.
    #[must_use]
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The keys that the entries of the run name, in their order.
    #[must_use]
    pub fn keys(&self) -> &[ListedKey] {
        &self.keys
    }

    fn check_place(&self, entry: &Entry<&[u8]>) -> Result<(), Broken> {
        let place = self.frontier.size();
        let form = |fault| Err(Broken::Form(fault));
        if entry.index().get() != place.get() {
            let found = entry.index().get();
            return form(Fault::Index { found });
        }
        match (entry.kind(), place == Size::ZERO) {
            (Kind::Genesis, false) => return form(Fault::SecondGenesis),
            (Kind::Genesis, true) if entry.prev() != genesis_prev(&entry.ledger_id()) => {
                return form(Fault::Link);
            }
            (Kind::Genesis, true) | (_, false) => {}
            (_, true) => return form(Fault::NoGenesis),
        }
        match &self.last {
            Some(last) if last.ledger_id != entry.ledger_id() => form(Fault::OtherLedger),
            Some(last) if last.leaf != entry.prev() => form(Fault::Link),
            Some(last) if entry.recorded_at() < last.recorded_at => Err(Broken::Time),
            Some(_) | None => Ok(()),
        }
    }

    fn take_key(&mut self, entry: &Entry<&[u8]>) -> Result<(), Broken> {
        let no_body = || Broken::Form(Fault::Body(entry.kind()));
        let (vkey, first_size): (VerifierKey, u64) = match entry.kind() {
            Kind::Genesis => {
                let body = GenesisBody::parse(entry.body()).map_err(|_| no_body())?;
                (body.vkey().map_err(|_| no_body())?, 0)
            }
            Kind::Key => {
                let body = KeyBody::parse(entry.body()).map_err(|_| no_body())?;
                (body.vkey().map_err(|_| no_body())?, body.first_size)
            }
            _ => return Ok(()),
        };
        let is_late = entry.kind() == Kind::Genesis || first_size > entry.index().get();
        let is_after = self.keys.last().is_none_or(|last| last.first_size <= first_size);
        if *vkey.origin() != self.origin || !is_late || !is_after || Size::new(first_size).is_none() {
            return Err(Broken::Form(Fault::Key));
        }
        self.keys.push(ListedKey { vkey, first_size });
        Ok(())
    }
}
