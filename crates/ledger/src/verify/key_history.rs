//! Which key signs at which size, as the ledger itself says.

use crate::bundle::ListedKey;
use crate::entry::{GenesisBody, KeyBody};
use crate::note::{Origin, VerifierKey};
use crate::position::{Index, Size};

/// The keys of one ledger, from its genesis and key entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHistory {
    first: VerifierKey,
    changes: Vec<KeyChange>,
}

/// One key taking over from another, as a key entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// Where the entry stands.
    pub index: Index,
    /// The new key.
    pub vkey: VerifierKey,
    /// The first size whose checkpoint it signs.
    pub first_size: Size,
    /// The last size whose checkpoint the old key signs, from `first_size` on beside the new one.
    pub old_key_ends: Size,
    /// Why the old key must not be believed any more, if so.
    pub revoked: Option<String>,
}

/// A genesis or key entry does not name a key that can sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyHistoryError {
    /// The body lacks a valid origin or key.
    #[error("the body names no valid key")]
    Body,
    /// The key is for another origin.
    #[error("the key is for another origin")]
    Origin,
    /// A size is beyond 2^63 - 1.
    #[error("a size of the key is beyond 2^63 - 1")]
    Size,
    /// The key would sign sizes that were signed before it was announced, or before the key before it.
    #[error("the key takes over too early")]
    Order,
}

impl KeyHistory {
    /// The history of a ledger that has had one key.
    #[must_use]
    pub const fn starting_with(first: VerifierKey) -> Self {
        Self {
            first,
            changes: Vec::new(),
        }
    }

    /// Begins with the key of a genesis entry.
    pub fn from_genesis(body: &[u8]) -> Result<Self, KeyHistoryError> {
        let body = GenesisBody::parse(body).map_err(|_| KeyHistoryError::Body)?;
        let first = body.vkey().map_err(|_| KeyHistoryError::Body)?;
        let origin = body.origin().map_err(|_| KeyHistoryError::Body)?;
        if *first.origin() != origin {
            return Err(KeyHistoryError::Origin);
        }
        Ok(Self::starting_with(first))
    }

    /// Adds the key of the key entry at `index`.
    pub fn add(&mut self, index: Index, body: &[u8]) -> Result<(), KeyHistoryError> {
        let body = KeyBody::parse(body).map_err(|_| KeyHistoryError::Body)?;
        let vkey = body.vkey().map_err(|_| KeyHistoryError::Body)?;
        if vkey.origin() != self.origin() {
            return Err(KeyHistoryError::Origin);
        }
        let (Some(first_size), Some(old_key_ends)) =
            (Size::new(body.first_size), Size::new(body.old_key_ends))
        else {
            return Err(KeyHistoryError::Size);
        };
        let last_size = self.changes.last().map_or(Size::ZERO, |change| change.first_size);
        if first_size.get() <= index.get() || first_size < last_size {
            return Err(KeyHistoryError::Order);
        }
        self.changes.push(KeyChange {
            index,
            vkey,
            first_size,
            old_key_ends,
            revoked: body.revoked,
        });
        Ok(())
    }

    /// The ledger's origin.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        self.first.origin()
    }

    /// The key that signs the checkpoint of this size.
    #[must_use]
    pub fn key_at(&self, size: Size) -> &VerifierKey {
        let changes = &self.changes;
        let change = changes.iter().rev().find(|change| change.first_size <= size);
        change.map_or(&self.first, |change| &change.vkey)
    }

    /// The key before that of this size, as long as it may sign beside it.
    #[must_use]
    pub fn key_beside(&self, size: Size) -> Option<&VerifierKey> {
        let changes = &self.changes;
        let place = changes.iter().rposition(|change| change.first_size <= size)?;
        let change = &changes[place];
        (change.revoked.is_none() && size <= change.old_key_ends).then(|| self.before(place))
    }

    /// The key that was announced last.
    #[must_use]
    pub fn newest(&self) -> &VerifierKey {
        self.changes.last().map_or(&self.first, |change| &change.vkey)
    }

    /// The key before the newest, and how it ended; `None` if there was none.
    #[must_use]
    pub fn last_change(&self) -> Option<(&VerifierKey, &KeyChange)> {
        let change = self.changes.last()?;
        Some((self.before(self.changes.len() - 1), change))
    }

    /// The changes from `key` to the one that signs at `size`, oldest first; `None` if `key` is none of the ledger's, or
    /// one that came later.
    #[must_use]
    pub fn changes_since(&self, key: &VerifierKey, size: Size) -> Option<&[KeyChange]> {
        let until = self.changes.partition_point(|change| change.first_size <= size);
        let changes = &self.changes[..until];
        // A key that came back counts from its last time.
        let since = changes.iter().rposition(|change| change.vkey == *key);
        match since {
            Some(place) => Some(&changes[place + 1..]),
            None => (self.first == *key).then_some(changes),
        }
    }

    /// All changes, oldest first.
    #[must_use]
    pub fn changes(&self) -> &[KeyChange] {
        &self.changes
    }

    /// All keys without their sizes, oldest first.
    pub fn verifier_keys(&self) -> impl Iterator<Item = &VerifierKey> {
        std::iter::once(&self.first).chain(self.changes.iter().map(|change| &change.vkey))
    }

    /// All keys, oldest first.
    pub fn keys(&self) -> impl Iterator<Item = ListedKey> {
        let first = ListedKey {
            vkey: self.first.clone(),
            first_size: 0,
        };
        let later = self.changes.iter().map(|change| ListedKey {
            vkey: change.vkey.clone(),
            first_size: change.first_size.get(),
        });
        std::iter::once(first).chain(later)
    }

    /// The key that the change at `place` ended.
    fn before(&self, place: usize) -> &VerifierKey {
        let earlier = self.changes[..place].last();
        earlier.map_or(&self.first, |change| &change.vkey)
    }
}
