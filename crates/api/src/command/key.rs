//! `kirokubo key …`: API keys and the signing key, beside a running server or without one.

mod rotate_signing;
mod seal;

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use kirokubo_store::{Clock, Role, Signers};
use serde_json::{Value, json};

use super::{Outcome, Place};
use crate::time::rfc3339;

#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// Make a key; it is shown only now.
    Create(Create),
    /// List the API keys, revoked ones included, and the keys that have signed the ledger.
    List(List),
    /// Revoke a key; a running server on this machine refuses it at once.
    Revoke(Revoke),
    /// Give the ledger a new signing key (署名鍵の交代).
    RotateSigning(rotate_signing::RotateSigning),
    /// Seal the key files with a passphrase or a systemd credential (鍵ファイルの封印). No server may run.
    Seal(seal::Seal),
    /// Make sealed key files plain again. No server may run.
    Unseal(seal::Unseal),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    place: Place,
    /// What the key may do.
    #[arg(long, value_enum, env = "KIROKUBO_ROLE")]
    role: RoleName,
    /// What you call it, such as the system that holds it.
    #[arg(long, value_name = "N", env = "KIROKUBO_NAME")]
    name: String,
    /// Days until it expires; never if absent.
    #[arg(long, value_name = "DAYS", env = "KIROKUBO_EXPIRES_IN_DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    expires_in_days: Option<u16>,
    /// One JSON object on standard output.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    /// One JSON object a line on standard output.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    place: Place,
    /// The key's id, `key_…`.
    id: String,
}

/// [`Role`] as an option's value.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    Ingest,
    Recorder,
    Officer,
    Auditor,
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Ingest => Self::Ingest,
            RoleName::Recorder => Self::Recorder,
            RoleName::Officer => Self::Officer,
            RoleName::Auditor => Self::Auditor,
            RoleName::Admin => Self::Admin,
        }
    }
}

const DAY_MS: i64 = 86_400_000;

impl Key {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Create(create) => create.run().await,
            Self::List(list) => list.run().await,
            Self::Revoke(revoke) => revoke.run().await,
            Self::RotateSigning(rotate) => rotate.run().await,
            Self::Seal(seal) => seal.run(),
            Self::Unseal(unseal) => unseal.run(),
        }
    }
}

impl Create {
    async fn run(self) -> Outcome {
        let store = self.place.open().await?;
        let expires_at = self
            .expires_in_days
            .map(|days| Clock::system().now_ms() + i64::from(days) * DAY_MS);
        let made = store.create_key(self.role.into(), &self.name, expires_at).await?;
        let (id, role) = (made.actor.id, made.actor.role.as_str());
        if self.json {
            println!("{}", json!({"id": id, "key": made.key, "role": role}));
        } else {
            println!("{id}  {role}  {}\n{}", self.name, made.key);
            println!("このキーは二度と表示されません。 / The key is shown only now.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self) -> Outcome {
        let store = self.place.open().await?;
        for key in store.keys().await? {
            let (id, role) = (&key.actor.id, key.actor.role.as_str());
            let state = match (key.revoked_at, key.expires_at) {
                (Some(at), _) => format!("revoked {}", rfc3339(at)),
                (None, Some(at)) => format!("expires {}", rfc3339(at)),
                (None, None) => "live".to_owned(),
            };
            if self.json {
                let mut line =
                    json!({"id": id, "role": role, "name": key.name, "created_at": rfc3339(key.created_at)});
                if let Some(at) = key.expires_at {
                    line["expires_at"] = rfc3339(at).into();
                }
                if let Some(at) = key.revoked_at {
                    line["revoked_at"] = rfc3339(at).into();
                }
                println!("{line}");
            } else {
                println!("{id}  {role:<8}  {state:<32}  {}", key.name);
            }
        }
        for key in signing_keys(&store.ledger().signers()) {
            if self.json {
                println!("{key}");
            } else {
                let text = |name: &str| key[name].as_str().unwrap_or_default().to_owned();
                let state = format!("{} from size {}", text("state"), key["first_size"]);
                println!("{:<40}  signing   {state:<32}", text("vkey"));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The keys that have signed the ledger, oldest first, as they are listed.
fn signing_keys(signers: &Signers) -> Vec<Value> {
    let (history, ends) = (signers.history(), signers.last_size_beside());
    let mut changes = history.changes().iter();
    let told = history.keys().map(|key| {
        let mut line = json!({"role": "signing", "vkey": key.vkey.to_string(), "first_size": key.first_size});
        let end = changes.next();
        line["state"] = match end {
            None => "live".into(),
            Some(end) if end.revoked.is_some() => "revoked".into(),
            Some(end) if Some(end.old_key_ends) == ends && end.vkey == *signers.verifier() => {
                "overlap".into()
            }
            Some(_) => "replaced".into(),
        };
        if let Some(end) = end {
            line["last_size"] = end.old_key_ends.get().into();
        }
        if let Some(reason) = end.and_then(|end| end.revoked.as_ref()) {
            line["reason"] = reason.as_str().into();
        }
        line
    });
    told.collect()
}

impl Revoke {
    async fn run(self) -> Outcome {
        if self.place.open().await?.revoke_key(&self.id).await? {
            println!("{} revoked / 失効しました", self.id);
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("kirokubo: no live key {} / 有効なキーがありません", self.id);
        Ok(ExitCode::FAILURE)
    }
}
