//! What a verification came to.

use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::Origin;
use kirokubo_ledger::verify::{Finding, Part};
use serde::Serialize;

/// Most findings a report lists; the others are only counted, so that a bundle with a million faults
/// does not need the memory for a million texts.
const FINDINGS_LISTED_MAX: usize = 1_000;

/// The outcome, from best to worst. Witnesses do not exist yet, so nothing is better than unwitnessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Valid, but nobody besides the ledger vouches that everybody sees the same one.
    ValidUnwitnessed,
    /// Valid as far as the scope goes: some values are not in the bundle.
    ValidIncomplete,
    /// Unaltered, but records were erased too early or kept too long.
    Retention,
    /// Not valid.
    Invalid,
    /// It contradicts a checkpoint that the auditor already held: a fork or a rollback, whatever else
    /// may be wrong.
    Contradiction,
}

/// How many openings there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OpeningCounts {
    /// Records in the ledger.
    pub records: u64,
    /// Records that an entry erases.
    pub erased: u64,
    /// Fields and rows opened.
    pub opened: u64,
    /// Items withheld.
    pub withheld: u64,
}

/// What was verified and what was found.
#[derive(Clone, Debug)]
pub struct Report {
    origin: Origin,
    checkpoint: Option<Checkpoint>,
    scope: Option<Scope>,
    entries: u64,
    openings: OpeningCounts,
    findings: Findings,
}

/// Findings as they come in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    listed: Vec<Finding>,
    total: usize,
    worst: Option<Verdict>,
}

impl Verdict {
    /// The exit status of the program.
    #[must_use]
    pub const fn exit_status(self) -> u8 {
        match self {
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

    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.add(finding));
    }
}

impl Report {
    pub(crate) fn new(
        checkpoint: &Checkpoint,
        scope: Option<Scope>,
        entries: u64,
        openings: OpeningCounts,
        findings: Findings,
    ) -> Self {
        let origin = checkpoint.origin().clone();
        Self {
            origin,
            checkpoint: Some(checkpoint.clone()),
            scope,
            entries,
            openings,
            findings,
        }
    }

    pub(crate) fn without_checkpoint(origin: &Origin, findings: Findings) -> Self {
        let (origin, openings) = (origin.clone(), OpeningCounts::default());
        Self {
            origin,
            checkpoint: None,
            scope: None,
            entries: 0,
            openings,
            findings,
        }
    }

    /// The outcome.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.findings.worst.unwrap_or(match self.scope {
            Some(Scope::Full) => Verdict::ValidUnwitnessed,
            _ => Verdict::ValidIncomplete,
        })
    }

    /// The origin that was asked for.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The bundle's checkpoint, if the key has signed it.
    #[must_use]
    pub const fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    /// What the bundle opens, if it says so.
    #[must_use]
    pub const fn scope(&self) -> Option<Scope> {
        self.scope
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

    /// The report as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let json = ReportJson {
            result: self.verdict().name(),
            exit: self.verdict().exit_status(),
            origin: self.origin.as_str(),
            size: self.checkpoint.as_ref().map(|checkpoint| checkpoint.size().get()),
            root: self
                .checkpoint
                .as_ref()
                .map(|checkpoint| checkpoint.root().to_string()),
            scope: self.scope.map(Scope::name),
            entries: self.entries,
            openings: self.openings,
            findings_total: self.findings.total,
            findings: self.findings.listed.iter().map(FindingJson::new).collect(),
        };
        serde_json::to_string(&json).expect("strings and numbers always serialise")
    }
}

#[derive(Serialize)]
struct ReportJson<'a> {
    result: &'a str,
    exit: u8,
    origin: &'a str,
    size: Option<u64>,
    /// In hexadecimal.
    root: Option<String>,
    scope: Option<&'a str>,
    entries: u64,
    openings: OpeningCounts,
    findings_total: usize,
    findings: Vec<FindingJson>,
}

#[derive(Serialize)]
struct FindingJson {
    code: &'static str,
    index: Option<u64>,
    field: Option<u8>,
    row: Option<u64>,
    ja: String,
    en: String,
}

impl FindingJson {
    fn new(finding: &Finding) -> Self {
        let (field, row) = match finding.part() {
            Some(Part::Field(field)) => (Some(field.number()), None),
            Some(Part::Row(row)) => (None, Some(row)),
            Some(Part::Record) | None => (None, None),
        };
        let index = finding.index().map(kirokubo_ledger::Index::get);
        Self {
            code: finding.code(),
            index,
            field,
            row,
            ja: finding.ja(),
            en: finding.to_string(),
        }
    }
}
