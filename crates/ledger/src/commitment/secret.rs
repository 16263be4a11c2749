//! A record's secret and what is derived from it.

use std::fmt;

use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{FIELD_TAG, Field, ROW_TAG};
use crate::ids::{ParseHexError, parse_hex};

/// Tag of the content key.
const CONTENT_TAG: &[u8; 16] = b"kirokubo/enc/001";

/// 32 random bytes, one for every record and never used for another. Wiped when dropped.
#[derive(Clone)]
pub struct RecordSecret(Zeroizing<[u8; 32]>);

/// The key that encrypts a record's side rows at rest. Wiped when dropped.
#[derive(Clone)]
pub struct ContentKey(Zeroizing<[u8; 32]>);

/// The salt of one field or row. Who has it and the value can check the commitment.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Salt([u8; 32]);

/// HKDF-Expand (RFC 5869) with the record's secret as the pseudorandom key. The two HMAC pads are
/// hashed once, when it is made, and not again for each of a record's salts.
pub struct Expander(Hkdf<Sha256>);

impl RecordSecret {
    /// Wraps 32 bytes from a cryptographic random generator.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to wrap them with a key-encryption key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Gets ready to derive salts and the content key.
    #[must_use]
    pub fn expander(&self) -> Expander {
        Expander(Hkdf::from_prk(self.as_bytes()).expect("32 bytes are a pseudorandom key for SHA-256"))
    }
}

impl ContentKey {
    /// The key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Expander {
    /// The salt of a field.
    #[must_use]
    pub fn field_salt(&self, field: Field) -> Salt {
        Salt(self.expand(&[FIELD_TAG, &u16::from(field.number()).to_be_bytes()]))
    }

    /// The salt of the principal row at place `row`.
    #[must_use]
    pub fn row_salt(&self, row: u64) -> Salt {
        Salt(self.expand(&[ROW_TAG, &row.to_be_bytes()]))
    }

    /// The key of the record's side rows.
    #[must_use]
    pub fn content_key(&self) -> ContentKey {
        ContentKey(Zeroizing::new(self.expand(&[CONTENT_TAG])))
    }

    fn expand(&self, info: &[&[u8]]) -> [u8; 32] {
        let mut output = [0; 32];
        self.0
            .expand_multi_info(info, &mut output)
            .expect("one block of output is always allowed");
        output
    }
}

impl Salt {
    /// Wraps the bytes of a salt.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl TryFrom<String> for Salt {
    type Error = ParseHexError;

    /// Reads 64 lower-case hexadecimal digits.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        parse_hex(&text).map(Self)
    }
}

impl From<Salt> for String {
    fn from(salt: Salt) -> Self {
        salt.to_string()
    }
}

macro_rules! silent_debug {
    ($name:ident) => {
        impl fmt::Debug for $name {
            /// Says only what it is: secrets do not belong in logs.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

silent_debug!(RecordSecret);
silent_debug!(ContentKey);
silent_debug!(Salt);
silent_debug!(Expander);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_secret() {
        let secret = RecordSecret::from_bytes([0x11; 32]);
        let expander = secret.expander();
        let shown = format!("{secret:?}{:?}{:?}", expander.content_key(), expander.row_salt(0));
        assert_eq!(shown, "RecordSecret { .. }ContentKey { .. }Salt { .. }");
    }

    #[test]
    fn every_field_and_row_has_its_own_salt() {
        let expander = RecordSecret::from_bytes([0x11; 32]).expander();
        assert!(expander.field_salt(Field::DATE) != expander.field_salt(Field::PERIOD));
        assert!(expander.row_salt(0) != expander.row_salt(1));
    }
}
