//! The entries against the signed checkpoint: links, hashes, tiles, keys and older checkpoints.

use std::io::{self, Read, Seek};
use std::ops::ControlFlow;

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{BundleReader, BundleScope, KEYS, KeyList, SCOPE, Scope};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::tile::TilePath;
use kirokubo_ledger::verify::{Broken, Clocks, FileFault, Finding, KeyHistory, Run, Seen, Signed, diagnose};

use crate::checkpoints::Roots;
use crate::entries::{EntryFiles, Flow};
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
            self.explain(&files, &signed, pass)?;
            return Ok(None);
        }
        for path in pass.tiles.wrong() {
            self.file_fault(&path.to_string(), FileFault::Contradicts);
        }
        if !files.paths().eq(TilePath::entries_of(signed.size)) {
            // The right entries in files of the wrong names: another reader would not find them.
            self.file_fault("tile/entries", FileFault::Contradicts);
        }
        if let Some(keys) = pass.run.keys() {
            self.check_keys(keys, signed.size)?;
            self.check_older(&older, &pass.roots, keys)?;
        }
        self.check_tile_names(signed.size);
        self.check_held(&pass.roots);
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
        let malformed = files.each(
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
        if let Some(path) = malformed {
            self.file_fault(&path.to_string(), FileFault::Malformed);
        }
        Ok(pass)
    }

    /// Names what is wrong with entries that are not the signed ones, or are and break a rule.
    fn explain(&mut self, files: &EntryFiles, signed: &Signed, pass: Pass) -> io::Result<()> {
        let mut seen = Vec::new();
        files.each(
            &mut self.bundle,
            |_, bytes| {
                seen.push(Seen::of(bytes));
                Ok(ControlFlow::Continue(()))
            },
            |_| {},
        )?;
        let stored = self.stored_leaves(signed.size)?;
        let findings = diagnose(&seen, signed, stored.as_deref());
        let rule = pass
            .broken
            .zip(pass.run.size().next_index())
            .filter(|_| findings.is_empty());
        self.findings.extend(findings);
        self.findings.extend(rule.map(|(broken, index)| broken.at(index)));
        Ok(())
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
        self.roots.note(&self.run);
        Ok(ControlFlow::Continue(()))
    }
}
