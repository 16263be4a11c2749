//! Writing a bundle: files are staged in a working directory, then put into the tar in order.
//!
//! Memory does not grow with the bytes of a bundle, only with the number of its files (about 100
//! bytes each). The same files give the same tar, byte for byte.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::PathBuf;

use super::header::header;
use super::manifest::{Manifest, ManifestLine};
use super::path::BundlePath;
use super::{MANIFEST, README, VERIFIER};
use crate::hash::{Digest, Hasher, sha256};

const README_TEXT: &str = include_str!("README.ja.txt");
const VERIFIER_TEXT: &str = include_str!("../../verify.py");

/// A bundle that is being put together. The working directory stays the caller's: he removes it.
#[derive(Debug)]
pub struct BundleStaging {
    directory: PathBuf,
    files: BTreeMap<BundlePath, Staged>,
    /// Small files lie one after the other in here, so that a large ledger does not make as many
    /// temporary files as it has tiles.
    spool: BufWriter<File>,
    spool_bytes: u64,
}

/// A file that is being written. [`BundleStaging::close`] puts it into the bundle.
#[derive(Debug)]
#[must_use = "only a closed file is in the bundle"]
pub struct StagedFile {
    path: BundlePath,
    number: usize,
    file: BufWriter<File>,
    size: u64,
    hasher: Hasher,
}

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteBundleError {
    /// The working directory or the output fails.
    #[error("writing the bundle")]
    Io(#[from] io::Error),
    /// The path is already in the bundle, or is one that every bundle has.
    #[error("{path} is already in the bundle")]
    PathTaken {
        /// The path.
        path: BundlePath,
    },
    /// A staged file is no longer what was written to it.
    #[error("{path} changed while it was staged")]
    Changed {
        /// The path.
        path: BundlePath,
    },
    /// The manifest could not be signed.
    #[error("signing the manifest")]
    Sign(#[source] Box<dyn Error + Send + Sync>),
}

#[derive(Debug)]
struct Staged {
    place: Place,
    size: u64,
    sha256: Digest,
}

/// Where the bytes of a staged file are.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// In the spool, from this byte.
    Spool(u64),
    /// In a file of its own.
    File(usize),
}

impl BundleStaging {
    /// Starts a bundle in an empty directory, to which nobody else writes.
    pub fn new(directory: impl Into<PathBuf>) -> Result<Self, WriteBundleError> {
        let directory = directory.into();
        let spool = BufWriter::new(File::create_new(directory.join("spool"))?);
        let mut staging = Self {
            directory,
            files: BTreeMap::new(),
            spool,
            spool_bytes: 0,
        };
        staging.spool_file(BundlePath::fixed(README), README_TEXT.as_bytes())?;
        staging.spool_file(BundlePath::fixed(VERIFIER), VERIFIER_TEXT.as_bytes())?;
        Ok(staging)
    }

    /// Adds a file that is small enough to be at hand as a whole.
    pub fn add(&mut self, path: BundlePath, bytes: &[u8]) -> Result<(), WriteBundleError> {
        self.check_free(&path)?;
        self.spool_file(path, bytes)
    }

    /// Starts a file that is written piece by piece; several may be open at once.
    pub fn create(&mut self, path: BundlePath) -> Result<StagedFile, WriteBundleError> {
        self.check_free(&path)?;
        let number = self.files.len();
        let file = BufWriter::new(File::create_new(self.directory.join(number.to_string()))?);
        // The path is taken from now on; `close` fills in what the file became.
        let empty = Staged {
            place: Place::File(number),
            size: 0,
            sha256: sha256(&[]),
        };
        self.files.insert(path.clone(), empty);
        Ok(StagedFile {
            path,
            number,
            file,
            size: 0,
            hasher: Hasher::new(),
        })
    }

    /// Ends a file started with [`BundleStaging::create`].
    pub fn close(&mut self, file: StagedFile) -> Result<(), WriteBundleError> {
        let StagedFile {
            path,
            number,
            file,
            size,
            hasher,
        } = file;
        file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let sha256 = hasher.finish();
        self.files.insert(
            path,
            Staged {
                place: Place::File(number),
                size,
                sha256,
            },
        );
        Ok(())
    }

    /// Signs the manifest and writes the tar; gives the output back, not flushed to disk.
    ///
    /// `sign` makes a signed note of the text it is given, such as [`crate::note::sign_note`].
    pub fn finish<W: Write>(
        mut self,
        out: W,
        sign: impl FnOnce(&str) -> Result<String, Box<dyn Error + Send + Sync>>,
    ) -> Result<W, WriteBundleError> {
        let lines = self.files.iter().map(|(path, staged)| ManifestLine {
            path: path.clone(),
            size: staged.size,
            sha256: staged.sha256,
        });
        let manifest = sign(&Manifest::new(lines.collect()).text()).map_err(WriteBundleError::Sign)?;
        self.spool_file(BundlePath::fixed(MANIFEST), manifest.as_bytes())?;
        self.spool.flush()?;
        let mut spool = File::open(self.directory.join("spool"))?;
        let mut tar = tar::Builder::new(out);
        for (path, staged) in &self.files {
            let source = match staged.place {
                Place::Spool(start) => {
                    spool.seek(SeekFrom::Start(start))?;
                    &spool
                }
                Place::File(number) => &File::open(self.directory.join(number.to_string()))?,
            };
            let mut bytes = BufReader::new(source).take(staged.size);
            tar.append(&header(path, staged.size)?, &mut bytes)?;
            if bytes.limit() > 0 {
                return Err(WriteBundleError::Changed { path: path.clone() });
            }
        }
        Ok(tar.into_inner()?)
    }

    /// Adds a file unless there is one of this name.
    pub fn add_once(&mut self, path: BundlePath, bytes: &[u8]) -> Result<(), WriteBundleError> {
        if self.files.contains_key(&path) {
            return Ok(());
        }
        self.add(path, bytes)
    }

    fn check_free(&self, path: &BundlePath) -> Result<(), WriteBundleError> {
        if self.files.contains_key(path) || path.as_str() == MANIFEST {
            return Err(WriteBundleError::PathTaken { path: path.clone() });
        }
        Ok(())
    }

    fn spool_file(&mut self, path: BundlePath, bytes: &[u8]) -> Result<(), WriteBundleError> {
        self.spool.write_all(bytes)?;
        let size = u64::try_from(bytes.len()).expect("memory holds less than 2^64 bytes");
        let staged = Staged {
            place: Place::Spool(self.spool_bytes),
            size,
            sha256: sha256(bytes),
        };
        self.spool_bytes += size;
        self.files.insert(path, staged);
        Ok(())
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size += u64::try_from(written).expect("memory holds less than 2^64 bytes");
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
