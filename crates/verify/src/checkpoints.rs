//! Checkpoints: the bundle's own, the older ones in it, and those the auditor holds.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{CHECKPOINT, CHECKPOINTS};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::verify::{Against, FileFault, Finding, KeyHistory, OpenByHistoryError};

use crate::Audit;
use crate::names::parse_size;
use crate::report::HeldOutcome;
use crate::structure::SMALL_BYTES_MAX;

/// The roots of a history at the sizes of the checkpoints it is held against.
pub(crate) struct Roots {
    wanted: BTreeSet<Size>,
    found: BTreeMap<Size, Digest>,
    /// The size so far.
    size: Size,
    /// Whether the history is known to end there: then it lacks what a larger checkpoint has.
    is_whole: bool,
}

/// How a history and a checkpoint go together.
enum Comparison {
    Agrees,
    Contradicts(Finding),
    /// The history is not known so far.
    Unknown,
}

impl Roots {
    /// Will note the roots at these sizes.
    pub(crate) fn new(wanted: impl Iterator<Item = Size>) -> Self {
        let mut roots = Self {
            wanted: wanted.collect(),
            found: BTreeMap::new(),
            size: Size::ZERO,
            is_whole: true,
        };
        roots.note(&Frontier::empty());
        roots
    }

    /// The roots at the same sizes of another history, that of these leaf hashes.
    pub(crate) fn over(&self, leaves: &[Digest]) -> Self {
        let mut roots = Self::new(self.wanted.iter().copied());
        let mut frontier = Frontier::empty();
        for leaf in leaves {
            frontier.push(*leaf);
            roots.note(&frontier);
        }
        roots
    }

    /// The same roots of a history that goes on, nobody knows how.
    pub(crate) fn torn(self) -> Self {
        Self {
            is_whole: false,
            ..self
        }
    }

    /// Looks at a tree that grew by one entry.
    pub(crate) fn note(&mut self, tree: &Frontier) {
        self.size = tree.size();
        if self.wanted.contains(&self.size) {
            self.found.insert(self.size, tree.root());
        }
    }

    /// Looks at a tree that grew by several entries at once, from what it was before.
    pub(crate) fn note_all(&mut self, before: &Frontier, leaves: &[Digest], after: &Frontier) {
        let (first, last) = (before.size(), after.size());
        if self.wanted.range(first..last).any(|size| *size > first) {
            let mut tree = before.clone();
            for leaf in leaves {
                tree.push(*leaf);
                self.note(&tree);
            }
        }
        self.note(after);
    }

    /// Whether the root at this size is known.
    pub(crate) fn has(&self, size: Size) -> bool {
        self.found.contains_key(&size)
    }

    /// What a checkpoint says against this history.
    pub(crate) fn contradiction(&self, checkpoint: &Checkpoint, against: Against) -> Option<Finding> {
        match self.compare(checkpoint, against) {
            Comparison::Contradicts(finding) => Some(finding),
            Comparison::Agrees | Comparison::Unknown => None,
        }
    }

    fn compare(&self, checkpoint: &Checkpoint, against: Against) -> Comparison {
        let expected = checkpoint.size();
        match (self.found.get(&expected), expected.last_index()) {
            // An empty tree has one root only, so a checkpoint that differs has a last entry.
            (Some(root), Some(index)) if *root != checkpoint.root() => {
                Comparison::Contradicts(Finding::ForkAt { index, against })
            }
            (Some(_), _) => Comparison::Agrees,
            (None, _) if self.is_whole => Comparison::Contradicts(Finding::TailTruncated {
                have: self.size,
                expected,
                against,
            }),
            (None, _) => Comparison::Unknown,
        }
    }
}

impl<R: Read + Seek> Audit<'_, R> {
    /// Opens the bundle's checkpoint with the auditor's key, or with one that the bundle claims that it leads to.
    pub(crate) fn open_checkpoint(&mut self) -> io::Result<Option<Checkpoint>> {
        self.signer = self.find_signer()?;
        let signer = self.signer.clone();
        self.open_file(CHECKPOINT, |note| Ok(Checkpoint::open(note, &signer)?))
    }

    /// The sizes of the older checkpoints in the bundle, as their names say.
    pub(crate) fn older_sizes(&self) -> Vec<Size> {
        let files = self.bundle.files().iter();
        let names = files.filter_map(|file| file.path().as_str().strip_prefix(CHECKPOINTS));
        names.filter_map(parse_size).collect()
    }

    /// Checks every older checkpoint, its signature by the key of its time, and gives what it says
    /// against the history with these roots.
    pub(crate) fn check_older(
        &mut self,
        sizes: impl Iterator<Item = Size>,
        roots: &Roots,
        keys: &KeyHistory,
    ) -> io::Result<Vec<Finding>> {
        let mut contradictions = Vec::new();
        for size in sizes {
            let path = format!("{CHECKPOINTS}{size}");
            let Some(checkpoint) = self.open_file(&path, |note| keys.open(note))? else {
                continue;
            };
            if checkpoint.size() != size {
                self.file_fault(&path, FileFault::Contradicts);
                continue;
            }
            if let Comparison::Contradicts(finding) = roots.compare(&checkpoint, Against::Older) {
                contradictions.push(finding);
            }
        }
        Ok(contradictions)
    }

    /// Holds the bundle's checkpoint against those that the auditor holds, as far as that can be
    /// done without the entries.
    pub(crate) fn compare_with_held(&mut self, checkpoint: &Checkpoint) {
        let mut roots = Roots::new(std::iter::empty());
        roots.size = checkpoint.size();
        roots.found.insert(checkpoint.size(), checkpoint.root());
        let findings = self.check_held(&roots, |held| held >= checkpoint.size());
        self.findings.extend(findings);
    }

    /// Gives what the checkpoints smaller than `size`, which the auditor holds, say against the history
    /// with these roots.
    pub(crate) fn check_smaller_held(&mut self, roots: &Roots, size: Size) -> Vec<Finding> {
        self.check_held(roots, |held| held < size)
    }

    fn check_held(&mut self, roots: &Roots, is_meant: impl Fn(Size) -> bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (held, outcome) in self.options.held.iter().zip(&mut self.held_outcomes) {
            if !is_meant(held.checkpoint.size()) {
                continue;
            }
            *outcome = match roots.compare(&held.checkpoint, Against::Held) {
                Comparison::Agrees => HeldOutcome::Agrees,
                Comparison::Contradicts(finding) => {
                    // Whoever holds the other history as well knows the very entry.
                    findings.push(held.differs_at.map_or(finding, |index| Finding::ForkAt {
                        index,
                        against: Against::Held,
                    }));
                    HeldOutcome::Contradicts
                }
                Comparison::Unknown => HeldOutcome::NotCompared,
            };
        }
        findings
    }

    pub(crate) fn open_file(
        &mut self,
        path: &str,
        open: impl FnOnce(&[u8]) -> Result<Checkpoint, OpenByHistoryError>,
    ) -> io::Result<Option<Checkpoint>> {
        let Some(bytes) = self.read_file(path, SMALL_BYTES_MAX)? else {
            return Ok(None);
        };
        let finding = match open(&bytes) {
            Ok(checkpoint) => return Ok(Some(checkpoint)),
            Err(OpenByHistoryError::NotAuthorised(size)) => Finding::KeyNotAuthorised { size },
            Err(OpenByHistoryError::Checkpoint(error)) => Finding::CheckpointSignature {
                path: path.to_owned(),
                error,
            },
        };
        self.findings.add(finding);
        Ok(None)
    }
}
