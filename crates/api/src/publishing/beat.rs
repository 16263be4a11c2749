//! The beat: what is published next, and who is asked.
//!
//! On every beat the witnesses that are free and have not cosigned the newest head are asked, all at once. Answers are
//! taken as they come: a cosignature is stored, and when the quorum of a size is there, that size is published. A witness
//! that does not answer keeps nobody waiting; it is asked again after a pause that grows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use kirokubo_ledger::Size;
use kirokubo_ledger::note::Cosignature;
use kirokubo_ledger::policy::Policy;
use kirokubo_store::{SignedHead, Store, StoreError, Way};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::Publishing;
use super::asking::{Asker, Failure, NotCosigned};

/// A ledger that does not grow is shown to its witnesses this often all the same: a witness that is gone, or ahead of
/// us, is noticed.
const REFRESH: Duration = Duration::from_hours(1);

/// The task that publishes.
pub(super) struct Beat {
    store: Store,
    publishing: Publishing,
    every: Duration,
    asker: Asker,
    /// Who has cosigned which size, by number in the policy; sizes below the one shown are forgotten.
    cosigned: BTreeMap<Size, BTreeSet<usize>>,
    /// When each witness was last asked and answered, by its number.
    refreshed: BTreeMap<usize, Instant>,
}

/// What a witness answered.
struct Answer {
    number: usize,
    size: Size,
    outcome: Result<Cosignature, NotCosigned>,
}

impl Beat {
    pub(super) fn new(store: Store, publishing: Publishing, every: Duration) -> Result<Self, reqwest::Error> {
        Ok(Self {
            store,
            publishing,
            every,
            asker: Asker::new()?,
            cosigned: BTreeMap::new(),
            refreshed: BTreeMap::new(),
        })
    }

    pub(super) async fn run(mut self) {
        let mut ticks = interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut asking = JoinSet::new();
        loop {
            let done = tokio::select! {
                _ = ticks.tick() => self.beat(&mut asking).await,
                Some(answer) = asking.join_next() => match answer {
                    Ok(answer) => self.take(answer).await,
                    Err(error) => {
                        tracing::error!(%error, "asking a witness broke off");
                        Ok(())
                    }
                },
            };
            if let Err(error) = done {
                tracing::error!(error = ?error, "publishing failed; it is tried again on the next beat");
            }
        }
    }

    async fn beat(&mut self, asking: &mut JoinSet<Answer>) -> Result<(), StoreError> {
        self.take_up_others().await?;
        let head = self.store.head().await?;
        let Some(policy) = self.publishing.policy().cloned() else {
            if self
                .publishing
                .shown()
                .is_some_and(|shown| head.size > shown.size)
            {
                self.publish(head.size, Way::Unwitnessed).await?;
            }
            return Ok(());
        };
        let head = Arc::new(head);
        for number in 0..policy.witnesses().len() {
            if let Some(believed) = self.take_free(number, head.size) {
                asking.spawn(ask(
                    self.asker.clone(),
                    self.store.clone(),
                    Arc::clone(&policy),
                    number,
                    Arc::clone(&head),
                    believed,
                ));
            }
        }
        Ok(())
    }

    /// Shows what another server on the ledger has published since, so that none shows less for longer than a beat.
    async fn take_up_others(&mut self) -> Result<(), StoreError> {
        if !self.store.is_shared() {
            return Ok(());
        }
        let (last, shown) = (self.store.last_published().await?, self.publishing.shown());
        let Some((last, shown)) = last.zip(shown).filter(|(last, shown)| last.size > shown.size) else {
            return Ok(());
        };
        tracing::debug!(
            from = shown.size.get(),
            to = last.size.get(),
            "another server published"
        );
        self.publishing
            .show(&self.store, last.size, last.way, last.at)
            .await?;
        self.cosigned = self.cosigned.split_off(&last.size);
        Ok(())
    }

    /// Marks a witness as being asked, if it is due; gives the size from which a proof for it begins.
    fn take_free(&self, number: usize, head: Size) -> Option<Size> {
        let now = Instant::now();
        let refreshed = self.refreshed.get(&number);
        let is_fresh = refreshed.is_some_and(|at| now.duration_since(*at) < REFRESH);
        let has_cosigned = self.cosigned.get(&head).is_some_and(|by| by.contains(&number));
        self.publishing.change_standing(|standing| {
            let witness = &mut standing.witnesses[number];
            let is_paused = witness.not_before.is_some_and(|until| now < until);
            if witness.is_busy || is_paused || (has_cosigned && is_fresh) {
                return None;
            }
            witness.is_busy = true;
            Some(witness.cosigned.map_or(Size::ZERO, |(size, _)| size))
        })
    }

    async fn take(&mut self, answer: Answer) -> Result<(), StoreError> {
        let Answer {
            number,
            size,
            outcome,
        } = answer;
        let policy = self.publishing.policy().cloned();
        let Some(policy) = policy else { return Ok(()) };
        self.publishing
            .change_standing(|standing| standing.witnesses[number].is_busy = false);
        match outcome {
            Ok(cosignature) => {
                let key = policy.witnesses()[number].key();
                // Before anybody is shown it.
                self.store.add_cosignature(size, key, &cosignature).await?;
                self.refreshed.insert(number, Instant::now());
                self.cosigned.entry(size).or_default().insert(number);
                let time = i64::try_from(cosignature.time()).unwrap_or(i64::MAX);
                self.publishing
                    .change_standing(|standing| standing.witnesses[number].has_cosigned(size, time));
                self.show_if_enough(&policy, size).await?;
            }
            Err(NotCosigned::Witness(failure)) => self.note_failure(&policy, number, failure),
            Err(NotCosigned::Store(error)) => return Err(error),
        }
        self.tell_change(&policy);
        Ok(())
    }

    /// Publishes a size if its quorum is there, or shows one more line under what is shown already.
    async fn show_if_enough(&mut self, policy: &Policy, size: Size) -> Result<(), StoreError> {
        let Some(by) = self.cosigned.get(&size) else {
            return Ok(());
        };
        let numbers = policy.witnesses().iter().enumerate();
        let signed: Vec<_> = numbers.filter(|(number, _)| by.contains(number)).collect();
        let is_enough =
            policy.is_quorum(|witness| signed.iter().any(|(_, other)| other.key() == witness.key()));
        let Some(shown) = self.publishing.shown() else {
            return Ok(());
        };
        if is_enough && size >= shown.size {
            let now = self.store.clock().now_ms();
            self.publishing
                .change_standing(|standing| standing.quorum_at = Some(now));
            if size > shown.size || !shown.is_witnessed {
                self.publish(size, Way::Witnessed).await?;
                self.cosigned = self.cosigned.split_off(&size);
                return Ok(());
            }
        }
        if size == shown.size {
            let way = if shown.is_witnessed {
                Way::Witnessed
            } else {
                Way::Unwitnessed
            };
            self.publishing.show(&self.store, size, way, shown.at).await?;
        }
        Ok(())
    }

    /// Stores what is published, then shows it.
    async fn publish(&self, size: Size, way: Way) -> Result<(), StoreError> {
        // What another server published meanwhile, if that is more.
        let done = self.store.publish(size, way).await?;
        self.publishing
            .show(&self.store, done.size, done.way, done.at)
            .await?;
        tracing::debug!(size = done.size.get(), way = ?done.way, "published");
        Ok(())
    }

    fn note_failure(&self, policy: &Policy, number: usize, failure: Failure) {
        let before = self.publishing.change_standing(|standing| {
            let witness = &mut standing.witnesses[number];
            let before = witness.last;
            witness.has_failed(failure, Instant::now(), self.every);
            before
        });
        // Once when it begins, not on every beat.
        if before == Some(Err(failure)) {
            return;
        }
        let witness = policy.witnesses()[number].name().into_owned();
        let reason = failure.name();
        if failure.is_about_history() {
            tracing::error!(
                witness,
                reason,
                ?failure,
                "a witness knows another history of this ledger"
            );
        } else {
            tracing::warn!(witness, reason, ?failure, "a witness does not cosign");
        }
    }

    /// Notes and logs when the quorum goes out of reach, and when it is back.
    fn tell_change(&self, policy: &Policy) {
        let now = self.store.clock().now_ms();
        let change = self.publishing.change_standing(|standing| {
            let is_in_reach = standing.is_in_reach(policy);
            match (is_in_reach, standing.degraded_since) {
                (true, Some(_)) => standing.degraded_since = None,
                (false, None) => standing.degraded_since = Some(now),
                _ => return None,
            }
            Some(is_in_reach)
        });
        match change {
            Some(true) => tracing::info!("the quorum of witnesses is in reach again"),
            Some(false) => {
                tracing::error!(
                    "the quorum of witnesses is out of reach; records are taken, checkpoints wait"
                );
            }
            None => {}
        }
    }
}

async fn ask(
    asker: Asker,
    store: Store,
    policy: Arc<Policy>,
    number: usize,
    head: Arc<SignedHead>,
    believed: Size,
) -> Answer {
    let witness = &policy.witnesses()[number];
    Answer {
        number,
        size: head.size,
        outcome: asker.ask(&store, witness, &head, believed).await,
    }
}
