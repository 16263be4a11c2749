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
pub(crate) struct EntryFiles(Vec<(TilePath, BundleFile)>);

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
    /// every file behind it. A file that cannot be divided into entries, or is larger than a bundle
    /// can be, ends the entries.
    pub(crate) fn each<R: Read + Seek>(
        &self,
        bundle: &mut BundleReader<R>,
        mut take: impl FnMut(&mut BundleReader<R>, &[u8]) -> io::Result<Flow>,
        mut done: impl FnMut(u64),
    ) -> io::Result<Layout> {
        let mut layout = Layout::default();
        let mut before = 0;
        for (path, file) in &self.0 {
            let undivided = |place| Some(Undivided { path: *path, place });
            let bytes = match bundle.read(file, ENTRY_BUNDLE_BYTES_MAX) {
                Ok(bytes) => bytes,
                Err(ReadBundleError::Io(error)) => return Err(error),
                Err(_) => {
                    layout.undivided = undivided(before);
                    return Ok(layout);
                }
            };
            let mut entries = EntryBundle::unchecked(&bytes);
            let mut width = 0;
            for entry in entries.by_ref() {
                width += 1;
                if take(bundle, entry)?.is_break() {
                    return Ok(layout);
                }
            }
            if !entries.rest().is_empty() {
                layout.undivided = undivided(before + well_framed(&bytes));
                return Ok(layout);
            }
            if width != usize::from(path.width().get()) {
                layout.odd_width.get_or_insert(*path);
            }
            before += width;
            done(file.size());
        }
        Ok(layout)
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
