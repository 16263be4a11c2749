//! What a verification came to.

use kirokubo_ledger::bundle::{ListedKey, Scope};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::{Origin, VerifierKey};
use kirokubo_ledger::verify::Finding;
use kirokubo_ledger::{Index, RecordedAt, Size};
use serde::{Deserialize, Serialize};

use crate::stamps::Stamps;
use crate::witnessing::WitnessOutcome;
use crate::{Identity, Options, Recovery};

/// Most findings a report lists; the others are only counted, so that a bundle with a million faults
/// does not need the memory for a million texts.
const FINDINGS_LISTED_MAX: usize = 1_000;

/// The outcome, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Valid, and as many witnesses as the auditor's policy asks for vouch that everybody sees the same ledger.
    ValidWitnessed,
    /// Valid, but nobody besides the ledger vouches that everybody sees the same one.
    ValidUnwitnessed,
    /// Valid as far as the scope goes: some values are not in the bundle.
    ValidIncomplete,
    /// Unaltered, but records were erased too early or kept too long.
    Retention,
    /// In order by itself but for retention, and yet it contradicts a checkpoint that the auditor
    /// already held: a fork or a rollback.
    Contradiction,
    /// Not valid by itself, whatever the auditor holds.
    Invalid,
}

/// How many openings there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningCounts {
    /// Records in the ledger.
    pub records: u64,
    /// Records that an entry erases.
    pub erased: u64,
    /// Fields and rows opened, of records in which everything opened is what was committed to.
    pub opened: u64,
    /// Lines that say that something is withheld.
    pub withheld: u64,
    /// Whether values were judged at all.
    pub values: Values,
}

/// Whether the values of records were held against the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// No, nor their retention: the entries are not the signed ones, or were not reached.
    #[default]
    NotJudged,
    /// No: the bundle promises none. Retention was judged.
    NotInScope,
    /// Yes.
    Judged,
}

/// What became of the checkpoint that the auditor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldOutcome {
    /// The ledger continues it.
    Agrees,
    /// The ledger does not continue it.
    Contradicts,
    /// The entries are torn before its size, or nothing could be read.
    NotCompared,
}

/// What was verified and what was found.
#[derive(Clone, Debug)]
pub struct Report {
    pub(crate) options: Options,
    pub(crate) checkpoint: Option<Checkpoint>,
    pub(crate) witnesses: Option<WitnessOutcome>,
    pub(crate) scope: Option<Scope>,
    pub(crate) from_size: Option<Size>,
    pub(crate) entries: u64,
    pub(crate) openings: OpeningCounts,
    pub(crate) stamps: Stamps,
    pub(crate) held: Vec<HeldOutcome>,
    pub(crate) facts: Facts,
    pub(crate) recoveries: Vec<Recovery>,
    /// The key that signed the bundle.
    pub(crate) signer: VerifierKey,
    pub(crate) findings: Findings,
}

/// What a report tells besides, as far as the entries are linked.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What tells the bundle from others.
    pub identity: Option<Identity>,
    /// The times of the first and the last entry.
    pub recorded_at: Option<(RecordedAt, RecordedAt)>,
    /// The keys that the entries name, oldest first.
    pub keys: Vec<ListedKey>,
    /// How many records amend another.
    pub amended: u64,
}

/// Findings as they come in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) listed: Vec<Finding>,
    pub(crate) total: usize,
    worst: Option<Verdict>,
}

impl Verdict {
    /// The exit status of the program.
    #[must_use]
    pub const fn exit_status(self) -> u8 {
        match self {
            Self::ValidWitnessed => 0,
            Self::ValidUnwitnessed => 10,
            Self::ValidIncomplete => 11,
            Self::Retention => 20,
            Self::Contradiction => 30,
            Self::Invalid => 40,
        }
    }

    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ValidWitnessed => "valid_witnessed",
            Self::ValidUnwitnessed => "valid_unwitnessed",
            Self::ValidIncomplete => "valid_incomplete",
            Self::Retention => "retention",
            Self::Contradiction => "contradiction",
            Self::Invalid => "invalid",
        }
    }

    fn of(finding: &Finding) -> Self {
        if finding.is_about_retention() {
            Self::Retention
        } else if finding.contradicts_held() {
            Self::Contradiction
        } else {
            Self::Invalid
        }
    }
}

impl Findings {
    pub(crate) fn add(&mut self, finding: Finding) {
        self.worst = self.worst.max(Some(Verdict::of(&finding)));
        self.total += 1;
        if self.listed.len() < FINDINGS_LISTED_MAX {
            self.listed.push(finding);
        }
    }

    /// Adds what another pass found.
    pub(crate) fn append(&mut self, mut others: Self) {
        self.worst = self.worst.max(others.worst);
        self.total += others.total;
        let room = FINDINGS_LISTED_MAX - self.listed.len();
        others.listed.truncate(room);
        self.listed.append(&mut others.listed);
    }

    /// The worst that any of them means.
    pub(crate) const fn worst(&self) -> Option<Verdict> {
        self.worst
    }

    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.add(finding));
    }
}

impl HeldOutcome {
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Contradicts => "contradicts",
            Self::NotCompared => "not_compared",
        }
    }
}

impl Report {
    /// A report on a bundle of which nothing could be used.
    pub(crate) fn new(options: &Options, findings: Findings) -> Self {
        Self {
            options: options.clone(),
            checkpoint: None,
            witnesses: None,
            scope: None,
            from_size: None,
            entries: 0,
            openings: OpeningCounts::default(),
            stamps: Stamps::default(),
            held: vec![HeldOutcome::NotCompared; options.held.len()],
            facts: Facts::default(),
            recoveries: Vec::new(),
            signer: options.vkey.clone(),
            findings,
        }
    }

    /// The outcome.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.findings.worst.unwrap_or(match self.scope {
            // Nothing of what is before it was looked at.
            _ if self.from_size.is_some() => Verdict::ValidIncomplete,
            Some(Scope::Full) if self.openings.withheld == 0 && self.is_witnessed() => {
                Verdict::ValidWitnessed
            }
            Some(Scope::Full) if self.openings.withheld == 0 => Verdict::ValidUnwitnessed,
            _ => Verdict::ValidIncomplete,
        })
    }

    /// The origin that was asked for.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        self.options.vkey.origin()
    }

    /// The key that signed the bundle, if it is not the auditor's but one that his leads to: he should take it up.
    #[must_use]
    pub fn later_key(&self) -> Option<&VerifierKey> {
        (self.signer != self.options.vkey).then_some(&self.signer)
    }

    /// The bundle's checkpoint, if the key has signed it.
    #[must_use]
    pub const fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    /// What the witnesses of the auditor's policy say, if he brought one and the key signed the bundle's checkpoint.
    #[must_use]
    pub const fn witnesses(&self) -> Option<&WitnessOutcome> {
        self.witnesses.as_ref()
    }

    fn is_witnessed(&self) -> bool {
        self.witnesses.as_ref().is_some_and(|outcome| outcome.reached)
    }

    /// What the bundle opens, if it says so.
    #[must_use]
    pub const fn scope(&self) -> Option<Scope> {
        self.scope
    }

    /// The earlier size that the bundle goes on from, if it is a delta.
    #[must_use]
    pub const fn from_size(&self) -> Option<Size> {
        self.from_size
    }

    /// How many entries continued the chain from the first on.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// How many openings there were.
    #[must_use]
    pub const fn openings(&self) -> OpeningCounts {
        self.openings
    }

    /// What authorities vouch for.
    #[must_use]
    pub const fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    /// The sizes of the checkpoints that the auditor holds, and what became of each.
    pub fn held(&self) -> impl Iterator<Item = (Size, HeldOutcome)> {
        let sizes = self.options.held.iter().map(|held| held.checkpoint.size());
        sizes.zip(self.held.iter().copied())
    }

    /// Where the bundle's history and the auditor's part, if they do: below the size they are the same as far as a
    /// checkpoint that agrees says so, and at the index or before it they differ.
    #[must_use]
    pub fn fork(&self) -> Option<(Size, Index)> {
        let contradictions = self
            .findings
            .listed
            .iter()
            .filter(|finding| finding.contradicts_held());
        let differs_by = contradictions.filter_map(Finding::index).min()?;
        let compared = self.options.held.iter().filter_map(|held| held.differs_at);
        if let Some(size) = compared.min().filter(|index| *index <= differs_by) {
            return Some((Size::new(size.get())?, size));
        }
        let agreeing = self.held().filter(|(_, outcome)| *outcome == HeldOutcome::Agrees);
        let common = agreeing
            .map(|(size, _)| size)
            .filter(|size| size.get() <= differs_by.get())
            .max();
        Some((common.unwrap_or(Size::ZERO), differs_by))
    }

    /// What else is known of the bundle.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The key that the auditor brought, as a text.
    #[must_use]
    pub fn vkey(&self) -> String {
        self.options.vkey.to_string()
    }

    /// What the ledger says itself of restores that cost it entries, at most a hundred times.
    #[must_use]
    pub fn recoveries(&self) -> &[Recovery] {
        &self.recoveries
    }

    /// Whether a recovery entry names the very checkpoint that the auditor holds, or one of them.
    #[must_use]
    pub fn names_held(&self, recovery: &Recovery) -> bool {
        let mut held = self.options.held.iter();
        held.any(|held| recovery.names(&held.checkpoint))
    }

    /// The day for which retention was judged, in days since 1970-01-01 in Japan.
    #[must_use]
    pub const fn today(&self) -> i32 {
        self.options.today
    }

    /// The findings, at most a thousand of them, in the order found.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings.listed
    }

    /// How many findings there were.
    #[must_use]
    pub const fn findings_total(&self) -> usize {
        self.findings.total
    }
}
