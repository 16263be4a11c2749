//! What every handler can reach.

use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use kirokubo_records::master::Settings;
use kirokubo_store::{AccessLog, Appender, Authenticator, Running, Sources, Store, StoreError};

use super::budget::{self, Budget};
use super::metrics::Metrics;
use crate::bundle_jobs::BundleJobs;
use crate::publishing::Publishing;
use crate::stamping::Stamping;
use crate::stopping::Stopping;

/// How long a server may go by settings that another one was told to change.
const SETTINGS_BEAT: Duration = Duration::from_secs(1);

/// What all requests share. A request is handed on with it some ten times, hence one pointer.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What is shared.
pub struct Shared {
    /// The ledger's store, for reads.
    pub store: Store,
    /// Where records are handed in.
    pub appender: Appender,
    /// Where it is written down who reads personal data.
    pub(crate) access_log: AccessLog,
    /// Who calls.
    pub authenticator: Authenticator,
    /// What the world is shown, and how the witnesses stand.
    pub(crate) publishing: Publishing,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// How long systems have been silent.
    pub(crate) sources: Sources,
    /// Bytes of events that may be in work at once.
    pub(crate) budget: Budget,
    /// Bytes of buffers of evidence files that may be in work at once.
    pub(crate) files: Budget,
    /// Audit bundles that are being written, and those that wait to be fetched.
    pub(crate) bundles: BundleJobs,
    /// Bytes that a file of evidence may have.
    pub(crate) max_evidence: u64,
    /// Whom to have the ledger stamped by, if that is configured.
    pub(crate) stamping: Option<Arc<Stamping>>,
    /// Hears that the server is told to stop.
    pub(crate) stopping: Stopping,
    /// What an administrator decided; read anew whenever it changes.
    settings: RwLock<Arc<Settings>>,
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl AppState {
    /// The state of a server on `store` that takes files of evidence of up to `max_evidence` bytes.
    pub(crate) async fn load(
        store: Store,
        running: &Running,
        publishing: Publishing,
        max_evidence: u64,
        stamping: Option<Arc<Stamping>>,
        stopping: Stopping,
    ) -> Result<Self, StoreError> {
        let authenticator = Authenticator::new(store.clone());
        let settings = stored_settings(&store).await?;
        let bundles = BundleJobs::begin(&store)?;
        let metrics = Arc::<Metrics>::default();
        metrics.measure(&running.appender());
        Ok(Self(Arc::new(Shared {
            bundles,
            store,
            appender: running.appender(),
            access_log: running.access_log(),
            authenticator,
            publishing,
            metrics,
            sources: Sources::default(),
            budget: Budget::default(),
            files: Budget::of(budget::FILES),
            max_evidence,
            stamping,
            stopping,
            settings: RwLock::new(Arc::new(settings)),
        })))
    }

    /// What holds now. An event that began before a change is judged by what held then.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&settings)
    }

    /// What holds from now on; it must be stored already.
    pub(crate) fn replace_settings(&self, settings: Settings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    /// Takes up every second what another server was told to change, until it is aborted.
    pub(crate) async fn keep_settings(self) {
        loop {
            tokio::time::sleep(SETTINGS_BEAT).await;
            match stored_settings(&self.store).await {
                Ok(settings) if settings == *self.settings() => {}
                Ok(settings) => self.replace_settings(settings),
                // Others tell of a database that is away.
                Err(error) => tracing::debug!(%error, "the settings could not be read again"),
            }
        }
    }
}

async fn stored_settings(store: &Store) -> Result<Settings, StoreError> {
    match store.settings().await?.last() {
        None => Ok(Settings::default()),
        Some(version) => Settings::parse(version.json.as_bytes()).map_err(|_| StoreError::Corrupt {
            index: None,
            what: "the settings cannot be read",
        }),
    }
}
