//! Opening a checkpoint by the keys that the ledger itself names.

use super::key_history::KeyHistory;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{Note, NoteError, VerifierKey};
use crate::position::Size;

/// Why a checkpoint does not count, given the ledger's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenByHistoryError {
    /// None of the ledger's keys has signed it as it should be signed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// One of the ledger's keys has signed it, but another one signs at this size.
    #[error("signed by a key that does not sign at size {0}")]
    NotAuthorised(Size),
}

impl KeyHistory {
    /// Reads a checkpoint that must be signed by the key of its size. Every other line that claims to be by one of the
    /// ledger's keys must be right, too.
    pub fn open(&self, note: &[u8]) -> Result<Checkpoint, OpenByHistoryError> {
        let parsed = Note::parse(note).map_err(CheckpointError::Note)?;
        let mut checkpoint = None;
        for key in self.verifier_keys().filter(|key| parsed.names(key)) {
            checkpoint = Some(Checkpoint::open(note, key)?);
        }
        let checkpoint = checkpoint.ok_or(CheckpointError::Note(NoteError::NotSigned))?;
        let size = checkpoint.size();
        if !parsed.names(self.key_at(size)) {
            return Err(OpenByHistoryError::NotAuthorised(size));
        }
        Ok(checkpoint)
    }

    /// Whether a note is, to the byte, what the ledger's keys write for this text at this size: a line by the key of the
    /// size, perhaps one by the key that it takes over from, and no other.
    #[must_use]
    pub fn wrote(&self, note: &str, text: &str, size: Size) -> bool {
        let Ok(parsed) = Note::parse(note.as_bytes()) else {
            return false;
        };
        // What parses has one spelling, so text and signatures that are right leave no other bytes.
        let is_by = |key: &VerifierKey| parsed.verify(key).is_ok();
        let signer = self.key_at(size);
        parsed.text() == text
            && is_by(signer)
            && match parsed.signatures() {
                [_] => true,
                [first, _] => first.is_by(signer) && self.key_beside(size).is_some_and(is_by),
                _ => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::KeyBody;
    use crate::hash::leaf_hash;
    use crate::note::SigningKey;
    use crate::position::Index;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed("example.jp/a".parse().unwrap(), [seed; 32])
    }

    fn size(size: u64) -> Size {
        Size::new(size).unwrap()
    }

    /// Key 1 signs up to 5, key 2 from 4 on.
    fn history(revoked: bool) -> KeyHistory {
        let mut history = KeyHistory::starting_with(key(1).verifier_key().clone());
        let mut body = KeyBody::new(key(2).verifier_key(), 4, 5);
        if revoked {
            body = body.revoking("compromised");
        }
        history
            .add(Index::new(3).unwrap(), body.to_json().as_bytes())
            .unwrap();
        history
    }

    fn checkpoint(at: u64) -> Checkpoint {
        Checkpoint::new("example.jp/a".parse().unwrap(), size(at), leaf_hash(b"a")).unwrap()
    }

    fn signed(at: u64, seeds: &[u8]) -> String {
        let keys: Vec<SigningKey> = seeds.iter().map(|seed| key(*seed)).collect();
        checkpoint(at).sign_by(&keys.iter().collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_checkpoint_is_opened_by_the_key_of_its_size() {
        let open = |at, seeds: &[u8]| history(false).open(signed(at, seeds).as_bytes());
        assert_eq!(open(3, &[1]), Ok(checkpoint(3)));
        assert_eq!(open(4, &[2]), Ok(checkpoint(4)));
        assert_eq!(open(4, &[2, 1]), Ok(checkpoint(4)));
        assert_eq!(open(9, &[2, 7]), Ok(checkpoint(9)), "nobody knows key 7 here");
        for (at, seed) in [(4, 1), (9, 1), (3, 2)] {
            assert_eq!(
                open(at, &[seed]),
                Err(OpenByHistoryError::NotAuthorised(size(at))),
                "key {seed} at {at}"
            );
        }
        let unknown = CheckpointError::Note(NoteError::NotSigned);
        assert_eq!(open(4, &[7]), Err(unknown.into()));
    }

    #[test]
    fn a_bad_line_of_any_key_of_the_ledger_is_refused_beside_a_good_one() {
        let (good, bad) = (signed(9, &[2]), signed(8, &[1]));
        let line = bad.lines().last().unwrap();
        let bad_beside = CheckpointError::Note(NoteError::BadSignature);
        assert_eq!(
            history(false).open(format!("{good}{line}\n").as_bytes()),
            Err(bad_beside.into())
        );
    }

    #[test]
    fn the_old_key_signs_beside_the_new_one_for_as_long_as_it_was_given() {
        let wrote = |revoked, at, seeds: &[u8]| {
            history(revoked).wrote(&signed(at, seeds), &checkpoint(at).text(), size(at))
        };
        assert!(wrote(false, 3, &[1]) && wrote(false, 4, &[2]) && wrote(false, 5, &[2, 1]));
        assert!(!wrote(false, 6, &[2, 1]), "beyond its end");
        assert!(!wrote(false, 3, &[1, 2]), "before its beginning");
        assert!(!wrote(false, 5, &[1, 2]), "the new one comes first");
        assert!(!wrote(false, 5, &[2, 7]) && !wrote(false, 5, &[1]));
        assert!(wrote(true, 4, &[2]) && !wrote(true, 4, &[2, 1]), "revoked");
    }
}
