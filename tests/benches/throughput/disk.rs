//! The disk under a run: how fast it syncs, and how much of it a folder takes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the disk is probed.
const PROBE: Duration = Duration::from_millis(500);

/// What the probe appends before each sync: a page.
const PAGE: [u8; 4096] = [0x5A; 4096];

/// How often a second this disk can append 4 KiB and sync them (`fdatasync`): the beat of every commit.
pub(crate) fn syncs_per_second(folder: &Path) -> io::Result<f64> {
    let path = folder.join("probe");
    let mut file = File::create(&path)?;
    let (began, mut syncs) = (Instant::now(), 0_u32);
    while began.elapsed() < PROBE {
        file.write_all(&PAGE)?;
        file.sync_data()?;
        syncs += 1;
    }
    let rate = f64::from(syncs) / began.elapsed().as_secs_f64();
    fs::remove_file(path)?;
    Ok(rate)
}

/// Bytes of all files in a folder and the folders below it.
pub(crate) fn bytes_in(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            bytes_in(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(bytes)
}
