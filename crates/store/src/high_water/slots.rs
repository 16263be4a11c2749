//! The file of a high-water mark: three slots of one block each.
//!
//! A slot is a line `kirokubo/high-water/1 <length> <SHA-256>`, the signed note of that length, and newlines up to the
//! end of the block. People can read it, too. Between two syncs the same slot is written again and again; with each sync
//! the next one's turn comes. So while one slot is being written and one being synced, a third is on disk and at rest: a
//! power cut in the middle of a write never takes all of them.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use kirokubo_ledger::hash::sha256;

use crate::{durable, random};

/// One block of most file systems: a write of it costs a copy into the page cache.
const BLOCK: usize = 4_096;

/// How many slots there are.
pub(super) const SLOTS: u64 = 3;

const TAG: &str = "kirokubo/high-water/1";

/// An opened file of slots.
#[derive(Debug)]
pub(super) struct Slots {
    path: PathBuf,
    file: File,
}

impl Slots {
    /// Makes the file with the same note in every slot, or replaces it: it is there whole and durable, or as before.
    pub(super) fn create(path: &Path, note: &str) -> io::Result<Self> {
        let block = block(note)?;
        let scratch = path.with_extension(format!("new-{}", random::name::<4>()));
        let file = write_whole(&scratch, path, &block).inspect_err(|_| {
            // What is left of a failed attempt is in nobody's way.
            drop(fs::remove_file(&scratch));
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes one slot; a killed process does not take it back, a power cut may until the next sync.
    pub(super) fn write(&self, slot: u64, note: &str) -> io::Result<()> {
        let offset = (slot % SLOTS) * u64::try_from(BLOCK).map_err(io::Error::other)?;
        self.file.write_all_at(&block(note)?, offset)
    }

    /// Returns once everything written is durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// The notes of the slots that are whole; `None` if there is no such file.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<String>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    let most = SLOTS * u64::try_from(BLOCK).map_err(io::Error::other)?;
    file.take(most).read_to_end(&mut bytes)?;
    Ok(Some(bytes.chunks(BLOCK).filter_map(whole).collect()))
}

fn block(note: &str) -> io::Result<Vec<u8>> {
    let mut block = format!("{TAG} {} {}\n{note}", note.len(), sha256(note.as_bytes())).into_bytes();
    if block.len() > BLOCK {
        return Err(io::Error::other(
            "the checkpoint is too long for a high-water mark",
        ));
    }
    block.resize(BLOCK, b'\n');
    Ok(block)
}

/// The note of a slot, if the slot is as it was written.
fn whole(block: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(block).ok()?;
    let (head, rest) = text.split_once('\n')?;
    let (length, hash) = head.strip_prefix(TAG)?.strip_prefix(' ')?.split_once(' ')?;
    let note = rest.get(..length.parse().ok()?)?;
    (sha256(note.as_bytes()).to_string() == hash).then(|| note.to_owned())
}

fn write_whole(scratch: &Path, path: &Path, block: &[u8]) -> io::Result<File> {
    let mut file = durable::create_new(scratch)?;
    for _ in 0..SLOTS {
        file.write_all(block)?;
    }
    file.sync_all()?;
    fs::rename(scratch, path)?;
    durable::sync_folder_of(path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> PathBuf {
        std::env::temp_dir().join(format!("kirokubo-high-water-{}", random::name::<8>()))
    }

    #[test]
    fn a_torn_slot_leaves_the_others() {
        let path = scratch();
        assert_eq!(read(&path).unwrap(), None);
        let slots = Slots::create(&path, "one\n").unwrap();
        slots.write(4, "two\n").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), ["one\n", "two\n", "one\n"]);
        slots.file.write_all_at(b"torn", 4_096 + 90).unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), ["one\n", "one\n"]);
        slots.file.set_len(5_000).unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), ["one\n"]);
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn what_does_not_fit_is_refused_and_leaves_nothing() {
        let path = scratch();
        assert!(Slots::create(&path, &"x".repeat(BLOCK)).is_err());
        assert!(!path.exists());
    }
}
