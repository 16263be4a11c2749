//! Looking at entry bundles on all cores: whatever about them needs no bundle before them.
//!
//! Worker `w` of `n` takes the bundles `w`, `w + n`, `w + 2n` … and hands over what it found through a short channel of
//! its own, so that the results come in order and no worker runs ahead: memory does not grow with the ledger.

use std::io::{self, Read, Seek};
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use kirokubo_ledger::Index;
use kirokubo_ledger::bundle::BundleReader;
use kirokubo_ledger::hash::{Digest, sha256};
use kirokubo_ledger::tile::{EntryBundle, TILE_WIDTH, TilePath, Width};
use kirokubo_ledger::verify::Segment;

use crate::entries::{EntryFile, Flow};
use crate::tiles::{HASH_TILE_BYTES_MAX, is_tile_of};

/// How many results may wait for the ones before them, from each worker.
const WAITING_MAX: usize = 8;
/// Most workers: linking what they found takes a core of its own long before.
const WORKERS_MAX: usize = 16;

/// A bundle that several threads read from, one at a time.
pub(crate) type Shared<'a, R> = Mutex<&'a mut BundleReader<R>>;

/// What was found in one entry bundle.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    /// Its 256 entries, if there are as many and they follow each other.
    pub(crate) segment: Option<Segment>,
    /// The bytes of the entries that say something about others.
    pub(crate) speakers: Vec<Vec<u8>>,
    /// Whether the tile over the segment, if there is one, is another than its leaf hashes make.
    pub(crate) is_tile_wrong: bool,
    /// The files that were hashed, by their place, and whether they are those of the manifest.
    pub(crate) hashed: Vec<(usize, bool)>,
}

/// How many threads can work at once.
pub(crate) fn workers() -> usize {
    thread::available_parallelism()
        .map_or(1, NonZeroUsize::get)
        .min(WORKERS_MAX)
}

/// The bundle, when no other thread reads from it.
pub(crate) fn lock<'a, 'b, R>(bundle: &'b Shared<'a, R>) -> MutexGuard<'b, &'a mut BundleReader<R>> {
    // A reader is always set to a place before it reads, so one that was left behind does no harm.
    bundle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at the files on all cores and calls `take` with the number of each and what was found, in their order, until
/// it breaks off. `expected` are the hashes in the manifest, by the place of their file.
pub(crate) fn look_at_each<R: Read + Seek + Send>(
    bundle: &Shared<'_, R>,
    files: &[EntryFile],
    expected: &[Option<Digest>],
    mut take: impl FnMut(usize, Looked) -> io::Result<Flow>,
) -> io::Result<()> {
    let workers = workers().min(files.len());
    thread::scope(|scope| {
        let receivers: Vec<Receiver<io::Result<Looked>>> = (0..workers)
            .map(|worker| {
                let (sender, receiver) = sync_channel(WAITING_MAX);
                let files = files.iter().skip(worker).step_by(workers);
                scope.spawn(move || work(bundle, files, expected, &sender));
                receiver
            })
            .collect();
        for (number, receiver) in (0..files.len()).zip(receivers.iter().cycle()) {
            let looked = receiver.recv().map_err(io::Error::other)?;
            if take(number, looked?)?.is_break() {
                break;
            }
        }
        Ok(())
    })
}

fn work<'a, R: Read + Seek>(
    bundle: &Shared<'_, R>,
    files: impl Iterator<Item = &'a EntryFile>,
    expected: &[Option<Digest>],
    sender: &SyncSender<io::Result<Looked>>,
) {
    for file in files {
        let looked = look(bundle, file, expected);
        let is_last = looked.is_err();
        // Nobody receives any more once something is found that only one thread can explain.
        if sender.send(looked).is_err() || is_last {
            return;
        }
    }
}

fn look<R: Read + Seek>(
    bundle: &Shared<'_, R>,
    file: &EntryFile,
    expected: &[Option<Digest>],
) -> io::Result<Looked> {
    let mut looked = Looked::default();
    let Some(bytes) = file.read(&mut lock(bundle))? else {
        return Ok(looked);
    };
    looked.hash(file.place, &bytes, expected);
    if file.path.width() != Width::FULL {
        return Ok(looked);
    }
    let mut entries = EntryBundle::unchecked(&bytes);
    let segment = Segment::of(entries.by_ref());
    let is_whole = entries.rest().is_empty();
    let Some(segment) = segment.filter(|segment| is_whole && segment.leaves().len() == TILE_WIDTH) else {
        return Ok(looked);
    };
    if !segment.speakers().is_empty() {
        let all: Vec<&[u8]> = EntryBundle::unchecked(&bytes).collect();
        looked.speakers = segment
            .speakers()
            .iter()
            .map(|place| all[*place].to_vec())
            .collect();
    }
    looked.hold_against_tile(bundle, &segment, expected)?;
    looked.segment = Some(segment);
    Ok(looked)
}

impl Looked {
    fn hash(&mut self, place: usize, bytes: &[u8], expected: &[Option<Digest>]) {
        if let Some(Some(expected)) = expected.get(place) {
            self.hashed.push((place, sha256(bytes) == *expected));
        }
    }

    fn hold_against_tile<R: Read + Seek>(
        &mut self,
        bundle: &Shared<'_, R>,
        segment: &Segment,
        expected: &[Option<Digest>],
    ) -> io::Result<()> {
        let path = tile_over(segment.first_index());
        let (place, bytes) = {
            let mut bundle = lock(bundle);
            let Some(place) = bundle.place_of(&path.to_string()) else {
                return Ok(());
            };
            let file = bundle.files()[place].clone();
            if file.size() != HASH_TILE_BYTES_MAX {
                self.is_tile_wrong = true;
                return Ok(());
            }
            let bytes = bundle
                .read(&file, HASH_TILE_BYTES_MAX)
                .map_err(io::Error::other)?;
            (place, bytes)
        };
        self.hash(place, &bytes, expected);
        self.is_tile_wrong = !is_tile_of(&bytes, segment.leaves());
        Ok(())
    }
}

/// The tile over the entries that begin at an index.
pub(crate) fn tile_over(first: Index) -> TilePath {
    let number = first.get() / u64::from(Width::FULL.get());
    TilePath::hashes(0, number, Width::FULL).expect("0 is a level")
}
