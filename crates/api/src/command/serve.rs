//! `kirokubo serve`: the API of a data folder, until SIGTERM.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use kirokubo_store::{Running, Store, StoreError};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tracing_subscriber::filter::LevelFilter;

use super::stamping_options::StampingOptions;
use super::{EvidencePlace, HighWaterPlace, Outcome, Place, rewound, telemetry};
use crate::http::{AppState, router};
use crate::publishing::{PublishOptions, PublishSettings, Publishing, refuse_if_rewound};
use crate::stamping::{Stamping, keep_stamping};
use crate::stopping::Stop;

/// 50 MiB: a scanned contract of some hundred pages.
pub(super) const MAX_EVIDENCE: u64 = 50 << 20;

/// A hundredth of what one core reads: some eight million entries a day.
const SCRUB_RATE: u64 = 100;

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    evidence: EvidencePlace,
    #[command(flatten)]
    high_water: HighWaterPlace,
    /// Bytes that a file of evidence may have.
    #[arg(
        long,
        value_name = "BYTES",
        env = "KIROKUBO_EVIDENCE_MAX_BYTES",
        default_value_t = MAX_EVIDENCE
    )]
    evidence_max_bytes: u64,
    #[command(flatten)]
    stamping: StampingOptions,
    /// Entries a second that are read again in the background, to find damage before it spreads; 0 reads none.
    #[arg(long, value_name = "ENTRIES", env = "KIROKUBO_SCRUB_RATE", default_value_t = SCRUB_RATE)]
    scrub_rate: u64,
    #[command(flatten)]
    publish: PublishOptions,
    /// Address and port; port 0 takes a free one.
    #[arg(
        long,
        value_name = "ADDR",
        env = "KIROKUBO_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,
    /// `off`, `error`, `warn`, `info` or `debug`.
    #[arg(long, value_name = "LEVEL", env = "KIROKUBO_LOG", default_value = "info")]
    log: LevelFilter,
}

impl Serve {
    pub(super) async fn run(self) -> Outcome {
        let traces = telemetry::start_with_traces(self.log)?;
        let store = self.place.open().await?;
        let store = store.with_evidence_at(&self.evidence.evidence_url)?;
        let stamping = self.stamping.stamping()?;
        let store = store.with_high_water_at(self.high_water.high_water);
        let publish = self.publish.read(store.shared_folder(), &store)?;
        refuse_if_rewound(&store, &publish).await?;
        let server = Server::start(store, self.listen, self.evidence_max_bytes, stamping, publish).await;
        let mut server = match server {
            Ok(server) => server,
            Err(error) => return refused(error),
        };
        server.running.scrub(&server.store, self.scrub_rate);
        let stopped = stop_signal()?;
        println!("listening on http://{}", server.address);
        tokio::select! {
            () = stopped => {}
            () = server.broken() => return Err("the sequencer ended; see the log".into()),
        }
        tracing::info!("stopping");
        server.stop().await?;
        if let Some(traces) = traces {
            traces.finish().await;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Says why the server does not start. A ledger that was taken back has a status of its own.
fn refused(error: Box<dyn std::error::Error + Send + Sync>) -> Outcome {
    match error.downcast_ref() {
        Some(StoreError::HighWater(fault)) => {
            tracing::error!(%fault, "nothing is signed after this ledger");
            eprintln!("kirokubo: {}", rewound::explain(fault));
            Ok(ExitCode::from(rewound::CONTRADICTS))
        }
        _ => Err(error),
    }
}

/// A server that answers on `address`.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    store: Store,
    running: Running,
    stop: Stop,
    http: JoinHandle<()>,
    /// What has the ledger stamped, if anything does.
    stamping: Option<JoinHandle<()>>,
    /// What publishes, unless every head is.
    beat: Option<JoinHandle<()>>,
    /// What takes up settings that another server was given, where there may be one.
    settings: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts the sequencer and listens.
    pub(super) async fn start(
        store: Store,
        listen: SocketAddr,
        max_evidence: u64,
        stamping: Option<Stamping>,
        publish: PublishSettings,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let running = store.start().await?;
        let (publishing, beat) = Publishing::start(&store, publish).await?;
        let stamping = stamping.map(Arc::new);
        let (stop, stopping) = Stop::new();
        let state = AppState::load(
            store.clone(),
            &running,
            publishing,
            max_evidence,
            stamping.clone(),
            stopping.clone(),
        )
        .await?;
        let stamping =
            stamping.map(|stamping| tokio::spawn(keep_stamping(stamping, store.clone(), running.appender())));
        let settings = store
            .is_shared()
            .then(|| tokio::spawn(state.clone().keep_settings()));
        let app = router(state);
        let listener = crate::listen::bind(listen)?;
        let address = listener.local_addr()?;
        let http = tokio::spawn(crate::listen::serve(listener, app, stopping));
        Ok(Self {
            address,
            store,
            running,
            stop,
            http,
            stamping,
            beat,
            settings,
        })
    }

    /// Waits until the sequencer ends by itself, which is a bug: better to be started again than to refuse for ever.
    pub(super) async fn broken(&mut self) {
        self.running.ended().await;
    }

    /// Takes no new connections, lets requests finish, appends what was handed in, and closes.
    pub(super) async fn stop(self) -> Result<(), StoreError> {
        drop(self.stop);
        if let Err(error) = self.http.await {
            tracing::error!(%error, "the listener ended badly");
        }
        // What an authority has given already is bound by the sequencer, and what a witness has signed it signs again; no
        // other answer is waited for.
        for task in [&self.stamping, &self.beat, &self.settings].into_iter().flatten() {
            task.abort();
        }
        self.running.stop().await?;
        self.store.close().await
    }
}

/// Returns on SIGTERM or SIGINT.
///
/// It is listened for from the call on, not from the first poll: whoever has read where the server listens may stop it.
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
