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
mod manifest;
mod names;
mod opening_lines;
mod openings;
mod report;
mod report_json;
mod segments;
mod stamps;
mod structure;
mod tiles;
mod witnessing;

use std::io::{self, Read, Seek};

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{BundleReader, ReadBundleError};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::policy::Policy;
use kirokubo_ledger::timestamp::Roots;
use kirokubo_ledger::verify::{Fault, FileFault, Finding};

use crate::report::Findings;

pub use disclosure::{DisclosureReport, is_disclosure_proof, verify_disclosure};
pub use report::{HeldOutcome, OpeningCounts, Report, Values, Verdict};
pub use stamps::{BracketedEntries, CountingStamp, Stamps};
pub use witnessing::{CosignedBy, WitnessOutcome};

/// What the auditor brings himself.
#[derive(Clone, Debug)]
pub struct Options {
    /// The ledger's key, which also names its origin.
    pub vkey: VerifierKey,
    /// A checkpoint that he fetched earlier, already opened with that key.
    pub held: Option<Checkpoint>,
    /// Which witnesses he trusts, and how many of them are enough. Without it nothing is witnessed.
    pub policy: Option<Policy>,
    /// The day for which retention is judged, in days since 1970-01-01 in Japan.
    pub today: i32,
    /// The roots of the time stamp authorities that he trusts.
    pub tsa_roots: Option<Roots>,
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
    verify_bundle_with_progress(bundle, options, &mut |_| {})
}

/// Verifies a bundle as [`verify_bundle`] does, and tells `progress` how far it is.
pub fn verify_bundle_with_progress<R: Read + Seek + Send>(
    bundle: R,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
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
        options,
        findings,
        held_outcome: HeldOutcome::NotCompared,
        from_size: None,
        progress,
    }
    .run()
}

/// A verification under way.
struct Audit<'a, R> {
    bundle: BundleReader<R>,
    options: &'a Options,
    findings: Findings,
    /// What became of the checkpoint that the auditor holds, if he holds one.
    held_outcome: HeldOutcome,
    /// The earlier size that the bundle goes on from, if it is a delta.
    from_size: Option<Size>,
    progress: &'a mut dyn FnMut(Progress),
}

impl<R: Read + Seek + Send> Audit<'_, R> {
    fn run(mut self) -> io::Result<Report> {
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
            held: self.options.held.as_ref().map(|_| self.held_outcome),
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
        (self.progress)(Progress { step, done, total });
    }
}
