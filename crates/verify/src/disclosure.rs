//! Verifying a disclosure proof: one person's part of a ledger, against one checkpoint.

use std::fmt;
use std::io::{self, BufRead, Read};

use kirokubo_ledger::Size;
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::disclosure::{DISCLOSURE_LINE_BYTES_MAX, DisclosureCheck, DisclosureCounts};
use kirokubo_ledger::note::Origin;
use kirokubo_ledger::verify::{Against, Finding};
use serde::Serialize;

use crate::report::Findings;
use crate::report_json::{FindingJson, HeldJson};
use crate::{HeldOutcome, Options, Verdict};

/// Whether a file begins as a disclosure proof does. A bundle begins with the name of a file.
#[must_use]
pub fn is_disclosure_proof(beginning: &[u8]) -> bool {
    beginning.first() == Some(&b'{')
}

/// What a disclosure proof came to.
#[derive(Clone, Debug)]
pub struct DisclosureReport {
    origin: Origin,
    checkpoint: Option<Checkpoint>,
    held: Vec<(Size, HeldOutcome)>,
    counts: DisclosureCounts,
    findings: Findings,
}

/// Verifies a disclosure proof, with the memory of one line and of one record. Fails only if it cannot be read.
pub fn verify_disclosure<R: BufRead>(mut proof: R, options: &Options) -> io::Result<DisclosureReport> {
    let mut check = DisclosureCheck::new(options.vkey.clone());
    let limit = u64::try_from(DISCLOSURE_LINE_BYTES_MAX).map_err(io::Error::other)?;
    let mut line = Vec::new();
    loop {
        line.clear();
        // One more than a line may have, and its newline.
        let read = proof.by_ref().take(limit + 2).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        match line.strip_suffix(b"\n") {
            Some(line) if line.len() <= DISCLOSURE_LINE_BYTES_MAX => check.take(line),
            Some(_) | None => {
                check.refuse_line();
                break;
            }
        }
    }
    let (checkpoint, counts, found) = check.finish();
    let mut findings = Findings::default();
    findings.extend(found);
    let mut held = Vec::new();
    for one in &options.held {
        let (outcome, finding) = compare(checkpoint.as_ref(), &one.checkpoint);
        findings.extend(finding);
        held.push((one.checkpoint.size(), outcome));
    }
    Ok(DisclosureReport {
        origin: options.vkey.origin().clone(),
        checkpoint,
        held,
        counts,
        findings,
    })
}

/// Two checkpoints of one size say the same or not; of two sizes nothing is known without the entries between them.
fn compare(checkpoint: Option<&Checkpoint>, held: &Checkpoint) -> (HeldOutcome, Option<Finding>) {
    let Some(checkpoint) = checkpoint.filter(|checkpoint| checkpoint.size() == held.size()) else {
        return (HeldOutcome::NotCompared, None);
    };
    if checkpoint.root() == held.root() {
        return (HeldOutcome::Agrees, None);
    }
    let against = Against::Held;
    let finding = held
        .size()
        .last_index()
        .map(|index| Finding::ForkAt { index, against });
    (HeldOutcome::Contradicts, finding)
}

impl DisclosureReport {
    /// The outcome. At its best it is [`Verdict::ValidIncomplete`]: such a file never shows a whole ledger.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.findings.worst().unwrap_or(Verdict::ValidIncomplete)
    }

    /// The report as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let checkpoint = self.checkpoint.as_ref();
        let json = DisclosureJson {
            result: self.verdict().name(),
            exit: self.verdict().exit_status(),
            kind: "disclosure_proof",
            origin: self.origin.as_str(),
            size: checkpoint.map(|checkpoint| checkpoint.size().get()),
            root: checkpoint.map(|checkpoint| checkpoint.root().to_string()),
            held: self.held.first().copied().map(HeldJson::from),
            checkpoints: self.held.iter().copied().map(HeldJson::from).collect(),
            records: self.counts.records,
            fields: self.counts.fields,
            rows: self.counts.rows,
            findings_total: self.findings.total,
            findings: self.findings.listed.iter().map(FindingJson::new).collect(),
        };
        serde_json::to_string(&json).expect("strings and numbers always serialise")
    }
}

#[derive(Serialize)]
struct DisclosureJson<'a> {
    result: &'a str,
    exit: u8,
    kind: &'static str,
    origin: &'a str,
    size: Option<u64>,
    /// In hexadecimal.
    root: Option<String>,
    /// The first of the checkpoints that the auditor holds.
    held: Option<HeldJson>,
    /// All of them.
    checkpoints: Vec<HeldJson>,
    records: u64,
    fields: u64,
    rows: u64,
    findings_total: usize,
    findings: Vec<FindingJson>,
}

impl fmt::Display for DisclosureReport {
    /// The report for people: Japanese first, English behind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ja, en) = match self.verdict() {
            Verdict::ValidIncomplete => (
                "有効（開示された範囲について）",
                "valid, as far as it discloses anything",
            ),
            Verdict::Contradiction => (
                "お手元のチェックポイントと矛盾",
                "contradicts the checkpoint you hold",
            ),
            _ => ("無効", "invalid"),
        };
        let status = self.verdict().exit_status();
        writeln!(f, "開示証明の判定 / Disclosure proof: {ja} / {en} ({status})")?;
        writeln!(f, "台帳 / Ledger: {}", self.origin)?;
        if let Some(checkpoint) = &self.checkpoint {
            writeln!(f, "署名された件数 / Signed size: {}", checkpoint.size())?;
            writeln!(f, "ルートハッシュ / Root: {}", checkpoint.root())?;
        }
        for (size, outcome) in &self.held {
            let outcome = match outcome {
                HeldOutcome::Agrees => "一致 / agrees",
                HeldOutcome::Contradicts => "矛盾 / contradicts",
                HeldOutcome::NotCompared => "件数が違うため照合していません / of another size, not compared",
            };
            writeln!(
                f,
                "お手元のチェックポイント（{size} 件） / The checkpoint you hold ({size} entries): {outcome}"
            )?;
        }
        let DisclosureCounts {
            records,
            fields,
            rows,
        } = self.counts;
        writeln!(
            f,
            "記録 {records} 件、項目 {fields}、本人の行 {rows} / {records} records, {fields} fields, {rows} rows"
        )?;
        writeln!(f, "指摘 / Findings: {}", self.findings.total)?;
        for finding in &self.findings.listed {
            writeln!(f, "  [{}] {}", finding.code(), finding.ja())?;
            writeln!(f, "      {finding}")?;
        }
        writeln!(
            f,
            "このほかに本人の記録がないことまでは示しません。 / It does not show that there are no other records of the person."
        )
    }
}
