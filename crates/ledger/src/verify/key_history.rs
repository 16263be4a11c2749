//! Which key signs at which size, as the ledger itself says.

use crate::bundle::ListedKey;
use crate::entry::{GenesisBody, KeyBody};
use crate::note::{Origin, VerifierKey};
use crate::position::{Index, Size};

/// The keys of one ledger, from its genesis and key entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHistory {
    first: VerifierKey,
    later: Vec<ListedKey>,
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
    /// Begins with the key of a genesis entry.
    pub fn from_genesis(body: &[u8]) -> Result<Self, KeyHistoryError> {
        let body = GenesisBody::parse(body).map_err(|_| KeyHistoryError::Body)?;
        let first = body.vkey().map_err(|_| KeyHistoryError::Body)?;
        let origin = body.origin().map_err(|_| KeyHistoryError::Body)?;
        if *first.origin() != origin {
            return Err(KeyHistoryError::Origin);
        }
        Ok(Self {
            first,
            later: Vec::new(),
        })
    }

    /// Adds the key of the key entry at `index`.
    pub fn add(&mut self, index: Index, body: &[u8]) -> Result<(), KeyHistoryError> {
        let body = KeyBody::parse(body).map_err(|_| KeyHistoryError::Body)?;
        let vkey = body.vkey().map_err(|_| KeyHistoryError::Body)?;
        if vkey.origin() != self.origin() {
            return Err(KeyHistoryError::Origin);
        }
        if Size::new(body.first_size).is_none() || Size::new(body.old_key_ends).is_none() {
            return Err(KeyHistoryError::Size);
        }
        let first_size = body.first_size;
        let last_size = self.later.last().map_or(0, |key| key.first_size);
        if first_size <= index.get() || first_size < last_size {
            return Err(KeyHistoryError::Order);
        }
        self.later.push(ListedKey { vkey, first_size });
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
        let later = self.later.iter().rev().find(|key| key.first_size <= size.get());
        later.map_or(&self.first, |key| &key.vkey)
    }

    /// All keys, oldest first.
    pub fn keys(&self) -> impl Iterator<Item = ListedKey> {
        let first = ListedKey {
            vkey: self.first.clone(),
            first_size: 0,
        };
        std::iter::once(first).chain(self.later.iter().cloned())
    }
}
