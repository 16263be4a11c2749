//! `kirokubo verify`: every stored byte of a data folder against its hashes and signatures.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kirokubo_ledger::timestamp::Roots;
use kirokubo_store::{AuditFinding, AuditReport, Store, StoreError, Table};
use serde_json::{Value, json};

use super::progress::Progress;
use super::stamping_options::read_roots;
use super::{EvidencePlace, HighWaterPlace, Outcome, Place, rewound};
use crate::publishing::PolicyPlace;

/// Something is wrong.
const INVALID: u8 = 40;

/// Only records kept too short or too long.
const RETENTION_ONLY: u8 = 20;

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    evidence: EvidencePlace,
    /// Certificates (PEM) of the time stamp authorities that are trusted; without them nobody says whether time stamps
    /// count.
    #[arg(long, value_name = "FILE", env = "KIROKUBO_TSA_ROOTS")]
    tsa_roots: Option<PathBuf>,
    #[command(flatten)]
    high_water: HighWaterPlace,
    #[command(flatten)]
    policy: PolicyPlace,
    /// One JSON object on standard output, JSON progress lines on standard error.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

impl Verify {
    pub(super) async fn run(self) -> Outcome {
        let roots = self.tsa_roots.as_deref().map(read_roots).transpose()?;
        let report = match self.place.open().await {
            Ok(store) => self.verify(store, roots.as_ref()).await?,
            // Not even which ledgers there are can be believed.
            Err(StoreError::Corrupt { .. }) => AuditReport {
                findings: vec![AuditFinding::Row {
                    table: Table::Ledgers,
                    index: 0,
                }],
                ..AuditReport::default()
            },
            Err(error) => return Err(error.into()),
        };
        let status = status(&report);
        if self.json {
            println!("{}", as_json(&report, status));
        } else {
            tell(&report);
        }
        Ok(ExitCode::from(status))
    }

    async fn verify(
        &self,
        store: Store,
        roots: Option<&Roots>,
    ) -> Result<AuditReport, Box<dyn std::error::Error + Send + Sync>> {
        let store = store.with_evidence_at(&self.evidence.evidence_url)?;
        let policy = self.policy.read(store.shared_folder(), &store)?;
        let store = store
            .with_high_water_at(self.high_water.high_water.clone())
            .with_policy(policy);
        let mut progress = Progress::new("検証 / verifying", self.json);
        let report = store
            .verify_with(roots, &mut |done, total| progress.tell(done, total))
            .await?;
        progress.finish();
        Ok(report)
    }
}

/// As `kirokubo-verify`: 0 nothing wrong, 20 retention only, 30 in order by itself but not what was signed before, 40
/// otherwise.
fn status(report: &AuditReport) -> u8 {
    let of = |finding: &AuditFinding| {
        if finding.is_about_retention() {
            RETENTION_ONLY
        } else if finding.contradicts_mark() {
            rewound::CONTRADICTS
        } else {
            INVALID
        }
    };
    report.findings.iter().map(of).max().unwrap_or(0)
}

fn as_json(report: &AuditReport, status: u8) -> Value {
    let finding = |finding: &AuditFinding| {
        let mut value = json!({"code": finding.code(), "ja": finding.ja(), "en": finding.en()});
        if finding.is_of_access() {
            value["ledger"] = "access".into();
        }
        if let Some(index) = finding.index() {
            value["index"] = index.into();
        }
        value
    };
    json!({
        "result": match status {
            0 => "valid",
            RETENTION_ONLY => "retention",
            rewound::CONTRADICTS => "contradiction",
            _ => "invalid",
        },
        "exit": status,
        "entries": report.entries,
        "records": report.records,
        "erased": report.erased,
        "lost": report.lost,
        "evidence": report.evidence,
        "access_entries": report.access_entries,
        "accesses": report.accesses,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn tell(report: &AuditReport) {
    println!(
        "{0}件の項目、{1}件の記録の内容、{2}件の証跡ファイルを検証しました / \
         {0} entries, the content of {1} records and {2} files of evidence verified",
        report.entries, report.records, report.evidence
    );
    println!(
        "閲覧記録の台帳: {0}件の項目、{1}件の閲覧を検証しました / access ledger: {0} entries and {1} readings verified",
        report.access_entries, report.accesses
    );
    if report.lost > 0 {
        println!(
            "復旧項目（recovery）により、内容が失われたと明記された記録 {0} 件 / the content of {0} records is lost, as a \
             recovery entry says",
            report.lost
        );
    }
    for finding in &report.findings {
        println!("  {}  {}\n      {}", finding.code(), finding.ja(), finding.en());
    }
    let count = report.findings.len();
    if count == 0 {
        println!("所見なし。すべて署名された内容のままです / nothing found: all of it is as it was signed");
    } else {
        println!("所見 {count} 件 / {count} finding(s)");
    }
}
