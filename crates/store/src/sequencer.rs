//! The sequencer: one task that gives every record its place in the ledger.
//!
//! It takes whatever waits in its queue (up to a cap, without any artificial delay), and appends it in one
//! transaction. Callers hear of their record only after the commit. The task belongs to nobody's request: a
//! client that goes away leaves its record to be carried on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kirokubo_records::seal::SealedRecord;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::append::{self, LedgerWriter};
use crate::clock::Clock;
use crate::outcome::{AppendError, Recorded};
use crate::series::{CloseError, Closed, Closing, Ending};
use crate::wal::WalKeeper;

/// Records that may wait; at this length the queue refuses more, so that memory stays bounded.
const QUEUE: usize = 4_096;

/// Records a transaction takes at most: enough to drown the cost of one fsync, little enough for a short wait.
const BATCH: usize = 512;

/// Principal rows a transaction takes at most, unless a single record has more.
const BATCH_ROWS: usize = 8_192;

/// Hands records to the sequencer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Appender {
    queue: mpsc::Sender<Job>,
    latest: Arc<AtomicI64>,
    clock: Clock,
}

/// A record on its way into the ledger. Dropping this does not call it back.
#[derive(Debug)]
pub struct HandedIn(oneshot::Receiver<Result<Recorded, AppendError>>);

impl HandedIn {
    /// What became of it, once that is durable.
    pub async fn outcome(self) -> Result<Recorded, AppendError> {
        self.0.await.unwrap_or(Err(AppendError::Stopped))
    }
}

/// Something to be written, and who waits for it.
#[derive(Debug)]
enum Job {
    Record(RecordJob),
    Close(CloseJob),
}

#[derive(Debug)]
struct RecordJob {
    record: Box<SealedRecord>,
    reply: oneshot::Sender<Result<Recorded, AppendError>>,
}

#[derive(Debug)]
struct CloseJob {
    ending: Ending,
    reply: oneshot::Sender<Result<Result<Closed, CloseError>, AppendError>>,
}

impl Appender {
    /// Appends a record, or says at once that the queue is full.
    pub async fn append(&self, record: SealedRecord) -> Result<Recorded, AppendError> {
        self.try_hand_in(record)?.outcome().await
    }

    /// Hands a record in, or says at once that the queue is full.
    pub fn try_hand_in(&self, record: SealedRecord) -> Result<HandedIn, AppendError> {
        let (job, answer) = job(record);
        self.send(job)?;
        Ok(HandedIn(answer))
    }

    /// Hands a record in, waiting for room in the queue: for streams, whose sender is slowed down instead.
    ///
    /// Records get their places in the order in which they are handed in.
    pub async fn hand_in(&self, record: SealedRecord) -> Result<HandedIn, AppendError> {
        let (job, answer) = job(record);
        self.queue.send(job).await.map_err(|_| AppendError::Stopped)?;
        Ok(HandedIn(answer))
    }

    /// Ends a series.
    pub async fn close_series(&self, closing: Closing) -> Result<Result<Closed, CloseError>, AppendError> {
        let (reply, answer) = oneshot::channel();
        let ending = Ending::of(closing);
        self.send(Job::Close(CloseJob { ending, reply }))?;
        answer.await.unwrap_or(Err(AppendError::Stopped))
    }

    fn send(&self, job: Job) -> Result<(), AppendError> {
        self.queue.try_send(job).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => AppendError::Busy,
            mpsc::error::TrySendError::Closed(_) => AppendError::Stopped,
        })
    }

    /// The time a record handed in now would get, Unix milliseconds: the clock's, but never before the last entry.
    /// Records are judged at this time, so that a clock that was once ahead does not part the two.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms().max(self.latest.load(Ordering::Acquire))
    }

    /// Whether the sequencer takes nothing any more.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.queue.is_closed()
    }

    /// Records waiting now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }
}

fn job(record: SealedRecord) -> (Job, oneshot::Receiver<Result<Recorded, AppendError>>) {
    let (reply, answer) = oneshot::channel();
    let record = Box::new(record);
    (Job::Record(RecordJob { record, reply }), answer)
}

/// The running task, and the wish to stop it.
pub(crate) struct Sequencer {
    pub(crate) appender: Appender,
    /// Dropped, it is the wish to stop.
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Sequencer {
    /// Returns when the task has ended.
    pub(crate) async fn ended(&mut self) {
        if let Err(error) = (&mut self.task).await {
            tracing::error!(%error, "the sequencer ended badly");
        }
    }

    /// Takes nothing more, appends what waits, and ends.
    pub(crate) async fn stop(mut self) {
        self.stop = None;
        self.ended().await;
    }
}

/// Starts the task.
pub(crate) fn start(writer: LedgerWriter, wal: WalKeeper) -> Sequencer {
    let (queue, jobs) = mpsc::channel(QUEUE);
    let (latest, clock) = (Arc::clone(&writer.latest), writer.clock.clone());
    let (stop, stopped) = oneshot::channel();
    Sequencer {
        appender: Appender { queue, latest, clock },
        stop: Some(stop),
        task: tokio::spawn(run(writer, wal, jobs, stopped)),
    }
}

async fn run(
    mut writer: LedgerWriter,
    wal: WalKeeper,
    mut jobs: mpsc::Receiver<Job>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut waiting = Vec::with_capacity(BATCH);
    let mut ending = VecDeque::new();
    loop {
        let taken = tokio::select! {
            biased;
            // Closing lets what waits be taken still, and refuses the rest.
            _ = &mut stopped, if !jobs.is_closed() => { jobs.close(); continue }
            taken = jobs.recv_many(&mut waiting, BATCH) => taken,
            // Long series end step by step, in between.
            () = std::future::ready(()), if !ending.is_empty() => usize::MAX,
        };
        if taken == 0 && ending.is_empty() {
            return;
        }
        for work in in_turn(waiting.drain(..)) {
            match work {
                Work::Records(batch) => {
                    let bytes = batch.iter().map(|job| job.record.stored_size()).sum();
                    append_batch(&mut writer, batch).await;
                    wal.appended(bytes);
                }
                Work::Close(job) => ending.push_back(job),
            }
        }
        if let Some(job) = ending.pop_front() {
            ending.extend(end_series(&mut writer, job).await);
        }
        wal.keep_bounded().await;
    }
}

/// One transaction's worth of what waited.
enum Work {
    Records(Vec<RecordJob>),
    Close(CloseJob),
}

/// Everything that waited, in its order, records gathered into batches.
fn in_turn(jobs: impl Iterator<Item = Job>) -> Vec<Work> {
    let mut works = Vec::new();
    let mut rows = 0;
    for job in jobs {
        match job {
            Job::Close(job) => works.push(Work::Close(job)),
            Job::Record(job) => {
                let more = job.record.rows.len();
                match works.last_mut() {
                    Some(Work::Records(batch)) if rows + more <= BATCH_ROWS => {
                        rows += more;
                        batch.push(job);
                    }
                    _ => {
                        rows = more;
                        works.push(Work::Records(vec![job]));
                    }
                }
            }
        }
    }
    works
}

/// Does one step towards the end of a series; gives the job back while there is more to do. Tried twice, as
/// [`append_batch`] is.
async fn end_series(writer: &mut LedgerWriter, mut job: CloseJob) -> Option<CloseJob> {
    let outcome = match job.ending.step(writer).await {
        Err(first) if first.is_passing() => {
            tracing::warn!(error = ?first, "a series could not be ended; trying once more");
            job.ending.step(writer).await
        }
        settled => settled,
    };
    let answer = match outcome {
        Ok(None) => return Some(job),
        Ok(Some(done)) => Ok(done),
        Err(error) => {
            tracing::error!(error = ?error, "a series could not be ended");
            Err(AppendError::Store(Arc::new(error)))
        }
    };
    // A caller that has gone is no error.
    drop(job.reply.send(answer));
    None
}

/// Appends one batch and answers its callers. A failed attempt is looked into and tried once more: by then the
/// head has been read afresh, so a lost race or a passing fault costs the callers nothing.
async fn append_batch(writer: &mut LedgerWriter, jobs: Vec<RecordJob>) {
    let (batch, replies): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (*job.record, job.reply)).unzip();
    let outcome = match append::append(writer, &batch).await {
        Err(first) if first.is_passing() => {
            tracing::warn!(error = ?first, "an append failed; trying once more");
            append::append(writer, &batch).await
        }
        settled => settled,
    };
    match outcome {
        Ok(results) => {
            for (reply, result) in replies.into_iter().zip(results) {
                // A caller that has gone is no error: its record is kept.
                drop(reply.send(result));
            }
        }
        Err(error) => {
            tracing::error!(error = ?error, "records could not be written");
            let error = AppendError::Store(Arc::new(error));
            for reply in replies {
                drop(reply.send(Err(error.clone())));
            }
        }
    }
}
