//! Rotation of the signing key: a key entry names the new key, and both sign the checkpoint of just that size.
//!
//! So whoever knows only the old key can follow it to the new one, and nobody else can lead him elsewhere. An overlap
//! lets the old key sign more checkpoints, for those who follow the ledger and have yet to learn the new key. A key that is
//! revoked hands nothing over: whoever knew it must get the new one from the operator.
//!
//! In order: the new key is durable; the entry and its checkpoint are committed; the files follow; the old key is
//! destroyed. A crash leaves the ledger with the old key and an unused file, or with the new key and renaming to be
//! finished by the next start.

mod wish;

use std::sync::Arc;

use kirokubo_ledger::entry::{KeyBody, Kind, PendingEntry};
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::{Index, Size};

use crate::append::LedgerWriter;
use crate::deed::Deed;
use crate::error::{StoreError, corrupt};
use crate::growth::{Chain, Growth};
use crate::keyring::Signers;
use crate::outcome::AppendError;
use crate::sequencer::Appender;
use crate::store::{Ledger, Store};

pub(crate) use wish::answer_wishes;

/// How the key is to be rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The old key hands over, and signs through so many more entries beside the new one.
    HandOver {
        /// Entries after the key entry.
        overlap: u64,
    },
    /// The old key must not be believed any more.
    Revoke(Revocation),
}

/// Why a key is revoked; the code stands in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// Somebody else has it.
    Compromised,
    /// Somebody else may have it.
    Suspected,
    /// Whoever had access to it has left.
    CustodianLeft,
}

/// A key that was rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// Where the key entry stands.
    pub index: Index,
    /// The new key.
    pub vkey: VerifierKey,
    /// The first size that it signs.
    pub first_size: Size,
    /// The key before.
    pub old_vkey: VerifierKey,
    /// Why it was revoked, if it was.
    pub revoked: Option<String>,
    /// What became of it.
    pub old_key: OldKey,
}

/// What became of the private half of an old key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldKey {
    /// Its file was overwritten and removed.
    Destroyed,
    /// It signs beside the new key through this size, and is destroyed then.
    SignsThrough(Size),
    /// Its file could not be removed; every start tries again.
    Left,
}

/// Why the key was not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The overlap would reach beyond the largest size.
    #[error("the overlap is too long")]
    Overlap,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sequencer did not do it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The running server refused; its log says why.
    #[error("the running server could not rotate the key; its log says why")]
    Refused,
    /// The running server did not answer in time. It may yet do it.
    #[error("the running server did not answer in time; `kirokubo key list` tells which key signs")]
    NoAnswer,
}

impl Revocation {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::Compromised, Self::Suspected, Self::CustodianLeft];

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Compromised => "compromised",
            Self::Suspected => "suspected",
            Self::CustodianLeft => "custodian_left",
        }
    }

    /// The reason with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

impl Store {
    /// Gives the ledger a new signing key: by itself if no server runs on the data folder, or else through that server.
    pub async fn rotate_signing(&self, rotation: Rotation) -> Result<Rotated, RotateError> {
        let from = self.ledger.verifier();
        loop {
            match self.start().await {
                Ok(running) => {
                    // A server may have done what we asked of it, and ended before it could say so.
                    let done = if self.ledger.verifier() == from {
                        running.appender().rotate_signing(rotation).await
                    } else {
                        Rotated::last(&self.ledger).ok_or(RotateError::NoAnswer)
                    };
                    running.stop().await?;
                    return done;
                }
                Err(StoreError::InUse(_)) => {
                    if wish::ask(&self.folder, rotation).await? {
                        crate::key_entries::adopt(&self.db.readers, &self.ledger).await?;
                        return Rotated::last(&self.ledger).ok_or(RotateError::NoAnswer);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Appender {
    /// Gives the ledger a new signing key.
    pub async fn rotate_signing(&self, rotation: Rotation) -> Result<Rotated, RotateError> {
        let deed = Rotating { rotation, from: None };
        self.carry_out(deed).await?
    }
}

/// A rotation on its way: one step.
struct Rotating {
    rotation: Rotation,
    /// The key that signed when it was begun.
    from: Option<VerifierKey>,
}

impl Deed for Rotating {
    type Done = Result<Rotated, RotateError>;

    const NAME: &'static str = "the rotation of the signing key";

    async fn step(&mut self, writer: &mut LedgerWriter) -> Result<Option<Self::Done>, StoreError> {
        let (transaction, state) = writer.begin().await?;
        let signing = Arc::clone(&writer.ledger.signing);
        let signers = signing.now();
        let from = self.from.get_or_insert_with(|| signers.verifier().clone());
        if signers.verifier() != from {
            // The commit of the step before had gone through after all.
            transaction.rollback().await?;
            writer.state = Some(state);
            return Ok(Rotated::last(&writer.ledger).map(Ok));
        }
        // Another node's rotation may have left its new key where ours is about to be made.
        signing.settle(state.head.size())?;
        let mut chain = Chain::after(&state.head, writer.recorded_at(&state.head));
        let first_size = chain.next_index().next_size();
        let next = signing.next()?;
        let Some(body) = self.rotation.body(next.verifier_key(), first_size) else {
            transaction.rollback().await?;
            writer.state = Some(state);
            return Ok(Some(Err(RotateError::Overlap)));
        };
        let body = body.to_json();
        let entry = PendingEntry::json(*writer.ledger.ledger_id(), Kind::Key, &body)
            .map_err(|_| corrupt(first_size.get(), "a key entry"))?;
        let (index, _) = chain.push(&entry);
        let after: Arc<Signers> = signers
            .after(next, index, body.as_bytes())
            .ok_or_else(|| corrupt(index.get(), "a key entry"))?
            .into();
        let (before, growth) = Growth::of(state, chain, &after);
        growth.write(&transaction, writer.ledger.row, &before).await?;
        // Readers know the new key before they can read what it signed.
        let former = signing.publish(after);
        if let Err(error) = growth.commit(transaction, writer).await {
            signing.publish(former);
            return Err(error);
        }
        if let Err(error) = signing.settle(first_size) {
            tracing::error!(%error, "the old signing key could not be destroyed; the next start tries again");
        }
        tracing::info!(index = index.get(), "the signing key was rotated");
        Ok(Rotated::last(&writer.ledger).map(Ok))
    }
}

impl Rotation {
    /// The entry's body; `None` if the overlap is too long.
    fn body(self, vkey: &VerifierKey, first_size: Size) -> Option<KeyBody> {
        match self {
            Self::HandOver { overlap } => {
                let ends = first_size.get().checked_add(overlap).and_then(Size::new)?;
                Some(KeyBody::new(vkey, first_size.get(), ends.get()))
            }
            Self::Revoke(reason) => {
                let ends = first_size.last_index()?.get();
                Some(KeyBody::new(vkey, first_size.get(), ends).revoking(reason.code()))
            }
        }
    }
}

impl Rotated {
    /// The last rotation of a ledger; `None` if it still has its first key.
    fn last(ledger: &Ledger) -> Option<Self> {
        let signers = ledger.signers();
        let (old, change) = signers.history().last_change()?;
        let old_key = match signers.last_size_beside() {
            _ if ledger.signing.has_old_file() == Some(false) => OldKey::Destroyed,
            Some(last) => OldKey::SignsThrough(last),
            None => OldKey::Left,
        };
        Some(Self {
            index: change.index,
            vkey: change.vkey.clone(),
            first_size: change.first_size,
            old_vkey: old.clone(),
            revoked: change.revoked.clone(),
            old_key,
        })
    }
}
