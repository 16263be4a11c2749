//! `kirokubo key …`: API keys, beside a running server or without one.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use kirokubo_store::{Clock, Role};
use serde_json::json;

use super::{Outcome, Place};
use crate::time::rfc3339;

#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// Make a key; it is shown only now.
    Create(Create),
    /// List the keys, revoked ones included.
    List(List),
    /// Revoke a key; a running server on this machine refuses it at once.
    Revoke(Revoke),
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
        for key in self.place.open().await?.keys().await? {
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
        Ok(ExitCode::SUCCESS)
    }
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
