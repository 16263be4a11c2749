//! From the key that the auditor brought to the one that signed, over the key entries of the ledger.
//!
//! The bundle's own list of keys only says where to look. What leads from one key to the next is its key entry, and the
//! signature of the old key under the checkpoint of the size that the new key begins with: without that, anybody could
//! name himself the next. A revoked key leads nowhere.

use std::io::{self, Read, Seek};

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{CHECKPOINT, CHECKPOINTS, KEYS, KeyList, ReadBundleError};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::{Note, VerifierKey};
use kirokubo_ledger::verify::{Finding, KeyHistory};

use crate::Audit;
use crate::structure::SMALL_BYTES_MAX;

impl<R: Read + Seek> Audit<'_, R> {
    /// The key to open the bundle's checkpoint with: the auditor's, or the last of those that the bundle lists behind it
    /// and that claims to have signed. Whether the ledger leads to that one is judged by [`Audit::check_signer`].
    pub(crate) fn find_signer(&mut self) -> io::Result<VerifierKey> {
        let brought = &self.options.vkey;
        let (Some(note), Some(list)) = (self.peek(CHECKPOINT)?, self.peek(KEYS)?) else {
            return Ok(brought.clone());
        };
        let (Ok(note), Ok(list)) = (Note::parse(&note), KeyList::parse(&list)) else {
            return Ok(brought.clone());
        };
        let listed = list.keys().iter().map(|key| &key.vkey);
        let later = listed.skip_while(|key| *key != brought);
        let signed = later.filter(|key| key.origin() == brought.origin() && note.names(key));
        Ok(signed.last().unwrap_or(brought).clone())
    }

    /// Checks that the key which signed is the one that signs at this size, and that the auditor's leads to it.
    pub(crate) fn check_signer(&mut self, keys: &KeyHistory, size: Size) -> io::Result<()> {
        if *keys.key_at(size) != self.signer {
            self.findings.add(Finding::KeyNotAuthorised { size });
            return Ok(());
        }
        let mut key = self.options.vkey.clone();
        if self.signer == key {
            return Ok(());
        }
        let Some(changes) = keys.changes_since(&key, size) else {
            self.findings.add(Finding::KeyNotAuthorised { size });
            return Ok(());
        };
        for change in changes {
            if change.revoked.is_some() || !self.is_handed_over(change.first_size, size, &key)? {
                let size = change.first_size;
                self.findings.add(Finding::KeyNotAuthorised { size });
                return Ok(());
            }
            key = change.vkey.clone();
        }
        Ok(())
    }

    /// Checks that the keys of the checkpoints that the auditor holds were those to sign them.
    pub(crate) fn check_held_keys(&mut self, keys: &KeyHistory) {
        for held in &self.options.held {
            let size = held.checkpoint.size();
            let by = held.earlier_key.as_ref().unwrap_or(&self.options.vkey);
            // Of before the change, or of the overlap. Of a ledger that never had the key, more is said elsewhere.
            let is_meant = keys.key_at(size) == by || keys.key_beside(size) == Some(by);
            if !is_meant && keys.verifier_keys().any(|key| key == by) {
                self.findings.add(Finding::KeyNotAuthorised { size });
            }
        }
    }

    /// Whether `key` has signed the checkpoint of the size at which the next one begins. That it is one of this history is
    /// checked with all others.
    fn is_handed_over(&mut self, first_size: Size, size: Size, key: &VerifierKey) -> io::Result<bool> {
        let path = if first_size == size {
            CHECKPOINT.to_owned()
        } else {
            format!("{CHECKPOINTS}{first_size}")
        };
        let note = self.peek(&path)?;
        let opened = note.and_then(|note| Checkpoint::open(&note, key).ok());
        Ok(opened.is_some_and(|checkpoint| checkpoint.size() == first_size))
    }

    /// A small file, if it is there; what is wrong with it is said by those who need it.
    fn peek(&mut self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.bundle.find(path).cloned() else {
            return Ok(None);
        };
        match self.bundle.read(&file, SMALL_BYTES_MAX) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ReadBundleError::Io(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }
}
