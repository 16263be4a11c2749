//! Sealing versions of masters: AES-256-GCM under a key of their own, bound to everything their row says in clear.
//!
//! Masters have no clock of retention as records have: they are needed as long as any record cites them.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use kirokubo_ledger::LedgerId;
use std::fmt;
use zeroize::Zeroizing;

/// Length of the nonce before the ciphertext.
const NONCE: usize = 12;

/// What the row of a version says in clear; a version that is moved to another row does not open.
#[derive(Clone, Copy, Debug)]
pub struct MasterRef<'a> {
    /// The ledger it belongs to.
    pub ledger_id: &'a LedgerId,
    /// The number of its kind.
    pub kind: i16,
    /// The master's id.
    pub id: &'a [u8; 16],
    /// From 1.
    pub version: u32,
    /// First day on which it holds.
    pub holds_from: i32,
    /// When it was made, Unix milliseconds.
    pub made_at: i64,
    /// Who made it.
    pub made_by: &'a str,
}

impl MasterRef<'_> {
    /// Fixed lengths first, the one text last: no two rows read alike.
    fn associated_data(&self) -> Vec<u8> {
        let mut data = Vec::with_capacity(64 + self.made_by.len());
        data.extend_from_slice(b"kirokubo master 1");
        data.extend_from_slice(self.ledger_id.as_bytes());
        data.extend_from_slice(&self.kind.to_be_bytes());
        data.extend_from_slice(self.id);
        data.extend_from_slice(&self.version.to_be_bytes());
        data.extend_from_slice(&self.holds_from.to_be_bytes());
        data.extend_from_slice(&self.made_at.to_be_bytes());
        data.extend_from_slice(self.made_by.as_bytes());
        data
    }
}

/// Seals masters.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// From 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// Seals the JSON of a version with a nonce of fresh random bytes.
    #[must_use]
    pub fn seal(&self, json: &str, nonce: [u8; NONCE], at: &MasterRef<'_>) -> Vec<u8> {
        let aad = at.associated_data();
        let payload = Payload {
            msg: json.as_bytes(),
            aad: &aad,
        };
        let sealed = self
            .cipher()
            .encrypt(&Nonce::from(nonce), payload)
            .expect("AES-GCM encrypts anything shorter than 64 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    /// The JSON of a version; `None` if it is not what was sealed for this row.
    #[must_use]
    pub fn open(&self, sealed: &[u8], at: &MasterRef<'_>) -> Option<String> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let aad = at.associated_data();
        let payload = Payload {
            msg: sealed,
            aad: &aad,
        };
        let plain = self.cipher().decrypt(&Nonce::from(*nonce), payload).ok()?;
        String::from_utf8(plain).ok()
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&*self.0).into())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_opens_only_in_its_own_row() {
        let key = MasterKey::from_bytes(&[7; 32]);
        let (ledger, other_ledger) = (LedgerId::from_bytes([1; 16]), LedgerId::from_bytes([2; 16]));
        let at = MasterRef {
            ledger_id: &ledger,
            kind: 1,
            id: &[3; 16],
            version: 1,
            holds_from: 20_000,
            made_at: 1_000,
            made_by: "key_1",
        };
        let sealed = key.seal("{}", [9; NONCE], &at);
        assert_eq!(key.open(&sealed, &at).as_deref(), Some("{}"));
        for other in [
            MasterRef {
                ledger_id: &other_ledger,
                ..at
            },
            MasterRef { kind: 2, ..at },
            MasterRef { id: &[4; 16], ..at },
            MasterRef { version: 2, ..at },
            MasterRef {
                holds_from: 20_001,
                ..at
            },
            MasterRef { made_at: 1_001, ..at },
            MasterRef {
                made_by: "key_2",
                ..at
            },
        ] {
            assert_eq!(key.open(&sealed, &other), None, "{other:?}");
        }
        assert_eq!(MasterKey::from_bytes(&[8; 32]).open(&sealed, &at), None);
        assert_eq!(key.open(&sealed[..11], &at), None);
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
    }
}
