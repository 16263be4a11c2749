//! The keys that sign and verify notes.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::Signer as _;
use zeroize::Zeroize as _;

use super::origin::{Origin, ParseOriginError};
use crate::base64_text;
use crate::hash::hash_parts;
use crate::ids::parse_hex;

/// The signature type of Ed25519 in C2SP `signed-note`.
pub(super) const TYPE_ED25519: u8 = 0x01;

/// The first four bytes of the hash over a key: enough to find it, not to trust it.
pub(super) type KeyHash = [u8; 4];

/// A key that signs for one origin. Wiped when dropped.
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    verifier: VerifierKey,
}

/// A key that verifies for one origin; its text is the C2SP vkey `<origin>+<hash>+<base64>`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    origin: Origin,
    hash: KeyHash,
    key: ed25519_dalek::VerifyingKey,
}

/// Why a text is not a verifier key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseVerifierKeyError {
    /// There are not three parts separated by `+`.
    #[error("a verifier key is <origin>+<hash>+<key>")]
    Parts,
    /// The first part is not an origin.
    #[error("the key's name is not an origin")]
    Origin(#[from] ParseOriginError),
    /// The second part is not eight lower-case hexadecimal digits.
    #[error("the key hash is not eight lower-case hexadecimal digits")]
    HashText,
    /// The third part is not canonical base64 of 33 bytes.
    #[error("the key is not base64 of a type byte and 32 bytes")]
    KeyText,
    /// The key is of another type than the one meant here: 0x01 for a ledger, 0x04 for a witness.
    #[error("key type {0:#04x} is not the one meant here: 0x01 for a ledger, 0x04 for a witness")]
    Type(u8),
    /// The hash is not that of the key.
    #[error("the key hash does not match the key")]
    HashMismatch,
    /// The key is not a point of the curve in its one encoding.
    #[error("not an Ed25519 public key")]
    NotAPoint,
    /// The key is of small order: signatures under it prove nothing.
    #[error("the key is of small order")]
    SmallOrder,
}

impl SigningKey {
    /// The key with this seed, to sign for `origin`. The caller wipes its own copy of the seed.
    #[must_use]
    pub fn from_seed(origin: Origin, mut seed: [u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        seed.zeroize();
        let verifier = VerifierKey::new(origin, key.verifying_key());
        Self { key, verifier }
    }

    /// What verifies this key's signatures.
    #[must_use]
    pub const fn verifier_key(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The origin it signs for.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.verifier.origin
    }

    pub(super) fn sign(&self, text: &str) -> [u8; 64] {
        self.key.sign(text.as_bytes()).to_bytes()
    }
}

impl VerifierKey {
    fn new(origin: Origin, key: ed25519_dalek::VerifyingKey) -> Self {
        let hash = key_hash(&origin, TYPE_ED25519, key.as_bytes());
        Self { origin, hash, key }
    }

    /// The origin it verifies for.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether both are the same key, whatever they are called.
    #[must_use]
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.key == other.key
    }

    pub(super) const fn hash(&self) -> KeyHash {
        self.hash
    }

    /// Whether the signature is this key's, under the strict rules of RFC 8032: no small-order
    /// points, no second encoding of the same signature.
    pub(super) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

impl FromStr for VerifierKey {
    type Err = ParseVerifierKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (origin, hash, key) = parse_vkey(text, TYPE_ED25519)?;
        Ok(Self { origin, hash, key })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, hash, key } = self;
        f.write_str(&vkey_text(origin, *hash, TYPE_ED25519, key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for SigningKey {
    /// Shows the public half only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

/// Reads a C2SP vkey of this signature type.
pub(super) fn parse_vkey(
    text: &str,
    expected: u8,
) -> Result<(Origin, KeyHash, ed25519_dalek::VerifyingKey), ParseVerifierKeyError> {
    // The base64 part may itself contain `+`.
    let mut parts = text.splitn(3, '+');
    let (Some(origin), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(ParseVerifierKeyError::Parts);
    };
    let origin: Origin = origin.parse()?;
    let hash: KeyHash = parse_hex(hash).map_err(|_| ParseVerifierKeyError::HashText)?;
    let key = base64_text::decode(key).ok_or(ParseVerifierKeyError::KeyText)?;
    let (kind, key) = key.split_first().ok_or(ParseVerifierKeyError::KeyText)?;
    if *kind != expected {
        return Err(ParseVerifierKeyError::Type(*kind));
    }
    let key: &[u8; 32] = key.try_into().map_err(|_| ParseVerifierKeyError::KeyText)?;
    if hash != key_hash(&origin, expected, key) {
        return Err(ParseVerifierKeyError::HashMismatch);
    }
    let key = parse_point(key)?;
    Ok((origin, hash, key))
}

/// Writes a C2SP vkey.
pub(super) fn vkey_text(
    origin: &Origin,
    hash: KeyHash,
    kind: u8,
    key: &ed25519_dalek::VerifyingKey,
) -> String {
    let key = [[kind].as_slice(), key.as_bytes()].concat();
    format!("{origin}+{}+{}", hex::encode(hash), base64_text::encode(&key))
}

fn parse_point(bytes: &[u8; 32]) -> Result<ed25519_dalek::VerifyingKey, ParseVerifierKeyError> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| ParseVerifierKeyError::NotAPoint)?;
    if key.is_weak() {
        return Err(ParseVerifierKeyError::SmallOrder);
    }
    // A coordinate of 2^255 - 19 or more names the same point twice; some readers refuse it.
    if key.to_edwards().compress().as_bytes() != bytes {
        return Err(ParseVerifierKeyError::NotAPoint);
    }
    Ok(key)
}

/// `SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4]`.
pub(super) fn key_hash(origin: &Origin, kind: u8, key: &[u8; 32]) -> KeyHash {
    let digest = hash_parts(&[origin.as_str().as_bytes(), b"\n", &[kind], key]);
    let [a, b, c, d, ..] = *digest.as_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vkey() -> String {
        SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32])
            .verifier_key()
            .to_string()
    }

    fn vkey_of(kind: u8, key: &[u8]) -> String {
        let origin: Origin = "example.jp/a".parse().unwrap();
        let hash = key
            .try_into()
            .map_or([0; 4], |key| key_hash(&origin, TYPE_ED25519, key));
        let key = [&[kind], key].concat();
        format!("{origin}+{}+{}", hex::encode(hash), base64_text::encode(&key))
    }

    fn refusal(text: &str) -> ParseVerifierKeyError {
        text.parse::<VerifierKey>().unwrap_err()
    }

    #[test]
    fn a_verifier_key_reads_back_from_its_text() {
        assert_eq!(vkey().parse::<VerifierKey>().unwrap().to_string(), vkey());
    }

    #[test]
    fn a_key_hash_that_is_not_the_keys_is_refused() {
        let other = vkey().replacen("example.jp/a", "example.jp/b", 1);
        assert_eq!(refusal(&other), ParseVerifierKeyError::HashMismatch);
    }

    #[test]
    fn small_order_keys_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(refusal(&vkey_of(1, &identity)), ParseVerifierKeyError::SmallOrder);
        assert_eq!(refusal(&vkey_of(1, &[0; 32])), ParseVerifierKeyError::SmallOrder);
    }

    #[test]
    fn a_second_encoding_of_a_point_is_refused() {
        // 2^255 - 19 + 3 for y = 3: the bytes are above the field's order.
        let mut second = [0xff; 32];
        second[0] = 0xed + 3;
        second[31] = 0x7f;
        let mut first = [0; 32];
        first[0] = 3;
        assert_eq!(refusal(&vkey_of(1, &second)), ParseVerifierKeyError::NotAPoint);
        assert!(vkey_of(1, &first).parse::<VerifierKey>().is_ok());
    }

    #[test]
    fn other_key_types_are_refused() {
        assert_eq!(refusal(&vkey_of(4, &[9; 32])), ParseVerifierKeyError::Type(4));
    }

    #[test]
    fn a_key_of_31_bytes_is_refused() {
        assert_eq!(refusal(&vkey_of(1, &[9; 31])), ParseVerifierKeyError::KeyText);
    }

    #[test]
    fn malformed_parts_are_refused() {
        assert_eq!(refusal("example.jp/a"), ParseVerifierKeyError::Parts);
        assert_eq!(
            refusal("example.jp/a+E7E2D4D1+AQ=="),
            ParseVerifierKeyError::HashText
        );
        assert_eq!(
            refusal("example.jp/a+e7e2d4d1+AQ"),
            ParseVerifierKeyError::KeyText
        );
        assert!(matches!(
            refusal("a b+e7e2d4d1+AQ=="),
            ParseVerifierKeyError::Origin(_)
        ));
    }

    #[test]
    fn the_second_form_of_a_signature_is_refused() {
        // The order of the group, little-endian: S and S + L are the same scalar, and a lax reader takes both.
        const ORDER: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let key = SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32]);
        let mut signature = key.sign("text\n");
        assert!(key.verifier_key().verifies("text\n", &signature));
        let mut carry = 0;
        for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            [*byte, _] = sum.to_le_bytes();
            carry = sum >> 8;
        }
        assert!(!key.verifier_key().verifies("text\n", &signature));
    }

    #[test]
    fn debug_output_shows_no_seed() {
        let key = SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32]);
        assert_eq!(
            format!("{key:?}"),
            format!("SigningKey {{ verifier: {}, .. }}", vkey())
        );
    }
}
