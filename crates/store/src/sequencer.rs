//! The sequencer: one task that gives every record its place in the ledger.
//!
//! It takes whatever waits in its queue (up to a cap, without any artificial delay), and appends it in one
//! transaction. Callers hear of their record only after the commit. The task belongs to nobody's request: a
//! client that goes away leaves its record to be carried on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use kirokubo_records::seal::SealedRecord;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tracing::{Instrument, Span};

use crate::append::{self, LedgerWriter};
use crate::clock::Clock;
use crate::deed::{Deed, DeedJob};
use crate::measure::{BatchTook, Measures};
use crate::outcome::{AppendError, Recorded};
use crate::patience::Patience;
use crate::scrub::Health;
use crate::traced::TARGET;
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
    health: Arc<Health>,
    measures: Measures,
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
enum Job {
    Record(RecordJob),
    Deed(DeedJob),
}

#[derive(Debug)]
struct RecordJob {
    record: Box<SealedRecord>,
    handed_in: Instant,
    /// Open while it waits; nothing, unless traces are collected.
    waiting: Span,
    reply: oneshot::Sender<Result<Recorded, AppendError>>,
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
        self.is_sound()?;
        let (job, answer) = job(record);
        self.queue.send(job).await.map_err(|_| AppendError::Stopped)?;
        Ok(HandedIn(answer))
    }

    /// Has something else done, in its turn, or says at once that the queue is full.
    pub(crate) async fn carry_out<D: Deed>(&self, deed: D) -> Result<D::Done, AppendError> {
        let (job, answer) = DeedJob::of(deed);
        self.send(Job::Deed(job))?;
        answer.await.unwrap_or(Err(AppendError::Stopped))
    }

    /// Tells `told` what each transaction takes, from now on. Whoever was named first stays.
    pub fn measure(&self, told: impl Fn(&BatchTook<'_>) + Send + Sync + 'static) {
        self.measures.tell(Box::new(told));
    }

    /// What the scrubber knows.
    #[must_use]
    pub fn health(&self) -> &Arc<Health> {
        &self.health
    }

    /// Nothing is built on a chain that is damaged.
    fn is_sound(&self) -> Result<(), AppendError> {
        if self.health.is_damaged() {
            return Err(AppendError::Damaged);
        }
        Ok(())
    }

    fn send(&self, job: Job) -> Result<(), AppendError> {
        self.is_sound()?;
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
    let job = RecordJob {
        record: Box::new(record),
        handed_in: Instant::now(),
        waiting: tracing::debug_span!(target: TARGET, "wait"),
        reply,
    };
    (Job::Record(job), answer)
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
    let measures = Measures::default();
    Sequencer {
        appender: Appender {
            queue,
            latest,
            clock,
            health: Arc::default(),
            measures: measures.clone(),
        },
        stop: Some(stop),
        task: spawn(writer, |writer| run(writer, wal, measures, jobs, stopped)),
    }
}

/// Starts the task beside all others, or, on a server, on a thread of its own: an append waits for a dozen answers, and there
/// each is taken up at once, not when a worker has judged the event at hand. That is a fifth more records a second. What
/// SQLite answers comes from a thread of the driver's, and gains nothing.
fn spawn<F>(mut writer: LedgerWriter, run: impl FnOnce(LedgerWriter) -> F + Send + 'static) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    if !writer.db.is_shared() {
        return tokio::spawn(run(writer));
    }
    tokio::task::spawn_blocking(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime takes three open files");
        runtime.block_on(async move {
            let db = writer.db.apart();
            writer.db = db.clone();
            run(writer).await;
            if let Err(error) = db.close_writer().await {
                tracing::warn!(%error, "the connection that appends could not be closed");
            }
        });
    })
}

async fn run(
    mut writer: LedgerWriter,
    wal: WalKeeper,
    measures: Measures,
    mut jobs: mpsc::Receiver<Job>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut waiting = Vec::with_capacity(BATCH);
    let mut deeds = VecDeque::new();
    loop {
        let taken = tokio::select! {
            biased;
            // Closing lets what waits be taken still, and refuses the rest.
            _ = &mut stopped, if !jobs.is_closed() => { jobs.close(); continue }
            taken = jobs.recv_many(&mut waiting, BATCH) => taken,
            // What takes long is done step by step, in between.
            () = std::future::ready(()), if !deeds.is_empty() => usize::MAX,
        };
        if taken == 0 && deeds.is_empty() {
            return;
        }
        for work in in_turn(waiting.drain(..)) {
            match work {
                Work::Records(batch) => {
                    let bytes = batch.iter().map(|job| job.record.stored_size()).sum();
                    let span = batch_span(&batch);
                    append_batch(&mut writer, &measures, batch).instrument(span).await;
                    wal.appended(bytes);
                }
                Work::Deed(job) => deeds.push_back(job),
            }
        }
        if let Some(job) = deeds.pop_front() {
            deeds.extend(job.step(&mut writer).await);
        }
        wal.keep_bounded().await;
    }
}

/// One transaction's worth of what waited.
enum Work {
    Records(Vec<RecordJob>),
    Deed(DeedJob),
}

/// Everything that waited, in its order, records gathered into batches.
fn in_turn(jobs: impl Iterator<Item = Job>) -> Vec<Work> {
    let mut works = Vec::new();
    let mut rows = 0;
    for job in jobs {
        match job {
            Job::Deed(job) => works.push(Work::Deed(job)),
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

/// The work of one batch, which is of no request alone: it names them all.
fn batch_span(batch: &[RecordJob]) -> Span {
    let span = tracing::debug_span!(
        target: TARGET, parent: None, "append",
        kirokubo.batch.records = batch.len(),
        kirokubo.batch.rows = batch.iter().map(|job| job.record.rows.len()).sum::<usize>(),
    );
    for job in batch {
        span.follows_from(&job.waiting);
    }
    span
}

/// Appends one batch and answers its callers. A failed attempt is looked into and tried once more: by then the
/// head has been read afresh, so a lost race or a passing fault costs the callers nothing.
async fn append_batch(writer: &mut LedgerWriter, measures: &Measures, jobs: Vec<RecordJob>) {
    let began = Instant::now();
    let handed_in: Vec<Instant> = jobs.iter().map(|job| job.handed_in).collect();
    let (batch, replies): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (*job.record, job.reply)).unzip();
    let mut patience = Patience::with(&writer.db);
    let outcome = loop {
        match append::append(writer, &batch).await {
            Err(error) if patience.allows(&error).await => {
                tracing::warn!(error = ?error, "an append failed; trying once more");
            }
            settled => break settled,
        }
    };
    measures.settled(began, &handed_in);
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
