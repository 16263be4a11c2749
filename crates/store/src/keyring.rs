//! The keys that live outside the database, in a folder of the data directory (mode 0700, files 0600).
//!
//! - `signing.key`: the Ed25519 seed of the ledger's checkpoints; beside it, while it is rotated, `signing-next.key` and
//!   `signing-old.key` (`keyring/signing.rs`).
//! - `search.key`: the key of search tokens.
//! - `digest.key`: the key of the digests that tell a repeated event from a changed one.
//! - `masters.key`: seals third parties, filings, demands to stop and settings.
//! - `access-signing.key`: the seed of the access ledger's checkpoints.
//! - `months/2029-11.key`: wraps the secrets of all records whose retention ends in that month. Deleting the
//!   file makes every copy of those records unreadable, backups included. `months/open.key` serves records
//!   whose clock has not begun to run (`keyring/months.rs`).
//! - `access-months/2029-11.key`: the same for what the access ledger says of readings. They are apart, so that
//!   destroying a month of records never takes who read them.
//!
//! A file holds 64 hexadecimal digits and a newline, or is sealed under a root key (`keyring/root.rs`) that somebody else
//! keeps (`keyring/holder.rs`). A month's key is on disk, synced, before it wraps anything.

mod files;
mod holder;
mod months;
mod root;
mod sealing;
mod signing;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kirokubo_ledger::note::{Origin, VerifierKey};
use kirokubo_records::seal::{DigestKey, MasterKey, Month, MonthKey, SearchKey};

use files::KeyFiles;
use months::Months;

pub(crate) use holder::nobody;
pub use holder::{Credential, HolderError, HolderKind, KeyHolder, KeyHolders, Passphrase};
pub use root::RootKey;
pub(crate) use sealing::{seal, unseal};
pub use signing::Signers;
pub(crate) use signing::Signing;

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
    /// The key of a new month could not be written, on a full disk perhaps; the same call may succeed later.
    #[error("key file {path} could not be made")]
    NotMade {
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file holds neither 64 hexadecimal digits nor a key sealed under this root for this purpose.
    #[error("key file {0} does not hold a key, or not one of this folder")]
    Malformed(PathBuf),
    /// Others than the owner may look into the folder.
    #[error("{0} is open to other users: `chmod 700` it, and rotate the keys if somebody may have read them")]
    Exposed(PathBuf),
    /// A file is sealed, and the folder has no root.
    #[error("key file {0} is sealed, but the root key is gone: put root.pem or root.credential back")]
    Sealed(PathBuf),
    /// The folder is sealed by another holder.
    #[error("the keys are sealed by a {0} already: unseal them first")]
    SealedOtherwise(&'static str),
    /// The root key could not be had.
    #[error(transparent)]
    Holder(#[from] HolderError),
    /// The key of a month whose records were destroyed, or never existed here.
    #[error("no key for month {0}")]
    NoSuchMonth(Month),
    /// The ledger's newest signing key is not in the folder: it belongs to another state of the ledger.
    #[error("{folder} is not the key that signs this ledger now, {newest}")]
    NotTheSigner {
        /// Where it should be.
        folder: PathBuf,
        /// What the ledger says.
        newest: Box<VerifierKey>,
    },
}

/// What the signing keys of the two ledgers are called.
const SIGNING: &str = "signing";
const ACCESS_SIGNING: &str = "access-signing";
/// The access ledger's key before the ledger that it signs is in the database.
const ACCESS_PROPOSED: &str = "access-signing-proposed";
const MONTHS: &str = "months";
const ACCESS_MONTHS: &str = "access-months";

/// The opened key folder, as one of the two ledgers uses it.
pub struct Keyring {
    signing: Arc<Signing>,
    search: SearchKey,
    digest: DigestKey,
    masters: MasterKey,
    months: Months,
}

impl Keyring {
    /// Makes a folder of fresh keys; the signing key signs for `origin`.
    ///
    /// The signing key is made last: a folder that has one belongs to a ledger, and is never used for another, which
    /// would give two histories one signature. A folder that lacks it was left behind by an interrupted attempt.
    pub fn create(folder: &Path, origin: &Origin) -> Result<Self, KeyError> {
        let files = KeyFiles::new(folder);
        if files.exists(SIGNING) {
            return Err(KeyError::Exists(folder.to_owned()));
        }
        files.make_folder(MONTHS)?;
        files.make_folder(ACCESS_MONTHS)?;
        for name in ["search", "digest", "masters", ACCESS_SIGNING] {
            files.write_if_absent(name)?;
        }
        Signing::create(&files, SIGNING)?;
        Self::open(folder, origin)
    }

    /// Opens the folder that [`Keyring::create`] made, for the ledger of records; its files must be plain.
    pub fn open(folder: &Path, origin: &Origin) -> Result<Self, KeyError> {
        Self::open_with(folder, origin, &nobody)
    }

    /// The same; `holders` are asked if the files are sealed.
    pub(crate) fn open_with(
        folder: &Path,
        origin: &Origin,
        holders: KeyHolders<'_>,
    ) -> Result<Self, KeyError> {
        Self::open_as(KeyFiles::open(folder, holders)?, SIGNING, MONTHS, origin)
    }

    /// As [`Keyring::open`] for the access ledger called `origin`.
    pub fn open_for_access(folder: &Path, origin: &Origin) -> Result<Self, KeyError> {
        Self::open_as(
            KeyFiles::open(folder, &nobody)?,
            ACCESS_SIGNING,
            ACCESS_MONTHS,
            origin,
        )
    }

    /// Opens the folder for the ledger of records and for the access ledger, by their origins; `holders` are asked, once, if
    /// its files are sealed.
    pub fn open_both(
        folder: &Path,
        [origin, access_origin]: [&Origin; 2],
        holders: KeyHolders<'_>,
    ) -> Result<[Self; 2], KeyError> {
        let files = KeyFiles::open(folder, holders)?;
        Ok([
            Self::open_as(files.clone(), SIGNING, MONTHS, origin)?,
            Self::open_as(files, ACCESS_SIGNING, ACCESS_MONTHS, access_origin)?,
        ])
    }

    /// Whether the folder has the key of an access ledger that was founded.
    pub(crate) fn has_access(folder: &Path) -> bool {
        KeyFiles::new(folder).exists(ACCESS_SIGNING)
    }

    /// Makes keys for an access ledger that is yet to be founded, in a folder from before there were any. They count only
    /// from [`Keyring::settle_access`] on: an attempt that was interrupted in between is taken up again with the same key.
    pub(crate) fn propose_access(folder: &Path, origin: &Origin) -> Result<Self, KeyError> {
        let files = KeyFiles::new(folder);
        files.make_folder(ACCESS_MONTHS)?;
        files.write_if_absent(ACCESS_PROPOSED)?;
        Self::open_as(files, ACCESS_PROPOSED, ACCESS_MONTHS, origin)
    }

    /// The ledger that the proposed key signs is in the database now.
    pub(crate) fn settle_access(folder: &Path) -> Result<(), KeyError> {
        KeyFiles::new(folder).replace(ACCESS_SIGNING, ACCESS_PROPOSED)
    }

    fn open_as(
        files: KeyFiles,
        signing: &'static str,
        months_folder: &'static str,
        origin: &Origin,
    ) -> Result<Self, KeyError> {
        Ok(Self {
            signing: Arc::new(Signing::open(&files, signing, origin)?),
            search: SearchKey::from_bytes(&*files.read("search")?),
            digest: DigestKey::from_bytes(&*files.read("digest")?),
            masters: MasterKey::from_bytes(&*files.read("masters")?),
            months: Months::new(files, months_folder),
        })
    }

    /// Who signs checkpoints now.
    #[must_use]
    pub fn signing(&self) -> Arc<Signers> {
        self.signing.now()
    }

    /// The signing keys themselves, for the ledger that they sign.
    pub(crate) fn signing_keys(&self) -> &Arc<Signing> {
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
        self.months.key(month, true)
    }

    /// The key of a month that was sealed before.
    pub fn month_to_open(&self, month: Month) -> Result<MonthKey, KeyError> {
        self.months.key(month, false)
    }

    /// Every month that has a key file, but for the open one, with the number of the file.
    pub(crate) fn month_files(&self) -> Result<Vec<(Month, i64)>, KeyError> {
        self.months.files()
    }

    /// The number of the key of a month that wraps now.
    pub(crate) fn month_number(&self, month: Month) -> i64 {
        self.months.number(month)
    }

    /// Forgets the keys of months that are ended: those below these numbers.
    pub(crate) fn learn_ends(&self, ends: impl IntoIterator<Item = (Month, i64)>) {
        self.months.learn(ends);
    }

    /// Destroys the files of all keys that are ended; gives their months. Nothing that they wrap can be read any more, here
    /// or in any backup without a copy of the key.
    pub(crate) fn destroy_ended(&self) -> Result<Vec<Month>, KeyError> {
        self.months.destroy_ended()
    }
}

#[cfg(test)]
mod tests;
