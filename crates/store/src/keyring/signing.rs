//! The keys that sign one ledger's checkpoints: which of them signs now, and how one takes over from another.
//!
//! What counts is what the ledger says (its genesis and key entries); the files follow it. Of a signing key called
//! `signing` there may be three:
//!
//! - `signing.key` signs.
//! - `signing-next.key` was made for a rotation. It is durable before its entry is, and never used before that.
//! - `signing-old.key` goes on signing beside the new key until its last size, and is destroyed then.
//!
//! Whichever of them the newest key entry names signs, whatever it is called: so a crash between the commit and the
//! renaming changes nothing. [`Signing::settle`] renames and destroys what is left to do.

use std::sync::{Arc, PoisonError, RwLock};

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::{Origin, SigningKey, VerifierKey};
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::verify::{KeyHistory, OpenByHistoryError};
use kirokubo_ledger::{Index, Size};
use zeroize::Zeroizing;

use super::KeyError;
use super::files::KeyFiles;
use crate::random;

/// The signing keys of one ledger, shared by all who read or write it.
pub(crate) struct Signing {
    files: KeyFiles,
    name: &'static str,
    origin: Origin,
    now: RwLock<Arc<Signers>>,
}

/// Who signs, at one moment.
pub struct Signers {
    history: KeyHistory,
    key: Arc<SigningKey>,
    /// The key before, while it signs as well.
    beside: Option<Arc<SigningKey>>,
}

impl Signing {
    /// Makes the ledger's first key.
    pub(super) fn create(files: &KeyFiles, name: &'static str) -> Result<(), KeyError> {
        files.write_new(name, &Zeroizing::new(random::bytes()))
    }

    /// Opens the key, as that of a ledger that has had no other. [`Signing::adopt`] then says what the ledger says.
    pub(super) fn open(files: &KeyFiles, name: &'static str, origin: &Origin) -> Result<Self, KeyError> {
        let key = SigningKey::from_seed(origin.clone(), *files.read(name)?);
        let history = KeyHistory::starting_with(key.verifier_key().clone());
        Ok(Self {
            files: files.clone(),
            name,
            origin: origin.clone(),
            now: RwLock::new(Arc::new(Signers {
                history,
                key: Arc::new(key),
                beside: None,
            })),
        })
    }

    /// Who signs now.
    pub(crate) fn now(&self) -> Arc<Signers> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes up what the ledger says of its keys. Fails if the folder does not hold the newest. A reading that is behind
    /// what is known changes nothing: a rotation is under way, or was faster. Says whether anything changed.
    pub(crate) fn adopt(&self, history: KeyHistory) -> Result<bool, KeyError> {
        let known = self.now();
        let (read, here) = (history.changes().len(), known.history.changes().len());
        if known.history == history || read < here {
            return Ok(false);
        }
        let found = match self.find(history.newest())? {
            // A server, or another node, may just have renamed it, between the two looks.
            None => self.find(history.newest())?,
            found => found,
        };
        let key = found.ok_or_else(|| KeyError::NotTheSigner {
            folder: self.files.path(self.name),
            newest: Box::new(history.newest().clone()),
        })?;
        let beside = match history.last_change() {
            Some((old, change)) if change.revoked.is_none() => self.find(old)?,
            _ => None,
        };
        self.publish(Arc::new(Signers { history, key, beside }));
        Ok(true)
    }

    /// A new key, durable and not yet used. One that an interrupted rotation left is as good.
    pub(crate) fn next(&self) -> Result<SigningKey, KeyError> {
        let name = self.next_name();
        self.files.write_if_absent(&name)?;
        Ok(SigningKey::from_seed(
            self.origin.clone(),
            *self.files.read(&name)?,
        ))
    }

    /// From now on these sign; gives those who signed so far.
    pub(crate) fn publish(&self, signers: Arc<Signers>) -> Arc<Signers> {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut now, signers)
    }

    /// Lets the files follow what the ledger of `size` entries says: a new key takes its place, and one that signs no
    /// more is destroyed. Each step leaves a folder that opens, and the next call goes on. Only for whoever holds the
    /// data folder; of several nodes one at a time, and one that has yet to hear of a rotation touches nothing of it.
    pub(crate) fn settle(&self, size: Size) -> Result<(), KeyError> {
        let _turn = self.files.turn(self.name)?;
        let (old, next) = (self.old_name(), self.next_name());
        let signers = self.now();
        let is_over = signers.last_size_beside().is_none_or(|last| last <= size);
        let current = self.verifier(self.name)?;
        let signing = Some(signers.verifier());
        if self.verifier(&old)?.as_ref() == signing {
            return Ok(());
        }
        if current.as_ref() != signing {
            if self.verifier(&next)?.as_ref() != signing {
                return Ok(());
            }
            if self.verifier(&old)? != current {
                self.files.destroy(&old)?;
            }
            self.files.keep_also_as(self.name, &old)?;
            self.files.replace(self.name, &next)?;
        }
        if is_over {
            self.files.destroy(&old)?;
            if signers.beside.is_some() {
                self.publish(Arc::new(Signers {
                    history: signers.history.clone(),
                    key: Arc::clone(&signers.key),
                    beside: None,
                }));
            }
        }
        Ok(())
    }

    /// After each commit: destroys the key before, once the ledger has grown past its last size.
    pub(crate) fn grown_to(&self, size: Size) {
        let signers = self.now();
        if signers.beside.is_some()
            && signers.last_size_beside().is_none_or(|last| last <= size)
            && let Err(error) = self.settle(size)
        {
            tracing::warn!(%error, "the old signing key could not be destroyed; the next start tries again");
        }
    }

    /// Whether the file of an old key is there still; `None` if nobody can tell.
    pub(crate) fn has_old_file(&self) -> Option<bool> {
        self.files.path(&self.old_name()).try_exists().ok()
    }

    fn find(&self, vkey: &VerifierKey) -> Result<Option<Arc<SigningKey>>, KeyError> {
        for name in [self.name, &self.next_name(), &self.old_name()] {
            let key = match self.read(name) {
                // Another node is just overwriting it.
                Err(KeyError::Malformed(_)) if name != self.name => None,
                read => read?,
            };
            if let Some(key) = key.filter(|key| key.verifier_key() == vkey) {
                return Ok(Some(Arc::new(key)));
            }
        }
        Ok(None)
    }

    fn read(&self, name: &str) -> Result<Option<SigningKey>, KeyError> {
        let seed = self.files.read_if_any(name)?;
        Ok(seed.map(|seed| SigningKey::from_seed(self.origin.clone(), *seed)))
    }

    fn verifier(&self, name: &str) -> Result<Option<VerifierKey>, KeyError> {
        Ok(self.read(name)?.map(|key| key.verifier_key().clone()))
    }

    fn next_name(&self) -> String {
        format!("{}-next", self.name)
    }

    fn old_name(&self) -> String {
        format!("{}-old", self.name)
    }
}

impl Signers {
    /// Those who sign once the key entry at `index` with this body names `next`.
    pub(crate) fn after(&self, next: SigningKey, index: Index, body: &[u8]) -> Option<Self> {
        let mut history = self.history.clone();
        history.add(index, body).ok()?;
        let revoked = history.last_change()?.1.revoked.is_some();
        Some(Self {
            history,
            key: Arc::new(next),
            beside: (!revoked).then(|| Arc::clone(&self.key)),
        })
    }

    /// The key that signs.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// What verifies its signatures.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier_key()
    }

    /// All keys of the ledger, as it says itself.
    #[must_use]
    pub fn history(&self) -> &KeyHistory {
        &self.history
    }

    /// The last size that the key before signs as well, while it does.
    #[must_use]
    pub fn last_size_beside(&self) -> Option<Size> {
        self.beside.as_ref()?;
        Some(self.history.last_change()?.1.old_key_ends)
    }

    /// The signed checkpoint of a tree that the ledger has just grown to.
    pub(crate) fn sign(&self, tree: &Frontier) -> String {
        let mut keys = vec![&*self.key];
        if self.last_size_beside().is_some_and(|last| tree.size() <= last) {
            keys.extend(self.beside.as_deref());
        }
        Checkpoint::of(self.key.origin().clone(), tree)
            .sign_by(&keys)
            .expect("the checkpoint is made for the keys' own origin, and the two differ")
    }

    /// Whether a note is, to the byte, what this ledger signs for a tree. Ed25519 signs the same text the same way every
    /// time, so what the key at hand signed is signed again; of earlier keys the signature is verified.
    pub(crate) fn wrote(&self, note: &str, tree: &Frontier) -> bool {
        let size = tree.size();
        if self.history.key_at(size) == self.verifier() && note == self.sign(tree) {
            return true;
        }
        let text = Checkpoint::of(self.key.origin().clone(), tree).text();
        self.history.wrote(note, &text, size)
    }

    /// Reads a checkpoint, signed by the key of its size.
    pub fn open(&self, note: &str) -> Result<Checkpoint, OpenByHistoryError> {
        self.history.open(note.as_bytes())
    }
}
