//! The principal rows of a record: one commitment a person, one root in field 4.

use serde::Deserialize;

use super::{Expander, RecordRef, Value, row_commitment};
use crate::base64_text;
use crate::hash::{Digest, leaf_hash};
use crate::position::{Index, Size};
use crate::tree::{Extension, Frontier, InclusionError, verify_inclusion};

/// The tree over a record's rows, with every path at hand.
#[derive(Clone, Debug)]
pub struct RowTree(Extension);

impl RowTree {
    /// Commits to the rows, in their order.
    #[must_use]
    pub fn new<'a>(secret: &Expander, record: &RecordRef, rows: impl IntoIterator<Item = Value<'a>>) -> Self {
        let leaves: Vec<Digest> = (0..)
            .zip(rows)
            .map(|(row, value)| row_leaf(&row_commitment(record, row, &secret.row_salt(row), value)))
            .collect();
        Self(Frontier::empty().extend(&leaves))
    }

    /// How many rows there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.0.size().get()
    }

    /// The root over the rows.
    #[must_use]
    pub const fn root(&self) -> Digest {
        self.0.root()
    }

    /// The path of one row to the root, from the bottom upwards; `None` if there is no such row.
    #[must_use]
    pub fn path(&self, row: u64) -> Option<Vec<Digest>> {
        self.0.inclusion(Index::new(row)?)
    }

    /// The value of field 4 for these rows.
    #[must_use]
    pub fn principals_value(&self) -> String {
        principals_value(self.count(), &self.root())
    }
}

/// Checks that the tree of `count` rows with this `row_root` has `commitment` at place `row`.
pub fn verify_row(
    commitment: &Digest,
    row: Index,
    count: Size,
    path: &[Digest],
    row_root: &Digest,
) -> Result<(), InclusionError> {
    verify_inclusion(&row_leaf(commitment), row, count, path, row_root)
}

/// The exact text of field 4: `{"count":N,"root":"<base64>"}`.
#[must_use]
pub fn principals_value(count: u64, row_root: &Digest) -> String {
    format!(
        r#"{{"count":{count},"root":"{}"}}"#,
        base64_text::encode(row_root.as_bytes())
    )
}

/// Reads what [`principals_value`] writes for a record that has rows, and nothing else: without
/// rows the field is absent, so a count of 0 is refused.
#[must_use]
pub fn parse_principals_value(text: &str) -> Option<(Size, Digest)> {
    let Principals { count, root } = serde_json::from_str(text).ok()?;
    let count = Size::new(count).filter(|count| *count != Size::ZERO)?;
    let root = base64_text::decode_digest(&root)?;
    (principals_value(count.get(), &root) == text).then_some((count, root))
}

/// The members of field 4.
#[derive(Deserialize)]
struct Principals {
    count: u64,
    root: String,
}

/// The leaf hash of a row in the row tree.
#[must_use]
pub fn row_leaf(commitment: &Digest) -> Digest {
    leaf_hash(commitment.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::sha256;

    #[test]
    fn field_4_reads_back_only_in_its_one_form() {
        let root = sha256(b"rows");
        let text = principals_value(3, &root);
        assert_eq!(parse_principals_value(&text), Some((Size::from(3), root)));
        assert_eq!(parse_principals_value(&text.replace(':', ": ")), None);
        assert_eq!(parse_principals_value(&text.replace('3', "03")), None);
        assert_eq!(parse_principals_value(r#"{"count":3,"root":"AAAA"}"#), None);
        assert_eq!(parse_principals_value(&principals_value(0, &sha256(b""))), None);
    }
}
