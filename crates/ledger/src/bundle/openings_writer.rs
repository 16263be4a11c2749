//! Writing openings in the order the verifier reads them, in files of a handy size.

use std::io::{self, Write as _};

use super::OPENINGS;
use super::opening::Opening;
use super::path::BundlePath;
use super::staging::{BundleStaging, StagedFile, WriteBundleError};
use crate::position::Index;

/// Most bytes of one file, give or take a line: an editor can still open it.
const FILE_BYTES_MAX: usize = 64 << 20;

/// Most files: with a fourth digit they would no longer sort by their number.
const FILES_MAX: usize = 1_000;

/// The path of the openings file of this number, counted from 0.
#[must_use]
pub fn openings_path(number: usize) -> String {
    format!("{OPENINGS}{number:03}.ndjson")
}

/// Writes `openings/000.ndjson` and so on.
#[derive(Debug, Default)]
pub struct OpeningsWriter {
    files: usize,
    open: Option<(StagedFile, usize)>,
    last: Option<Index>,
}

impl OpeningsWriter {
    /// A writer that has written nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            files: 0,
            open: None,
            last: None,
        }
    }

    /// Appends a line. Indices must not go back; within a record, fields stand before rows and rows
    /// in their order.
    ///
    /// Fails with [`io::ErrorKind::InvalidInput`] if an index goes back, and with
    /// [`io::ErrorKind::FileTooLarge`] if more than a thousand files were needed.
    pub fn write(&mut self, staging: &mut BundleStaging, opening: &Opening) -> Result<(), WriteBundleError> {
        if self.last.is_some_and(|last| opening.index() < last) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "openings are sorted by index").into());
        }
        self.last = Some(opening.index());
        let mut line = serde_json::to_vec(opening).map_err(io::Error::from)?;
        line.push(b'\n');
        let (mut file, bytes) = match self.open.take() {
            Some(open) => open,
            None => (self.next_file(staging)?, 0),
        };
        file.write_all(&line)?;
        let bytes = bytes + line.len();
        if bytes < FILE_BYTES_MAX {
            self.open = Some((file, bytes));
        } else {
            staging.close(file)?;
        }
        Ok(())
    }

    /// Ends the last file.
    pub fn finish(self, staging: &mut BundleStaging) -> Result<(), WriteBundleError> {
        match self.open {
            Some((file, _)) => staging.close(file),
            None => Ok(()),
        }
    }

    fn next_file(&mut self, staging: &mut BundleStaging) -> Result<StagedFile, WriteBundleError> {
        if self.files == FILES_MAX {
            return Err(
                io::Error::new(io::ErrorKind::FileTooLarge, "more openings than a bundle holds").into(),
            );
        }
        let path = openings_path(self.files);
        self.files += 1;
        staging.create(BundlePath::fixed(&path))
    }
}
