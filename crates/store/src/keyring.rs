//! The keys that live outside the database, in a folder of the data directory (mode 0700, files 0600).
//!
//! - `signing.key`: the Ed25519 seed of the ledger's checkpoints.
//! - `search.key`: the key of search tokens.
//! - `digest.key`: the key of the digests that tell a repeated event from a changed one.
//! - `masters.key`: seals third parties, filings, demands to stop and settings.
//! - `access-signing.key`: the seed of the access ledger's checkpoints.
//! - `months/2029-11.key`: wraps the secrets of all records whose retention ends in that month. Deleting the
//!   file makes every copy of those records unreadable, backups included. `months/open.key` serves records
//!   whose clock has not begun to run.
//! - `access-months/2029-11.key`: the same for what the access ledger says of readings. They are apart, so that
//!   destroying a month of records never takes who read them.
//!
//! A file holds 64 hexadecimal digits and a newline. A month's key is on disk, synced, before it wraps anything.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use kirokubo_ledger::note::{Origin, SigningKey};
use kirokubo_records::seal::{DigestKey, MasterKey, Month, MonthKey, SearchKey};
use zeroize::Zeroizing;

use crate::random;

/// Why a key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key folder exists already: keys are never overwritten.
    #[error("{0} holds the keys of a ledger already; if that ledger is gone for good, move them away")]
    Exists(PathBuf),
    /// A file could not be read or written.
    #[error("key file {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file does not hold 64 hexadecimal digits.
    #[error("key file {0} does not hold 64 hexadecimal digits")]
    Malformed(PathBuf),
    /// The key of a month whose records were destroyed, or never existed here.
    #[error("no key for month {0}")]
    NoSuchMonth(Month),
}

const SIGNING: &str = "signing.key";
const ACCESS_SIGNING: &str = "access-signing.key";
/// The access ledger's key before the ledger that it signs is in the database.
const ACCESS_PROPOSED: &str = "access-signing.new";
const MONTHS: &str = "months";
const ACCESS_MONTHS: &str = "access-months";

/// The opened key folder, as one of the two ledgers uses it.
pub struct Keyring {
    months_folder: PathBuf,
    signing: SigningKey,
    search: SearchKey,
    digest: DigestKey,
    masters: MasterKey,
    months: Mutex<HashMap<Month, MonthKey>>,
}

impl Keyring {
    /// Makes a folder of fresh keys; the signing key signs for `origin`.
    ///
    /// The signing key is made last: a folder that has one belongs to a ledger, and is never used for another, which
    /// would give two histories one signature. A folder that lacks it was left behind by an interrupted attempt.
    pub fn create(folder: &Path, origin: &Origin) -> Result<Self, KeyError> {
        if folder.join(SIGNING).exists() {
            return Err(KeyError::Exists(folder.to_owned()));
        }
        make_folder(&folder.join(MONTHS))?;
        make_folder(&folder.join(ACCESS_MONTHS))?;
        for name in ["search.key", "digest.key", "masters.key", ACCESS_SIGNING] {
            write_if_absent(&folder.join(name))?;
        }
        write_new(&folder.join(SIGNING), &Zeroizing::new(random::bytes()))?;
        Self::open(folder, origin)
    }

    /// Opens the folder that [`Keyring::create`] made, for the ledger of records.
    pub fn open(folder: &Path, origin: &Origin) -> Result<Self, KeyError> {
        Self::open_as(folder, SIGNING, MONTHS, origin)
    }

    /// The same for the access ledger called `origin`.
    pub fn open_for_access(folder: &Path, origin: &Origin) -> Result<Self, KeyError> {
        Self::open_as(folder, ACCESS_SIGNING, ACCESS_MONTHS, origin)
    }

    /// Whether the folder has the key of an access ledger that was founded.
    pub(crate) fn has_access(folder: &Path) -> bool {
        folder.join(ACCESS_SIGNING).exists()
    }

    /// Makes keys for an access ledger that is yet to be founded, in a folder from before there were any. They count only
    /// from [`Keyring::settle_access`] on: an attempt that was interrupted in between is taken up again with the same key.
    pub(crate) fn propose_access(folder: &Path, origin: &Origin) -> Result<Self, KeyError> {
        make_folder(&folder.join(ACCESS_MONTHS))?;
        write_if_absent(&folder.join(ACCESS_PROPOSED))?;
        Self::open_as(folder, ACCESS_PROPOSED, ACCESS_MONTHS, origin)
    }

    /// The ledger that the proposed key signs is in the database now.
    pub(crate) fn settle_access(folder: &Path) -> Result<(), KeyError> {
        let path = folder.join(ACCESS_SIGNING);
        fs::rename(folder.join(ACCESS_PROPOSED), &path)
            .and_then(|()| File::open(folder)?.sync_all())
            .map_err(|source| KeyError::File { path, source })
    }

    fn open_as(folder: &Path, signing: &str, months: &str, origin: &Origin) -> Result<Self, KeyError> {
        Ok(Self {
            signing: SigningKey::from_seed(origin.clone(), *read(&folder.join(signing))?),
            search: SearchKey::from_bytes(&*read(&folder.join("search.key"))?),
            digest: DigestKey::from_bytes(&*read(&folder.join("digest.key"))?),
            masters: MasterKey::from_bytes(&*read(&folder.join("masters.key"))?),
            months: Mutex::new(HashMap::new()),
            months_folder: folder.join(months),
        })
    }

    /// The key that signs checkpoints.
    #[must_use]
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The key of search tokens.
    #[must_use]
    pub fn search(&self) -> &SearchKey {
        &self.search
    }

    /// The key of body digests.
    #[must_use]
    pub fn digest(&self) -> &DigestKey {
        &self.digest
    }

    /// The key that seals masters.
    #[must_use]
    pub fn masters(&self) -> &MasterKey {
        &self.masters
    }

    /// The key of a month, made now if it does not exist yet.
    pub fn month_to_seal(&self, month: Month) -> Result<MonthKey, KeyError> {
        self.month(month, true)
    }

    /// The key of a month that was sealed before.
    pub fn month_to_open(&self, month: Month) -> Result<MonthKey, KeyError> {
        self.month(month, false)
    }

    /// Every month that has a key, but for the open one.
    pub(crate) fn months(&self) -> Result<Vec<Month>, KeyError> {
        let folder = &self.months_folder;
        let fail = |source| KeyError::File {
            path: folder.clone(),
            source,
        };
        let mut months = Vec::new();
        for entry in fs::read_dir(folder).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(".key"));
            months.extend(name.and_then(Month::parse));
        }
        months.sort_unstable();
        Ok(months)
    }

    /// Destroys the key of a month: overwritten, removed, and forgotten. Nothing that it wraps can be read any more,
    /// here or in any backup without a copy of the key.
    ///
    /// It is overwritten with another key and not with zeros: what a crash leaves behind opens nothing, and is no key
    /// that anybody could guess.
    pub(crate) fn destroy(&self, month: Month) -> Result<(), KeyError> {
        let mut known = self
            .months
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let folder = &self.months_folder;
        let path = folder.join(format!("{month}.key"));
        let fail = |source| KeyError::File {
            path: path.clone(),
            source,
        };
        let overwrite = || {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            let other = Zeroizing::new(random::bytes::<32>());
            file.write_all(format!("{}\n", hex::encode(*other)).as_bytes())?;
            file.sync_all()?;
            fs::remove_file(&path)?;
            File::open(folder)?.sync_all()
        };
        overwrite().map_err(fail)?;
        // Its bytes are wiped when they are dropped.
        known.remove(&month);
        Ok(())
    }

    fn month(&self, month: Month, make: bool) -> Result<MonthKey, KeyError> {
        let mut known = self
            .months
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(key) = known.get(&month) {
            return Ok(key.clone());
        }
        let path = self.months_folder.join(format!("{month}.key"));
        if make && !path.exists() {
            match write_new(&path, &Zeroizing::new(random::bytes())) {
                // Another process made it between the look and the write: its key is as good.
                Err(KeyError::Exists(_)) | Ok(()) => {}
                Err(error) => return Err(error),
            }
        }
        let key = match read(&path) {
            Ok(bytes) => MonthKey::from_bytes(&bytes),
            Err(KeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Err(KeyError::NoSuchMonth(month));
            }
            Err(error) => return Err(error),
        };
        known.insert(month, key.clone());
        Ok(key)
    }
}

fn make_folder(path: &Path) -> Result<(), KeyError> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| KeyError::File {
        path: path.to_owned(),
        source,
    })
}

fn write_if_absent(path: &Path) -> Result<(), KeyError> {
    match write_new(path, &Zeroizing::new(random::bytes())) {
        Err(KeyError::Exists(_)) | Ok(()) => Ok(()),
        Err(error) => Err(error),
    }
}

fn read(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let text = fs::read_to_string(path).map_err(|source| KeyError::File {
        path: path.to_owned(),
        source,
    })?;
    let text = Zeroizing::new(text);
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim_end(), &mut *key).map_err(|_| KeyError::Malformed(path.to_owned()))?;
    Ok(key)
}

/// Written whole under another name first, so that a crash never leaves half a key under the real one.
fn write_new(path: &Path, key: &[u8; 32]) -> Result<(), KeyError> {
    let fail = |source| KeyError::File {
        path: path.to_owned(),
        source,
    };
    let scratch = path.with_extension(format!("new-{}", hex::encode(random::bytes::<4>())));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&scratch)
        .map_err(fail)?;
    file.write_all(format!("{}\n", hex::encode(key)).as_bytes())
        .map_err(fail)?;
    file.sync_all().map_err(fail)?;
    // A hard link, unlike a rename, refuses to replace a key that appeared meanwhile.
    let linked = fs::hard_link(&scratch, path);
    fs::remove_file(&scratch).map_err(fail)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(KeyError::Exists(path.to_owned()));
        }
        other => other.map_err(fail)?,
    }
    let folder = path.parent().expect("a key file lies in a folder");
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(fail)
}

#[cfg(test)]
mod tests;
