//! Reading a bundle without trusting it and without loading it.

use std::io::{self, Read, Seek, SeekFrom};

use super::path::BundlePath;

const BLOCK_BYTES: u64 = 512;

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

/// Why a tar is not a bundle.
#[derive(Debug, thiserror::Error)]
pub enum ReadBundleError {
    /// Reading fails; this says nothing about the bundle.
    #[error("reading the bundle")]
    Io(#[from] io::Error),
    /// A header is damaged: its checksum or a number in it.
    #[error("the tar header at byte {offset} is damaged")]
    Header {
        /// Where the header begins.
        offset: u64,
    },
    /// A file is a link, a directory or something else than a regular file.
    #[error("the tar entry at byte {offset} is not a regular file")]
    NotRegular {
        /// Where the header begins.
        offset: u64,
    },
    /// A path is not one that may stand in a bundle.
    #[error("the tar entry at byte {offset} has no path of a bundle")]
    Path {
        /// Where the header begins.
        offset: u64,
    },
    /// The files are not sorted by path, or one stands there twice.
    #[error("{path} is not in its place")]
    Order {
        /// The later path.
        path: BundlePath,
    },
    /// The tar ends before its end marker.
    #[error("the tar ends at byte {offset}, before its end marker")]
    Truncated {
        /// How many bytes there are.
        offset: u64,
    },
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
    /// Reads the headers of a tar.
    pub fn open(mut inner: R) -> Result<Self, ReadBundleError> {
        let end = inner.seek(SeekFrom::End(0))?;
        let mut files: Vec<BundleFile> = Vec::new();
        let mut offset = 0;
        loop {
            if end - offset < BLOCK_BYTES {
                return Err(ReadBundleError::Truncated { offset: end });
            }
            let mut block = [0; 512];
            inner.seek(SeekFrom::Start(offset))?;
            inner.read_exact(&mut block)?;
            if block.iter().all(|byte| *byte == 0) {
                return Ok(Self { inner, files });
            }
            let file = parse_header(&block, offset)?;
            if files.last().is_some_and(|last| last.path >= file.path) {
                return Err(ReadBundleError::Order { path: file.path });
            }
            offset = file
                .size
                .checked_next_multiple_of(BLOCK_BYTES)
                .and_then(|padded| file.offset.checked_add(padded))
                .filter(|next| *next <= end)
                .ok_or(ReadBundleError::Truncated { offset: end })?;
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
        let place = self
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()?;
        self.files.get(place)
    }

    /// Reads a file as a whole; fails if it has more than `limit` bytes.
    pub fn read(&mut self, file: &BundleFile, limit: u64) -> Result<Vec<u8>, ReadBundleError> {
        if file.size > limit {
            return Err(ReadBundleError::TooLarge {
                path: file.path.clone(),
                limit,
            });
        }
        let mut bytes = Vec::new();
        self.stream(file)?.read_to_end(&mut bytes)?;
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

fn parse_header(block: &[u8; 512], offset: u64) -> Result<BundleFile, ReadBundleError> {
    let header = tar::Header::from_byte_slice(block);
    let mut expected = header.clone();
    expected.set_cksum();
    let (Ok(found), Ok(expected), Ok(size)) = (header.cksum(), expected.cksum(), header.entry_size()) else {
        return Err(ReadBundleError::Header { offset });
    };
    if found != expected {
        return Err(ReadBundleError::Header { offset });
    }
    if !header.entry_type().is_file() {
        return Err(ReadBundleError::NotRegular { offset });
    }
    let path = header.path_bytes();
    let path = std::str::from_utf8(&path).ok().and_then(|path| path.parse().ok());
    let path = path.ok_or(ReadBundleError::Path { offset })?;
    Ok(BundleFile {
        path,
        offset: offset + BLOCK_BYTES,
        size,
    })
}
