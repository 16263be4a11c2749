//! Cosignatures (C2SP `tlog-cosignature`, `cosignature/v1`): what a witness says of a checkpoint, and when.
//!
//! ```text
//! cosignature/v1
//! time <Unix seconds>
//! <text of the note>
//! ```
//!
//! That is what the witness signs with Ed25519; the signature in its line is the time (u64, big-endian) before the 64 bytes.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::Signer as _;
use zeroize::Zeroize as _;

use super::key::{KeyHash, ParseVerifierKeyError, key_hash, parse_vkey, vkey_text};
use super::origin::Origin;
use super::signed::{Note, NoteError, signature_line};

/// The signature type of a timestamped Ed25519 cosignature.
const TYPE_COSIGNATURE: u8 = 0x04;

/// The largest time a cosignature may have.
const TIME_MAX: u64 = 0x7fff_ffff_ffff_ffff;

/// A witness's own key. Wiped when dropped.
pub struct WitnessSigningKey {
    key: ed25519_dalek::SigningKey,
    verifier: WitnessKey,
}

/// What verifies a witness's cosignatures; its text is the C2SP vkey `<name>+<hash>+<base64>` of type 0x04.
#[derive(Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: Origin,
    hash: KeyHash,
    key: ed25519_dalek::VerifyingKey,
}

/// A cosignature, as it stands in a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    time: u64,
    line: String,
}

impl WitnessSigningKey {
    /// The key with this seed, for the witness of this name. The caller wipes its own copy of the seed.
    #[must_use]
    pub fn from_seed(name: Origin, mut seed: [u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        seed.zeroize();
        let public = key.verifying_key();
        let hash = key_hash(&name, TYPE_COSIGNATURE, public.as_bytes());
        let verifier = WitnessKey {
            name,
            hash,
            key: public,
        };
        Self { key, verifier }
    }

    /// What verifies this key's cosignatures.
    #[must_use]
    pub const fn verifier_key(&self) -> &WitnessKey {
        &self.verifier
    }

    /// Cosigns the text of a note at `time`, Unix seconds. `None` for a time that no cosignature may have: 0, or beyond
    /// 2^63 - 1.
    #[must_use]
    pub fn cosign(&self, text: &str, time: u64) -> Option<Cosignature> {
        if !is_time(time) {
            return None;
        }
        let signature = self.key.sign(message(text, time).as_bytes()).to_bytes();
        let signature = [time.to_be_bytes().as_slice(), &signature].concat();
        Some(self.verifier.cosignature(time, &signature))
    }
}

impl WitnessKey {
    /// The witness's name.
    #[must_use]
    pub const fn name(&self) -> &Origin {
        &self.name
    }

    /// Whether both are the same key, whatever they are called: two names do not make two witnesses.
    #[must_use]
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.key == other.key
    }

    fn cosignature(&self, time: u64, signature: &[u8]) -> Cosignature {
        Cosignature {
            time,
            line: signature_line(&self.name, self.hash, signature),
        }
    }

    /// Whether the bytes are a time and this key's signature at that time, under the strict rules of RFC 8032.
    fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        let Some((time, signature)) = split_time(signature) else {
            return false;
        };
        let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else {
            return false;
        };
        let message = message(text, time);
        self.key.verify_strict(message.as_bytes(), &signature).is_ok()
    }
}

impl Note<'_> {
    /// The cosignature of this witness: there must be one, it must verify, and no other line may claim to be its.
    pub fn cosignature(&self, key: &WitnessKey) -> Result<Cosignature, NoteError> {
        let verifies = |signature: &[u8]| key.verifies(self.text(), signature);
        let signature = self.sole_signature(&key.name, key.hash, verifies)?;
        let (time, _) = split_time(signature).ok_or(NoteError::BadSignature)?;
        Ok(key.cosignature(time, signature))
    }
}

impl Cosignature {
    /// When the witness signed, Unix seconds.
    #[must_use]
    pub const fn time(&self) -> u64 {
        self.time
    }

    /// The signature line, with its newline.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }
}

impl FromStr for WitnessKey {
    type Err = ParseVerifierKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, hash, key) = parse_vkey(text, TYPE_COSIGNATURE)?;
        Ok(Self { name, hash, key })
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, hash, key } = self;
        f.write_str(&vkey_text(name, *hash, TYPE_COSIGNATURE, key))
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for WitnessSigningKey {
    /// Shows the public half only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WitnessSigningKey")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// A time that a cosignature may have, and the signature behind it.
fn split_time(signature: &[u8]) -> Option<(u64, &[u8])> {
    let (time, signature) = signature.split_first_chunk()?;
    let time = u64::from_be_bytes(*time);
    is_time(time).then_some((time, signature))
}

/// C2SP `tlog-witness`: a witness must not leave the time out, which would be 0.
const fn is_time(time: u64) -> bool {
    0 < time && time <= TIME_MAX
}

#[cfg(test)]
mod tests;
