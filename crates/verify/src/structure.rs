//! The entries against the signed checkpoint: links, hashes, tiles, keys and older checkpoints.

use std::io::{self, Read, Seek};
use std::ops::ControlFlow;
use std::sync::Mutex;

use kirokubo_ledger::bundle::{BundleReader, BundleScope, KEYS, KeyList, SCOPE, Scope};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::entry::{Entry, Kind};
use kirokubo_ledger::tile::{TILE_WIDTH, TilePath};
use kirokubo_ledger::verify::{
    BoundStamps, Broken, Clocks, Fault, FileFault, Finding, KeyHistory, Records, Run, Seen, Signed,
    compare_with_signed, find_signed_leaves, read_the_tears,
};
use kirokubo_ledger::{Index, Size};

use crate::checkpoints::Roots;
use crate::entries::{EntryFiles, Flow, Layout, Undivided, Walk};
use crate::manifest::ManifestCheck;
use crate::recoveries::{self, Recovery};
use crate::report::Findings;
use crate::segments::{Looked, Shared, lock, look_at_each};
use crate::tiles::TileCheck;
use crate::{Audit, Progress, Step};

/// Largest small file: a checkpoint with every signature it may have, a scope, some hundred keys.
pub(crate) const SMALL_BYTES_MAX: u64 = 1 << 20;

/// What one pass over the entries gives.
struct Pass {
    run: Run,
    clocks: Clocks,
    stamps: BoundStamps,
    tiles: TileCheck,
    broken: Option<Broken>,
    roots: Roots,
    layout: Layout,
    /// The records of the entry bundles that were taken as one, by the number of the bundle.
    records: Vec<Option<Records>>,
    /// How many records amend another.
    amended: u64,
    /// What was found on the way.
    findings: Findings,
    recoveries: Vec<Recovery>,
}

/// What the entries say about the keeping of records, once they are known to be the signed ones.
pub(crate) struct Keeping {
    pub(crate) clocks: Clocks,
    /// The time stamps that entries bind.
    pub(crate) stamps: BoundStamps,
    /// The records of each entry bundle; `None` where they have to be looked at one by one.
    pub(crate) records: Vec<Option<Records>>,
}

impl<R: Read + Seek + Send> Audit<'_, R> {
    /// Reads the scope, which must be of the checkpoint's size.
    pub(crate) fn read_scope(&mut self, checkpoint: &Checkpoint) -> io::Result<Option<Scope>> {
        let Some(bytes) = self.read_file(SCOPE, SMALL_BYTES_MAX)? else {
            return Ok(None);
        };
        let Ok(scope) = BundleScope::parse(&bytes) else {
            self.file_fault(SCOPE, FileFault::Malformed);
            return Ok(None);
        };
        if scope.size() != checkpoint.size().get() {
            self.file_fault(SCOPE, FileFault::Contradicts);
        }
        if let Some(from) = scope.from_size() {
            let is_earlier = 0 < from && from < checkpoint.size().get();
            self.from_size = Size::new(from).filter(|_| is_earlier);
            if self.from_size.is_none() {
                self.file_fault(SCOPE, FileFault::Contradicts);
            }
        }
        Ok(Some(scope.scope()))
    }

    /// Checks all files against the manifest and all entries; gives what they say about the keeping of records if the entries are the
    /// signed ones. `entries` becomes the number of entries that continued the chain.
    pub(crate) fn check_structure(
        &mut self,
        checkpoint: &Checkpoint,
        entries: &mut u64,
    ) -> io::Result<Option<Keeping>> {
        let files = EntryFiles::list(&self.bundle);
        let signed = Signed {
            size: checkpoint.size(),
            root: checkpoint.root(),
        };
        let older = self.older_sizes();
        let mut manifest = self.read_manifest()?;
        let mut pass = self.pass(&files, &older, &mut manifest)?;
        self.finish_manifest(manifest)?;
        self.check_names();
        self.findings.append(std::mem::take(&mut pass.findings));
        *entries = pass.run.size().get();
        self.facts.recorded_at = pass.run.recorded_at();
        self.facts.keys = pass
            .run
            .keys()
            .map(|keys| keys.keys().collect())
            .unwrap_or_default();
        self.facts.amended = pass.amended;
        let is_signed = pass.run.size() == signed.size && pass.run.root() == signed.root;
        if pass.broken.is_some() || !is_signed {
            self.explain(&files, &signed, &older, pass)?;
            return Ok(None);
        }
        self.check_layout(&files, &pass.layout, signed.size);
        for path in pass.tiles.wrong() {
            self.file_fault(&path.to_string(), FileFault::Contradicts);
        }
        if let Some(keys) = pass.run.keys() {
            self.check_keys(keys, signed.size)?;
            let contradictions = self.check_older(older.into_iter(), &pass.roots, keys)?;
            self.findings.extend(contradictions);
        }
        self.check_tile_names(signed.size);
        let contradictions = self.check_smaller_held(&pass.roots, signed.size);
        self.findings.extend(contradictions);
        let Pass {
            clocks,
            records,
            stamps,
            recoveries,
            ..
        } = pass;
        self.recoveries = recoveries;
        Ok(Some(Keeping {
            clocks,
            stamps,
            records,
        }))
    }

    fn pass(&mut self, files: &EntryFiles, older: &[Size], manifest: &mut ManifestCheck) -> io::Result<Pass> {
        let held = self.options.held.iter().map(|held| held.checkpoint.size());
        let mut pass = Pass::new(older.iter().copied().chain(held));
        let mut walk = Walk::default();
        let (total, mut done) = (files.bytes(&self.bundle), 0);
        let (expected, mut hashed) = manifest.split();
        let Self { bundle, watch, .. } = self;
        let shared = Mutex::new(bundle);
        look_at_each(&shared, files.files(), expected, |number, looked| {
            let file = &files.files()[number];
            for (place, is_same) in &looked.hashed {
                hashed.note(*place, *is_same);
            }
            if pass.take_segment(&shared, &looked)? {
                walk.skip(TILE_WIDTH);
                pass.records.push(looked.segment.map(|segment| segment.records()));
            } else {
                pass.records.push(None);
                let take = |bundle: &mut BundleReader<R>, bytes: &[u8]| pass.take(bundle, bytes);
                let flow = walk.file(&mut lock(&shared), file, take)?;
                if flow.is_break() {
                    return Ok(flow);
                }
            }
            done += file.bytes(&lock(&shared));
            watch.progress(Progress {
                step: Step::Entries,
                done,
                total,
            });
            Ok(Flow::Continue(()))
        })?;
        pass.layout = walk.finish();
        pass.tiles.finish(&mut self.bundle)?;
        Ok(pass)
    }

    /// Names what is wrong with entries that are not the signed ones, or are and break a rule.
    fn explain(&mut self, files: &EntryFiles, signed: &Signed, older: &[Size], pass: Pass) -> io::Result<()> {
        let mut seen = Vec::new();
        let layout = files.each(
            &mut self.bundle,
            |_, bytes| {
                seen.push(Seen::of(bytes));
                Ok(ControlFlow::Continue(()))
            },
            |_| {},
        )?;
        self.findings.extend(layout.undivided.map(undivided));
        let stored = self.stored_leaves(signed.size)?;
        let leaves = find_signed_leaves(&seen, signed, stored.as_deref());
        // Other checkpoints are held against what was signed; if that cannot be known, against the
        // entries, as far as they are linked.
        let roots = match &leaves {
            Some(leaves) => pass.roots.over(leaves),
            None => pass.roots.torn(),
        };
        let mut contradictions = Vec::new();
        if let Some(keys) = pass.run.keys() {
            // Behind the tear nobody knows which key signs.
            let older = older.iter().copied().filter(|size| *size <= pass.run.size());
            contradictions = self.check_older(older, &roots, keys)?;
        }
        contradictions.extend(self.check_smaller_held(&roots, signed.size));
        let findings = if let Some(leaves) = &leaves {
            compare_with_signed(&seen, leaves)
        } else {
            seen.truncate(layout.undivided.map_or(seen.len(), |undivided| undivided.place));
            let forks = contradictions.iter().filter_map(Finding::index);
            read_the_tears(&seen, signed.size, forks.min())
        };
        let rule = pass
            .broken
            .zip(pass.run.size().next_index())
            .filter(|_| findings.is_empty());
        self.findings.extend(findings);
        self.findings.extend(rule.map(|(broken, index)| broken.at(index)));
        self.findings.extend(contradictions);
        Ok(())
    }

    /// Checks that the signed entries lie in the files in which another reader looks for them.
    fn check_layout(&mut self, files: &EntryFiles, layout: &Layout, size: Size) {
        self.findings.extend(layout.undivided.map(undivided));
        if let Some(path) = layout.odd_width {
            self.file_fault(&path.to_string(), FileFault::Contradicts);
        } else if !files.paths().eq(TilePath::entries_of(size)) {
            self.file_fault("tile/entries", FileFault::Contradicts);
        }
    }

    /// Checks that the auditor's key is the one that signs at this size, or leads to it, and the list in the bundle.
    fn check_keys(&mut self, keys: &KeyHistory, size: Size) -> io::Result<()> {
        self.check_signer(keys, size)?;
        self.check_held_keys(keys);
        let Some(bytes) = self.read_file(KEYS, SMALL_BYTES_MAX)? else {
            return Ok(());
        };
        match KeyList::parse(&bytes) {
            Err(_) => self.file_fault(KEYS, FileFault::Malformed),
            Ok(list) if !keys.keys().eq(list.keys().iter().cloned()) => {
                self.file_fault(KEYS, FileFault::Contradicts);
            }
            Ok(_) => {}
        }
        Ok(())
    }
}

impl Pass {
    fn new(wanted: impl Iterator<Item = Size>) -> Self {
        let (run, clocks, tiles) = (Run::new(), Clocks::new(), TileCheck::default());
        Self {
            run,
            clocks,
            stamps: BoundStamps::default(),
            tiles,
            broken: None,
            roots: Roots::new(wanted),
            layout: Layout::default(),
            records: Vec::new(),
            amended: 0,
            findings: Findings::default(),
            recoveries: Vec::new(),
        }
    }

    /// Takes the next 256 entries at once; says whether they continue the run.
    fn take_segment<R: Read + Seek>(&mut self, bundle: &Shared<'_, R>, looked: &Looked) -> io::Result<bool> {
        let Some(segment) = &looked.segment else {
            return Ok(false);
        };
        let before = self.run.frontier().clone();
        if !self.run.push_segment(segment) {
            return Ok(false);
        }
        self.roots
            .note_all(&before, segment.leaves(), self.run.frontier());
        for bytes in &looked.speakers {
            if let Ok(entry) = Entry::view(bytes) {
                recoveries::take(&entry, &mut self.recoveries);
                self.findings
                    .extend(self.clocks.take(&entry).err().map(Finding::from));
                self.findings.extend(self.stamps.take(&entry).err());
            }
        }
        self.amended += u64::from(segment.records().amended);
        self.tiles.push_segment(bundle, segment, looked.is_tile_wrong)?;
        Ok(true)
    }

    /// Takes the next entry, or breaks off at one that does not continue the run.
    fn take<R: Read + Seek>(&mut self, bundle: &mut BundleReader<R>, bytes: &[u8]) -> io::Result<Flow> {
        let step = match self.run.push(bytes) {
            Ok(step) => step,
            Err(broken) => {
                self.broken = Some(broken);
                return Ok(ControlFlow::Break(()));
            }
        };
        recoveries::take(&step.entry, &mut self.recoveries);
        if let Err(error) = self.clocks.take(&step.entry) {
            self.findings.add(error.into());
        }
        self.findings.extend(self.stamps.take(&step.entry).err());
        self.amended += u64::from(step.entry.kind() == Kind::Amend);
        self.tiles.push(bundle, step.leaf)?;
        self.roots.note(self.run.frontier());
        Ok(ControlFlow::Continue(()))
    }
}

fn undivided(Undivided { path, place }: Undivided) -> Finding {
    let path = path.to_string();
    Finding::Schema {
        index: u64::try_from(place).ok().and_then(Index::new),
        fault: Fault::Undivided { path },
    }
}
