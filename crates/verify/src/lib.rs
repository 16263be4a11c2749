//! The auditor's verifier: one audit bundle in, one report out, without network or database.
//!
//! In scope: reading a bundle, holding its entries, tiles, checkpoints, keys, manifest and openings
//! against each other and against what the auditor brought himself, a witness policy included, and
//! the verdict. Out of scope: the rules themselves, which are `kirokubo_ledger`'s.
//!
//! Origin and key come from the auditor's own hand ([`Options::vkey`]), never from the bundle. In
//! the good case memory does not grow with the ledger, except by the number of files in the bundle
//! and of records that were erased, held or extended.

#![expect(
    clippy::missing_panics_doc,
    reason = "every `expect` states why it cannot fail; no caller can make one panic"
)]

mod checkpoints;
mod delta;
mod disclosure;
mod entries;
mod fork;
mod identity;
mod key_chain;
mod manifest;
mod mark;
mod names;
mod opening_lines;
mod openings;
mod recoveries;
mod report;
mod report_json;
mod segments;
mod stamps;
mod structure;
mod tiles;
mod witnessing;

use std::io::{self, Read, Seek};

use kirokubo_ledger::bundle::{BundleReader, ReadBundleError};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::policy::Policy;
use kirokubo_ledger::timestamp::Roots;
use kirokubo_ledger::verify::{Fault, FileFault, Finding};
use kirokubo_ledger::{Index, Size};

use crate::report::Findings;

pub use disclosure::{DisclosureReport, is_disclosure_proof, verify_disclosure};
pub use fork::{CompareError, first_difference, open_bundle, open_by_one_of};
pub use identity::Identity;
pub use mark::{LinePlace, Mark, Watch};
pub use recoveries::Recovery;
pub use report::{Facts, HeldOutcome, OpeningCounts, Report, Values, Verdict};
pub use stamps::{BracketedEntries, CountingStamp, Stamps};
pub use witnessing::{CosignedBy, WitnessOutcome};

/// What the auditor brings himself.
#[derive(Clone, Debug)]
pub struct Options {
    /// The ledger's key, which also names its origin.
    pub vkey: VerifierKey,
    /// What he fetched earlier.
    pub held: Vec<Held>,
    /// Which witnesses he trusts, and how many of them are enough. Without it nothing is witnessed.
    pub policy: Option<Policy>,
    /// The day for which retention is judged, in days since 1970-01-01 in Japan.
    pub today: i32,
    /// The roots of the time stamp authorities that he trusts.
    pub tsa_roots: Option<Roots>,
}

/// A checkpoint that the auditor holds, already opened with a key of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The key that signed it, if it was another than the auditor's of today.
    pub earlier_key: Option<VerifierKey>,
    /// The first entry in which its history is another than the bundle's, if the auditor also holds a bundle of it and
    /// compared the two ([`first_difference`]).
    pub differs_at: Option<Index>,
}

impl From<Checkpoint> for Held {
    fn from(checkpoint: Checkpoint) -> Self {
        Self {
            checkpoint,
            earlier_key: None,
            differs_at: None,
        }
    }
}

/// How far the verification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Bytes of the bundle that this step is through with.
    pub done: u64,
    /// Bytes of the bundle that this step goes through.
    pub total: u64,
}

/// The three passes over a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Every file is held against the manifest.
    Manifest,
    /// Entries are linked, hashed and held against the checkpoint.
    Entries,
    /// Values are held against the commitments, and retention is judged.
    Openings,
}

/// Verifies a bundle. Fails only if it cannot be read; whatever is wrong with it is in the report.
pub fn verify_bundle<R: Read + Seek + Send>(bundle: R, options: &Options) -> io::Result<Report> {
    verify_bundle_watched(bundle, options, &mut ())
}

/// Verifies a bundle as [`verify_bundle`] does, and lets `watch` hear how far it is.
pub fn verify_bundle_watched<R: Read + Seek + Send>(
    bundle: R,
    options: &Options,
    watch: &mut dyn Watch,
) -> io::Result<Report> {
    let mut findings = Findings::default();
    let bundle = match BundleReader::open(bundle) {
        Ok(bundle) => bundle,
        Err(ReadBundleError::Io(error)) => return Err(error),
        Err(ReadBundleError::Tar(fault)) => {
            let fault = Fault::Container(fault);
            findings.add(Finding::Schema { index: None, fault });
            return Ok(Report::new(options, findings));
        }
        // No file is read as a whole yet, so none can be too large.
        Err(error @ ReadBundleError::TooLarge { .. }) => return Err(io::Error::other(error)),
    };
    Audit {
        bundle,
        signer: options.vkey.clone(),
        options,
        findings,
        held_outcomes: vec![HeldOutcome::NotCompared; options.held.len()],
        from_size: None,
        facts: Facts::default(),
        recoveries: Vec::new(),
        watch,
    }
    .run()
}

/// A verification under way.
struct Audit<'a, R> {
    bundle: BundleReader<R>,
    options: &'a Options,
    /// The key that signed the bundle: the auditor's, or one that it leads to.
    signer: VerifierKey,
    findings: Findings,
    /// What became of each checkpoint that the auditor holds.
    held_outcomes: Vec<HeldOutcome>,
    /// The earlier size that the bundle goes on from, if it is a delta.
    from_size: Option<Size>,
    facts: Facts,
    /// What the entries say of restores, once they are known to be the signed ones.
    recoveries: Vec<Recovery>,
    watch: &'a mut dyn Watch,
}

impl<R: Read + Seek + Send> Audit<'_, R> {
    fn run(mut self) -> io::Result<Report> {
        self.facts.identity = Identity::of(&mut self.bundle)?;
        let Some(checkpoint) = self.open_checkpoint()? else {
            return Ok(Report::new(self.options, self.findings));
        };
        self.compare_with_held(&checkpoint);
        let witnesses = self.judge_witnesses(&checkpoint)?;
        let scope = self.read_scope(&checkpoint)?;
        let mut openings = OpeningCounts::default();
        let mut entries = 0;
        let mut stamps = Stamps::default();
        let keeping = match self.from_size {
            None => self.check_structure(&checkpoint, &mut entries)?,
            Some(from) => self.check_delta(&checkpoint, from, &mut entries)?,
        };
        if let Some(keeping) = keeping {
            stamps = self.check_stamps(&keeping.stamps, checkpoint.size())?;
            openings = self.check_openings(scope, &keeping)?;
        }
        Ok(Report {
            checkpoint: Some(checkpoint),
            witnesses,
            scope,
            from_size: self.from_size,
            entries,
            openings,
            stamps,
            held: self.held_outcomes,
            facts: self.facts,
            recoveries: self.recoveries,
            signer: self.signer,
            ..Report::new(self.options, self.findings)
        })
    }
}

impl<R: Read + Seek> Audit<'_, R> {
    /// Reads a small file as a whole. A file that is missing or too large is a finding, and `None`.
    fn read_file(&mut self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.bundle.find(path).cloned() else {
            self.file_fault(path, FileFault::Missing);
            return Ok(None);
        };
        match self.bundle.read(&file, limit) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ReadBundleError::Io(error)) => Err(error),
            Err(_) => {
                self.file_fault(path, FileFault::Malformed);
                Ok(None)
            }
        }
    }

    fn file_fault(&mut self, path: &str, fault: FileFault) {
        let fault = Fault::File {
            path: path.to_owned(),
            fault,
        };
        self.findings.add(Finding::Schema { index: None, fault });
    }

    fn tell(&mut self, step: Step, done: u64, total: u64) {
        self.watch.progress(Progress { step, done, total });
    }
}
