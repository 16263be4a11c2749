//! `kirokubo backup`: a copy of one moment, verified, beside a running server.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kirokubo_store::{Backup as Written, BackupError, BackupStep, Carried};
use serde_json::{Value, json};

use super::progress::Progress;
use super::{EvidencePlace, Outcome, Place};

/// The ledger itself is damaged, as `kirokubo verify` says it.
const DAMAGED: u8 = 40;

#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    evidence: EvidencePlace,
    /// The folder to make. If it is there already, the backup gets a name of its own in it. Nothing is overwritten.
    #[arg(long, value_name = "DIR", env = "KIROKUBO_OUT")]
    out: PathBuf,
    /// Leave the files of evidence out, because they are backed up where they lie.
    #[arg(long, env = "KIROKUBO_WITHOUT_EVIDENCE")]
    without_evidence: bool,
    /// One JSON object on standard output, JSON progress lines on standard error.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

impl Backup {
    pub(super) async fn run(self) -> Outcome {
        let store = self.place.open().await?;
        let store = store.with_evidence_at(&self.evidence.evidence_url)?;
        let (mut step, json) = (BackupStep::Copy, self.json);
        let mut progress = Progress::new(name(step), json);
        let written = store
            .backup(&self.out, !self.without_evidence, &mut |now, done, total| {
                if now != step {
                    step = now;
                    std::mem::replace(&mut progress, Progress::new(name(now), json)).finish();
                }
                progress.tell(done, total);
            })
            .await;
        progress.finish();
        store.close().await?;
        match written {
            Ok(written) => tell(&written, self.json),
            Err(BackupError::Damaged(findings)) => {
                eprintln!(
                    "kirokubo: 台帳が壊れているため、バックアップは作られませんでした / the ledger is damaged; no backup was made"
                );
                for finding in &findings {
                    eprintln!("  {}  {}\n      {}", finding.code(), finding.ja(), finding.en());
                }
                return Ok(ExitCode::from(DAMAGED));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

const fn name(step: BackupStep) -> &'static str {
    match step {
        BackupStep::Copy => "複製 / copying",
        BackupStep::Verify => "検証 / verifying",
        BackupStep::Evidence => "証跡 / evidence",
    }
}

fn tell(backup: &Written, as_json: bool) {
    let path = backup.path.display();
    if as_json {
        println!(
            "{}",
            json!({
                "backup": path.to_string(),
                "size": backup.size.get(),
                "root": backup.root.to_string(),
                "bytes": backup.bytes,
                "evidence": backup.evidence.as_ref().map(evidence),
                "verified": ["database", "entries", "tiles", "checkpoints", "head"],
            })
        );
        return;
    }
    println!("バックアップを作成し、検証しました / a backup was written and verified: {path}");
    println!(
        "  {0} 件の項目、{1} バイト / {0} entries, {1} bytes",
        backup.size, backup.bytes
    );
    println!("  ルートハッシュ / root {}", backup.root);
    println!(
        "  検証した内容：データベースの整合性、全項目の連鎖、ツリー、チェックポイントの署名 / verified: the database file, every \
         entry, the tree, the signed checkpoints"
    );
    match &backup.evidence {
        Some(carried) => {
            println!("  証跡ファイル {0} 件 / {0} files of evidence", carried.files);
            for id in &carried.missing {
                println!("  証跡ファイルが見つかりません / a file of evidence is missing: {id}");
            }
        }
        None => println!("  証跡ファイルは含みません / without the files of evidence"),
    }
    println!("鍵（keys）は含まれません。別の場所に保管してください。");
    println!("The keys are not in it. Keep them in another place.");
}

/// Evidence files carried, as JSON.
pub(super) fn evidence(carried: &Carried) -> Value {
    json!({"files": carried.files, "bytes": carried.bytes, "missing": carried.missing})
}
