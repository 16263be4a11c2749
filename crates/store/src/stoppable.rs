//! A task beside the sequencer that is told to stop, and ends between two steps of its work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// The wish to stop, as the task sees it. The default is never wished.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<Wish>);

#[derive(Debug, Default)]
struct Wish {
    is_wished: AtomicBool,
    wished: Notify,
}

impl Stop {
    /// Whether the task is to end.
    pub(crate) fn is_wished(&self) -> bool {
        self.0.is_wished.load(Ordering::Relaxed)
    }

    /// Returns when the task is to end: for a task that waits. One waits at a time.
    pub(crate) async fn wished(&self) {
        self.0.wished.notified().await;
    }
}

/// The task, as whoever stops it sees it.
pub(crate) struct Stoppable {
    name: &'static str,
    stop: Stop,
    task: JoinHandle<()>,
}

impl Stoppable {
    /// Starts a task, called `name` in the log.
    pub(crate) fn start<F>(name: &'static str, task: impl FnOnce(Stop) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = Stop::default();
        Self {
            name,
            task: tokio::spawn(task(stop.clone())),
            stop,
        }
    }

    /// Tells it to stop, and returns when it has ended.
    pub(crate) async fn stop(self) {
        self.stop.0.is_wished.store(true, Ordering::Relaxed);
        self.stop.0.wished.notify_one();
        if let Err(error) = self.task.await {
            tracing::error!(%error, task = self.name, "it ended badly");
        }
    }
}
