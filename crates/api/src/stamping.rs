//! Time stamps (RFC 3161) over checkpoints: asked for on a schedule and on demand, kept only if they count.
//!
//! Nothing here is in the way of recording: an authority that is slow, gone or dishonest costs the ledger nothing but
//! the stamp, and is told of in the log, in the metrics and on `/readyz`.

mod authority;
mod schedule;

use std::sync::{Mutex, PoisonError};

use kirokubo_ledger::timestamp::{
    CLOCK_DRIFT_MAX_MS, Expected, Nonce, Policy, Roots, StampError, StampRequest, TimeStamp, TimeStampAnswer,
};
use kirokubo_store::{AppendError, Appender, NewStamp, Store, StoreError, StoredStamp, ToStamp, random};

use authority::Authority;

pub(crate) use authority::AskError;
pub(crate) use schedule::keep_stamping;

/// Whom to ask, whom to trust, and how it went.
pub(crate) struct Stamping {
    authorities: Vec<Authority>,
    roots: Roots,
    policy: Option<Policy>,
    /// Milliseconds from one stamp to the next.
    interval_ms: i64,
    /// One is asked for at a time.
    turn: tokio::sync::Mutex<()>,
    health: Mutex<Health>,
}

/// How stamping went.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    /// The time of the last good stamp, Unix milliseconds.
    pub(crate) last_good: Option<i64>,
    /// Attempts since then that brought none.
    pub(crate) failures: u32,
    /// Good stamps of this process.
    pub(crate) stamped: u64,
    /// Failed attempts of this process.
    pub(crate) failed: u64,
    /// Whether a stamp is overdue, as of the last look.
    pub(crate) is_overdue: bool,
}

/// What an attempt came to.
#[derive(Clone, Debug)]
pub(crate) enum Stamped {
    /// There is a new stamp.
    New(StoredStamp),
    /// The last one covers all there is.
    NotGrown(StoredStamp),
}

/// Why there is no new stamp.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StampingError {
    /// No authority gave one that counts. What each did wrong is in the log.
    #[error("no authority gave a time stamp that counts")]
    NoStamp,
    /// The ledger could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stamp could not be bound.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// Why the answer of one authority was thrown away.
#[derive(Debug, thiserror::Error)]
enum Rejected {
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error(transparent)]
    Stamp(#[from] StampError),
    /// Either clock is wrong, and nobody here can say which.
    #[error("its time and ours differ by {0} seconds")]
    Clock(i64),
}

/// What `kirokubo serve` was told about time stamps.
#[derive(Clone, Debug)]
pub(crate) struct StampingSettings {
    /// Addresses of authorities, asked in this order until one gives a stamp that counts.
    pub(crate) urls: Vec<String>,
    /// Whom to trust.
    pub(crate) roots: Roots,
    /// The one policy that will do, if so.
    pub(crate) policy: Option<Policy>,
    /// Seconds from one stamp to the next.
    pub(crate) interval: u32,
}

impl Stamping {
    pub(crate) fn new(settings: StampingSettings) -> Result<Self, AskError> {
        let client = authority::client()?;
        let authorities = settings.urls.iter().map(|url| Authority::at(url, &client));
        Ok(Self {
            authorities: authorities.collect::<Result<_, _>>()?,
            roots: settings.roots,
            policy: settings.policy,
            interval_ms: i64::from(settings.interval) * 1_000,
            turn: tokio::sync::Mutex::default(),
            health: Mutex::default(),
        })
    }

    /// How it went so far.
    pub(crate) fn health(&self) -> Health {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.clone()
    }

    /// Has the newest checkpoint stamped, unless the last stamp covers all there is.
    pub(crate) async fn stamp(&self, store: &Store, appender: &Appender) -> Result<Stamped, StampingError> {
        let _turn = self.turn.lock().await;
        let to_stamp = store.to_stamp().await?;
        if let (false, Some(last)) = (to_stamp.has_grown, &to_stamp.last) {
            self.note(|health| {
                health.failures = 0;
                health.is_overdue = false;
            });
            return Ok(Stamped::NotGrown(last.clone()));
        }
        let outcome = self.ask_all(&to_stamp, store, appender).await;
        self.note(|health| {
            if let Ok(stored) = &outcome {
                health.last_good = Some(stored.latest);
                health.failures = 0;
                health.stamped += 1;
                health.is_overdue = false;
            } else {
                health.failures = health.failures.saturating_add(1);
                health.failed += 1;
            }
        });
        outcome.map(Stamped::New)
    }

    async fn ask_all(
        &self,
        to_stamp: &ToStamp,
        store: &Store,
        appender: &Appender,
    ) -> Result<StoredStamp, StampingError> {
        for authority in &self.authorities {
            match self.ask(authority, to_stamp, store).await {
                Ok((answer, stamp)) => {
                    let new = NewStamp {
                        size: to_stamp.size,
                        answer,
                        stamp,
                        tsa: authority.name().to_owned(),
                    };
                    let stored = appender.bind_stamp(new).await?;
                    tracing::info!(size = stored.size.get(), tsa = %stored.tsa, "a checkpoint was stamped");
                    return Ok(stored);
                }
                Err(rejected) => {
                    let tsa = authority.name();
                    tracing::error!(%tsa, error = %rejected, "no time stamp that counts");
                }
            }
        }
        Err(StampingError::NoStamp)
    }

    /// Asks one authority, and judges its answer as everybody after us will.
    async fn ask(
        &self,
        authority: &Authority,
        to_stamp: &ToStamp,
        store: &Store,
    ) -> Result<(Vec<u8>, TimeStamp), Rejected> {
        let nonce = Nonce::from_bytes(random::bytes());
        let request = StampRequest::new(&to_stamp.stamped, nonce, self.policy);
        let sent = store.clock().now_ms();
        let answer = authority.ask(request.to_der()).await?;
        let received = store.clock().now_ms();
        let expected = Expected {
            roots: &self.roots,
            nonce: Some(&nonce),
            policy: self.policy.as_ref(),
        };
        let stamp = TimeStampAnswer::parse(&answer)?.verify(&to_stamp.stamped, &expected)?;
        // The last entry may bear a time ahead of the clock, if that was ahead once.
        let sent = sent.max(to_stamp.recorded_at.as_millis());
        let (earliest, latest) = (stamp.earliest().millis_before(), stamp.latest().millis_after());
        let behind = sent.saturating_sub(latest);
        let ahead = earliest.saturating_sub(received);
        let off = behind.max(ahead);
        if off > CLOCK_DRIFT_MAX_MS {
            return Err(Rejected::Clock(off / 1_000));
        }
        Ok((answer, stamp))
    }

    fn note(&self, change: impl FnOnce(&mut Health)) {
        change(&mut self.health.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
