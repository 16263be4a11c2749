//! SHA-256 and the two hashes of an RFC 6962 tree.

use std::fmt;
use std::str::FromStr;

use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};

use crate::ids::{ParseHexError, parse_hex};

/// A SHA-256 output: a leaf hash, a node, a root or a commitment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Wraps 32 bytes that are known to be a digest.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// SHA-256 of bytes that come piece by piece.
#[derive(Clone, Debug, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// A hasher that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = ParseHexError;

    /// Reads 64 lower-case hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_hex(text).map(Self)
    }
}

/// `H(0x00 ‖ data)`, the hash of a leaf (RFC 6962 section 2.1).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Digest {
    let mut message = [0; 64 * LEAF_BLOCKS_MAX];
    let Some(place) = message.get_mut(1..=data.len()) else {
        return hash_parts(&[&[0x00], data]);
    };
    place.copy_from_slice(data);
    padded(message, 1 + data.len()).unwrap_or_else(|| hash_parts(&[&[0x00], data]))
}

/// `H(0x01 ‖ left ‖ right)`, the hash of an inner node (RFC 6962 section 2.1).
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut message = [0; 128];
    message[0] = 0x01;
    message[1..33].copy_from_slice(&left.0);
    message[33..65].copy_from_slice(&right.0);
    padded(message, 65).expect("65 bytes and their padding fit two blocks")
}

/// SHA-256 of `data`, without any prefix.
#[must_use]
pub fn sha256(data: &[u8]) -> Digest {
    Digest(Sha256::digest(data).into())
}

/// Blocks of the longest leaf that is hashed in one go: a record's entry takes three.
const LEAF_BLOCKS_MAX: usize = 4;

/// SHA-256 of the first `length` bytes, behind which the buffer is zero: padded in place and compressed in one call.
/// Leaves and nodes are most of what a verifier computes, and the general hasher copies each byte once more. `None`
/// if the padding does not fit.
fn padded<const BYTES: usize>(mut message: [u8; BYTES], length: usize) -> Option<Digest> {
    // The bit behind the message, zeros, and the length in bits as the last eight bytes of a block (FIPS 180-4, 5.1.1).
    let end = (length + 9).next_multiple_of(64);
    let bits = u64::try_from(length).ok()? * 8;
    message
        .get_mut(end - 8..end)?
        .copy_from_slice(&bits.to_be_bytes());
    message[length] = 0x80;
    let (blocks, _) = message[..end].as_chunks::<64>();
    let mut state = INITIAL;
    compress256(&mut state, blocks);
    let mut digest = [0; 32];
    for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    Some(Digest(digest))
}

/// The state that SHA-256 begins with (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// SHA-256 of the parts, one after the other, without joining them in memory.
pub(crate) fn hash_parts(parts: &[&[u8]]) -> Digest {
    let mut hasher = Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_text_is_lower_hex_and_reads_back() {
        let digest = sha256(b"");
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest.to_string(), text);
        assert_eq!(text.parse(), Ok(digest));
    }

    #[test]
    fn leaves_of_every_length_and_nodes_are_plain_sha256() {
        for length in (0..300).chain([65_535]) {
            let data: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
            let whole = [&[0x00], data.as_slice()].concat();
            assert_eq!(leaf_hash(&data), sha256(&whole), "{length} bytes");
        }
        let (left, right) = (sha256(b"left"), sha256(b"right"));
        let whole = [&[0x01], left.as_bytes().as_slice(), right.as_bytes()].concat();
        assert_eq!(node_hash(&left, &right), sha256(&whole));
    }

    #[test]
    fn upper_case_hex_is_refused() {
        let text = sha256(b"").to_string().to_uppercase();
        assert_eq!(text.parse::<Digest>(), Err(ParseHexError::NotLowerHex));
    }

    #[test]
    fn short_hex_is_refused() {
        assert_eq!(
            "e3b0".parse::<Digest>(),
            Err(ParseHexError::Length {
                expected: 64,
                found: 4
            })
        );
    }
}
