//! Audit bundles that are written in the background, and wait to be fetched.
//!
//! The list lives as long as the process; the files lie in a private folder, and go away with their entry in the list:
//! a day after they were asked for, or at the next start.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::Scope;
use kirokubo_store::{Actor, Exported, PreparedBundle, Store, StoreError, WaitingBundle, random};
use tokio::runtime::Handle;

/// How long a bundle waits to be fetched.
const KEPT: Duration = Duration::from_hours(24);

/// Bundles written at once.
const MOST_AT_ONCE: usize = 2;

/// Bundles in the list.
const MOST: usize = 100;

/// The id of a job: a `UUIDv7`, so that ids are in the order of their making.
pub(crate) type JobId = [u8; 16];

/// All jobs of this process. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct BundleJobs(Arc<Mutex<BTreeMap<JobId, Arc<BundleJob>>>>);

/// One bundle.
pub(crate) struct BundleJob {
    /// Its id.
    pub(crate) id: JobId,
    /// Id of the API key that asked for it.
    pub(crate) by: String,
    /// When, Unix milliseconds.
    pub(crate) made_at: i64,
    /// What it opens.
    pub(crate) scope: Scope,
    /// The earlier size that it goes on from.
    pub(crate) from_size: Option<Size>,
    file: WaitingBundle,
    state: Mutex<JobState>,
}

/// How far a job is.
#[derive(Clone, Debug)]
pub(crate) enum JobState {
    /// It is being written: entries done, and in all.
    Running {
        /// Done.
        done: u64,
        /// In all.
        total: u64,
    },
    /// It can be fetched.
    Done {
        /// Entries of the ledger in it.
        entries: u64,
        /// Records opened.
        records: u64,
        /// Records that could not be opened: the verifier will say so.
        unreadable: u64,
        /// Bytes of the file.
        bytes: u64,
    },
    /// It could not be written; the log says why.
    Failed,
}

/// As many bundles as may be are in work or wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TooMany;

impl BundleJobs {
    /// An empty list, and an empty folder.
    pub(crate) fn begin(store: &Store) -> Result<Self, StoreError> {
        store.clear_exports()?;
        Ok(Self::default())
    }

    /// Begins to write a bundle.
    pub(crate) fn start(
        &self,
        store: &Store,
        actor: &Actor,
        (scope, from_size): (Scope, Option<Size>),
        bundle: PreparedBundle,
    ) -> io::Result<Result<Arc<BundleJob>, TooMany>> {
        let made_at = store.clock().now_ms();
        let total = bundle.size().get();
        let job = Arc::new(BundleJob {
            id: random::uuid_v7(made_at),
            by: actor.id.clone(),
            made_at,
            scope,
            from_size,
            file: store.waiting_bundle()?,
            state: Mutex::new(JobState::Running { done: 0, total }),
        });
        {
            let mut jobs = self.lock();
            let running = jobs.values().filter(|job| job.is_running()).count();
            if running >= MOST_AT_ONCE || jobs.len() >= MOST {
                return Ok(Err(TooMany));
            }
            jobs.insert(job.id, Arc::clone(&job));
        }
        tokio::spawn(self.clone().carry_out(Arc::clone(&job), bundle));
        Ok(Ok(job))
    }

    /// The job with this id.
    pub(crate) fn get(&self, id: &JobId) -> Option<Arc<BundleJob>> {
        self.lock().get(id).cloned()
    }

    /// All jobs, the newest first.
    pub(crate) fn all(&self) -> Vec<Arc<BundleJob>> {
        self.lock().values().rev().cloned().collect()
    }

    async fn carry_out(self, job: Arc<BundleJob>, bundle: PreparedBundle) {
        let id = job.id;
        let writing = Arc::clone(&job);
        // Files are written on the way, so this takes a thread of its own and none of those that serve.
        let runtime = Handle::current();
        let task = tokio::task::spawn_blocking(move || runtime.block_on(writing.write(bundle)));
        if let Err(error) = task.await {
            tracing::error!(%error, "writing a bundle ended badly");
            *job.lock() = JobState::Failed;
        }
        drop(job);
        tokio::time::sleep(KEPT).await;
        self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<JobId, Arc<BundleJob>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BundleJob {
    /// How far it is.
    pub(crate) fn state(&self) -> JobState {
        self.lock().clone()
    }

    /// When it goes away, Unix milliseconds.
    pub(crate) fn kept_until(&self) -> i64 {
        let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
        self.made_at.saturating_add(kept)
    }

    /// Opens the file of a job that is done.
    pub(crate) fn open(&self) -> io::Result<File> {
        self.file.open()
    }

    async fn write(&self, bundle: PreparedBundle) {
        let mut tell = |done, total| *self.lock() = JobState::Running { done, total };
        let written = self.file.write(bundle, &mut tell).await;
        *self.lock() = match written {
            Ok((exported, bytes)) => {
                let Exported {
                    entries,
                    records,
                    unreadable,
                } = exported;
                tracing::info!(entries, records, bytes, "a bundle was written");
                JobState::Done {
                    entries,
                    records,
                    unreadable,
                    bytes,
                }
            }
            Err(error) => {
                tracing::error!(error = ?error, "a bundle could not be written");
                JobState::Failed
            }
        };
    }

    fn is_running(&self) -> bool {
        matches!(*self.lock(), JobState::Running { .. })
    }

    fn lock(&self) -> MutexGuard<'_, JobState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
