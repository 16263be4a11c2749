//! Before anything is signed: do the witnesses know more of this ledger than it does itself?
//!
//! A backup that was restored, a folder that was copied back: the ledger would sign another history over the one it
//! signed before. The database cannot tell, for it was rewound as well; a witness can.

use std::time::Duration;

use futures_util::future::join_all;
use kirokubo_ledger::Size;
use kirokubo_ledger::policy::PolicyWitness;
use kirokubo_store::{SignedHead, Store};

use super::asking::{Asker, Failure, NotCosigned};
use super::settings::PublishSettings;

/// How long the start waits for witnesses. One that does not answer stops nobody.
const PATIENCE: Duration = Duration::from_secs(3);

/// The ledger has fewer entries than were signed.
#[derive(Debug, thiserror::Error)]
#[error(
    "this ledger was rewound: it has {have} entries, but its own key signed a checkpoint of {seen}{}; nothing is signed \
     below that. Was an old backup restored? / 台帳が巻き戻されています",
    .witness.as_ref().map(|name| format!(", which witness {name} holds")).unwrap_or_default()
)]
pub(crate) struct Rewound {
    have: Size,
    seen: Size,
    /// Who said so just now; nobody if it was known before.
    witness: Option<String>,
}

/// Asks every witness of the policy, and looks at what they said before.
pub(crate) async fn refuse_if_rewound(
    store: &Store,
    settings: &PublishSettings,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Some(policy) = &settings.policy else {
        return Ok(());
    };
    let head = store.head().await?;
    let asker = Asker::new()?;
    let asking = policy
        .witnesses()
        .iter()
        .filter(|witness| witness.url().is_some())
        .map(|witness| ahead(&asker, store, witness, &head));
    let ahead: Vec<(String, Size)> = join_all(asking).await.into_iter().flatten().collect();
    let seen = store
        .largest_size_known_to_witnesses()
        .await?
        .unwrap_or(Size::ZERO);
    // A ledger that says itself that a range of it is lost goes on; its witnesses will not follow it.
    if seen <= head.size || store.has_recovery().await? {
        return Ok(());
    }
    let witness = ahead
        .into_iter()
        .max_by_key(|(_, size)| *size)
        .map(|(name, _)| name);
    let have = head.size;
    Err(Rewound { have, seen, witness }.into())
}

/// The witness, if it proves that it holds more than we have.
async fn ahead(
    asker: &Asker,
    store: &Store,
    witness: &PolicyWitness,
    head: &SignedHead,
) -> Option<(String, Size)> {
    let believed = match store.last_cosigned_by(witness.key()).await {
        Ok(Some((size, _))) => size,
        _ => Size::ZERO,
    };
    let asked = tokio::time::timeout(PATIENCE, asker.ask(store, witness, head, believed)).await;
    match asked {
        Ok(Ok(cosignature)) => {
            // It is asked again on the first beat; what it signed is not thrown away.
            let kept = store
                .add_cosignature(head.size, witness.key(), &cosignature)
                .await;
            let noted = store.note_witness_size(witness.key(), head.size, None).await;
            if let Err(error) = kept.and(noted) {
                tracing::warn!(error = ?error, "what a witness signed could not be kept");
            }
            None
        }
        Ok(Err(NotCosigned::Witness(Failure::Ahead {
            size,
            is_proven: true,
        }))) => Some((witness.name().into_owned(), size)),
        Ok(Err(_)) | Err(_) => None,
    }
}
