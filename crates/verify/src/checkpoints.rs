//! Checkpoints: the bundle's own, the older ones in it, and the one the auditor holds.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{CHECKPOINT, CHECKPOINTS};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::verify::{Against, FileFault, Finding, KeyHistory, Run};

use crate::Audit;
use crate::structure::SMALL_BYTES_MAX;

/// The roots of the ledger at the sizes of the checkpoints it is held against.
pub(crate) struct Roots {
    wanted: BTreeSet<Size>,
    found: BTreeMap<Size, Digest>,
    /// The size so far.
    size: Size,
}

impl Roots {
    /// Will note the roots at these sizes.
    pub(crate) fn new(wanted: impl Iterator<Item = Size>) -> Self {
        let mut roots = Self {
            wanted: wanted.collect(),
            found: BTreeMap::new(),
            size: Size::ZERO,
        };
        roots.note(&Run::new());
        roots
    }

    /// Looks at a run that went one entry further.
    pub(crate) fn note(&mut self, run: &Run) {
        self.size = run.size();
        if self.wanted.contains(&self.size) {
            self.found.insert(self.size, run.root());
        }
    }

    /// What is wrong if the ledger once had this checkpoint.
    fn contradiction(&self, checkpoint: &Checkpoint, against: Against) -> Option<Finding> {
        let expected = checkpoint.size();
        match self.found.get(&expected) {
            Some(root) if *root == checkpoint.root() => None,
            // An empty tree has one root only, so a checkpoint that differs has a last entry.
            Some(_) => expected
                .last_index()
                .map(|index| Finding::ForkAt { index, against }),
            None => Some(Finding::TailTruncated {
                have: self.size,
                expected,
                against,
            }),
        }
    }
}

impl<R: Read + Seek> Audit<'_, R> {
    /// Opens the bundle's checkpoint with the auditor's key.
    pub(crate) fn open_checkpoint(&mut self) -> io::Result<Option<Checkpoint>> {
        let vkey = self.options.vkey.clone();
        self.open_file(CHECKPOINT, &vkey)
    }

    /// The sizes of the older checkpoints in the bundle, as their names say.
    pub(crate) fn older_sizes(&mut self) -> Vec<Size> {
        let files = self.bundle.files().iter();
        let names = files.filter_map(|file| file.path().as_str().strip_prefix(CHECKPOINTS));
        let (sizes, malformed): (Vec<_>, Vec<_>) = names
            .map(|name| parse_size(name).ok_or_else(|| name.to_owned()))
            .partition(Result::is_ok);
        for name in malformed.into_iter().filter_map(Result::err) {
            self.file_fault(&format!("{CHECKPOINTS}{name}"), FileFault::Malformed);
        }
        sizes.into_iter().filter_map(Result::ok).collect()
    }

    /// Checks every older checkpoint: its signature by the key of its time, and its root.
    pub(crate) fn check_older(&mut self, sizes: &[Size], roots: &Roots, keys: &KeyHistory) -> io::Result<()> {
        for size in sizes {
            let path = format!("{CHECKPOINTS}{size}");
            let Some(checkpoint) = self.open_file(&path, keys.key_at(*size))? else {
                continue;
            };
            if checkpoint.size() != *size {
                self.file_fault(&path, FileFault::Contradicts);
                continue;
            }
            self.findings
                .extend(roots.contradiction(&checkpoint, Against::Older));
        }
        Ok(())
    }

    /// Holds the bundle's checkpoint against the one that the auditor holds, as far as that can be
    /// done without the entries.
    pub(crate) fn compare_with_held(&mut self, checkpoint: &Checkpoint) {
        let mut roots = Roots::new(std::iter::empty());
        roots.size = checkpoint.size();
        roots.found.insert(checkpoint.size(), checkpoint.root());
        let held = self
            .options
            .held
            .as_ref()
            .filter(|held| held.size() >= checkpoint.size());
        self.findings
            .extend(held.and_then(|held| roots.contradiction(held, Against::Held)));
    }

    /// Checks that the entries, which are the signed ones, continue a smaller checkpoint that the
    /// auditor holds.
    pub(crate) fn check_held(&mut self, roots: &Roots) {
        let held = self.options.held.as_ref().filter(|held| held.size() < roots.size);
        self.findings
            .extend(held.and_then(|held| roots.contradiction(held, Against::Held)));
    }

    fn open_file(&mut self, path: &str, key: &VerifierKey) -> io::Result<Option<Checkpoint>> {
        let Some(bytes) = self.read_file(path, SMALL_BYTES_MAX)? else {
            return Ok(None);
        };
        match Checkpoint::open(&bytes, key) {
            Ok(checkpoint) => Ok(Some(checkpoint)),
            Err(error) => {
                self.findings.add(Finding::CheckpointSignature {
                    path: path.to_owned(),
                    error,
                });
                Ok(None)
            }
        }
    }
}

fn parse_size(name: &str) -> Option<Size> {
    let size = name.parse().ok().and_then(Size::new)?;
    (size.to_string() == name).then_some(size)
}
