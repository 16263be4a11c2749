//! A report as JSON.

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::day::format_day;
use kirokubo_ledger::entry::RecoveryBody;
use kirokubo_ledger::verify::{Finding, Part};
use serde::Serialize;

use crate::Recovery;
use crate::report::{HeldOutcome, OpeningCounts, Report};
use crate::stamps::Stamps;
use crate::witnessing::WitnessOutcome;

impl Report {
    /// The report as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let json = ReportJson {
            result: self.verdict().name(),
            exit: self.verdict().exit_status(),
            origin: self.origin().as_str(),
            later_vkey: self.later_key().map(ToString::to_string),
            size: self.checkpoint.as_ref().map(|checkpoint| checkpoint.size().get()),
            root: self
                .checkpoint
                .as_ref()
                .map(|checkpoint| checkpoint.root().to_string()),
            scope: self.scope.map(Scope::name),
            from_size: self.from_size.map(Size::get),
            held: self.held().next().map(HeldJson::from),
            checkpoints: self.held().map(HeldJson::from).collect(),
            fork: self.fork().map(|(common, differs_by)| ForkJson {
                common: common.get(),
                differs_by: differs_by.get(),
            }),
            witnesses: self.witnesses.as_ref(),
            today: format_day(self.today()),
            entries: self.entries,
            openings: self.openings,
            timestamps: &self.stamps,
            recoveries: self
                .recoveries
                .iter()
                .map(|it| RecoveryJson::new(self, it))
                .collect(),
            findings_total: self.findings.total,
            findings: self.findings.listed.iter().map(FindingJson::new).collect(),
            verifier: VerifierJson {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
        };
        serde_json::to_string(&json).expect("strings and numbers always serialise")
    }
}

#[derive(Serialize)]
struct ReportJson<'a> {
    result: &'a str,
    exit: u8,
    origin: &'a str,
    /// The key that signed, where the auditor brought an earlier one.
    #[serde(skip_serializing_if = "Option::is_none")]
    later_vkey: Option<String>,
    size: Option<u64>,
    /// In hexadecimal.
    root: Option<String>,
    scope: Option<&'a str>,
    /// Only of a delta.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_size: Option<u64>,
    /// The first of the checkpoints that the auditor holds.
    held: Option<HeldJson>,
    /// All of them.
    checkpoints: Vec<HeldJson>,
    fork: Option<ForkJson>,
    /// Absent without a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    witnesses: Option<&'a WitnessOutcome>,
    /// The day for which retention was judged, `YYYY-MM-DD`.
    today: String,
    entries: u64,
    openings: OpeningCounts,
    timestamps: &'a Stamps,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recoveries: Vec<RecoveryJson<'a>>,
    findings_total: usize,
    findings: Vec<FindingJson>,
    verifier: VerifierJson,
}

#[derive(Serialize)]
struct VerifierJson {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct ForkJson {
    /// So many entries are the same.
    common: u64,
    /// At this index, or between the common ones and it, the histories part.
    differs_by: u64,
}

#[derive(Serialize)]
pub(crate) struct HeldJson {
    size: u64,
    outcome: &'static str,
}

/// A recovery entry as it stands in the ledger.
#[derive(Serialize)]
struct RecoveryJson<'a> {
    index: u64,
    #[serde(flatten)]
    body: &'a RecoveryBody,
    /// Whether it names the checkpoint that the auditor holds.
    names_held: bool,
}

impl<'a> RecoveryJson<'a> {
    fn new(report: &Report, recovery: &'a Recovery) -> Self {
        Self {
            index: recovery.index.get(),
            body: &recovery.body,
            names_held: report.names_held(recovery),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct FindingJson {
    code: &'static str,
    index: Option<u64>,
    field: Option<u8>,
    row: Option<u64>,
    ja: String,
    en: String,
}

impl From<(Size, HeldOutcome)> for HeldJson {
    fn from((size, outcome): (Size, HeldOutcome)) -> Self {
        Self {
            size: size.get(),
            outcome: outcome.name(),
        }
    }
}

impl FindingJson {
    pub(crate) fn new(finding: &Finding) -> Self {
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
