//! The entries against the signed checkpoint: links, hashes, tiles, keys and older checkpoints.

use std::io::{self, Read, Seek};
use std::ops::ControlFlow;

use kirokubo_ledger::bundle::{BundleReader, BundleScope, KEYS, KeyList, SCOPE, Scope};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::tile::TilePath;
use kirokubo_ledger::verify::{
    Broken, Clocks, Fault, FileFault, Finding, KeyHistory, Run, Seen, Signed, compare_with_signed,
    find_signed_leaves, read_the_tears,
};
use kirokubo_ledger::{Index, Size};

use crate::checkpoints::Roots;
use crate::entries::{EntryFiles, Flow, Layout, Undivided};
use crate::report::Findings;
use crate::tiles::TileCheck;
use crate::{Audit, Progress, Step};

/// Largest small file: a checkpoint with every signature it may have, a scope, some hundred keys.
pub(crate) const SMALL_BYTES_MAX: u64 = 1 << 20;

/// What one pass over the entries gives.
struct Pass {
    run: Run,
    clocks: Clocks,
    tiles: TileCheck,
    broken: Option<Broken>,
    roots: Roots,
    layout: Layout,
}

impl<R: Read + Seek> Audit<'_, R> {
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
        Ok(Some(scope.scope()))
    }

    /// Checks all entries; gives the clocks of the records if they are the signed ones. `entries`
    /// becomes the number of entries that continued the chain.
    pub(crate) fn check_structure(
        &mut self,
        checkpoint: &Checkpoint,
        entries: &mut u64,
    ) -> io::Result<Option<Clocks>> {
        let files = EntryFiles::list(&self.bundle);
        let signed = Signed {
            size: checkpoint.size(),
            root: checkpoint.root(),
        };
        let older = self.older_sizes();
        let pass = self.pass(&files, &older)?;
        *entries = pass.run.size().get();
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
        let contradiction = self.check_smaller_held(&pass.roots, signed.size);
        self.findings.extend(contradiction);
        Ok(Some(pass.clocks))
    }

    fn pass(&mut self, files: &EntryFiles, older: &[Size]) -> io::Result<Pass> {
        let held = self.options.held.as_ref().map(Checkpoint::size);
        let mut pass = Pass::new(older.iter().copied().chain(held));
        let (total, mut done) = (files.bytes(), 0);
        let Self {
            bundle,
            findings,
            progress,
            ..
        } = self;
        pass.layout = files.each(
            bundle,
            |bundle, bytes| pass.take(bundle, bytes, findings),
            |bytes| {
                done += bytes;
                progress(Progress {
                    step: Step::Entries,
                    done,
                    total,
                });
            },
        )?;
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

    /// Checks that the auditor's key is the one that signs at this size, and the list in the bundle.
    fn check_keys(&mut self, keys: &KeyHistory, size: Size) -> io::Result<()> {
        if *keys.key_at(size) != self.options.vkey {
            self.findings.add(Finding::KeyNotAuthorised { size });
        }
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
            tiles,
            broken: None,
            roots: Roots::new(wanted),
            layout: Layout::default(),
        }
    }

    /// Takes the next entry, or breaks off at one that does not continue the run.
    fn take<R: Read + Seek>(
        &mut self,
        bundle: &mut BundleReader<R>,
        bytes: &[u8],
        findings: &mut Findings,
    ) -> io::Result<Flow> {
        let step = match self.run.push(bytes) {
            Ok(step) => step,
            Err(broken) => {
                self.broken = Some(broken);
                return Ok(ControlFlow::Break(()));
            }
        };
        if let Err(error) = self.clocks.take(&step.entry) {
            findings.add(error.into());
        }
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
