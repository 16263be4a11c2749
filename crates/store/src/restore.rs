//! Putting a backup back, into a data folder that has the keys and on which no server runs: in the place of a file
//! (`exchange.rs`), or into an empty database of a server (`onto_server.rs`), whichever engine it comes from.
//!
//! A restored database is an older one. What it lacks is told by the high-water mark; if anything is lacking, no server
//! signs after it until somebody decided by `kirokubo recover`. On a machine that has only the keys there is no mark, and
//! nobody here can tell; then the backup itself sets it.

mod exchange;
mod onto_server;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use kirokubo_ledger::Size;
use kirokubo_ledger::hash::Digest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::audit::AuditFinding;
use crate::backup::{Checked, DATABASE, EVIDENCE};
use crate::clock::Clock;
use crate::connection::{Connections, Place};
use crate::data_folder::DataFolder;
use crate::entity::ledger;
use crate::error::StoreError;
use crate::evidence::Carried;
use crate::head::Head;
use crate::high_water::{HighWaterFault, Standing};
use crate::keyring::{KeyError, KeyHolders, Keyring};
use crate::store::{Ledger, Store};
use crate::{durable, key_entries, random, schema};
use source::Source;

/// What to put back, and where.
#[derive(Clone)]
pub struct Restore<'a> {
    /// The data folder.
    pub folder: &'a Path,
    /// Where its database is.
    pub database_url: &'a str,
    /// Where its evidence is.
    pub evidence_url: &'a str,
    /// Where else its high-water mark is.
    pub high_water: Option<PathBuf>,
    /// The backup, or a folder of backups.
    pub from: &'a Path,
    /// Whether a file that is newer, or cannot be read, may be moved aside.
    pub replace: bool,
    /// Who is asked if the keys are sealed.
    pub holders: KeyHolders<'a>,
}

/// What was put back.
#[derive(Debug)]
pub struct Restored {
    /// The backup.
    pub from: PathBuf,
    /// Entries in it.
    pub size: Size,
    /// The root over them.
    pub root: Digest,
    /// Where the database is that stood in its place.
    pub replaced: Option<PathBuf>,
    /// What is known to be lost; `None` if the ledger is as far as it ever was, as far as anybody here knows.
    pub lost: Option<Lost>,
    /// Whether there was no mark here, so that nobody can tell what is lost.
    pub is_unmarked: bool,
    /// Migrations that are to be applied before it can be served.
    pub pending: usize,
    /// Evidence files put back; `None` if the backup has none.
    pub evidence: Option<Carried>,
}

/// Why a ledger lacks something, in the words of its high-water mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost(pub HighWaterFault);

/// Why nothing was put back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The store could not be read or claimed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("{path}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// There is no backup.
    #[error("{0} is no backup, and has none in it")]
    NoBackup(PathBuf),
    /// The data folder has no keys.
    #[error("{0} has no keys: put the ledger's `keys` folder there first")]
    NoKeys(PathBuf),
    /// The keys of the data folder did not sign the backup.
    #[error(
        "the signing key of this data folder did not sign the backup {0}; one from before a rotation needs the key folder of its time"
    )]
    OtherKeys(PathBuf),
    /// A file is not the one that was listed.
    #[error("{0} is not as it was written")]
    Changed(PathBuf),
    /// The database that is there has more than the backup.
    #[error("the database here has {have} entries, the backup {backup}; `--replace` moves it aside")]
    Newer {
        /// Entries in the database that is there.
        have: Size,
        /// Entries in the backup.
        backup: Size,
    },
    /// The database that is there cannot be judged.
    #[error("the database here cannot be read, or is another ledger's; `--replace` moves it aside")]
    Unreadable,
    /// The server has a ledger, and nothing is overwritten there.
    #[error(
        "このデータベースには既に台帳があります。空のデータベースを作って指定してください / the database holds a ledger already, and \
         nothing is overwritten: make an empty one and name it by --database-url"
    )]
    Occupied,
    /// The server has the schema of another version.
    #[error(
        "このデータベースのスキーマは別の版のものです。空のデータベースを作って指定してください / the database has the schema of \
         another version: make an empty one and name it by --database-url"
    )]
    OtherSchema,
    /// The copy does not verify.
    #[error("the database of the backup does not verify: {0}")]
    Damaged(String),
}

/// What stands in the place.
enum Present {
    Nothing,
    /// A ledger of these keys, of so many entries.
    Ledger(Size),
    Unreadable,
}

impl Restore<'_> {
    /// Puts it back. `progress` hears of bytes and entries read.
    pub async fn run(self, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Restored, RestoreError> {
        let folder = DataFolder::from(self.folder);
        if !folder.keys().join("signing.key").exists() {
            return Err(RestoreError::NoKeys(self.folder.to_owned()));
        }
        let _lock = folder.lock()?;
        let (from, origin) = Source::find(self.from)?;
        let keyring = Keyring::open_with(&folder.keys(), &origin, self.holders).map_err(StoreError::from)?;
        let source = Source::open(from, &keyring, progress)?;
        let place = match folder.database(self.database_url)? {
            Place::File(file) => file,
            server @ Place::Server(_) => {
                let checked = onto_server::put(&source, &folder, &server, self.holders, progress).await?;
                return self.settle(source, checked, None, progress).await;
            }
        };
        let present = present(&place, &keyring).await;
        match present {
            Present::Ledger(have) if have > source.manifest.size && !self.replace => {
                let backup = source.manifest.size;
                return Err(RestoreError::Newer { have, backup });
            }
            Present::Unreadable if !self.replace => return Err(RestoreError::Unreadable),
            _ => {}
        }
        let new = exchange::with_suffix(&place, &format!(".restoring-{}", random::name::<4>()));
        let checked = copy_and_check(&source, &folder, &new, self.holders, progress).await;
        let checked = checked.inspect_err(|_| drop(fs::remove_file(&new)))?;
        let tag = match present {
            Present::Ledger(size) => format!("{size}-{}", random::name::<4>()),
            _ => random::name::<4>(),
        };
        let replaced = exchange::exchange(&new, &place, &tag).map_err(at(&place))?;
        self.settle(source, checked, replaced, progress).await
    }

    /// Everything that is there is in its place: looks at it as a server would.
    async fn settle(
        self,
        source: Source,
        checked: Checked,
        replaced: Option<PathBuf>,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Restored, RestoreError> {
        let (folder, db) = Store::connect(self.folder, self.database_url).await?;
        let pending = schema::pending(&db.writer).await?;
        let store = Store::assemble(folder, db, Clock::system(), self.holders)
            .await?
            .with_evidence_at(self.evidence_url)?
            .with_high_water_at(self.high_water);
        let carried = source.folder.join(EVIDENCE);
        let mut evidence = None;
        if carried.is_dir() {
            let done = store.carry_in(&carried, progress).await;
            evidence = Some(done.map_err(at(&carried))?);
        }
        let marks = store.marks()?;
        let is_unmarked = marks.are_absent() && replaced.is_none();
        if is_unmarked {
            store.make_high_water().await?;
        }
        let lost = match store.standing(&store.marks()?, &checked.tree).await? {
            Standing::Continues => None,
            Standing::Refused(fault) => Some(Lost(fault)),
        };
        store.close().await?;
        Ok(Restored {
            from: source.folder,
            size: checked.size,
            root: checked.root,
            replaced,
            lost,
            is_unmarked,
            pending,
            evidence,
        })
    }
}

/// What stands in the place of the database. Its log is folded into it, so that it goes aside whole.
async fn present(place: &Path, keyring: &Keyring) -> Present {
    if !place.exists() {
        return Present::Nothing;
    }
    match size_of(place, keyring).await {
        Ok(size) => Present::Ledger(size),
        Err(_) => Present::Unreadable,
    }
}

async fn size_of(place: &Path, keyring: &Keyring) -> Result<Size, StoreError> {
    let db = Connections::open_sqlite(place, false).await?;
    let row = ledger::Entity::find()
        .filter(ledger::Column::AccessOf.is_null())
        .one(&db.writer)
        .await?;
    let row = row.ok_or_else(|| StoreError::NotInitialised(place.to_owned()))?;
    let ledger = Ledger::of(row, keyring)?;
    let head = match key_entries::adopt_if_sound(&db.writer, &ledger).await {
        Ok(()) => Head::load(&db.writer, &ledger).await,
        Err(error) => Err(error),
    };
    db.close().await?;
    Ok(head?.size())
}

/// Copies the backup's database to `new` and reads it through there.
async fn copy_and_check(
    source: &Source,
    folder: &DataFolder,
    new: &Path,
    holders: KeyHolders<'_>,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Checked, RestoreError> {
    let from = source.folder.join(DATABASE);
    let listed = source.manifest.file(DATABASE);
    let listed = listed.ok_or_else(|| RestoreError::NoBackup(source.folder.clone()))?;
    let copied = durable::copy_new(&from, new, &mut |_| {}).map_err(at(new))?;
    if copied != (listed.size, listed.sha256) {
        return Err(RestoreError::Changed(from));
    }
    check(source, folder, new, holders, progress).await
}

/// Reads the database of a backup through, where it or a copy of it lies.
async fn check(
    source: &Source,
    folder: &DataFolder,
    file: &Path,
    holders: KeyHolders<'_>,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Checked, RestoreError> {
    let db = Connections::open_at_rest(file).await?;
    let store = Store::assemble(folder.clone(), db, Clock::system(), holders).await?;
    let checked = store.check_copy(progress).await?;
    store.close().await?;
    if let Some(broken) = checked.broken {
        return Err(RestoreError::Damaged(broken));
    }
    // A backup of an older schema is as good; `migrate` makes it a newer one.
    let is_damage = |finding: &&AuditFinding| !matches!(finding, AuditFinding::Schema { .. });
    if let Some(finding) = checked.findings.iter().find(is_damage) {
        return Err(RestoreError::Damaged(finding.en()));
    }
    let manifest = &source.manifest;
    if (checked.size, checked.root) != (manifest.size, manifest.root) {
        return Err(RestoreError::Changed(file.to_owned()));
    }
    Ok(checked)
}

/// Says which file an operation failed on.
fn at(path: &Path) -> impl FnOnce(std::io::Error) -> RestoreError {
    let path = path.to_owned();
    move |source| RestoreError::File { path, source }
}

impl From<KeyError> for RestoreError {
    fn from(error: KeyError) -> Self {
        Self::Store(error.into())
    }
}
