//! The files of the key folder: how a key is read, written for good, and destroyed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::KeyError;
use super::holder::{HolderKind, KeyHolders};
use super::root::{self, RootKey};
use crate::random;

/// A key as it is in memory, wiped when dropped.
pub(crate) type KeyBytes = Zeroizing<[u8; 32]>;

/// The key folder. Names are relative to it, without their ending.
#[derive(Clone, Debug)]
pub(crate) struct KeyFiles {
    folder: PathBuf,
    /// What its files are sealed under, if they are.
    root: Option<RootKey>,
}

impl KeyFiles {
    /// A folder that is about to be made, with plain files.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            root: None,
        }
    }

    /// Opens a folder, which must be its owner's alone, and has its root unsealed if there is one.
    pub(crate) fn open(folder: &Path, holders: KeyHolders<'_>) -> Result<Self, KeyError> {
        let plain = Self::without_root(folder)?;
        let Some(kind) = plain.sealed_by() else {
            return Ok(plain);
        };
        let path = folder.join(kind.file());
        let sealed = fs::read_to_string(&path).map_err(|source| KeyError::File { path, source })?;
        let root = Some(holders(kind)?.unseal(&sealed)?);
        Ok(Self { root, ..plain })
    }

    /// Opens a folder without its root: sealed files cannot be read.
    pub(super) fn without_root(folder: &Path) -> Result<Self, KeyError> {
        let metadata = fs::metadata(folder).map_err(|source| KeyError::File {
            path: folder.to_owned(),
            source,
        })?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(KeyError::Exposed(folder.to_owned()));
        }
        Ok(Self::new(folder))
    }

    /// Who holds the root, if the folder has one.
    pub(super) fn sealed_by(&self) -> Option<HolderKind> {
        let mut kinds = HolderKind::ALL.into_iter();
        kinds.find(|kind| self.folder.join(kind.file()).exists())
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
        self.decode(&path, &text).map(Some)
    }

    /// Writes a key that must not be there yet. It is written whole under another name first, so that a crash never
    /// leaves half a key under the real one; when this returns, it is durable.
    pub(crate) fn write_new(&self, name: &str, key: &[u8; 32]) -> Result<(), KeyError> {
        let path = self.path(name);
        let text = self.encode(&path, key);
        write_new(&path, &text)
    }

    /// Writes the sealed root, which must not be there yet.
    pub(super) fn write_root(&self, kind: HolderKind, sealed: &str) -> Result<(), KeyError> {
        write_new(&self.folder.join(kind.file()), sealed)
    }

    /// Destroys the sealed root: what is still sealed under it can never be opened again.
    pub(super) fn destroy_root(&self, kind: HolderKind) -> Result<(), KeyError> {
        destroy(&self.folder.join(kind.file()))
    }

    /// Writes every file anew that `is_due`, judging by its text: as this folder writes it, with the key that `from` reads.
    /// Each is put in place in one step, and what was there is overwritten; the number of files.
    pub(super) fn rewrite(&self, from: &Self, is_due: impl Fn(&str) -> bool) -> Result<usize, KeyError> {
        let (mut count, mut folders) = (0, vec![self.folder.clone()]);
        while let Some(folder) = folders.pop() {
            let fail = |source| KeyError::File {
                path: folder.clone(),
                source,
            };
            for entry in fs::read_dir(&folder).map_err(fail)? {
                let path = entry.map_err(fail)?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let ending = path.extension().and_then(|ending| ending.to_str());
                // What a crash left of a key that was being written.
                if ending.is_some_and(|ending| ending.starts_with("new-")) {
                    destroy(&path)?;
                }
                if ending == Some("key") {
                    count += usize::from(self.rewrite_one(from, &path, &is_due)?);
                }
            }
        }
        Ok(count)
    }

    fn rewrite_one(
        &self,
        from: &Self,
        path: &Path,
        is_due: &impl Fn(&str) -> bool,
    ) -> Result<bool, KeyError> {
        let fail = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        let text = Zeroizing::new(fs::read_to_string(path).map_err(fail)?);
        if !is_due(&text) {
            return Ok(false);
        }
        let key = from.decode(path, &text)?;
        let scratch = scratch_of(path);
        write_whole(&scratch, self.encode(path, &key).as_bytes()).map_err(fail)?;
        // Opened before it loses its name, so that its bytes can be overwritten afterwards.
        let mut before = OpenOptions::new().write(true).open(path).map_err(fail)?;
        fs::rename(&scratch, path).map_err(fail)?;
        sync_folder_of(path).map_err(fail)?;
        overwrite(&mut before).map_err(fail)?;
        Ok(true)
    }

    /// The text of a key's file.
    fn encode(&self, path: &Path, key: &[u8; 32]) -> Zeroizing<String> {
        Zeroizing::new(match &self.root {
            Some(root) => root.seal(&self.purpose(path), key),
            None => hex::encode(key) + "\n",
        })
    }

    /// The key in the text of a file. Under a root plain files are read, too: a folder may be half sealed.
    fn decode(&self, path: &Path, text: &str) -> Result<KeyBytes, KeyError> {
        if root::is_sealed(text) {
            let root = self.root.as_ref();
            let root = root.ok_or_else(|| KeyError::Sealed(path.to_owned()))?;
            let key = root.unseal(&self.purpose(path), text);
            return key.ok_or_else(|| KeyError::Malformed(path.to_owned()));
        }
        let mut key = Zeroizing::new([0; 32]);
        match hex::decode_to_slice(text.trim_end(), &mut *key) {
            Ok(()) => Ok(key),
            Err(_) => Err(KeyError::Malformed(path.to_owned())),
        }
    }

    /// What a file is for: its name, but the same for a key that is to come, that signs, and that has signed.
    fn purpose(&self, path: &Path) -> String {
        let name = path.strip_prefix(&self.folder).unwrap_or(path).with_extension("");
        let name = name.to_string_lossy();
        let endings = ["-next", "-old", "-proposed"];
        let name = endings
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(&name);
        name.to_owned()
    }

    /// Writes a fresh key, unless there is one of that name.
    pub(crate) fn write_if_absent(&self, name: &str) -> Result<(), KeyError> {
        match self.write_new(name, &Zeroizing::new(random::bytes())) {
            Err(KeyError::Exists(_)) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes a turn at a key and those that are to come after it, until the returned file is dropped: files are moved about
    /// by one process at a time, on whichever machine. Blocks.
    pub(crate) fn turn(&self, name: &str) -> Result<File, KeyError> {
        let path = self.folder.join(format!("{name}.lock"));
        let opened = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path);
        opened
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|source| KeyError::File { path, source })
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
        destroy(&self.path(name))
    }
}

/// Writes a file that must not be there yet, whole and durable.
fn write_new(path: &Path, text: &str) -> Result<(), KeyError> {
    let fail = |source| KeyError::File {
        path: path.to_owned(),
        source,
    };
    let scratch = scratch_of(path);
    write_whole(&scratch, text.as_bytes())
        // What is left of a failed attempt is in nobody's way: on a full disk every post makes one.
        .inspect_err(|_| drop(fs::remove_file(&scratch)))
        .map_err(fail)?;
    // A hard link, unlike a rename, refuses to replace a key that appeared meanwhile.
    let linked = fs::hard_link(&scratch, path);
    fs::remove_file(&scratch).map_err(fail)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(KeyError::Exists(path.to_owned()));
        }
        other => other.map_err(fail)?,
    }
    sync_folder_of(path).map_err(fail)
}

fn destroy(path: &Path) -> Result<(), KeyError> {
    let opened = OpenOptions::new().write(true).open(path);
    let done = opened
        .and_then(|mut file| overwrite(&mut file))
        .and_then(|()| fs::remove_file(path))
        .and_then(|()| sync_folder_of(path));
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.map_err(|source| KeyError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

fn scratch_of(path: &Path) -> PathBuf {
    path.with_extension(format!("new-{}", hex::encode(random::bytes::<4>())))
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

fn overwrite(file: &mut File) -> io::Result<()> {
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
