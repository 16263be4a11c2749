//! Entry bundles: entries one after the other, each behind its length as a big-endian u16.

use super::{TILE_WIDTH, Width};

/// The entries of a bundle, borrowed from its bytes.
#[derive(Clone, Debug)]
pub struct EntryBundle<'a> {
    rest: &'a [u8],
}

/// Why bytes are not an entry bundle, or entries do not make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryBundleError {
    /// The bytes end within an entry or a length.
    #[error("the bundle ends within entry {entry}")]
    Truncated {
        /// The entry's place in the bundle, from 0.
        entry: usize,
    },
    /// There are more or fewer entries than the path says.
    #[error("the bundle has {found} entries where its path says {expected}")]
    Width {
        /// Entries the path says.
        expected: u16,
        /// Entries there are.
        found: usize,
    },
    /// An entry is longer than its length field can say.
    #[error("entry {entry} has more than 65,535 bytes")]
    TooLong {
        /// The entry's place in the bundle, from 0.
        entry: usize,
    },
}

/// The bytes of a bundle of 1 to 256 entries.
pub fn encode_entry_bundle<B: AsRef<[u8]>>(entries: &[B]) -> Result<Vec<u8>, EntryBundleError> {
    if entries.is_empty() || entries.len() > TILE_WIDTH {
        return Err(EntryBundleError::Width {
            expected: Width::FULL.get(),
            found: entries.len(),
        });
    }
    let mut bytes = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| EntryBundleError::TooLong { entry: place })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

impl<'a> EntryBundle<'a> {
    /// Reads the bytes of a bundle whose path says `width`; checks lengths, not the entries.
    pub fn decode(bytes: &'a [u8], width: Width) -> Result<Self, EntryBundleError> {
        let bundle = Self::unchecked(bytes);
        let mut read = bundle.clone();
        let found = read.by_ref().count();
        if !read.rest().is_empty() {
            return Err(EntryBundleError::Truncated { entry: found });
        }
        if found != usize::from(width.get()) {
            return Err(EntryBundleError::Width {
                expected: width.get(),
                found,
            });
        }
        Ok(bundle)
    }

    /// Reads what entries there are, to diagnose a bundle that [`EntryBundle::decode`] refuses.
    #[must_use]
    pub const fn unchecked(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes behind the entries taken so far: once there are no more entries, what is no entry.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for EntryBundle<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.rest.split_first_chunk()?;
        let (entry, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        self.rest = rest;
        Some(entry)
    }
}
