//! `kirokubo demo`: the whole job once, over HTTP, on a ledger of its own.

mod client;
mod people;
mod steps;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use kirokubo_store::{Clock, Role, Store};
use tracing_subscriber::filter::LevelFilter;

use super::serve::{MAX_EVIDENCE, Server, stop_signal};
use super::{Outcome, telemetry};
use crate::publishing::PublishSettings;
use client::Client;
use steps::Story;

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Where to make the ledger; `./kirokubo-demo`, or the next free name beside it, if absent.
    #[arg(long, value_name = "DIR", env = "KIROKUBO_DATA")]
    data: Option<PathBuf>,
    /// Address and port; a free port is taken if this one is in use.
    #[arg(
        long,
        value_name = "ADDR",
        env = "KIROKUBO_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,
    /// Stop after the steps, with status 0 only if all of them held.
    #[arg(long, env = "KIROKUBO_EXIT")]
    exit: bool,
}

/// The keys of a demo, one a role that it needs.
struct Keys {
    ingest: String,
    officer: String,
    auditor: String,
}

impl Demo {
    pub(super) async fn run(self) -> Outcome {
        telemetry::start(LevelFilter::WARN);
        let folder = self.data.unwrap_or_else(free_folder);
        let mut story = Story::begin(&folder);
        let origin = format!("localhost/kirokubo/{}", folder_name(&folder)).parse()?;
        let ledger = Store::init(&folder, "sqlite:", "株式会社デモ", &origin, Clock::system()).await?;
        let keys = Keys {
            ingest: ledger.create_key(Role::Ingest, "demo system", None).await?.key,
            officer: ledger.create_key(Role::Officer, "demo officer", None).await?.key,
            auditor: ledger.create_key(Role::Auditor, "demo auditor", None).await?.key,
        };
        let listen = if port_is_free(self.listen) {
            self.listen
        } else {
            SocketAddr::new(self.listen.ip(), 0)
        };
        let server = Server::start(
            ledger.clone(),
            listen,
            MAX_EVIDENCE,
            None,
            PublishSettings::default(),
        )
        .await?;
        story.step(
            "台帳と鍵を作り、サーバーを起動",
            "a ledger, its keys, and a server",
        );
        Story::fact(&format!(
            "http://{}  (vkey {})",
            server.address,
            ledger.ledger().verifier()
        ));

        let client = Client::new(server.address, &keys);
        let held = steps::run(&mut story, &client, &ledger).await;
        story.end(held);
        if self.exit {
            server.stop().await?;
            return Ok(if held {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        Story::invite(server.address, &keys, &folder);
        stop_signal()?.await;
        server.stop().await?;
        Ok(if held {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// A second demo leaves the first one alone.
fn free_folder() -> PathBuf {
    let names =
        std::iter::once("kirokubo-demo".to_owned()).chain((2..).map(|n| format!("kirokubo-demo-{n}")));
    names
        .map(PathBuf::from)
        .find(|folder| !folder.exists())
        .expect("some number is free")
}

/// What an origin may contain of the folder's name.
fn folder_name(folder: &Path) -> String {
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let plain: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    if plain.is_empty() {
        "demo".to_owned()
    } else {
        plain
    }
}

fn port_is_free(address: SocketAddr) -> bool {
    std::net::TcpListener::bind(address).is_ok()
}
