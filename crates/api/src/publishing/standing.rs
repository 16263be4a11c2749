//! How the witnesses stand: what operators look at and alarms are made of.

use std::collections::BTreeMap;
use std::time::Duration;

use kirokubo_ledger::Size;
use kirokubo_ledger::policy::Policy;
use kirokubo_store::{Store, StoreError};
use tokio::time::Instant;

use super::asking::Failure;

/// The longest pause between two attempts at a witness that fails.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// All of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    /// In the order of the policy.
    pub(crate) witnesses: Vec<WitnessStanding>,
    /// When the quorum was last reached, Unix milliseconds.
    pub(crate) quorum_at: Option<i64>,
    /// Since when it is out of reach, Unix milliseconds; `None` while it is not.
    pub(crate) degraded_since: Option<i64>,
}

/// One of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct WitnessStanding {
    /// Its name in the policy.
    pub(crate) name: String,
    /// Its key.
    pub(crate) vkey: String,
    /// The largest size it has cosigned, and when it says it did, Unix seconds.
    pub(crate) cosigned: Option<(Size, i64)>,
    /// What became of the last attempt; `None` before the first.
    pub(crate) last: Option<Result<(), Failure>>,
    /// Failures since the server started, by name.
    pub(crate) failures: BTreeMap<&'static str, u64>,
    /// Failures since the last cosignature.
    in_a_row: u32,
    /// Not to be asked before.
    pub(super) not_before: Option<Instant>,
    /// Whether it is being asked.
    pub(super) is_busy: bool,
}

impl Standing {
    pub(super) async fn new(store: &Store, policy: Option<&Policy>) -> Result<Self, StoreError> {
        let mut witnesses = Vec::new();
        for witness in policy.map_or(&[][..], Policy::witnesses) {
            witnesses.push(WitnessStanding {
                name: witness.name().into_owned(),
                vkey: witness.key().to_string(),
                cosigned: store.last_cosigned_by(witness.key()).await?,
                ..WitnessStanding::default()
            });
        }
        let last = store.last_witnessed().await?;
        Ok(Self {
            witnesses,
            quorum_at: last.map(|last| last.at),
            degraded_since: None,
        })
    }

    /// Whether witnesses enough for the quorum may still sign, as far as their last attempts tell.
    pub(super) fn is_in_reach(&self, policy: &Policy) -> bool {
        policy.is_quorum(|witness| {
            let vkey = witness.key().to_string();
            let found = self.witnesses.iter().find(|standing| standing.vkey == vkey);
            found.is_some_and(|standing| !matches!(standing.last, Some(Err(_))))
        })
    }
}

impl WitnessStanding {
    pub(super) fn has_cosigned(&mut self, size: Size, time: i64) {
        self.cosigned = Some((size, time));
        self.last = Some(Ok(()));
        self.in_a_row = 0;
        self.not_before = None;
    }

    /// Waits longer after each failure in a row, from one beat on.
    pub(super) fn has_failed(&mut self, failure: Failure, now: Instant, beat: Duration) {
        self.last = Some(Err(failure));
        *self.failures.entry(failure.name()).or_default() += 1;
        let pause = beat.saturating_mul(1 << self.in_a_row.min(16)).min(PAUSE_MAX);
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.not_before = Some(now + pause);
    }
}
