//! Sealing the rows of a list before the record that will cite it exists.
//!
//! A list reserves its record's id and secret when it is begun, so its rows are committed to, encrypted and made
//! findable once, exactly as rows named in an event are: citing the list moves and changes none of them.

use aes_gcm::Aes256Gcm;
use kirokubo_ledger::commitment::{
    Expander, RecordRef, RecordSecret, Value, ValueError, row_commitment, row_leaf,
};
use kirokubo_ledger::hash::Digest;

use super::{SearchKey, SearchToken, content_cipher, encrypt, row_nonce};
use crate::fold::SearchKeys;
use crate::json;
use crate::matter::PrincipalRow;

/// Seals the rows of one list, chunk by chunk, on any thread.
pub struct ListSealer {
    expander: Expander,
    cipher: Aes256Gcm,
    record: RecordRef,
}

/// Consecutive rows of a list, sealed.
pub struct SealedRows {
    /// The place of the first.
    pub first: u64,
    /// The leaf of each row in the row tree.
    pub leaves: Vec<Digest>,
    /// The ciphertext of each row.
    pub rows: Vec<Vec<u8>>,
    /// Search tokens with the place of their row, sorted: neighbouring keys of an index are written together.
    pub tokens: Vec<(SearchToken, u64)>,
}

impl ListSealer {
    /// Derives what the rows are sealed with.
    #[must_use]
    pub fn new(secret: &RecordSecret, record: RecordRef) -> Self {
        let expander = secret.expander();
        Self {
            cipher: content_cipher(&expander),
            expander,
            record,
        }
    }

    /// Seals rows that stand from place `first` on. No place of a list may ever be sealed with two texts.
    pub fn seal<'r>(
        &self,
        first: u64,
        rows: impl IntoIterator<Item = &'r PrincipalRow>,
        key: &SearchKey,
    ) -> Result<SealedRows, ValueError> {
        let mut sealed = SealedRows {
            first,
            leaves: Vec::new(),
            rows: Vec::new(),
            tokens: Vec::new(),
        };
        for (n, row) in (first..).zip(rows) {
            sealed.leaves.push(self.leaf(n, row.json())?);
            let text = row.json().as_bytes();
            sealed
                .rows
                .push(encrypt(&self.cipher, row_nonce(n), &self.record, text));
            let tokens = row.keys().as_slice().iter().map(|k| (key.token(k), n));
            sealed.tokens.extend(tokens);
        }
        sealed.tokens.sort_unstable();
        sealed.tokens.dedup();
        Ok(sealed)
    }

    /// The leaf of the row at place `n`, whose text is `json`.
    pub fn leaf(&self, n: u64, json: &str) -> Result<Digest, ValueError> {
        let salt = self.expander.row_salt(n);
        let commitment = row_commitment(&self.record, n, &salt, Value::new(json)?);
        Ok(row_leaf(&commitment))
    }
}

/// The search tokens of a stored row, sorted, none twice. A row that is no JSON has none.
#[must_use]
pub fn row_tokens(json: &str, key: &SearchKey) -> Vec<SearchToken> {
    let Ok(node) = json::read(json.as_bytes()) else {
        return Vec::new();
    };
    let keys = SearchKeys::of_principal(&node);
    let mut tokens: Vec<SearchToken> = keys.as_slice().iter().map(|k| key.token(k)).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// What the digest of a caller's `Idempotency-Key` for a list is made of. Events have keys of two lines, so that the
/// same key may serve both.
#[must_use]
pub fn list_key(caller: &str, key: &str) -> Vec<u8> {
    format!("list\n{caller}\n{key}").into_bytes()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use kirokubo_ledger::commitment::RowTree;
    use kirokubo_ledger::{LedgerId, RecordId};

    use super::*;
    use crate::list::{Charset, ListFormat, ListReader};
    use crate::seal::Opener;

    #[test]
    fn rows_sealed_in_chunks_are_the_rows_of_one_record() {
        let mut reader = ListReader::new(ListFormat::Csv(Charset::Utf8));
        let text: Vec<String> = (0..7).map(|n| format!("crm:{n},山田 {n}\n")).collect();
        reader
            .push(format!("ref,name\n{}", text.concat()).as_bytes())
            .unwrap();
        reader.finish().unwrap();
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let rows = reader.take_rest().unwrap().check(today).rows;
        let rows: Vec<&PrincipalRow> = rows.iter().map(|row| &row.row).collect();

        let secret = RecordSecret::from_bytes([1; 32]);
        let record = RecordRef {
            ledger_id: LedgerId::from_bytes([2; 16]),
            record_id: RecordId::from_bytes([3; 16]),
        };
        let (sealer, key) = (ListSealer::new(&secret, record), SearchKey::from_bytes(&[4; 32]));
        let (head, tail) = rows.split_at(3);
        let chunks = [(0, head), (3, tail)]
            .map(|(first, rows)| sealer.seal(first, rows.iter().copied(), &key).unwrap());
        let leaves: Vec<Digest> = chunks.iter().flat_map(|chunk| chunk.leaves.clone()).collect();
        let values = rows.iter().map(|row| Value::new(row.json()).unwrap());
        let tree = RowTree::new(&secret.expander(), &record, values);
        assert_eq!(kirokubo_ledger::tree::root(&leaves), tree.root());

        let opener = Opener::new(&secret, record);
        for chunk in &chunks {
            for (n, sealed) in (chunk.first..).zip(&chunk.rows) {
                let opened = opener.row(n, sealed).unwrap();
                assert_eq!(opened, rows[usize::try_from(n).unwrap()].json());
                for token in row_tokens(&opened, &key) {
                    assert!(chunk.tokens.contains(&(token, n)));
                }
            }
        }
        assert_eq!(chunks[1].tokens.len(), 8, "a name and a number for each of four");
    }
}
