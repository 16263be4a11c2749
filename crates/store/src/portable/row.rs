//! One row, in the few types that both engines have.

use kirokubo_ledger::hash::{Digest, Hasher};

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// The values of a row, in the order of its table's columns.
pub(super) type Row = Vec<Cell>;

/// SHA-256 over rows in their order: tag, length and bytes of every value.
pub(super) struct RowDigest {
    hasher: Hasher,
    rows: u64,
}

impl RowDigest {
    pub(super) fn new() -> Self {
        Self {
            hasher: Hasher::new(),
            rows: 0,
        }
    }

    pub(super) fn add(&mut self, row: &[Cell]) {
        self.rows += 1;
        for cell in row {
            match cell {
                Cell::Null => self.hasher.update(b"-"),
                Cell::Number(number) => {
                    self.hasher.update(b"n");
                    self.hasher.update(&number.to_be_bytes());
                }
                Cell::Text(text) => self.long(b"t", text.as_bytes()),
                Cell::Bytes(bytes) => self.long(b"b", bytes),
            }
        }
    }

    fn long(&mut self, tag: &[u8], bytes: &[u8]) {
        self.hasher.update(tag);
        self.hasher.update(&bytes.len().to_be_bytes());
        self.hasher.update(bytes);
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn finish(self) -> Digest {
        self.hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_differ_have_another_digest() {
        let digest = |rows: &[Row]| {
            let mut digest = RowDigest::new();
            for row in rows {
                digest.add(row);
            }
            digest.finish()
        };
        let text = |text: &str| Cell::Text(text.to_owned());
        let bytes = |text: &str| Cell::Bytes(text.into());
        let ways: [&[Row]; 7] = [
            &[vec![text("ab"), text("c")]],
            &[vec![text("a"), text("bc")]],
            &[vec![bytes("ab"), text("c")]],
            &[vec![Cell::Null, text("c")]],
            &[vec![Cell::Number(0), text("c")]],
            &[vec![text(""), text("c")]],
            &[vec![text("c"), text("ab")]],
        ];
        for (n, one) in ways.iter().enumerate() {
            for other in &ways[..n] {
                assert_ne!(digest(one), digest(other), "{one:?} {other:?}");
            }
        }
    }
}
