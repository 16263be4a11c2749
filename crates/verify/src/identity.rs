//! What tells one bundle from another.

use std::io::{self, Read, Seek};

use kirokubo_ledger::bundle::{BundleReader, MANIFEST, ReadBundleError};
use kirokubo_ledger::hash::{Digest, sha256};

use crate::manifest::MANIFEST_BYTES_MAX;

/// A bundle's size and the hash of its manifest, which has the hashes of all other files in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// How many bytes the bundle has.
    pub bytes: u64,
    /// SHA-256 of the file `manifest`.
    pub manifest: Digest,
}

impl Identity {
    /// Reads it; `None` if there is no manifest that could be one.
    pub fn of<R: Read + Seek>(bundle: &mut BundleReader<R>) -> io::Result<Option<Self>> {
        let Some(file) = bundle.find(MANIFEST).cloned() else {
            return Ok(None);
        };
        match bundle.read(&file, MANIFEST_BYTES_MAX) {
            Ok(manifest) => Ok(Some(Self {
                bytes: bundle.bytes(),
                manifest: sha256(&manifest),
            })),
            Err(ReadBundleError::Io(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }
}
