//! An entry that waits for its place in the ledger.

use super::{
    Case, Entry, EntryError, GenesisBody, Header, Kind, Place, RetainThrough, RetentionClass, codec,
};
use crate::hash::Digest;
use crate::ids::{LedgerId, RecordId};
use crate::note::{Origin, VerifierKey};
use crate::position::{Index, RecordedAt};

/// An entry without index, time and link: everything its author knows about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingEntry {
    header: Header,
    body: Vec<u8>,
}

impl PendingEntry {
    /// The first entry of a ledger: who it is and which key signs it.
    #[must_use]
    pub fn genesis(ledger_id: LedgerId, origin: &Origin, vkey: &VerifierKey) -> Self {
        let body = GenesisBody::new(origin, vkey).to_json();
        Self {
            header: Header::without_record(ledger_id, Kind::Genesis),
            body: body.into_bytes(),
        }
    }

    /// A provision or receipt, by the root over its commitments.
    pub fn record(
        ledger_id: LedgerId,
        record_id: RecordId,
        case: Case,
        class: RetentionClass,
        retain: RetainThrough,
        body_root: Digest,
    ) -> Result<Self, EntryError> {
        let retain = retain.canonical();
        let header = Header {
            kind: Kind::Record,
            case,
            class,
            ledger_id,
            record_id,
            retain,
        };
        Self::checked(header, body_root.as_bytes().to_vec())
    }

    /// A record that corrects the record `amended`, by the root over its own commitments.
    pub fn amend(
        ledger_id: LedgerId,
        record_id: RecordId,
        amended: RecordId,
        case: Case,
        class: RetentionClass,
        retain: RetainThrough,
        body_root: Digest,
    ) -> Result<Self, EntryError> {
        let retain = retain.canonical();
        let header = Header {
            kind: Kind::Amend,
            case,
            class,
            ledger_id,
            record_id,
            retain,
        };
        Self::checked(
            header,
            [amended.as_bytes().as_slice(), body_root.as_bytes()].concat(),
        )
    }

    /// A reading of a record, for the access ledger, by the root over its commitments.
    pub fn access(
        ledger_id: LedgerId,
        record_id: RecordId,
        retain: RetainThrough,
        body_root: Digest,
    ) -> Result<Self, EntryError> {
        let header = Header {
            record_id,
            retain: retain.canonical(),
            ..Header::without_record(ledger_id, Kind::Access)
        };
        Self::checked(header, body_root.as_bytes().to_vec())
    }

    /// An entry of a kind whose body is JSON; `body` becomes the body byte for byte.
    ///
    /// The body is public and must hold no name or identifier of a person.
    pub fn json(ledger_id: LedgerId, kind: Kind, body: &str) -> Result<Self, EntryError> {
        if kind.body_shape() != super::kind::BodyShape::Json {
            return Err(EntryError::NotJson(kind));
        }
        Self::checked(Header::without_record(ledger_id, kind), body.as_bytes().to_vec())
    }

    /// What the entry says happened.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.header.kind
    }

    /// The record it commits to, if its kind has one.
    #[must_use]
    pub fn record_id(&self) -> Option<RecordId> {
        self.header.kind.has_record().then_some(self.header.record_id)
    }

    /// Gives the entry its place: `prev` is the leaf hash of entry `index - 1`.
    #[must_use]
    pub fn place(&self, index: Index, recorded_at: RecordedAt, prev: Digest) -> Entry {
        Entry {
            place: Place {
                index,
                recorded_at,
                prev,
            },
            header: self.header,
            body: self.body.clone(),
        }
    }

    fn checked(header: Header, body: Vec<u8>) -> Result<Self, EntryError> {
        codec::check(&header, &body)?;
        Ok(Self { header, body })
    }
}

impl Header {
    /// The header of a kind that commits to nothing.
    const fn without_record(ledger_id: LedgerId, kind: Kind) -> Self {
        Self {
            kind,
            case: Case::NotApplicable,
            class: RetentionClass::None,
            ledger_id,
            record_id: RecordId::ZERO,
            retain: RetainThrough::NotApplicable,
        }
    }
}
