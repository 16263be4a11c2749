//! `kirokubo restore`: puts a backup back while no server runs.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kirokubo_store::{Restore as Task, Restored};
use serde_json::json;

use super::key_holder::KeyHolders;
use super::progress::Progress;
use super::{EvidencePlace, HighWaterPlace, Outcome, Place, backup, rewound};

#[derive(Debug, Args)]
pub(super) struct Restore {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    evidence: EvidencePlace,
    #[command(flatten)]
    high_water: HighWaterPlace,
    /// The backup, or a folder of backups, of which the one with most entries is taken.
    #[arg(long, value_name = "DIR", env = "KIROKUBO_FROM")]
    from: PathBuf,
    /// Move a database that has more entries than the backup, or cannot be read, aside. It is never deleted.
    #[arg(long, env = "KIROKUBO_REPLACE")]
    replace: bool,
    /// One JSON object on standard output, JSON progress lines on standard error.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

impl Restore {
    pub(super) async fn run(self) -> Outcome {
        let mut progress = Progress::new("復元 / restoring", self.json);
        let holders = KeyHolders::from_environment();
        let task = Task {
            folder: &self.place.data,
            database_url: &self.place.database_url,
            evidence_url: &self.evidence.evidence_url,
            high_water: self.high_water.high_water,
            from: &self.from,
            replace: self.replace,
            holders: &|kind| holders.get(kind),
        };
        let restored = task.run(&mut |done, total| progress.tell(done, total)).await?;
        progress.finish();
        if self.json {
            println!("{}", as_json(&restored));
        } else {
            tell(&restored);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn as_json(restored: &Restored) -> serde_json::Value {
    json!({
        "restored": restored.from.display().to_string(),
        "size": restored.size.get(),
        "root": restored.root.to_string(),
        "replaced": restored.replaced.as_ref().map(|path| path.display().to_string()),
        "lost": restored.lost.as_ref().map(|lost| rewound::as_json(&lost.0)),
        "marked": !restored.is_unmarked,
        "pending_migrations": restored.pending,
        "evidence": restored.evidence.as_ref().map(backup::evidence),
    })
}

fn tell(restored: &Restored) {
    println!(
        "バックアップを戻しました / the backup was put back: {}",
        restored.from.display()
    );
    println!("  {0} 件の項目 / {0} entries", restored.size);
    if let Some(path) = &restored.replaced {
        println!("  以前のデータベース / the database before: {}", path.display());
    }
    if let Some(carried) = &restored.evidence {
        println!(
            "  戻した証跡ファイル {0} 件 / {0} files of evidence put back",
            carried.files
        );
        for id in &carried.missing {
            println!("  証跡ファイルが見つかりません / a file of evidence is missing: {id}");
        }
    }
    if restored.pending > 0 {
        println!(
            "  スキーマが古いため、先に次を実行してください / an older schema; first run: kirokubo migrate"
        );
    }
    if restored.is_unmarked {
        println!(
            "  ここには最高到達点の記録がなく、失われた記録の有無は分かりません。監査人などが持つチェックポイントと照合してください。"
        );
        println!(
            "  There was no high-water mark here, so nobody can tell whether later records are lost. Compare with a \
             checkpoint kept elsewhere."
        );
    }
    match &restored.lost {
        Some(lost) => println!("{}", rewound::explain(&lost.0)),
        None => println!("サーバーを起動できます / the server can be started: kirokubo serve"),
    }
}
