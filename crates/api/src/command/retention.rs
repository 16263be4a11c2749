//! `kirokubo retention`: what is due, and the clearing away that a server does by itself.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{EvidencePlace, Outcome, Place};

#[derive(Debug, Args)]
pub(super) struct Retention {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    evidence: EvidencePlace,
    /// Carry on erasures that two have approved, clear away what they left, and destroy the keys of months that are over
    /// and wrap nothing any more. A running server does this by itself, at its start, after every erasure and once an
    /// hour; the folder must have none.
    #[arg(long, env = "KIROKUBO_SWEEP")]
    sweep: bool,
    /// One JSON object on standard output.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

impl Retention {
    pub(super) async fn run(self) -> Outcome {
        let store = self.place.open().await?;
        let store = store.with_evidence_at(&self.evidence.evidence_url)?;
        let mut destroyed = Vec::new();
        if self.sweep {
            let running = store.start().await?;
            let finished = store.finish_erasures(&running.appender()).await;
            running.stop().await?;
            destroyed = finished?;
        }
        let counts = store.retention_counts().await?;
        store.close().await?;
        if self.json {
            let said = json!({
                "due": counts.due,
                "overdue": counts.overdue,
                "held": counts.held,
                "destroyed_months": destroyed,
            });
            println!("{said}");
        } else {
            println!(
                "廃棄できる記録 {} 件、期限を過ぎた記録 {} 件、保留中の記録 {} 件 / \
                 {0} record(s) can be erased, {1} are past their last day, {2} are held",
                counts.due, counts.overdue, counts.held
            );
            for month in destroyed {
                println!("{month} の鍵を破棄しました / the key of {month} was destroyed");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
