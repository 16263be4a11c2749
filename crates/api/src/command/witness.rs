//! `kirokubo witness`: a witness of other people's ledgers (C2SP `tlog-witness`). It needs no ledger of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use kirokubo_ledger::note::{Origin, VerifierKey};
use kirokubo_store::{Clock, random};
use kirokubo_witness::Witness as Witnessing;
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

use super::serve::stop_signal;
use super::{Outcome, telemetry};
use crate::stopping::Stop;

#[derive(Debug, Args)]
pub(super) struct Witness {
    /// The witness's own folder: its key, and the newest checkpoint it has cosigned of each log. Made at the first
    /// start. Never restore it from a backup: a witness that forgets would cosign a rollback.
    #[arg(long, value_name = "DIR", env = "KIROKUBO_WITNESS_DATA")]
    data: PathBuf,
    /// The verifier key of a ledger to follow, as its owner hands it out. Given several times, for several ledgers or
    /// several keys of one.
    #[arg(
        long,
        value_name = "VKEY",
        env = "KIROKUBO_WITNESS_LOGS",
        value_delimiter = ' ',
        required = true
    )]
    log: Vec<VerifierKey>,
    /// The witness's name in its cosignatures: a URL without scheme, such as `witness.example.jp/audit`. Asked for at
    /// the first start only; one that nobody else has is made up if absent.
    #[arg(long, value_name = "NAME", env = "KIROKUBO_WITNESS_NAME")]
    name: Option<Origin>,
    /// Address and port; port 0 takes a free one.
    #[arg(
        long,
        value_name = "ADDR",
        env = "KIROKUBO_WITNESS_LISTEN",
        default_value = "127.0.0.1:8090"
    )]
    listen: SocketAddr,
    /// `off`, `error`, `warn`, `info` or `debug`.
    #[arg(long, value_name = "LEVEL", env = "KIROKUBO_LOG", default_value = "info")]
    log_level: LevelFilter,
}

impl Witness {
    pub(super) async fn run(self) -> Outcome {
        telemetry::start(self.log_level);
        let clock = Clock::system();
        let seconds = move || u64::try_from(clock.now_ms() / 1_000).unwrap_or(0);
        let made_up = || {
            let name = format!("localhost/kirokubo-witness/{}", random::name::<6>());
            (name.parse().expect("such a name is an origin"), random::bytes())
        };
        let witness = Witnessing::open(
            &self.data,
            self.name.as_ref(),
            &self.log,
            Box::new(seconds),
            made_up,
        )?;
        let listener = TcpListener::bind(self.listen).await?;
        println!("vkey {}", witness.verifier_key());
        println!("listening on http://{}", listener.local_addr()?);
        let (stop, stopping) = Stop::new();
        let app = kirokubo_witness::router(Arc::new(witness));
        let serving = tokio::spawn(crate::listen::serve(listener, app, stopping));
        stop_signal()?.await;
        tracing::info!("stopping");
        drop(stop);
        serving.await?;
        Ok(ExitCode::SUCCESS)
    }
}
