//! The lost entries themselves, from an audit bundle that somebody kept: they are public, and whoever has one can give
//! them back.

use std::fs::File;

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{BundleReader, CHECKPOINT, ReadBundleError};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::tile::{EntryBundle, TilePath};

use super::RecoverError;
use crate::growth::Chain;
use crate::head::Head;
use crate::keyring::Signers;

/// Most bytes of a checkpoint.
const NOTE_MAX: u64 = 1 << 16;

/// Most bytes of 256 entries behind their lengths.
const ENTRIES_MAX: u64 = 256 * (2 + 65_535);

/// A bundle whose checkpoint our key of its size signed.
pub(super) struct Kept {
    reader: BundleReader<File>,
    checkpoint: Checkpoint,
}

impl Kept {
    /// Opens a bundle. Nothing in it but the signature is trusted yet.
    pub(super) fn open(file: File, signers: &Signers) -> Result<Self, RecoverError> {
        let mut reader = BundleReader::open(file).map_err(unreadable)?;
        let note = reader.find(CHECKPOINT).cloned().ok_or(RecoverError::Bundle)?;
        let note = reader.read(&note, NOTE_MAX).map_err(unreadable)?;
        let opened = str::from_utf8(&note)
            .ok()
            .and_then(|note| signers.open(note).ok());
        let checkpoint = opened.ok_or(RecoverError::OtherBundle)?;
        Ok(Self { reader, checkpoint })
    }

    /// What was signed.
    pub(super) const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Checks that the entries behind `head` lead to the very tree that was signed. So they are those that were appended
    /// once, byte for byte, and the history before them is the same.
    pub(super) fn check(&mut self, head: &Head) -> Result<(), RecoverError> {
        let (mut head, mut tree) = (head.clone(), head.frontier.clone());
        while tree.size() < self.checkpoint.size() {
            let chain = self.next(&head)?;
            for entry in &chain.entries {
                tree.push(entry.leaf);
            }
            head = chain.head_on(&head, tree.clone());
        }
        if tree.root() == self.checkpoint.root() {
            Ok(())
        } else {
            Err(RecoverError::OtherHistory)
        }
    }

    /// The next entries behind `head`, up to 256, linked to it.
    pub(super) fn next(&mut self, head: &Head) -> Result<Chain, RecoverError> {
        let size = head.size().get();
        let path = bundle_with(self.checkpoint.size(), size).ok_or(RecoverError::Bundle)?;
        let file = self.reader.find(&path.to_string()).cloned();
        let file = file.ok_or(RecoverError::BundleLacks { index: size })?;
        let bytes = self.reader.read(&file, ENTRIES_MAX).map_err(unreadable)?;
        let entries = EntryBundle::decode(&bytes, path.width()).map_err(|_| RecoverError::Bundle)?;
        let known = usize::try_from(size % 256).map_err(|_| RecoverError::Bundle)?;
        Chain::again(head, entries.skip(known)).ok_or(RecoverError::OtherHistory)
    }
}

/// The entry bundle of a ledger of `size` entries in which the entry at `index` is.
fn bundle_with(size: Size, index: u64) -> Option<TilePath> {
    let whole = TilePath::entries(index / 256, kirokubo_ledger::tile::Width::FULL);
    if whole.is_in(size) {
        return Some(whole);
    }
    let rest = u16::try_from(size.get() % 256).ok()?;
    let part = TilePath::entries(index / 256, kirokubo_ledger::tile::Width::new(rest)?);
    part.is_in(size).then_some(part)
}

fn unreadable(error: ReadBundleError) -> RecoverError {
    match error {
        ReadBundleError::Io(error) => RecoverError::Io(error),
        ReadBundleError::Tar(_) | ReadBundleError::TooLarge { .. } => RecoverError::Bundle,
    }
}
