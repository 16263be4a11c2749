//! `kirokubo recover`: goes on after a restore that lost entries, and says which.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kirokubo_ledger::entry::LostRange;
use kirokubo_store::{ReceiptState, Recovered, Recovery};
use serde_json::{Value, json};

use super::{HighWaterPlace, Outcome, Place, receipts};

#[derive(Debug, Args)]
pub(super) struct Recover {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    high_water: HighWaterPlace,
    /// Why, as a code of lower-case letters, digits and `_`, such as `disk_failure`. It is public and stays for ever.
    #[arg(long, value_name = "CODE", env = "KIROKUBO_REASON")]
    reason: String,
    /// What senders were answered (201), one JSON object a line. Each record that is lost is named, to be sent again.
    #[arg(long, value_name = "FILE", env = "KIROKUBO_RECEIPTS")]
    receipts: Option<PathBuf>,
    /// An audit bundle that goes further than the backup: its entries are appended again, byte for byte.
    #[arg(long, value_name = "BUNDLE", env = "KIROKUBO_FROM_BUNDLE")]
    from_bundle: Option<PathBuf>,
    /// One JSON object on standard output.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

/// What the receipts showed.
#[derive(Default)]
struct Shown {
    kept: u64,
    lost: Vec<Value>,
    contradicting: Vec<u64>,
    /// Lines that prove nothing.
    invalid: Vec<u64>,
}

impl Recover {
    pub(super) async fn run(self) -> Outcome {
        let high_water = self.high_water.high_water.clone();
        let store = self.place.open().await?.with_high_water_at(high_water);
        let mut recovery = Recovery::open(store).await?;
        let mut shown = Shown::default();
        if let Some(path) = &self.receipts {
            for line in receipts::read(path)? {
                take(&mut recovery, line?, &mut shown).await?;
            }
        }
        if let Some(path) = &self.from_bundle {
            recovery.take_bundle(File::open(path)?)?;
        }
        let recovered = recovery.finish(&self.reason).await?;
        if self.json {
            println!("{}", as_json(&recovered, &shown));
        } else {
            tell(&recovered, &shown);
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn take(
    recovery: &mut Recovery,
    line: receipts::Line,
    shown: &mut Shown,
) -> Result<(), kirokubo_store::StoreError> {
    let Some(kept) = line.kept else {
        shown.invalid.push(line.number);
        return Ok(());
    };
    let index = kept.receipt.index.get();
    match recovery.take_receipt(&kept.receipt).await? {
        ReceiptState::Kept => shown.kept += 1,
        ReceiptState::Contradicts => shown.contradicting.push(index),
        ReceiptState::Invalid => shown.invalid.push(line.number),
        ReceiptState::Lost => {
            let mut lost = json!({"index": index, "id": kept.id});
            if let Some((system, event_id)) = kept.natural_key {
                lost["source"] = json!({"system": system, "event_id": event_id});
            }
            shown.lost.push(lost);
        }
    }
    Ok(())
}

fn range(range: Option<&LostRange>) -> Value {
    range.map_or(
        Value::Null,
        |range| json!({"first": range.first, "last": range.last}),
    )
}

fn as_json(recovered: &Recovered, shown: &Shown) -> Value {
    json!({
        "restored": recovered.restored.get(),
        "entry": recovered.entry.get(),
        "contents_lost": range(recovered.contents_lost.as_ref()),
        "lost": range(recovered.lost.as_ref()),
        "highest_known": recovered.known.as_ref().map(|known| json!({
            "size": known.size.get(),
            "root": known.root.to_string(),
        })),
        "superseded": recovered.superseded.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "checkpoint": recovered.checkpoint,
        "receipts": {
            "kept": shown.kept,
            "lost": shown.lost,
            "contradicting": shown.contradicting,
            "invalid_lines": shown.invalid,
        },
    })
}

fn tell(recovered: &Recovered, shown: &Shown) {
    println!(
        "台帳は {0} 件目から続けられます。通番 {1} に復旧項目を記載しました / the ledger goes on behind {0} entries; the \
         recovery entry is at index {1}",
        recovered.restored, recovered.entry
    );
    if let Some(lost) = &recovered.contents_lost {
        println!(
            "  通番 {0}～{1}：項目は元どおり、記録の内容は失われました / entries {0} to {1} are there again, without their contents",
            lost.first, lost.last
        );
    }
    if let Some(lost) = &recovered.lost {
        println!(
            "  通番 {0}～{1}：失われました / entries {0} to {1} are lost",
            lost.first, lost.last
        );
        println!(
            "  失われた台帳のチェックポイントを持つ人には、矛盾として示されます。復旧項目をお示しください。"
        );
        println!(
            "  Whoever holds a checkpoint of the lost entries sees a contradiction. Show him the recovery entry."
        );
    }
    for path in &recovered.superseded {
        println!("  以前の最高到達点 / the mark before: {}", path.display());
    }
    for lost in &shown.lost {
        println!("  再送が必要な記録 / to be sent again: {lost}");
    }
    for index in &shown.contradicting {
        println!(
            "  通番 {index}：受領証と異なる項目があります / another entry stands where the receipt says"
        );
    }
    for line in &shown.invalid {
        println!("  {line} 行目は受領証として検証できません / line {line} is no receipt that verifies");
    }
}
