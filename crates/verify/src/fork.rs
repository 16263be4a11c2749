//! Where two bundles of one ledger part: a search over tree hashes that reads a few tiles of each, not all entries.
//!
//! A hash of level `L` stands for 256^L entries. Where two such hashes are the same, so are the entries; where they
//! differ, the search goes on in the tile below. Tiles are not believed: those read must add up to the signed root.

use std::io::{self, Read, Seek};

use kirokubo_ledger::Index;
use kirokubo_ledger::bundle::{BundleReader, CHECKPOINT, ReadBundleError};
use kirokubo_ledger::checkpoint::{Checkpoint, CheckpointError};
use kirokubo_ledger::hash::{Digest, leaf_hash};
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::tile::{EntryBundle, TilePath, Width, decode_hash_tile};
use kirokubo_ledger::tree::root;

use crate::structure::SMALL_BYTES_MAX;

/// Most bytes that a tile or entry bundle can have.
const TILE_BYTES_MAX: u64 = 256 * (2 + 65_535);
/// Levels of the largest tree.
const LEVELS: u8 = 8;

/// Why another bundle cannot be compared. It is not the one under judgement, so this is no finding.
#[derive(Debug)]
pub enum CompareError {
    /// Reading fails.
    Io(io::Error),
    /// It is no bundle, or has no checkpoint.
    Bundle(ReadBundleError),
    /// Its checkpoint is not there, or not signed by the key.
    Checkpoint(CheckpointError),
    /// Tiles or entry bundles of the one bundle are missing, or do not add up to its signed root.
    This,
    /// Those of the other.
    Other,
}

/// A bundle's tree, read where it is needed.
struct TreeView<'a, R> {
    bundle: &'a mut BundleReader<R>,
    size: u64,
    side: Side,
    /// The tile that was read last, with its level and number.
    last: Option<(u8, u64, Vec<Digest>)>,
}

/// Which of the two bundles.
#[derive(Clone, Copy)]
enum Side {
    This,
    Other,
}

/// Opens the checkpoint of a bundle with the first of these keys that signed it, without verifying anything else of it.
/// Gives the bundle, the checkpoint, and the key.
pub fn open_bundle<'a, R: Read + Seek>(
    bundle: R,
    keys: &[&'a VerifierKey],
) -> Result<(BundleReader<R>, Checkpoint, &'a VerifierKey), CompareError> {
    let mut bundle = BundleReader::open(bundle).map_err(CompareError::Bundle)?;
    let file = bundle.find(CHECKPOINT).cloned().ok_or(CompareError::Other)?;
    let note = bundle
        .read(&file, SMALL_BYTES_MAX)
        .map_err(CompareError::Bundle)?;
    let (checkpoint, key) = open_by_one_of(&note, keys).map_err(CompareError::Checkpoint)?;
    Ok((bundle, checkpoint, key))
}

/// Opens a checkpoint with the first of these keys, of which there is at least one, that signed it. If none did, the error
/// is that of the first.
pub fn open_by_one_of<'a>(
    note: &[u8],
    keys: &[&'a VerifierKey],
) -> Result<(Checkpoint, &'a VerifierKey), CheckpointError> {
    let (first, others) = keys.split_first().expect("there is at least one key");
    Checkpoint::open(note, first)
        .map(|checkpoint| (checkpoint, *first))
        .or_else(|error| {
            let mut opened = others.iter().map(|key| (Checkpoint::open(note, key), *key));
            opened
                .find_map(|(checkpoint, key)| Some((checkpoint.ok()?, key)))
                .ok_or(error)
        })
}

/// The first entry in which two bundles of one ledger differ; `None` if the smaller one is the beginning of the larger.
/// Each comes with its checkpoint.
pub fn first_difference<R: Read + Seek, S: Read + Seek>(
    one: (&mut BundleReader<R>, &Checkpoint),
    other: (&mut BundleReader<S>, &Checkpoint),
) -> Result<Option<Index>, CompareError> {
    let (bundle, checkpoint) = one;
    let mut one = TreeView::open(bundle, checkpoint, Side::This)?;
    let (bundle, checkpoint) = other;
    let mut other = TreeView::open(bundle, checkpoint, Side::Other)?;
    let common = one.size.min(other.size);
    let mut place = 0;
    for level in (0..LEVELS).rev() {
        // `place` counts the entries that are known to be the same.
        let span = 1_u64 << (8 * u32::from(level));
        while common - place >= span {
            let number = place / span;
            if one.hash(level, number)? != other.hash(level, number)? {
                break;
            }
            place += span;
        }
        if place < common {
            one.check_below(level, place / span)?;
            other.check_below(level, place / span)?;
        }
    }
    Ok(Index::new(place).filter(|_| place < common))
}

impl<'a, R: Read + Seek> TreeView<'a, R> {
    /// Fails unless the tiles at the right edge give the root of the checkpoint.
    fn open(
        bundle: &'a mut BundleReader<R>,
        checkpoint: &Checkpoint,
        side: Side,
    ) -> Result<Self, CompareError> {
        let size = checkpoint.size().get();
        let mut view = Self {
            bundle,
            size,
            side,
            last: None,
        };
        let mut behind: Option<Digest> = None;
        for level in 0..LEVELS {
            let mut hashes = match view.width(level) {
                Some((number, width)) => view.tile(level, number, width)?.to_vec(),
                None => Vec::new(),
            };
            hashes.extend(behind);
            behind = (!hashes.is_empty()).then(|| root(&hashes));
        }
        if behind.unwrap_or_else(|| root(&[])) != checkpoint.root() {
            return Err(view.fault());
        }
        Ok(view)
    }

    /// The partial tile of a level: its number and how wide it is.
    fn width(&self, level: u8) -> Option<(u64, Width)> {
        let hashes = self.size >> (8 * u32::from(level));
        let width = u16::try_from(hashes % 256).ok().and_then(Width::new)?;
        Some((hashes / 256, width))
    }

    /// One hash of a level whose entries are all there.
    fn hash(&mut self, level: u8, number: u64) -> Result<Digest, CompareError> {
        let tile = number / 256;
        let width = match self.width(level) {
            Some((partial, width)) if partial == tile => width,
            _ => Width::FULL,
        };
        let hashes = self.tile(level, tile, width)?;
        let place = usize::try_from(number % 256).unwrap_or(usize::MAX);
        let hash = hashes.get(place).copied();
        hash.ok_or_else(|| self.fault())
    }

    /// Fails unless a hash is the root over the tile below it. At the right edge, where there is no hash over the tile
    /// below, that was checked at the beginning.
    fn check_below(&mut self, level: u8, number: u64) -> Result<(), CompareError> {
        let Some(below) = level.checked_sub(1) else {
            return Ok(());
        };
        if number >= self.size >> (8 * u32::from(level)) {
            return Ok(());
        }
        let hash = self.hash(level, number)?;
        if root(self.tile(below, number, Width::FULL)?) == hash {
            Ok(())
        } else {
            Err(self.fault())
        }
    }

    const fn fault(&self) -> CompareError {
        match self.side {
            Side::This => CompareError::This,
            Side::Other => CompareError::Other,
        }
    }

    /// The hashes of a tile.
    fn tile(&mut self, level: u8, number: u64, width: Width) -> Result<&[Digest], CompareError> {
        let is_at_hand = matches!(&self.last, Some((at, last, _)) if (*at, *last) == (level, number));
        if !is_at_hand {
            let hashes = self.read(level, number, width)?;
            self.last = Some((level, number, hashes));
        }
        Ok(self
            .last
            .as_ref()
            .map_or(&[][..], |(_, _, hashes)| hashes.as_slice()))
    }

    /// Reads a tile; at the lowest level the entries themselves.
    fn read(&mut self, level: u8, number: u64, width: Width) -> Result<Vec<Digest>, CompareError> {
        let path = match level {
            0 => TilePath::entries(number, width),
            level => TilePath::hashes(level, number, width).ok_or_else(|| self.fault())?,
        };
        let file = self.bundle.find(&path.to_string()).cloned();
        let file = file.ok_or_else(|| self.fault())?;
        let bytes = match self.bundle.read(&file, TILE_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(ReadBundleError::Io(error)) => return Err(CompareError::Io(error)),
            Err(_) => return Err(self.fault()),
        };
        let hashes = if level == 0 {
            let entries = EntryBundle::decode(&bytes, width).map_err(|_| self.fault())?;
            entries.map(leaf_hash).collect()
        } else {
            decode_hash_tile(&bytes).map_err(|_| self.fault())?
        };
        if hashes.len() == usize::from(width.get()) {
            Ok(hashes)
        } else {
            Err(self.fault())
        }
    }
}
