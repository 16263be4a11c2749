//! What a delta bundle has besides: a proof that its ledger continues the one that the receiver knows, and all it takes
//! to go on from there.

use std::fmt::Write as _;

use crate::base64_text;
use crate::hash::Digest;
use crate::position::Size;
use crate::tile::TILE_WIDTH;
use crate::tree::PATH_LEN_MAX;

/// Path of the consistency proof (RFC 9162 section 2.1.4) from the earlier size to the bundle's.
pub const CONSISTENCY: &str = "consistency";
/// Path of the frontier of the tree over the entries that are not in the bundle.
pub const FRONTIER: &str = "frontier";

/// Most hashes of either file.
const HASHES_MAX: usize = 2 * PATH_LEN_MAX;

/// The index of the first entry in a delta from `from_size` on: that of the entry bundle with the last entry that the
/// receiver knows, so that the link between old and new is there as well.
#[must_use]
pub fn first_entry(from_size: Size) -> Size {
    let width = u64::try_from(TILE_WIDTH).expect("256 fits 64 bits");
    let first = from_size.get().saturating_sub(1) / width * width;
    Size::new(first).expect("it is not larger than a size")
}

/// The file's bytes: one hash a line in base64.
#[must_use]
pub fn hash_lines(hashes: &[Digest]) -> String {
    let mut text = String::new();
    for hash in hashes {
        writeln!(text, "{}", base64_text::encode(hash.as_bytes())).expect("writing to a string cannot fail");
    }
    text
}

/// Reads what [`hash_lines`] writes, and nothing else.
#[must_use]
pub fn parse_hash_lines(bytes: &[u8]) -> Option<Vec<Digest>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let lines = text.split_terminator('\n').take(HASHES_MAX + 1);
    let hashes: Vec<Digest> = lines.map(base64_text::decode_digest).collect::<Option<_>>()?;
    (hashes.len() <= HASHES_MAX && hash_lines(&hashes) == text).then_some(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::sha256;

    #[test]
    fn hashes_read_back_only_in_their_one_form() {
        let hashes = [sha256(b"a"), sha256(b"b")];
        let text = hash_lines(&hashes);
        assert_eq!(parse_hash_lines(text.as_bytes()), Some(hashes.to_vec()));
        assert_eq!(parse_hash_lines(b""), Some(Vec::new()));
        assert_eq!(parse_hash_lines(text.trim_end().as_bytes()), None);
        assert_eq!(parse_hash_lines(format!("{text}\n").as_bytes()), None);
        assert_eq!(parse_hash_lines(text.replace('\n', "\r\n").as_bytes()), None);
        let many = hash_lines(&[sha256(b"a"); HASHES_MAX + 1]);
        assert_eq!(parse_hash_lines(many.as_bytes()), None);
    }

    #[test]
    fn a_delta_begins_with_the_entry_bundle_of_the_last_known_entry() {
        for (from, first) in [(1, 0), (255, 0), (256, 0), (257, 256), (512, 256), (513, 512)] {
            assert_eq!(first_entry(Size::from(from)), Size::from(first), "{from}");
        }
    }
}
