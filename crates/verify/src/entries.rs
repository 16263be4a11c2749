//! Going through the entry bundles of an audit bundle.

use std::io::{self, Read, Seek};

use kirokubo_ledger::bundle::{BundleFile, BundleReader, ReadBundleError, TILES};
use kirokubo_ledger::tile::{EntryBundle, TilePath};

/// Most bytes of an entry bundle: 256 entries of 65,535 bytes, each behind its length.
const ENTRY_BUNDLE_BYTES_MAX: u64 = 256 * (2 + 65_535);
/// Where an entry says how many bytes of body follow its header.
const BODY_LENGTH: std::ops::Range<usize> = 92..96;

/// The files that hold entries, in the order of their entries.
#[derive(Debug)]
pub(crate) struct EntryFiles(Vec<EntryFile>);

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryFile {
    pub(crate) path: TilePath,
    /// Where it stands among the files of the bundle.
    pub(crate) place: usize,
}

/// Whether to go on after an entry.
pub(crate) type Flow = std::ops::ControlFlow<()>;

/// What is wrong with how entries lie in their files.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Layout {
    /// Where the entries end because a file cannot be divided further.
    pub(crate) undivided: Option<Undivided>,
    /// The first file that holds another number of entries than its name says.
    pub(crate) odd_width: Option<TilePath>,
}

/// A walk through entry bundles.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    layout: Layout,
    /// Entries in the files so far.
    before: usize,
}

/// An entry that does not fit the length before it, or is cut off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Undivided {
    /// The file.
    pub(crate) path: TilePath,
    /// How many entries, in this file and those before it, can be told apart.
    pub(crate) place: usize,
}

impl EntryFiles {
    /// Lists the entry bundles.
    pub(crate) fn list<R: Read + Seek>(bundle: &BundleReader<R>) -> Self {
        let files = bundle.files().iter().enumerate();
        let mut files: Vec<EntryFile> = files
            .filter(|(_, file)| file.path().as_str().starts_with(TILES))
            .filter_map(|(place, file)| {
                let path = file.path().as_str().parse::<TilePath>().ok()?;
                Some(EntryFile { path, place })
            })
            .filter(|file| file.path.level().is_none())
            .collect();
        files.sort_by_key(|file| file.path);
        Self(files)
    }

    /// The files.
    pub(crate) fn files(&self) -> &[EntryFile] {
        &self.0
    }

    /// The paths.
    pub(crate) fn paths(&self) -> impl Iterator<Item = TilePath> {
        self.0.iter().map(|file| file.path)
    }

    /// Bytes of all of them.
    pub(crate) fn bytes<R: Read + Seek>(&self, bundle: &BundleReader<R>) -> u64 {
        self.0.iter().map(|file| file.bytes(bundle)).sum()
    }

    /// Calls `take` with the bytes of every entry until it breaks off, and `done` with the bytes of
    /// every file behind it. A file that cannot be divided into entries, or is larger than a bundle
    /// can be, ends the entries.
    pub(crate) fn each<R: Read + Seek>(
        &self,
        bundle: &mut BundleReader<R>,
        mut take: impl FnMut(&mut BundleReader<R>, &[u8]) -> io::Result<Flow>,
        mut done: impl FnMut(u64),
    ) -> io::Result<Layout> {
        let mut walk = Walk::default();
        for file in &self.0 {
            if walk.file(bundle, file, &mut take)?.is_break() {
                break;
            }
            done(file.bytes(bundle));
        }
        Ok(walk.finish())
    }
}

impl EntryFile {
    /// How many bytes it has.
    pub(crate) fn bytes<R: Read + Seek>(&self, bundle: &BundleReader<R>) -> u64 {
        bundle.files().get(self.place).map_or(0, BundleFile::size)
    }

    /// All of its bytes; `None` if it is larger than an entry bundle can be.
    pub(crate) fn read<R: Read + Seek>(&self, bundle: &mut BundleReader<R>) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = bundle.files().get(self.place).cloned() else {
            return Ok(None);
        };
        match bundle.read(&file, ENTRY_BUNDLE_BYTES_MAX) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ReadBundleError::Io(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }
}

impl Walk {
    /// Calls `take` with the bytes of every entry of the next file until it breaks off.
    pub(crate) fn file<R: Read + Seek>(
        &mut self,
        bundle: &mut BundleReader<R>,
        file: &EntryFile,
        mut take: impl FnMut(&mut BundleReader<R>, &[u8]) -> io::Result<Flow>,
    ) -> io::Result<Flow> {
        let path = file.path;
        let Some(bytes) = file.read(bundle)? else {
            let place = self.before;
            self.layout.undivided = Some(Undivided { path, place });
            return Ok(Flow::Break(()));
        };
        let mut entries = EntryBundle::unchecked(&bytes);
        let mut width = 0;
        for entry in entries.by_ref() {
            width += 1;
            if take(bundle, entry)?.is_break() {
                return Ok(Flow::Break(()));
            }
        }
        if !entries.rest().is_empty() {
            let place = self.before + well_framed(&bytes);
            self.layout.undivided = Some(Undivided { path, place });
            return Ok(Flow::Break(()));
        }
        if width != usize::from(path.width().get()) {
            self.layout.odd_width.get_or_insert(path);
        }
        self.before += width;
        Ok(Flow::Continue(()))
    }

    /// Knows of a file of so many entries, as many as its name says, without walking through it.
    pub(crate) const fn skip(&mut self, width: usize) {
        self.before += width;
    }

    /// What was wrong with how the entries lie.
    pub(crate) const fn finish(self) -> Layout {
        self.layout
    }
}

/// How many entries at the beginning are as long as they say themselves. A false length before an
/// entry shifts all that follow, so that only the first one that does not fit means anything.
fn well_framed(bytes: &[u8]) -> usize {
    EntryBundle::unchecked(bytes)
        .take_while(|entry| {
            let body = entry
                .get(BODY_LENGTH)
                .and_then(|bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?)));
            let header = u32::try_from(BODY_LENGTH.end).ok();
            let length = body
                .zip(header)
                .and_then(|(body, header)| body.checked_add(header));
            length.is_some() && length == u32::try_from(entry.len()).ok()
        })
        .count()
}
