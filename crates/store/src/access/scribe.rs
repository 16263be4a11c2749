//! The scribe: one task that writes readings down, many in one transaction, before anybody is shown anything.
//!
//! It takes whatever waits, without any artificial delay. The one writing connection is shared with the sequencer, in
//! turns; a queue of its own keeps events from crowding out readings, and the other way round.

use std::sync::Arc;

use kirokubo_records::Access;
use kirokubo_records::seal::SealedAccess;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{AccessLedger, write};
use crate::append::LedgerWriter;
use crate::outcome::AppendError;
use crate::store::Store;
use crate::wal::WalKeeper;

/// Readings that may wait; at this length more are refused, and with them what they would have shown.
const QUEUE: usize = 1_024;

/// Readings a transaction takes at most.
const BATCH: usize = 256;

/// Where readings are written down. Cheap to clone.
#[derive(Clone)]
pub struct AccessLog {
    ledger: AccessLedger,
    queue: mpsc::Sender<Job>,
}

impl AccessLog {
    /// Writes a reading down. Nothing may be shown before this returns, and nothing at all if it fails.
    ///
    /// A caller that goes away leaves the reading to be written.
    pub async fn record(&self, access: Access) -> Result<(), AppendError> {
        let failed = |error| AppendError::Store(Arc::new(error));
        let readings = self.ledger.seal(access).map_err(failed)?;
        let (reply, answer) = oneshot::channel();
        self.queue
            .try_send(Job { readings, reply })
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => AppendError::Busy,
                mpsc::error::TrySendError::Closed(_) => AppendError::Stopped,
            })?;
        answer.await.unwrap_or(Err(AppendError::Stopped))
    }
}

/// One reading, in its parts, and who waits for it.
struct Job {
    readings: Vec<SealedAccess>,
    reply: oneshot::Sender<Result<(), AppendError>>,
}

/// The running task.
pub(crate) struct Scribe {
    pub(crate) log: AccessLog,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Scribe {
    /// Starts the task for the access ledger of `store`.
    pub(crate) fn start(store: &Store, writer: LedgerWriter) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (stop, stopped) = oneshot::channel();
        Self {
            log: AccessLog {
                ledger: store.access_ledger(),
                queue,
            },
            stop: Some(stop),
            task: tokio::spawn(run(writer, store.wal.clone(), jobs, stopped)),
        }
    }

    /// Returns when the task ends.
    pub(crate) async fn ended(&mut self) {
        if let Err(error) = (&mut self.task).await {
            tracing::error!(%error, "the scribe ended badly");
        }
    }

    /// Writes what waits down and refuses the rest.
    pub(crate) async fn stop(mut self) {
        self.stop = None;
        self.ended().await;
    }
}

async fn run(
    mut writer: LedgerWriter,
    wal: WalKeeper,
    mut jobs: mpsc::Receiver<Job>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut waiting = Vec::with_capacity(BATCH);
    loop {
        let taken = tokio::select! {
            biased;
            // Closing lets what waits be taken still, and refuses the rest.
            _ = &mut stopped, if !jobs.is_closed() => { jobs.close(); continue }
            taken = jobs.recv_many(&mut waiting, BATCH) => taken,
        };
        if taken == 0 {
            return;
        }
        write_down(&mut writer, &wal, waiting.drain(..)).await;
        wal.keep_bounded().await;
    }
}

async fn write_down(writer: &mut LedgerWriter, wal: &WalKeeper, jobs: impl Iterator<Item = Job>) {
    let (readings, replies): (Vec<_>, Vec<_>) = jobs.map(|job| (job.readings, job.reply)).unzip();
    let readings: Vec<SealedAccess> = readings.into_iter().flatten().collect();
    let outcome = write::append(writer, &readings).await;
    let outcome = outcome.map_err(|error| {
        tracing::error!(error = ?error, "readings could not be written down; nothing is shown");
        AppendError::Store(Arc::new(error))
    });
    wal.appended(readings.iter().map(write::stored_size).sum());
    for reply in replies {
        // A caller that has gone is no error.
        drop(reply.send(outcome.clone()));
    }
}
