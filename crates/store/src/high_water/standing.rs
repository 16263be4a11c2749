//! Where a ledger stands against its high-water mark.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kirokubo_ledger::Size;
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree::Frontier;

use super::{HighWater, slots};
use crate::error::StoreError;
use crate::head::Head;
use crate::store::Store;

/// Why nothing is signed: the ledger does not continue what was signed before, or nobody can tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HighWaterFault {
    /// The ledger is smaller than it once was.
    #[error("the ledger has {have} entries, but {expected} were signed ({})", path.display())]
    Behind {
        /// Entries there are.
        have: Size,
        /// Entries there were.
        expected: Size,
        /// The mark that says so.
        path: PathBuf,
    },
    /// The ledger is not the one whose checkpoint the mark holds.
    #[error("the first {size} entries are not those that were signed ({})", path.display())]
    Forked {
        /// The size of the checkpoint that the mark holds.
        size: Size,
        /// The mark.
        path: PathBuf,
    },
    /// A ledger that has records has no mark.
    #[error("the high-water mark is gone ({})", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The mark holds no checkpoint that this ledger's key signed.
    #[error("the high-water mark is not one that was signed ({})", path.display())]
    Unreadable {
        /// Where it is.
        path: PathBuf,
    },
}

/// What the largest mark says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedSize {
    /// Entries that were signed.
    pub size: Size,
    /// The root over them.
    pub root: Digest,
}

/// The marks as they were read.
#[derive(Clone, Debug)]
pub(crate) struct Marks {
    /// Each place with the largest checkpoint it holds.
    read: Vec<(PathBuf, Checkpoint)>,
    /// Places where there is none.
    absent: Vec<PathBuf>,
    /// The first place that holds something else.
    unreadable: Option<PathBuf>,
}

/// The marks before anybody has asked who signed them: each place with the notes in it, or without a file.
pub(crate) struct MarkNotes(Vec<(PathBuf, Option<Vec<String>>)>);

/// How the ledger stands.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// It continues every mark there is, and there is one, or it has no records yet.
    Continues,
    /// It does not.
    Refused(HighWaterFault),
}

impl Marks {
    /// The largest checkpoint of all marks.
    pub(crate) fn largest(&self) -> Option<&Checkpoint> {
        let checkpoints = self.read.iter().map(|(_, checkpoint)| checkpoint);
        checkpoints.max_by_key(|checkpoint| checkpoint.size())
    }

    /// The sizes of their checkpoints.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = Size> {
        self.read.iter().map(|(_, checkpoint)| checkpoint.size())
    }

    /// How a ledger of `size` entries stands, which had these roots at these sizes.
    pub(crate) fn judge(&self, size: Size, roots: &BTreeMap<Size, Digest>) -> Standing {
        if let Some(path) = &self.unreadable {
            return Standing::Refused(HighWaterFault::Unreadable { path: path.clone() });
        }
        let is_new = size.get() <= 1;
        if let Some(path) = self.absent.first().filter(|_| self.are_absent() && !is_new) {
            return Standing::Refused(HighWaterFault::Missing { path: path.clone() });
        }
        for (path, marked) in &self.read {
            let path = path.clone();
            if marked.size() > size {
                return Standing::Refused(HighWaterFault::Behind {
                    have: size,
                    expected: marked.size(),
                    path,
                });
            }
            if roots.get(&marked.size()) != Some(&marked.root()) {
                let size = marked.size();
                return Standing::Refused(HighWaterFault::Forked { size, path });
            }
        }
        Standing::Continues
    }

    /// Whether there is none at all, good or bad.
    pub(crate) fn are_absent(&self) -> bool {
        self.read.is_empty() && self.unreadable.is_none()
    }
}

impl Store {
    /// Keeps the high-water mark in a second place as well, best on another disk.
    #[must_use]
    pub fn with_high_water_at(self, path: Option<PathBuf>) -> Self {
        Self {
            second_mark: path.map(Into::into),
            ..self
        }
    }

    /// Where this server writes its marks: the data folder's first.
    pub(crate) fn mark_places(&self) -> Vec<PathBuf> {
        let second = self.second_mark.as_deref().map(Path::to_owned);
        [self.folder.high_water()].into_iter().chain(second).collect()
    }

    /// Where marks are: those, and the one that servers leave each other.
    pub(crate) fn all_mark_places(&self) -> Vec<PathBuf> {
        let shared = self.folder.shared_high_water();
        self.mark_places().into_iter().chain(shared).collect()
    }

    /// Reads the marks.
    pub(crate) fn marks(&self) -> Result<Marks, StoreError> {
        Ok(self.open_marks(self.mark_notes()?))
    }

    /// Reads the files of the marks. Before the head is read: other servers move both up meanwhile, the mark last.
    pub(crate) fn mark_notes(&self) -> Result<MarkNotes, StoreError> {
        let read = |path: PathBuf| match slots::read(&path) {
            Ok(notes) => Ok((path, notes)),
            Err(source) => Err(StoreError::Folder { path, source }),
        };
        let notes: Result<_, _> = self.all_mark_places().into_iter().map(read).collect();
        Ok(MarkNotes(notes?))
    }

    /// Opens what was read, with the keys that the ledger is known to have had.
    pub(crate) fn open_marks(&self, notes: MarkNotes) -> Marks {
        let mut marks = Marks {
            read: Vec::new(),
            absent: Vec::new(),
            unreadable: None,
        };
        let signers = self.ledger.signers();
        for (path, notes) in notes.0 {
            let Some(notes) = notes else {
                marks.absent.push(path);
                continue;
            };
            let signed = notes.iter().filter_map(|note| signers.open(note).ok());
            match signed.max_by_key(Checkpoint::size) {
                Some(checkpoint) => marks.read.push((path, checkpoint)),
                None => marks.unreadable = marks.unreadable.or(Some(path)),
            }
        }
        marks
    }

    /// How a ledger stands against the marks whose tree is `tree`.
    pub(crate) async fn standing(&self, marks: &Marks, tree: &Frontier) -> Result<Standing, StoreError> {
        let mut roots = BTreeMap::from([(tree.size(), tree.root())]);
        for size in marks.sizes().filter(|size| *size < tree.size()) {
            roots.insert(size, self.root_at(size).await?);
        }
        Ok(marks.judge(tree.size(), &roots))
    }

    /// Takes up the marks for a ledger that ends in `head`, or says why nothing may be signed after it.
    pub(crate) async fn take_up_high_water(
        &self,
        notes: MarkNotes,
        head: &Head,
    ) -> Result<HighWater, StoreError> {
        let marks = self.open_marks(notes);
        if let Standing::Refused(fault) = self.standing(&marks, &head.frontier).await? {
            return Err(fault.into());
        }
        for path in marks.absent.iter().filter(|_| head.size().get() > 1) {
            tracing::warn!(path = %path.display(), "there was no high-water mark here; it is made anew");
        }
        HighWater::take_up(&self.mark_places(), head.size(), &head.note)
    }
}
