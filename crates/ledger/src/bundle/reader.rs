//! Reading a bundle without trusting it and without loading it.

use std::io::{self, Read, Seek, SeekFrom};

use super::header::header;
use super::path::BundlePath;
use super::tar_fault::TarFault;

const BLOCK_BYTES: usize = 512;

/// The files of a bundle, read where they lie.
#[derive(Debug)]
pub struct BundleReader<R> {
    inner: R,
    files: Vec<BundleFile>,
}

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleFile {
    path: BundlePath,
    offset: u64,
    size: u64,
}

/// Why a bundle or a file of it cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadBundleError {
    /// Reading fails; this says nothing about the bundle.
    #[error("reading the bundle")]
    Io(#[from] io::Error),
    /// The tar is not one that a bundle is written as.
    #[error(transparent)]
    Tar(#[from] TarFault),
    /// A file that is read as a whole is larger than it can rightly be.
    #[error("{path} is larger than {limit} bytes")]
    TooLarge {
        /// The path.
        path: BundlePath,
        /// Most bytes it can rightly have.
        limit: u64,
    },
}

impl<R: Read + Seek> BundleReader<R> {
    /// Reads the headers of a tar, and holds every byte that is not in a file against what
    /// [`super::BundleStaging`] writes there. So no two readers take a bundle for different files,
    /// and nothing hides between them.
    pub fn open(mut inner: R) -> Result<Self, ReadBundleError> {
        let end = inner.seek(SeekFrom::End(0))?;
        let truncated = || TarFault::Truncated { offset: end };
        let mut files: Vec<BundleFile> = Vec::new();
        // Where the file before ends, and how many bytes pad it to the next header.
        let (mut offset, mut padding) = (0_u64, 0);
        loop {
            let mut bytes = vec![0; padding];
            let mut block = [0; BLOCK_BYTES];
            let start = offset.checked_add(u64_of(padding)).ok_or_else(truncated)?;
            let left = end.checked_sub(start).filter(|left| *left >= u64_of(BLOCK_BYTES));
            let left = left.ok_or_else(truncated)?;
            inner.seek(SeekFrom::Start(offset))?;
            inner.read_exact(&mut bytes)?;
            inner.read_exact(&mut block)?;
            if bytes.iter().any(|byte| *byte != 0) {
                return Err(TarFault::Padding { offset }.into());
            }
            if block == [0; BLOCK_BYTES] {
                check_end(&mut inner, start, left)?;
                return Ok(Self { inner, files });
            }
            let file = parse_header(&block, start)?;
            if files.last().is_some_and(|last| last.path >= file.path) {
                return Err(TarFault::Order { path: file.path }.into());
            }
            offset = file.offset.checked_add(file.size).ok_or_else(truncated)?;
            padding = padding_of(file.size);
            files.push(file);
        }
    }

    /// The files, sorted by path.
    #[must_use]
    pub fn files(&self) -> &[BundleFile] {
        &self.files
    }

    /// The file at this path.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&BundleFile> {
        self.files.get(self.place_of(path)?)
    }

    /// How many bytes the tar has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let last = self.files.last();
        let end = last.map_or(0, |last| {
            (last.offset + last.size).next_multiple_of(u64_of(BLOCK_BYTES))
        });
        end + u64_of(2 * BLOCK_BYTES)
    }

    /// Where among the files the one at this path stands.
    #[must_use]
    pub fn place_of(&self, path: &str) -> Option<usize> {
        self.files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()
    }

    /// Reads a file as a whole; fails if it has more than `limit` bytes.
    pub fn read(&mut self, file: &BundleFile, limit: u64) -> Result<Vec<u8>, ReadBundleError> {
        if file.size > limit {
            return Err(ReadBundleError::TooLarge {
                path: file.path.clone(),
                limit,
            });
        }
        // No more than the tar has: its end was seen.
        let mut bytes = vec![0; usize::try_from(file.size).map_err(io::Error::other)?];
        self.stream(file)?.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads a file piece by piece.
    pub fn stream(&mut self, file: &BundleFile) -> io::Result<io::Take<&mut R>> {
        self.stream_from(file, 0)
    }

    /// Reads a file piece by piece, from its byte `start` on.
    pub fn stream_from(&mut self, file: &BundleFile, start: u64) -> io::Result<io::Take<&mut R>> {
        let start = start.min(file.size);
        self.inner.seek(SeekFrom::Start(file.offset + start))?;
        Ok(self.inner.by_ref().take(file.size - start))
    }
}

impl BundleFile {
    /// Where it is in the bundle.
    #[must_use]
    pub const fn path(&self) -> &BundlePath {
        &self.path
    }

    /// How many bytes it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }
}

fn parse_header(block: &[u8; BLOCK_BYTES], offset: u64) -> Result<BundleFile, TarFault> {
    let damaged = TarFault::Header { offset };
    let found = tar::Header::from_byte_slice(block);
    let mut summed = found.clone();
    summed.set_cksum();
    let (Ok(sum), Ok(expected), Ok(size)) = (found.cksum(), summed.cksum(), found.entry_size()) else {
        return Err(damaged);
    };
    if sum != expected {
        return Err(damaged);
    }
    if found.entry_type() != tar::EntryType::Regular {
        return Err(TarFault::NotRegular { offset });
    }
    let path = found.path_bytes();
    let path = std::str::from_utf8(&path).ok().and_then(|path| path.parse().ok());
    let path = path.ok_or(TarFault::Path { offset })?;
    if !header(&path, size).is_ok_and(|header| header.as_bytes() == block) {
        return Err(damaged);
    }
    Ok(BundleFile {
        path,
        offset: offset + u64_of(BLOCK_BYTES),
        size,
    })
}

/// Checks what follows the first of the two zero blocks that end a tar: `left` bytes with it.
fn check_end(inner: &mut impl Read, offset: u64, left: u64) -> Result<(), ReadBundleError> {
    let marker = u64_of(2 * BLOCK_BYTES);
    if left < marker {
        return Err(TarFault::Truncated {
            offset: offset + left,
        }
        .into());
    }
    let mut second = [0; BLOCK_BYTES];
    inner.read_exact(&mut second)?;
    if left > marker || second != [0; BLOCK_BYTES] {
        return Err(TarFault::Trailing { offset }.into());
    }
    Ok(())
}

/// How many bytes lead from the end of a file of this size to the next block.
fn padding_of(size: u64) -> usize {
    let over = usize::try_from(size % u64_of(BLOCK_BYTES)).expect("less than a block");
    (BLOCK_BYTES - over) % BLOCK_BYTES
}

fn u64_of(bytes: usize) -> u64 {
    u64::try_from(bytes).expect("memory holds less than 2^64 bytes")
}
