//! What the sequencer does besides appending records: it ends series, and whatever else adds entries of its own.
//!
//! A deed is done in steps, each in a transaction of its own, and batches of records get their turn between two of
//! them. So a long one keeps nobody waiting. It belongs to nobody's request: a caller that goes away leaves it to be
//! carried on.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use crate::append::LedgerWriter;
use crate::error::StoreError;
use crate::outcome::AppendError;
use crate::patience::Patience;

/// Something to be done in the sequencer's turn.
pub(crate) trait Deed: Send + 'static {
    /// What who asked for it hears in the end.
    type Done: Send + 'static;

    /// What it is called in the log.
    const NAME: &'static str;

    /// Does one step, in one transaction; `None` while there is more to do. A step that failed in passing is tried once
    /// more with the same state.
    fn step(
        &mut self,
        writer: &mut LedgerWriter,
    ) -> impl Future<Output = Result<Option<Self::Done>, StoreError>> + Send;
}

/// A deed on its way, and who waits for it.
pub(crate) struct DeedJob(Box<dyn Task>);

impl DeedJob {
    /// The job, and where its answer comes.
    pub(crate) fn of<D: Deed>(deed: D) -> (Self, oneshot::Receiver<Result<D::Done, AppendError>>) {
        let (reply, answer) = oneshot::channel();
        (Self(Box::new(Asked { deed, reply })), answer)
    }

    /// Does one step; gives the job back while there is more to do.
    pub(crate) async fn step(self, writer: &mut LedgerWriter) -> Option<Self> {
        self.0.step(writer).await.map(Self)
    }
}

/// A deed of any kind.
trait Task: Send {
    fn step(self: Box<Self>, writer: &mut LedgerWriter) -> BoxFuture<'_, Option<Box<dyn Task>>>;
}

struct Asked<D: Deed> {
    deed: D,
    reply: oneshot::Sender<Result<D::Done, AppendError>>,
}

impl<D: Deed> Task for Asked<D> {
    fn step(mut self: Box<Self>, writer: &mut LedgerWriter) -> BoxFuture<'_, Option<Box<dyn Task>>> {
        async move {
            let mut patience = Patience::with(&writer.db);
            let outcome = loop {
                match self.deed.step(writer).await {
                    Err(error) if patience.allows(&error).await => {
                        tracing::warn!(error = ?error, deed = D::NAME, "a step failed; trying once more");
                    }
                    settled => break settled,
                }
            };
            let answer = match outcome {
                Ok(None) => {
                    let rest: Box<dyn Task> = self;
                    return Some(rest);
                }
                Ok(Some(done)) => Ok(done),
                Err(error) => {
                    tracing::error!(error = ?error, deed = D::NAME, "it could not be done");
                    Err(AppendError::Store(Arc::new(error)))
                }
            };
            // A caller that has gone is no error.
            drop(self.reply.send(answer));
            None
        }
        .boxed()
    }
}
