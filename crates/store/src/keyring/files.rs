//! The files of the key folder: how a key is read, written for good, and destroyed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::KeyError;
use crate::random;

/// A key as it is in memory, wiped when dropped.
pub(crate) type KeyBytes = Zeroizing<[u8; 32]>;

/// The key folder. Names are relative to it, without their ending.
#[derive(Clone, Debug)]
pub(crate) struct KeyFiles {
    folder: PathBuf,
}

impl KeyFiles {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Makes a folder in it, and itself, readable by their owner alone.
    pub(crate) fn make_folder(&self, name: &str) -> Result<(), KeyError> {
        let path = self.folder.join(name);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .map_err(|source| KeyError::File { path, source })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.key"))
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The names of the keys in one of its folders, in no order.
    pub(crate) fn names_in(&self, name: &str) -> Result<Vec<String>, KeyError> {
        let path = self.folder.join(name);
        let fail = |source| KeyError::File {
            path: path.clone(),
            source,
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(&path).map_err(fail)? {
            let file = entry.map_err(fail)?.file_name();
            let name = file.to_str().and_then(|name| name.strip_suffix(".key"));
            names.extend(name.map(ToOwned::to_owned));
        }
        Ok(names)
    }

    /// The key of a name.
    pub(crate) fn read(&self, name: &str) -> Result<KeyBytes, KeyError> {
        self.read_if_any(name)?.ok_or_else(|| KeyError::File {
            path: self.path(name),
            source: io::ErrorKind::NotFound.into(),
        })
    }

    /// The key of a name, if there is one.
    pub(crate) fn read_if_any(&self, name: &str) -> Result<Option<KeyBytes>, KeyError> {
        let path = self.path(name);
        let text = match fs::read_to_string(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            // Noise: what is left of a key whose destruction a crash cut short.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(KeyError::Malformed(path));
            }
            Err(source) => return Err(KeyError::File { path, source }),
        };
        let mut key = Zeroizing::new([0; 32]);
        match hex::decode_to_slice(text.trim_end(), &mut *key) {
            Ok(()) => Ok(Some(key)),
            Err(_) => Err(KeyError::Malformed(path)),
        }
    }

    /// Writes a key that must not be there yet. It is written whole under another name first, so that a crash never
    /// leaves half a key under the real one; when this returns, it is durable.
    pub(crate) fn write_new(&self, name: &str, key: &[u8; 32]) -> Result<(), KeyError> {
        let path = self.path(name);
        let fail = |source| KeyError::File {
            path: path.clone(),
            source,
        };
        let scratch = path.with_extension(format!("new-{}", hex::encode(random::bytes::<4>())));
        let mut digits = Zeroizing::new([0; 65]);
        hex::encode_to_slice(key, &mut digits[..64]).expect("32 bytes are 64 digits");
        digits[64] = b'\n';
        write_whole(&scratch, &*digits).map_err(fail)?;
        // A hard link, unlike a rename, refuses to replace a key that appeared meanwhile.
        let linked = fs::hard_link(&scratch, &path);
        fs::remove_file(&scratch).map_err(fail)?;
        match linked {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(KeyError::Exists(path));
            }
            other => other.map_err(fail)?,
        }
        sync_folder_of(&path).map_err(fail)
    }

    /// Writes a fresh key, unless there is one of that name.
    pub(crate) fn write_if_absent(&self, name: &str) -> Result<(), KeyError> {
        match self.write_new(name, &Zeroizing::new(random::bytes())) {
            Err(KeyError::Exists(_)) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Gives a key a second name. Nothing happens if that is taken.
    pub(crate) fn keep_also_as(&self, name: &str, other: &str) -> Result<(), KeyError> {
        let path = self.path(other);
        match fs::hard_link(self.path(name), &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            done => done
                .and_then(|()| sync_folder_of(&path))
                .map_err(|source| KeyError::File { path, source }),
        }
    }

    /// Puts a key in the place of another, in one step.
    pub(crate) fn replace(&self, name: &str, by: &str) -> Result<(), KeyError> {
        let path = self.path(name);
        fs::rename(self.path(by), &path)
            .and_then(|()| sync_folder_of(&path))
            .map_err(|source| KeyError::File { path, source })
    }

    /// Destroys a key, as far as that can be done to a file: it is overwritten where it lies, and removed. A disk that
    /// writes elsewhere than where it is told keeps the old bytes for a while; so do copies. Nothing happens if there is
    /// none.
    pub(crate) fn destroy(&self, name: &str) -> Result<(), KeyError> {
        let path = self.path(name);
        match overwrite(&path)
            .and_then(|()| fs::remove_file(&path))
            .and_then(|()| sync_folder_of(&path))
        {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done.map_err(|source| KeyError::File { path, source }),
        }
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn overwrite(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    while left > 0 {
        let noise = random::bytes::<64>();
        let some = usize::try_from(left).unwrap_or(noise.len()).min(noise.len());
        file.write_all(&noise[..some])?;
        left -= u64::try_from(some).expect("64 is a u64");
    }
    file.sync_all()
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().expect("a key file lies in a folder");
    File::open(folder)?.sync_all()
}
