//! Base64 as every C2SP text here has it: the standard alphabet, padded, canonical, nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Digest;

/// The one text for these bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes, if the text is the one `encode` gives for them: padding and unused bits included.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A hash of exactly 32 bytes.
pub(crate) fn decode_digest(text: &str) -> Option<Digest> {
    decode(text)?.try_into().ok().map(Digest::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_padding_is_refused() {
        assert_eq!(decode("AA=="), Some(vec![0]));
        assert_eq!(decode("AA"), None);
        assert_eq!(decode("AA="), None);
    }

    #[test]
    fn set_bits_behind_the_last_byte_are_refused() {
        assert_eq!(decode("AB=="), None);
    }

    #[test]
    fn the_url_alphabet_and_line_breaks_are_refused() {
        assert_eq!(decode("-_-_"), None);
        assert_eq!(decode("AAAA\n"), None);
    }

    #[test]
    fn a_digest_of_31_or_33_bytes_is_refused() {
        assert_eq!(decode_digest(&encode(&[7; 31])), None);
        assert_eq!(decode_digest(&encode(&[7; 33])), None);
        assert_eq!(
            decode_digest(&encode(&[7; 32])),
            Some(Digest::from_bytes([7; 32]))
        );
    }
}
