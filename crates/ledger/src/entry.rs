//! One entry of the ledger: 96 bytes of header and a body, exactly as they are hashed.
//!
//! An entry that waits for its place is a [`PendingEntry`]; placing it gives an [`Entry`], which
//! always has an index, a time and the leaf hash of the entry before it.

mod bodies;
mod codec;
mod error;
mod kind;
mod pending;
mod recovery;
mod retain;
mod stamp_anchor;

use crate::hash::{Digest, leaf_hash, sha256};
use crate::ids::{LedgerId, RecordId};
use crate::position::{Index, RecordedAt};

pub use bodies::{
    EraseBody, ExtendBody, ExtendedRecord, GenesisBody, HoldBody, KeyBody, ParseBodyError, ReleaseBody,
};
pub use error::EntryError;
pub use kind::{Case, Kind, RetentionClass};
pub use pending::PendingEntry;
pub use recovery::{LostRange, RecoveryBody, StatedTree};
pub use retain::RetainThrough;
pub use stamp_anchor::StampAnchor;

/// Most bytes an entry may have: C2SP entry bundles give its length as a u16.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// Bytes before the body.
pub const HEADER_BYTES: usize = 96;

/// What `prev` of a ledger's first entry holds, there being no entry before it.
#[must_use]
pub fn genesis_prev(ledger_id: &LedgerId) -> Digest {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(b"kirokubo/gen/001");
    bytes[16..].copy_from_slice(ledger_id.as_bytes());
    sha256(&bytes)
}

/// An entry in its place. `B` is the body's bytes, owned or borrowed from what was decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<B = Vec<u8>> {
    place: Place,
    header: Header,
    body: B,
}

/// What an entry gets when it is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    index: Index,
    recorded_at: RecordedAt,
    prev: Digest,
}

/// What an entry has before it is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    kind: Kind,
    case: Case,
    class: RetentionClass,
    ledger_id: LedgerId,
    record_id: RecordId,
    retain: RetainThrough,
}

impl Entry {
    /// Reads an entry's bytes; fails unless [`Entry::encode`] gives the same bytes again.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let Entry { place, header, body } = Entry::view(bytes)?;
        Ok(Self {
            place,
            header,
            body: body.to_vec(),
        })
    }
}

impl<'a> Entry<&'a [u8]> {
    /// Reads an entry's bytes as [`Entry::decode`] does, without copying the body.
    pub fn view(bytes: &'a [u8]) -> Result<Self, EntryError> {
        codec::decode(bytes)
    }
}

impl<B: AsRef<[u8]>> Entry<B> {
    /// The bytes that are stored and hashed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(&self.place, &self.header, self.body.as_ref())
    }

    /// The leaf hash of this entry, which the next entry carries as `prev`.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        leaf_hash(&self.encode())
    }

    /// What happened.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.header.kind
    }

    /// Which case of the law a record belongs to.
    #[must_use]
    pub const fn case(&self) -> Case {
        self.header.case
    }

    /// How the retention of a record is counted.
    #[must_use]
    pub const fn retention_class(&self) -> RetentionClass {
        self.header.class
    }

    /// The ledger this entry belongs to.
    #[must_use]
    pub const fn ledger_id(&self) -> LedgerId {
        self.header.ledger_id
    }

    /// The entry's place.
    #[must_use]
    pub const fn index(&self) -> Index {
        self.place.index
    }

    /// When the ledger says it was appended.
    #[must_use]
    pub const fn recorded_at(&self) -> RecordedAt {
        self.place.recorded_at
    }

    /// The leaf hash of the entry before, or [`genesis_prev`].
    #[must_use]
    pub const fn prev(&self) -> Digest {
        self.place.prev
    }

    /// The record this entry commits to, if its kind has one.
    #[must_use]
    pub fn record_id(&self) -> Option<RecordId> {
        self.header.kind.has_record().then_some(self.header.record_id)
    }

    /// Until when the record must be kept, as far as was known when it was appended.
    #[must_use]
    pub const fn retain_through(&self) -> RetainThrough {
        self.header.retain
    }

    /// The body's bytes.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.as_ref()
    }

    /// The root over the record's commitments, if the kind has a record.
    #[must_use]
    pub fn body_root(&self) -> Option<Digest> {
        let root = match self.header.kind {
            Kind::Record | Kind::Access => self.body(),
            Kind::Amend => self.body().get(16..)?,
            _ => return None,
        };
        root.try_into().ok().map(Digest::from_bytes)
    }

    /// The record that this one amends, if it is an amendment.
    #[must_use]
    pub fn amended(&self) -> Option<RecordId> {
        let id = self
            .body()
            .get(..16)
            .filter(|_| self.header.kind == Kind::Amend)?;
        id.try_into().ok().map(RecordId::from_bytes)
    }
}
