//! Files that are there whole and on disk, or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use kirokubo_ledger::hash::{Digest, Hasher};

/// Bytes copied at once.
const CHUNK: usize = 1 << 20;

/// Makes a file that nobody but its owner reads; one that is there already is an error.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Writes a new file and syncs it. Its name is durable once its folder is synced.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Copies a file to a new one and syncs it; gives the size and SHA-256 of what was copied. `progress` hears of bytes.
pub(crate) fn copy_new(from: &Path, to: &Path, progress: &mut dyn FnMut(u64)) -> io::Result<(u64, Digest)> {
    let mut out = create_new(to)?;
    let read = read_through(from, |bytes| {
        out.write_all(bytes)?;
        progress(u64::try_from(bytes.len()).map_err(io::Error::other)?);
        Ok(())
    })?;
    out.sync_all()?;
    Ok(read)
}

/// The size and SHA-256 of a file. `progress` hears of bytes.
pub(crate) fn digest(path: &Path, progress: &mut dyn FnMut(u64)) -> io::Result<(u64, Digest)> {
    read_through(path, |bytes| {
        progress(u64::try_from(bytes.len()).map_err(io::Error::other)?);
        Ok(())
    })
}

fn read_through(path: &Path, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<(u64, Digest)> {
    let mut file = File::open(path)?;
    let (mut hasher, mut size, mut buffer) = (Hasher::new(), 0_u64, vec![0; CHUNK]);
    loop {
        let read = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok((size, hasher.finish()));
        };
        hasher.update(bytes);
        take(bytes)?;
        size += u64::try_from(read).map_err(io::Error::other)?;
    }
}

/// Syncs a folder, so that the names in it are durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Syncs the folder that a file lies in.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync_folder(folder.unwrap_or(Path::new(".")))
}
