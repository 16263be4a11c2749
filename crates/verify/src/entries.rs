//! Going through the entry bundles of an audit bundle.

use std::io::{self, Read, Seek};

use kirokubo_ledger::bundle::{BundleFile, BundleReader, ReadBundleError, TILES};
use kirokubo_ledger::tile::{EntryBundle, TilePath};

/// Most bytes of an entry bundle: 256 entries of 65,535 bytes, each behind its length.
const ENTRY_BUNDLE_BYTES_MAX: u64 = 256 * (2 + 65_535);

/// The files that hold entries, in the order of their entries.
#[derive(Debug)]
pub(crate) struct EntryFiles(Vec<(TilePath, BundleFile)>);

/// Whether to go on after an entry.
pub(crate) type Flow = std::ops::ControlFlow<()>;

impl EntryFiles {
    /// Lists the entry bundles.
    pub(crate) fn list<R: Read + Seek>(bundle: &BundleReader<R>) -> Self {
        let files = bundle.files().iter();
        let mut files: Vec<(TilePath, BundleFile)> = files
            .filter(|file| file.path().as_str().starts_with(TILES))
            .filter_map(|file| Some((file.path().as_str().parse::<TilePath>().ok()?, file.clone())))
            .filter(|(path, _)| path.level().is_none())
            .collect();
        files.sort_by_key(|(path, _)| *path);
        Self(files)
    }

    /// The paths.
    pub(crate) fn paths(&self) -> impl Iterator<Item = TilePath> {
        self.0.iter().map(|(path, _)| *path)
    }

    /// Bytes of all of them.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.iter().map(|(_, file)| file.size()).sum()
    }

    /// Calls `take` with the bytes of every entry until it breaks off, and `done` with the bytes of
    /// every file behind it. A file that ends within an entry, or is larger than a bundle can be,
    /// ends the entries; then the answer is its path.
    pub(crate) fn each<R: Read + Seek>(
        &self,
        bundle: &mut BundleReader<R>,
        mut take: impl FnMut(&mut BundleReader<R>, &[u8]) -> io::Result<Flow>,
        mut done: impl FnMut(u64),
    ) -> io::Result<Option<TilePath>> {
        for (path, file) in &self.0 {
            let bytes = match bundle.read(file, ENTRY_BUNDLE_BYTES_MAX) {
                Ok(bytes) => bytes,
                Err(ReadBundleError::Io(error)) => return Err(error),
                Err(_) => return Ok(Some(*path)),
            };
            let mut entries = EntryBundle::unchecked(&bytes);
            for entry in entries.by_ref() {
                if take(bundle, entry)?.is_break() {
                    return Ok(None);
                }
            }
            if !entries.rest().is_empty() {
                return Ok(Some(*path));
            }
            done(file.size());
        }
        Ok(None)
    }
}
