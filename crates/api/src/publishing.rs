//! Publishing the ledger: which checkpoint the world is shown, and the witnesses who countersign it.
//!
//! Every 201 carries the checkpoint of its own batch. What is *published* at `/ledgers/{id}/checkpoint` is another
//! thing. Without witnesses and without a beat it is the newest head, which the database holds already. On a beat it is
//! the head of the last beat at which the ledger had grown. With witnesses it is the newest checkpoint that their quorum
//! has cosigned, with the lines of all who did. It is stored before it is shown, so a restart shows nothing older.
//!
//! All of it happens beside the sequencer: no append waits for a witness.

mod asking;
mod beat;
mod rewound;
mod settings;
mod standing;

use std::sync::{Arc, PoisonError, RwLock};

use kirokubo_ledger::Size;
use kirokubo_ledger::policy::Policy;
use kirokubo_store::{Store, StoreError, Way};
use tokio::task::JoinHandle;

pub(crate) use rewound::refuse_if_rewound;
pub(crate) use settings::{PolicyPlace, PublishOptions, PublishSettings};
pub(crate) use standing::{Standing, WitnessStanding};

/// What is shown, and how the witnesses stand. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Publishing(Arc<Inner>);

#[derive(Default)]
struct Inner {
    policy: Option<Arc<Policy>>,
    shown: RwLock<Option<Shown>>,
    standing: RwLock<Standing>,
}

/// The checkpoint that is shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) size: Size,
    pub(crate) is_witnessed: bool,
    /// When it was published, Unix milliseconds.
    pub(crate) at: i64,
    pub(crate) note: Arc<str>,
}

impl Publishing {
    /// Takes up what was shown before and begins to publish on the beat, until the handle is aborted.
    pub(crate) async fn start(
        store: &Store,
        settings: PublishSettings,
    ) -> Result<(Self, Option<JoinHandle<()>>), Box<dyn std::error::Error + Send + Sync>> {
        let last = store.last_published().await?;
        let head = store.head().await?.size;
        let Some(every) = settings.every else {
            if last.is_none_or(|last| last.way != Way::EveryHead) {
                store.publish(head, Way::EveryHead).await?;
            }
            return Ok((Self::default(), None));
        };
        let last = match last {
            Some(last) if last.way != Way::EveryHead => last,
            // Every head was shown so far, so this one may have been.
            _ => store.publish(head, Way::Unwitnessed).await?,
        };
        let publishing = Self(Arc::new(Inner {
            standing: RwLock::new(Standing::new(store, settings.policy.as_deref()).await?),
            policy: settings.policy,
            shown: RwLock::default(),
        }));
        publishing.show(store, last.size, last.way, last.at).await?;
        let beat = beat::Beat::new(store.clone(), publishing.clone(), every)?;
        Ok((publishing, Some(tokio::spawn(beat.run()))))
    }

    /// What is shown, or `None` if that is whatever head is the newest.
    pub(crate) fn shown(&self) -> Option<Shown> {
        self.0
            .shown
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The policy, if there is one.
    pub(crate) fn policy(&self) -> Option<&Arc<Policy>> {
        self.0.policy.as_ref()
    }

    /// How the witnesses stand.
    pub(crate) fn standing(&self) -> Standing {
        self.0
            .standing
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn change_standing<T>(&self, change: impl FnOnce(&mut Standing) -> T) -> T {
        change(&mut self.0.standing.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows a checkpoint that is stored as published, with all cosignatures that are stored.
    async fn show(&self, store: &Store, size: Size, way: Way, at: i64) -> Result<(), StoreError> {
        let note = store.cosigned_note(size).await?.ok_or(StoreError::Corrupt {
            index: size.last_index().map(kirokubo_ledger::Index::get),
            what: "the checkpoint that was published is missing",
        })?;
        let shown = Shown {
            size,
            is_witnessed: way == Way::Witnessed,
            at,
            note: note.into(),
        };
        *self.0.shown.write().unwrap_or_else(PoisonError::into_inner) = Some(shown);
        Ok(())
    }
}
