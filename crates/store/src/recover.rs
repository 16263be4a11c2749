//! Going on after a restore that lost entries.
//!
//! The ledger is smaller than it once was, or another, and its high-water mark says so. There are two ways on. Who has the
//! lost entries (an audit bundle, for they are public) has them appended again byte for byte: chain and tree are then what
//! was signed, and only the contents of those records are lost. Otherwise the ledger goes on where the backup ends, with
//! a `recovery` entry that names what is lost. That is another history, declared openly: whoever holds a checkpoint of the
//! lost one sees the contradiction, and reads here why.
//!
//! The mark then follows the ledger as it is now; the old one is kept beside it.

mod again;
mod bundle;
mod receipt;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::entry::{Kind, LostRange, PendingEntry, RecoveryBody, StatedTree};
use kirokubo_ledger::{Index, Size};

use crate::append::LedgerWriter;
use crate::durable;
use crate::error::StoreError;
use crate::growth::{Chain, Growth};
use crate::head::Head;
use crate::high_water::{HighWater, MarkedSize, Marks, Standing};
use crate::store::Store;
use bundle::Kept;

pub use receipt::{Receipt, ReceiptState};

/// Most characters of a reason code.
const REASON_MAX: usize = 64;

/// A ledger that is to go on. No server runs on it.
pub struct Recovery {
    store: Store,
    head: Head,
    marks: Marks,
    /// The largest tree known to have been signed.
    known: Option<MarkedSize>,
    kept: Option<Kept>,
    _lock: (File, Option<File>),
}

/// What was done.
#[derive(Debug)]
pub struct Recovered {
    /// Entries in the ledger as it was restored.
    pub restored: Size,
    /// Entries that were appended again, without their contents.
    pub contents_lost: Option<LostRange>,
    /// Entries that are lost.
    pub lost: Option<LostRange>,
    /// The largest tree known to have been signed.
    pub known: Option<MarkedSize>,
    /// Where the recovery entry is.
    pub entry: Index,
    /// Where the marks are that no longer hold.
    pub superseded: Vec<PathBuf>,
    /// The signed checkpoint of the ledger as it is now.
    pub checkpoint: String,
}

/// Why the ledger cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The store could not be read, claimed or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The ledger is as far as it ever was.
    #[error("nothing is known to be lost: the ledger continues everything that was signed")]
    NothingLost,
    /// The reason is not a code.
    #[error(
        "a reason is a code of lower-case letters, digits and `_`, at most {REASON_MAX} characters: it is public"
    )]
    Reason,
    /// The file is no bundle.
    #[error("the file is no audit bundle, or is damaged")]
    Bundle,
    /// The bundle has no entries behind the backup's end.
    #[error("the bundle does not have the entry at index {index}")]
    BundleLacks {
        /// The first that is lacking.
        index: u64,
    },
    /// Another key signed the bundle.
    #[error("this ledger's key did not sign the bundle")]
    OtherBundle,
    /// The bundle does not go further than the ledger.
    #[error("the bundle has {bundle} entries, the ledger {have}: it gives nothing back")]
    NotNewer {
        /// Entries in the bundle.
        bundle: Size,
        /// Entries in the ledger.
        have: Size,
    },
    /// The bundle is of a history that parts from this one.
    #[error("the entries of the bundle do not continue this ledger")]
    OtherHistory,
}

impl Recovery {
    /// Claims the data folder of a store and reads how things stand.
    pub async fn open(store: Store) -> Result<Self, RecoverError> {
        let lock = (store.folder.lock()?, store.folder.alone()?);
        let head = Head::load(&store.db.writer, &store.ledger).await?;
        let marks = store.marks()?;
        let mut recovery = Self {
            known: None,
            store,
            head,
            kept: None,
            _lock: lock,
            marks,
        };
        if let Some(largest) = recovery.marks.largest().cloned() {
            recovery.know_of(&largest);
        }
        Ok(recovery)
    }

    /// Entries in the ledger as it was restored.
    #[must_use]
    pub fn size(&self) -> Size {
        self.head.size()
    }

    /// Takes the lost entries from an audit bundle, after checking that they are those that were signed.
    pub fn take_bundle(&mut self, bundle: File) -> Result<(), RecoverError> {
        let mut kept = Kept::open(bundle, &self.store.ledger().signers())?;
        let size = kept.checkpoint().size();
        if size <= self.head.size() {
            return Err(RecoverError::NotNewer {
                bundle: size,
                have: self.head.size(),
            });
        }
        kept.check(&self.head)?;
        let checkpoint = kept.checkpoint().clone();
        self.know_of(&checkpoint);
        self.kept = Some(kept);
        Ok(())
    }

    /// Appends what can be appended again, then the `recovery` entry, and sets the mark to what the ledger is now.
    pub async fn finish(mut self, reason: &str) -> Result<Recovered, RecoverError> {
        if !is_code(reason) {
            return Err(RecoverError::Reason);
        }
        let restored = self.head.clone();
        if let Some(body) = self.unfinished().await? {
            // The entry was appended and the mark not yet moved when an attempt before this one was cut short.
            return self.settle(restored, body).await;
        }
        if self.kept.is_none() && self.continues_everything().await? {
            return Err(RecoverError::NothingLost);
        }
        let mut writer = LedgerWriter::new(&self.store);
        let (transaction, mut state) = writer.begin().await?;
        if let Some(mut kept) = self.kept.take() {
            state = again::append_all(&transaction, &writer, state, &mut kept).await?;
        }
        let body = self.body(reason, &restored, &state.head);
        let mut chain = Chain::after(&state.head, writer.recorded_at(&state.head));
        let entry = PendingEntry::json(*self.store.ledger.ledger_id(), Kind::Recovery, &body.to_json())
            .expect("a code and some numbers fit an entry");
        chain.push(&entry);
        let (before, growth) = Growth::of(state, chain, &writer.ledger.signers());
        growth.write(&transaction, writer.ledger.row, &before).await?;
        growth.commit(transaction, &mut writer).await?;
        self.settle(restored, body).await
    }

    fn know_of(&mut self, checkpoint: &Checkpoint) {
        if self
            .known
            .as_ref()
            .is_none_or(|known| known.size < checkpoint.size())
        {
            self.known = Some(MarkedSize {
                size: checkpoint.size(),
                root: checkpoint.root(),
            });
        }
    }

    /// Whether the ledger continues the marks and whatever else is known of it.
    async fn continues_everything(&self) -> Result<bool, StoreError> {
        let size = self.head.size();
        let Standing::Continues = self.store.standing(&self.marks, &self.head.frontier).await? else {
            return Ok(false);
        };
        match &self.known {
            Some(known) if known.size > size => Ok(false),
            Some(known) => Ok(self.store.root_at(known.size).await? == known.root),
            None => Ok(true),
        }
    }

    /// What the last entry says, if it is a recovery entry about the very mark that still stands.
    async fn unfinished(&self) -> Result<Option<RecoveryBody>, StoreError> {
        let Some(last) = self.head.size().last_index() else {
            return Ok(None);
        };
        let entry = self.store.entry(last).await?;
        let body = entry
            .filter(|entry| entry.kind() == Kind::Recovery)
            .and_then(|entry| RecoveryBody::parse(entry.body()).ok());
        let stated = self
            .known
            .as_ref()
            .map(|known| StatedTree::new(known.size, known.root));
        let is_about_it = |body: &RecoveryBody| stated.is_some() && body.highest_known == stated;
        Ok(body.filter(is_about_it))
    }

    fn body(&self, reason: &str, restored: &Head, now: &Head) -> RecoveryBody {
        let tree = |head: &Head| StatedTree::new(head.size(), head.frontier.root());
        let known = self
            .known
            .as_ref()
            .map(|known| StatedTree::new(known.size, known.root));
        RecoveryBody {
            reason: reason.to_owned(),
            restored: tree(restored),
            contents_lost: LostRange::between(restored.size(), now.size()),
            lost: self
                .known
                .as_ref()
                .and_then(|known| LostRange::between(now.size(), known.size)),
            highest_known: known.filter(|known| *known != tree(restored)),
        }
    }

    /// The mark follows the ledger; the old one stays beside it where the ledger does not continue it.
    async fn settle(self, restored: Head, body: RecoveryBody) -> Result<Recovered, RecoverError> {
        let store = &self.store;
        let head = Head::load(&store.db.writer, &store.ledger).await?;
        let mut superseded = Vec::new();
        if !matches!(
            store.standing(&self.marks, &head.frontier).await?,
            Standing::Continues
        ) {
            for path in store.all_mark_places() {
                superseded.extend(keep_aside(&path)?);
            }
        }
        HighWater::take_up(&store.all_mark_places(), head.size(), &head.note)?;
        store.wal.empty().await.map_err(StoreError::from)?;
        store.close().await?;
        Ok(Recovered {
            restored: Size::new(body.restored.size).unwrap_or(restored.size()),
            contents_lost: body.contents_lost,
            lost: body.lost,
            known: self.known,
            entry: head.size().last_index().unwrap_or(Index::FIRST),
            superseded,
            checkpoint: head.note.to_string(),
        })
    }
}

/// Keeps a mark that no longer holds under a name of its own. The mark itself stays until it is replaced whole.
fn keep_aside(path: &Path) -> io::Result<Option<PathBuf>> {
    if !path.exists() {
        return Ok(None);
    }
    for number in 1_u32.. {
        let suffix = if number == 1 {
            String::new()
        } else {
            format!("-{number}")
        };
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".superseded{suffix}"));
        let aside = PathBuf::from(name);
        match fs::hard_link(path, &aside) {
            Ok(()) => {
                durable::sync_folder_of(&aside)?;
                return Ok(Some(aside));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn is_code(reason: &str) -> bool {
    (1..=REASON_MAX).contains(&reason.len())
        && reason
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
