//! How everything that goes on for long hears that the server is told to stop.

use std::time::Duration;

use tokio::sync::watch;

/// Tells to stop, by being dropped.
#[derive(Debug)]
pub(crate) struct Stop {
    _told: watch::Sender<()>,
}

/// Hears it.
#[derive(Clone, Debug)]
pub(crate) struct Stopping(watch::Receiver<()>);

impl Stop {
    /// What tells, and what hears.
    pub(crate) fn new() -> (Self, Stopping) {
        let (told, stopping) = watch::channel(());
        (Self { _told: told }, Stopping(stopping))
    }
}

impl Stopping {
    /// Returns once it is told.
    pub(crate) async fn told(mut self) {
        // Nothing is ever sent: it ends when the sender is dropped.
        while self.0.changed().await.is_ok() {}
    }

    /// Returns some time after it is told.
    pub(crate) async fn told_since(self, time: Duration) {
        self.told().await;
        tokio::time::sleep(time).await;
    }
}
