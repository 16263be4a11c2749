//! A backup: a folder with one moment of the database, the evidence of that moment, and a signed list of both.
//!
//! It is taken beside a running server, and is the same for both engines: the copy of the database is an SQLite file
//! (`snapshot.rs`), without anything that was overwritten or deleted. The copy is then opened and read through before the
//! backup gets its name: *a crash leaves a folder with `.partial-` in its name, and no backup*. The keys are no part of it.

mod check;
mod last_backup;
mod manifest;
mod snapshot;

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use kirokubo_ledger::Size;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::note::sign_note;

use crate::audit::AuditFinding;
use crate::error::StoreError;
use crate::evidence::Carried;
use crate::store::Store;
use crate::{durable, random};

pub(crate) use check::Checked;
pub(crate) use manifest::{BackupFile, BackupManifest};

/// The copy of the database.
pub(crate) const DATABASE: &str = "kirokubo.db";

/// The signed list of files.
pub(crate) const MANIFEST: &str = "manifest";

/// Where the copies of evidence files are.
pub(crate) const EVIDENCE: &str = "evidence";

const README: &str = "README.txt";

/// A backup that was written and verified.
#[derive(Debug)]
pub struct Backup {
    /// The folder.
    pub path: PathBuf,
    /// Entries in the ledger.
    pub size: Size,
    /// The root over them.
    pub root: Digest,
    /// Bytes of the database's copy.
    pub bytes: u64,
    /// What became of the evidence files; `None` if they were to be left out.
    pub evidence: Option<Carried>,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupStep {
    /// The database is copied; counted in bytes, or from a server in rows.
    Copy,
    /// The copy is read through; counted in entries.
    Verify,
    /// Evidence files are copied; counted in files.
    Evidence,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The ledger could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Backups are never overwritten.
    #[error("{0} is there already, and is not a folder to put backups in")]
    Exists(PathBuf),
    /// A file could not be written or read.
    #[error("{path}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The path cannot be given to SQLite.
    #[error("{0} is not UTF-8")]
    Path(PathBuf),
    /// SQLite finds the copy broken.
    #[error("the copy is not whole: {0}")]
    Broken(String),
    /// The ledger in the copy is not the one that was signed.
    #[error("the ledger is damaged: {} finding(s), the first {}", .0.len(), first(.0))]
    Damaged(Vec<AuditFinding>),
}

impl Store {
    /// Writes a backup to `out`, or into it under a name of its own if it is a folder that exists. A server may be running.
    pub async fn backup(
        &self,
        out: &Path,
        with_evidence: bool,
        progress: &mut (dyn FnMut(BackupStep, u64, u64) + Send),
    ) -> Result<Backup, BackupError> {
        let partial = beside(out);
        let working = match self.write_backup(&partial, with_evidence, progress).await {
            Ok(written) => name_it(&partial, out, written),
            Err(error) => Err(error),
        };
        if working.is_err() {
            // Best effort: what is left says in its name that it is no backup.
            drop(fs::remove_dir_all(&partial));
        }
        if let Ok(backup) = &working
            && let Err(error) = self.remember_backup(backup)
        {
            // The backup is there; only who watches that there is one does not hear of it.
            tracing::warn!(%error, "the data folder does not remember this backup");
        }
        working
    }

    async fn write_backup(
        &self,
        folder: &Path,
        with_evidence: bool,
        progress: &mut (dyn FnMut(BackupStep, u64, u64) + Send),
    ) -> Result<Backup, BackupError> {
        make_folder(folder)?;
        let made_at = self.clock.now_ms();
        let file = folder.join(DATABASE);
        self.snapshot(&file, &mut |done, total| progress(BackupStep::Copy, done, total))
            .await?;
        let copy = self.over_copy(&file).await?;
        let checked = copy
            .check_copy(&mut |done, total| progress(BackupStep::Verify, done, total))
            .await?;
        if let Some(broken) = checked.broken {
            return Err(BackupError::Broken(broken));
        }
        if !checked.findings.is_empty() {
            return Err(BackupError::Damaged(checked.findings));
        }
        let mut files = vec![
            note_file(folder, "checkpoint", &checked.note)?,
            readme(folder, checked.size)?,
        ];
        let mut evidence = None;
        if with_evidence {
            let into = folder.join(EVIDENCE);
            make_folder(&into)?;
            let (carried, copied) = copy
                .carry_out(&into, &mut |done, total| {
                    progress(BackupStep::Evidence, done, total);
                })
                .await
                .map_err(at(&into))?;
            files.extend(copied);
            evidence = Some(carried);
        }
        copy.close().await?;
        let (bytes, sha256) = durable::digest(&file, &mut |_| {}).map_err(at(&file))?;
        files.push(BackupFile {
            path: DATABASE.to_owned(),
            size: bytes,
            sha256,
        });
        files.sort();
        let manifest = BackupManifest {
            ledger_id: *self.ledger.ledger_id(),
            origin: self.ledger.origin().clone(),
            size: checked.size,
            root: checked.root,
            made_at,
            files,
        };
        let signed = sign_note(&manifest.text(), self.keyring.signing().key());
        note_file(
            folder,
            MANIFEST,
            &signed.expect("origins, numbers and names are plain text"),
        )?;
        durable::sync_folder(folder).map_err(at(folder))?;
        Ok(Backup {
            path: folder.to_owned(),
            size: checked.size,
            root: checked.root,
            bytes,
            evidence,
        })
    }
}

/// Gives a whole backup its name.
fn name_it(partial: &Path, out: &Path, backup: Backup) -> Result<Backup, BackupError> {
    let path = if out.is_dir() {
        out.join(format!("kirokubo-{}-{}", backup.size, random::name::<4>()))
    } else {
        out.to_owned()
    };
    if path.exists() {
        return Err(BackupError::Exists(path));
    }
    fs::rename(partial, &path).map_err(at(&path))?;
    durable::sync_folder_of(&path).map_err(at(&path))?;
    Ok(Backup { path, ..backup })
}

/// Where a backup is made: in the folder it will stay in, under a name that nobody takes for a backup's.
fn beside(out: &Path) -> PathBuf {
    let partial = format!(".partial-{}", random::name::<4>());
    if out.is_dir() {
        return out.join(format!("kirokubo{partial}"));
    }
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(partial);
    out.with_file_name(name)
}

fn make_folder(path: &Path) -> Result<(), BackupError> {
    DirBuilder::new().mode(0o700).create(path).map_err(at(path))
}

fn note_file(folder: &Path, name: &str, text: &str) -> Result<BackupFile, BackupError> {
    let path = folder.join(name);
    durable::write_new(&path, text.as_bytes()).map_err(at(&path))?;
    let (size, sha256) = durable::digest(&path, &mut |_| {}).map_err(at(&path))?;
    Ok(BackupFile {
        path: name.to_owned(),
        size,
        sha256,
    })
}

fn readme(folder: &Path, size: Size) -> Result<BackupFile, BackupError> {
    let text = format!(
        "記録簿（Kirokubo）のバックアップです。台帳の項目 {size} 件。\n\
         戻し方: サーバーを止め、データフォルダに鍵（keys）があることを確かめて、\n\
         \x20 kirokubo restore --data データフォルダ --from このフォルダ\n\
         鍵はこの中にありません。鍵とは別の場所に保管してください。\n\n\
         A backup of a ledger of {size} entries. To put it back, stop the server, make sure that the data\n\
         folder has its keys, and run `kirokubo restore`. The keys are not in here; keep the two apart.\n\
         It goes into SQLite or PostgreSQL, wherever it came from.\n"
    );
    note_file(folder, README, &text)
}

fn first(findings: &[AuditFinding]) -> String {
    findings.first().map(AuditFinding::en).unwrap_or_default()
}

/// Says which file an operation failed on.
fn at<E: Into<std::io::Error>>(path: &Path) -> impl FnOnce(E) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File {
        path,
        source: source.into(),
    }
}
