//! The root key: it seals all other key files of a folder, and nothing else.
//!
//! A sealed file holds `kirokubo-sealed-1 `, then in hexadecimal a nonce of 12 bytes and AES-256-GCM over the key's 32
//! bytes, bound to what the file is for: no file can be put in the place of another. Each key is sealed by itself, so that
//! to destroy its file is to destroy the key, whoever has the root.

use std::fmt;
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use zeroize::Zeroizing;

use super::files::KeyBytes;
use crate::random;

const START: &str = "kirokubo-sealed-1 ";

/// What every sealed key is bound to, before its name.
const CONTEXT: &str = "kirokubo key file 1\n";

/// The key of keys. In memory while a process runs, wiped when it ends; never on disk in clear.
#[derive(Clone)]
pub struct RootKey(Arc<KeyBytes>);

impl RootKey {
    /// The root with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: KeyBytes) -> Self {
        Self(Arc::new(bytes))
    }

    /// A fresh one.
    #[must_use]
    pub fn random() -> Self {
        Self::from_bytes(Zeroizing::new(random::bytes()))
    }

    /// Its bytes, for a holder to seal.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The text of a key file.
    pub(super) fn seal(&self, purpose: &str, key: &[u8; 32]) -> String {
        let nonce = random::bytes::<12>();
        let sealed = self
            .cipher()
            .encrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: key,
                    aad: aad(purpose).as_bytes(),
                },
            )
            .expect("AES-GCM encrypts 32 bytes");
        format!("{START}{}{}\n", hex::encode(nonce), hex::encode(sealed))
    }

    /// The key in the text of a file; `None` if it is not one that this root sealed for this purpose.
    pub(super) fn unseal(&self, purpose: &str, text: &str) -> Option<KeyBytes> {
        let bytes = hex::decode(text.strip_prefix(START)?.trim_end()).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<12>()?;
        let opened = self.cipher().decrypt(
            &Nonce::from(*nonce),
            Payload {
                msg: sealed,
                aad: aad(purpose).as_bytes(),
            },
        );
        let opened = Zeroizing::new(opened.ok()?);
        let mut key = Zeroizing::new([0; 32]);
        (opened.len() == key.len()).then(|| key.copy_from_slice(&opened))?;
        Some(key)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(self.expose().into())
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(…)")
    }
}

/// Whether the text of a key file is sealed.
pub(super) fn is_sealed(text: &str) -> bool {
    text.starts_with(START)
}

fn aad(purpose: &str) -> String {
    format!("{CONTEXT}{purpose}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_key_opens_under_its_root_and_for_its_purpose_only() {
        let (root, key) = (RootKey::random(), [7; 32]);
        let text = root.seal("search", &key);
        assert!(is_sealed(&text) && !text.contains(&hex::encode(key)));
        assert_eq!(root.unseal("search", &text).as_deref(), Some(&key));
        assert_eq!(root.unseal("digest", &text), None);
        assert_eq!(RootKey::random().unseal("search", &text), None);
        let mut changed = text.clone().into_bytes();
        let place = START.len() + 30;
        changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
        assert_eq!(root.unseal("search", &String::from_utf8(changed).unwrap()), None);
        assert_eq!(root.unseal("search", &text[..text.len() - 3]), None);
        assert_ne!(
            root.seal("search", &key),
            text,
            "every sealing has a nonce of its own"
        );
    }

    #[test]
    fn debug_output_shows_no_key() {
        let root = RootKey::from_bytes(Zeroizing::new([0xab; 32]));
        assert_eq!(format!("{root:?}"), "RootKey(…)");
    }
}
