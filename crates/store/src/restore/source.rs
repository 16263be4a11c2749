//! A backup that is to be put back: found, and held against its signed list.

use std::fs;
use std::path::{Path, PathBuf};

use kirokubo_ledger::note::{Note, Origin, open_note};

use super::RestoreError;
use crate::backup::{BackupManifest, MANIFEST};
use crate::durable;
use crate::keyring::Keyring;

/// A backup whose signature and files were checked.
pub(super) struct Source {
    pub(super) folder: PathBuf,
    pub(super) manifest: BackupManifest,
}

impl Source {
    /// Finds the backup at `from`: the folder itself, or the one of most entries among those in it. Gives the origin of its
    /// ledger, which nobody vouches for yet.
    pub(super) fn find(from: &Path) -> Result<(PathBuf, Origin), RestoreError> {
        if let Some(manifest) = unverified(from) {
            return Ok((from.to_owned(), manifest.origin));
        }
        let folders = fs::read_dir(from).map_err(|source| RestoreError::File {
            path: from.to_owned(),
            source,
        })?;
        let found = folders
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| !is_partial(path))
            .filter_map(|path| Some((unverified(&path)?, path)))
            .max_by_key(|(manifest, _)| (manifest.size, manifest.made_at));
        let (manifest, folder) = found.ok_or_else(|| RestoreError::NoBackup(from.to_owned()))?;
        Ok((folder, manifest.origin))
    }

    /// Checks that the keys of the data folder signed the backup, and that every file is as it was listed. `progress` hears
    /// of bytes.
    pub(super) fn open(
        folder: PathBuf,
        keyring: &Keyring,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Self, RestoreError> {
        let path = folder.join(MANIFEST);
        let note = fs::read(&path).map_err(|source| RestoreError::File { path, source })?;
        let text = open_note(&note, keyring.signing().verifier())
            .map_err(|_| RestoreError::OtherKeys(folder.clone()))?;
        let manifest = BackupManifest::parse(text).ok_or_else(|| RestoreError::NoBackup(folder.clone()))?;
        let total: u64 = manifest.files.iter().map(|file| file.size).sum();
        let mut done = 0;
        for file in &manifest.files {
            let path = folder.join(&file.path);
            let read = durable::digest(&path, &mut |bytes| {
                done += bytes;
                progress(done, total);
            });
            match read {
                Ok((size, sha256)) if (size, sha256) == (file.size, file.sha256) => {}
                Ok(_) => return Err(RestoreError::Changed(path)),
                Err(source) => return Err(RestoreError::File { path, source }),
            }
        }
        Ok(Self { folder, manifest })
    }
}

/// The manifest of a backup, if the folder is one.
fn unverified(folder: &Path) -> Option<BackupManifest> {
    let note = fs::read(folder.join(MANIFEST)).ok()?;
    BackupManifest::parse(Note::parse(&note).ok()?.text())
}

/// Whether a backup was cut short there.
fn is_partial(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.contains(".partial-")
}
