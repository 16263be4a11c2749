//! The two identifiers that every commitment binds: the ledger's and the record's.

use std::fmt;
use std::str::FromStr;

/// Why a text is not the hexadecimal form of a fixed number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseHexError {
    /// The text has another number of characters.
    #[error("expected {expected} hexadecimal digits, found {found} bytes")]
    Length {
        /// Digits the value has.
        expected: usize,
        /// Bytes the text has.
        found: usize,
    },
    /// Something other than `0`–`9` and `a`–`f`; upper case would give one value two texts.
    #[error("not lower-case hexadecimal")]
    NotLowerHex,
}

/// The identity of one ledger, drawn at random when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerId([u8; 16]);

/// The identity of one record, a `UUIDv7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 16]);

macro_rules! sixteen_bytes {
    ($name:ident) => {
        impl $name {
            /// Wraps the 16 bytes as they stand in an entry.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes as they stand in an entry.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = ParseHexError;

            /// Reads 32 lower-case hexadecimal digits, without hyphens.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_hex(text).map(Self)
            }
        }
    };
}

sixteen_bytes!(LedgerId);
sixteen_bytes!(RecordId);

impl RecordId {
    /// What an entry carries where its kind has no record.
    pub(crate) const ZERO: Self = Self([0; 16]);
}

/// Reads exactly `N` bytes of lower-case hexadecimal.
pub(crate) fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], ParseHexError> {
    if text.len() != 2 * N {
        return Err(ParseHexError::Length {
            expected: 2 * N,
            found: text.len(),
        });
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(ParseHexError::NotLowerHex);
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| ParseHexError::NotLowerHex)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text() {
        let id = RecordId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn hyphens_are_refused() {
        assert!(
            "0190f3c0-aaaa-7bbb-8ccc-0123456789ab"
                .parse::<RecordId>()
                .is_err()
        );
    }

    #[test]
    fn other_letters_are_refused() {
        assert_eq!(
            "0g".repeat(16).parse::<LedgerId>(),
            Err(ParseHexError::NotLowerHex)
        );
    }
}
