//! The names of a bundle's files: what no reader looks at could be anything, so there is none of it.

use std::io::{Read, Seek};

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{
    CHECKPOINT, CHECKPOINTS, CONSISTENCY, FRONTIER, KEYS, MANIFEST, OPENINGS, README, SCOPE, TILES,
    TIMESTAMPS, VERIFIER, openings_path,
};
use kirokubo_ledger::tile::TilePath;
use kirokubo_ledger::verify::FileFault;

use crate::Audit;

impl<R: Read + Seek> Audit<'_, R> {
    /// Checks that every file has a name of the format, and that openings are numbered without a gap
    /// and not empty.
    pub(crate) fn check_names(&mut self) {
        let files = self.bundle.files().to_vec();
        let (mut numbered, mut is_gap_named) = (0, false);
        for file in &files {
            let path = file.path().as_str();
            let is_of_delta = self.from_size.is_some() && [CONSISTENCY, FRONTIER].contains(&path);
            if !is_known(path) && !is_of_delta {
                self.file_fault(path, FileFault::Unknown);
            }
            if !is_openings_file(path) {
                continue;
            }
            let expected = openings_path(numbered);
            numbered += 1;
            if path != expected && !is_gap_named {
                self.file_fault(&expected, FileFault::Missing);
                is_gap_named = true;
            }
            if file.size() == 0 {
                self.file_fault(path, FileFault::Malformed);
            }
        }
    }
}

/// Whether a file of this name is one of openings: three digits.
pub(crate) fn is_openings_file(path: &str) -> bool {
    path.strip_prefix(OPENINGS)
        .and_then(|name| name.strip_suffix(".ndjson"))
        .is_some_and(|number| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A size as files are named after it: decimal, in its one form.
pub(crate) fn parse_size(name: &str) -> Option<Size> {
    let size = name.parse().ok().and_then(Size::new)?;
    (size.to_string() == name).then_some(size)
}

/// The size of the checkpoint that a time stamp of this name is over.
pub(crate) fn stamped_size(path: &str) -> Option<Size> {
    let name = path.strip_prefix(TIMESTAMPS)?;
    name.strip_suffix(".tsr").and_then(parse_size)
}

fn is_known(path: &str) -> bool {
    if [README, CHECKPOINT, KEYS, MANIFEST, SCOPE, VERIFIER].contains(&path) {
        return true;
    }
    if path.starts_with(TILES) {
        return path.parse::<TilePath>().is_ok();
    }
    if path.starts_with(OPENINGS) {
        return is_openings_file(path);
    }
    let size = path.strip_prefix(CHECKPOINTS).and_then(parse_size);
    size.or_else(|| stamped_size(path)).is_some()
}
