//! The hash tiles of a bundle against the entries.

use std::io::{self, Read, Seek};

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{BundleReader, ReadBundleError, TILES};
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tile::{TilePath, TileStack, decode_hash_tile};
use kirokubo_ledger::verify::{FileFault, Segment};

use crate::Audit;
use crate::segments::{Shared, lock, tile_over};

/// Bytes of a full hash tile.
pub(crate) const HASH_TILE_BYTES_MAX: u64 = 256 * 32;

/// Compares tiles with those that the entries make. A bundle may leave tiles out: the entries say
/// everything that they say.
#[derive(Debug, Default)]
pub(crate) struct TileCheck {
    stack: TileStack,
    wrong: Vec<TilePath>,
}

impl TileCheck {
    /// Takes the next leaf.
    pub(crate) fn push<R: Read + Seek>(
        &mut self,
        bundle: &mut BundleReader<R>,
        leaf: Digest,
    ) -> io::Result<()> {
        let Self { stack, wrong } = self;
        stack.push(leaf, |path, hashes| compare(bundle, wrong, path, hashes))
    }

    /// Takes the next 256 leaves, whose own tile was compared before.
    pub(crate) fn push_segment<R: Read + Seek>(
        &mut self,
        bundle: &Shared<'_, R>,
        segment: &Segment,
        is_wrong: bool,
    ) -> io::Result<()> {
        let Self { stack, wrong } = self;
        wrong.extend(is_wrong.then(|| tile_over(segment.first_index())));
        stack.push_leaf_tile(segment.root(), |path, hashes| {
            compare(&mut lock(bundle), wrong, path, hashes)
        })
    }

    /// Compares the partial tiles, now that there are no more leaves.
    pub(crate) fn finish<R: Read + Seek>(&mut self, bundle: &mut BundleReader<R>) -> io::Result<()> {
        let Self { stack, wrong } = self;
        stack
            .partial()
            .try_for_each(|(path, hashes)| compare(bundle, wrong, path, hashes))
    }

    /// The tiles that are there and are others.
    pub(crate) fn wrong(&self) -> &[TilePath] {
        &self.wrong
    }
}

impl<R: Read + Seek> Audit<'_, R> {
    /// Checks that there are no tiles that a ledger of this size does not have.
    pub(crate) fn check_tile_names(&mut self, size: Size) {
        let files = self.bundle.files().iter().map(|file| file.path().as_str());
        let foreign: Vec<String> = files
            .filter(|path| path.starts_with(TILES))
            .filter(|path| path.parse::<TilePath>().is_ok_and(|tile| !tile.is_in(size)))
            .map(str::to_owned)
            .collect();
        for path in foreign {
            self.file_fault(&path, FileFault::Contradicts);
        }
    }

    /// The leaf hashes in the tiles of level 0, if all are there.
    pub(crate) fn stored_leaves(&mut self, size: Size) -> io::Result<Option<Vec<Digest>>> {
        let mut leaves = Vec::new();
        for path in TilePath::leaves_of(size) {
            let Some(bytes) = read_tile(&mut self.bundle, path)? else {
                return Ok(None);
            };
            let Ok(hashes) = decode_hash_tile(&bytes) else {
                return Ok(None);
            };
            leaves.extend(hashes);
        }
        Ok(Some(leaves))
    }
}

/// Whether the bytes are the tile of these hashes.
pub(crate) fn is_tile_of(bytes: &[u8], hashes: &[Digest]) -> bool {
    let (found, rest) = bytes.as_chunks::<32>();
    rest.is_empty() && found.iter().eq(hashes.iter().map(Digest::as_bytes))
}

fn compare<R: Read + Seek>(
    bundle: &mut BundleReader<R>,
    wrong: &mut Vec<TilePath>,
    path: TilePath,
    hashes: &[Digest],
) -> io::Result<()> {
    if read_tile(bundle, path)?.is_some_and(|bytes| !is_tile_of(&bytes, hashes)) {
        wrong.push(path);
    }
    Ok(())
}

/// The bytes of a tile; `None` if it is not there, nothing if it is larger than a tile can be.
fn read_tile<R: Read + Seek>(bundle: &mut BundleReader<R>, path: TilePath) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = bundle.find(&path.to_string()).cloned() else {
        return Ok(None);
    };
    match bundle.read(&file, HASH_TILE_BYTES_MAX) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadBundleError::Io(error)) => Err(error),
        Err(_) => Ok(Some(Vec::new())),
    }
}
