//! A delta bundle: entries from an earlier size on, held against the earlier checkpoint and the new one.

use std::io::{self, Read, Seek};
use std::ops::ControlFlow;

use kirokubo_ledger::bundle::{
    CHECKPOINTS, CONSISTENCY, FRONTIER, KEYS, KeyList, ListedKey, TILES, first_entry, parse_hash_lines,
};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::tile::TilePath;
use kirokubo_ledger::tree::{Frontier, verify_consistency};
use kirokubo_ledger::verify::{Against, BoundStamps, Broken, Clocks, DeltaRun, Fault, FileFault, Finding};
use kirokubo_ledger::{Index, Size};

use crate::checkpoints::Roots;
use crate::entries::EntryFiles;
use crate::structure::{Keeping, SMALL_BYTES_MAX};
use crate::{Audit, Progress, Step};

/// What one pass over the entries of a delta gives.
struct Pass {
    run: DeltaRun,
    clocks: Clocks,
    stamps: BoundStamps,
    broken: Option<Broken>,
    roots: Roots,
}

impl<R: Read + Seek> Audit<'_, R> {
    /// Checks all files against the manifest, and the entries of a delta from `from` on; gives what they say about the
    /// keeping of records if they are the signed ones.
    /// `entries` becomes the number of entries that continued the chain.
    pub(crate) fn check_delta(
        &mut self,
        checkpoint: &Checkpoint,
        from: Size,
        entries: &mut u64,
    ) -> io::Result<Option<Keeping>> {
        let manifest = self.read_manifest()?;
        self.finish_manifest(manifest)?;
        self.check_names();
        let keys = self.delta_keys()?;
        let Some(earlier) = self.open_earlier(from, &keys)? else {
            return Ok(None);
        };
        self.check_consistency(&earlier, checkpoint)?;
        let first = first_entry(from);
        let nodes = self.hashes(FRONTIER)?;
        let Some(frontier) = nodes.and_then(|nodes| Frontier::from_parts(first, nodes).ok()) else {
            self.file_fault(FRONTIER, FileFault::Malformed);
            return Ok(None);
        };
        self.check_delta_files(first, checkpoint.size());
        let pass = self.delta_pass(frontier, from)?;
        *entries = pass.run.frontier().size().get().saturating_sub(first.get());
        let findings = tears(&pass, &earlier, checkpoint);
        if !findings.is_empty() {
            self.findings.extend(findings);
            return Ok(None);
        }
        self.check_delta_keys(&keys, pass.run.keys(), checkpoint.size());
        self.facts.keys.clone_from(&keys);
        self.check_others(&pass.roots, &keys)?;
        // Of sizes before the delta nothing is known.
        let contradictions = self.check_smaller_held(&pass.roots.torn(), checkpoint.size());
        self.findings.extend(contradictions);
        let files = EntryFiles::list(&self.bundle).paths().count();
        Ok(Some(Keeping {
            clocks: pass.clocks,
            stamps: pass.stamps.over(from),
            records: vec![None; files],
        }))
    }

    /// The keys as the bundle lists them: those named before the delta stand nowhere else in it.
    fn delta_keys(&mut self) -> io::Result<Vec<ListedKey>> {
        let Some(bytes) = self.read_file(KEYS, SMALL_BYTES_MAX)? else {
            return Ok(Vec::new());
        };
        let list = KeyList::parse(&bytes).ok();
        let keys = list.map(|list| list.keys().to_vec()).unwrap_or_default();
        let is_sound = keys.first().is_some_and(|key| key.first_size == 0)
            && keys.is_sorted_by_key(|key| key.first_size)
            && keys
                .iter()
                .all(|key| key.vkey.origin() == self.options.vkey.origin());
        if !is_sound {
            self.file_fault(KEYS, FileFault::Malformed);
        }
        Ok(keys)
    }

    /// Opens the checkpoint that the delta begins with.
    fn open_earlier(&mut self, from: Size, keys: &[ListedKey]) -> io::Result<Option<Checkpoint>> {
        let path = format!("{CHECKPOINTS}{from}");
        let key = key_at(keys, from, &self.options.vkey);
        let earlier = self.open_file(&path, |note| Ok(Checkpoint::open(note, key)?))?;
        if earlier.as_ref().is_some_and(|earlier| earlier.size() != from) {
            self.file_fault(&path, FileFault::Contradicts);
            return Ok(None);
        }
        Ok(earlier)
    }

    fn check_consistency(&mut self, earlier: &Checkpoint, checkpoint: &Checkpoint) -> io::Result<()> {
        let Some(proof) = self.hashes(CONSISTENCY)? else {
            self.file_fault(CONSISTENCY, FileFault::Malformed);
            return Ok(());
        };
        let (first, second) = (earlier.size(), checkpoint.size());
        let result = verify_consistency(first, &earlier.root(), second, &checkpoint.root(), &proof);
        if result.is_err() {
            self.file_fault(CONSISTENCY, FileFault::Contradicts);
        }
        Ok(())
    }

    /// The hashes of a file; a missing one is a finding, and has none.
    fn hashes(&mut self, path: &str) -> io::Result<Option<Vec<Digest>>> {
        let bytes = self.read_file(path, SMALL_BYTES_MAX)?;
        Ok(bytes.and_then(|bytes| parse_hash_lines(&bytes)))
    }

    /// Checks that the entry bundles are those from the first one on, and that there are no other tiles.
    fn check_delta_files(&mut self, first: Size, size: Size) {
        let is_meant = |path: &TilePath| path.level().is_none() && path.is_in(size);
        let names = self.bundle.files().iter().map(|file| file.path().as_str());
        let foreign: Vec<String> = names
            .filter(|name| name.starts_with(TILES))
            .filter(|name| !name.parse::<TilePath>().is_ok_and(|path| is_meant(&path)))
            .map(str::to_owned)
            .collect();
        for path in foreign {
            self.file_fault(&path, FileFault::Contradicts);
        }
        let expected = TilePath::entries_of(size).filter(|path| path.index() * 256 >= first.get());
        if !EntryFiles::list(&self.bundle).paths().eq(expected) {
            self.file_fault("tile/entries", FileFault::Contradicts);
        }
    }

    fn delta_pass(&mut self, frontier: Frontier, from: Size) -> io::Result<Pass> {
        let files = EntryFiles::list(&self.bundle);
        let held = self.options.held.iter().map(|held| held.checkpoint.size());
        let wanted = self.older_sizes().into_iter().chain(held).chain([from]);
        let mut pass = Pass {
            roots: Roots::new(wanted),
            run: DeltaRun::new(self.options.vkey.origin().clone(), frontier),
            clocks: Clocks::new(),
            stamps: BoundStamps::default(),
            broken: None,
        };
        pass.roots.note(pass.run.frontier());
        let (total, mut done) = (files.bytes(&self.bundle), 0);
        let Self {
            bundle,
            findings,
            watch,
            ..
        } = self;
        let layout = files.each(
            bundle,
            |_, bytes| {
                let step = match pass.run.push(bytes) {
                    Ok(step) => step,
                    Err(broken) => {
                        pass.broken = Some(broken);
                        return Ok(ControlFlow::Break(()));
                    }
                };
                if let Err(error) = pass.clocks.take(&step.entry) {
                    findings.add(error.into());
                }
                findings.extend(pass.stamps.take(&step.entry).err());
                pass.roots.note(pass.run.frontier());
                Ok(ControlFlow::Continue(()))
            },
            |bytes| {
                done += bytes;
                watch.progress(Progress {
                    step: Step::Entries,
                    done,
                    total,
                });
            },
        )?;
        if let Some(undivided) = layout.undivided {
            let fault = Fault::Undivided {
                path: undivided.path.to_string(),
            };
            let index = pass.run.frontier().size().next_index();
            findings.add(Finding::Schema { index, fault });
        }
        Ok(pass)
    }

    /// Checks that the list ends in the keys that the entries of the delta name, and that the auditor's is the last.
    fn check_delta_keys(&mut self, listed: &[ListedKey], named: &[ListedKey], size: Size) {
        // A list in the bundle is its maker's word: it leads nobody to another key.
        let own = &self.options.vkey;
        if *key_at(listed, size, own) != *own || self.signer != *own {
            self.findings.add(Finding::KeyNotAuthorised { size });
        }
        if !listed.ends_with(named) {
            self.file_fault(KEYS, FileFault::Contradicts);
        }
    }

    /// Checks the checkpoints between the earlier and the new one.
    fn check_others(&mut self, roots: &Roots, keys: &[ListedKey]) -> io::Result<()> {
        for size in self.older_sizes() {
            let path = format!("{CHECKPOINTS}{size}");
            let key = key_at(keys, size, &self.options.vkey).clone();
            let opened = self.open_file(&path, |note| Ok(Checkpoint::open(note, &key)?))?;
            let Some(checkpoint) = opened else {
                continue;
            };
            if checkpoint.size() != size || !roots.has(size) {
                self.file_fault(&path, FileFault::Contradicts);
                continue;
            }
            self.findings
                .extend(roots.contradiction(&checkpoint, Against::Older));
        }
        Ok(())
    }
}

/// The key that signs at a size, as the list says; the auditor's where there is none.
fn key_at<'a>(keys: &'a [ListedKey], size: Size, own: &'a VerifierKey) -> &'a VerifierKey {
    let later = keys.iter().rev().find(|key| key.first_size <= size.get());
    later.map_or(own, |key| &key.vkey)
}

/// Names what is wrong with entries that are not the signed ones, or are and break a rule.
fn tears(pass: &Pass, earlier: &Checkpoint, checkpoint: &Checkpoint) -> Vec<Finding> {
    let tree = pass.run.frontier();
    let (have, expected) = (tree.size(), checkpoint.size());
    let mut findings = Vec::new();
    let against = Against::Older;
    let is_torn_before = pass
        .roots
        .contradiction(earlier, against)
        .is_some_and(|finding| matches!(finding, Finding::ForkAt { .. }));
    if let Some((broken, index)) = pass.broken.clone().zip(have.next_index()) {
        findings.push(named(broken, index));
    } else if have < expected {
        let against = Against::Signed;
        findings.push(Finding::TailTruncated {
            have,
            expected,
            against,
        });
    } else if is_torn_before {
        // Frontier and entries up to there do not give what was signed then.
        findings.extend(
            earlier
                .size()
                .last_index()
                .map(|index| Finding::ForkAt { index, against }),
        );
    } else if have > expected {
        findings.extend(
            expected
                .next_index()
                .map(|index| Finding::EntryInserted { index }),
        );
    } else if tree.root() != checkpoint.root() {
        // All links hold, so nothing vouches for the last entry.
        findings.extend(have.last_index().map(|index| Finding::EntryModified { index }));
    }
    findings
}

/// A place where the entries do not continue, as far as links and indices tell.
fn named(broken: Broken, index: Index) -> Finding {
    match broken {
        Broken::Form(Fault::Link) => {
            let before = index.get().checked_sub(1).and_then(Index::new);
            Finding::EntryModified {
                index: before.unwrap_or(index),
            }
        }
        Broken::Form(Fault::Index { found }) if found > index.get() => Finding::EntryMissing { index },
        Broken::Form(Fault::Index { .. }) => Finding::EntryInserted { index },
        broken => broken.at(index),
    }
}
