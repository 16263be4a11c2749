//! `kirokubo key rotate-signing`: a new signing key for the ledger, through the running server if there is one.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use kirokubo_store::{OldKey, Revocation, Rotated, Rotation};
use serde_json::{Value, json};

use crate::command::{Outcome, Place};

#[derive(Debug, Args)]
pub(in crate::command) struct RotateSigning {
    #[command(flatten)]
    place: Place,
    /// Entries through which the old key signs beside the new one, for those who follow the ledger with its verifier
    /// key. Its private half is kept as long, and destroyed then.
    #[arg(
        long,
        value_name = "ENTRIES",
        env = "KIROKUBO_OVERLAP",
        default_value_t = 0,
        conflicts_with = "revoke_old"
    )]
    overlap: u64,
    /// Revoke the old key: what it signs from now on is refused, and it hands nothing over.
    #[arg(long, env = "KIROKUBO_REVOKE_OLD", requires = "reason")]
    revoke_old: bool,
    /// Why it is revoked; the code stands in the ledger for everybody to read.
    #[arg(long, value_enum, env = "KIROKUBO_REASON", requires = "revoke_old")]
    reason: Option<Reason>,
    /// One JSON object on standard output.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

/// [`Revocation`] as an option's value.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Reason {
    /// Somebody else has the key.
    Compromised,
    /// Somebody else may have it.
    Suspected,
    /// Whoever had access to it has left.
    CustodianLeft,
}

impl From<Reason> for Revocation {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Compromised => Self::Compromised,
            Reason::Suspected => Self::Suspected,
            Reason::CustodianLeft => Self::CustodianLeft,
        }
    }
}

impl RotateSigning {
    pub(in crate::command) async fn run(self) -> Outcome {
        let rotation = match self.reason {
            Some(reason) if self.revoke_old => Rotation::Revoke(reason.into()),
            _ => Rotation::HandOver {
                overlap: self.overlap,
            },
        };
        let rotated = self.place.open().await?.rotate_signing(rotation).await?;
        if self.json {
            println!("{}", as_json(&rotated));
        } else {
            tell(&rotated);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn as_json(rotated: &Rotated) -> Value {
    let mut value = json!({
        "index": rotated.index.get(),
        "vkey": rotated.vkey.to_string(),
        "first_size": rotated.first_size.get(),
        "old_vkey": rotated.old_vkey.to_string(),
    });
    if let Some(reason) = &rotated.revoked {
        value["revoked"] = reason.as_str().into();
    }
    value["old_key"] = match rotated.old_key {
        OldKey::Destroyed => "destroyed",
        OldKey::SignsThrough(_) => "kept",
        OldKey::Left => "not_destroyed",
    }
    .into();
    if let OldKey::SignsThrough(size) = rotated.old_key {
        value["old_key_through"] = size.get().into();
    }
    value
}

fn tell(rotated: &Rotated) {
    let Rotated {
        index, first_size, ..
    } = rotated;
    println!("署名鍵を交代しました（通番{index}）/ the signing key was rotated, entry {index}");
    println!("  old  {}", rotated.old_vkey);
    println!("  new  {}  from size {first_size}", rotated.vkey);
    match rotated.old_key {
        OldKey::Destroyed => {
            println!("旧い秘密鍵のファイルは上書きして削除しました。控えがあれば、それも廃棄してください。");
            println!(
                "The old private key's file was overwritten and removed. Destroy any copy that you made of it."
            );
        }
        OldKey::SignsThrough(size) => {
            println!("旧い鍵はサイズ{size}まで併せて署名し、その後に削除されます。");
            println!("The old key signs as well through size {size}, and is destroyed then.");
        }
        OldKey::Left => {
            println!("旧い秘密鍵のファイルを削除できませんでした。次の起動時に再び試みます。");
            println!("The old private key's file could not be removed; the next start tries again.");
        }
    }
    if rotated.revoked.is_some() {
        println!("旧い鍵は失効しました。新しい vkey を、必ず監査人に直接渡してください。");
        println!("The old key is revoked. Your auditor needs the new vkey from your own hand.");
    } else {
        println!("新しい vkey を監査人に渡してください。旧い vkey からも台帳でたどれます。");
        println!("Give the new vkey to your auditor. The ledger leads from the old one to it.");
    }
    println!("立会人にも新しい vkey を伝え、鍵フォルダーの控えとバックアップを今すぐ取り直してください。");
    println!("Tell witnesses the new vkey, too. Copy the key folder again, and make a backup now:");
    println!("one from before can only be put back with the key folder of its time.");
}
