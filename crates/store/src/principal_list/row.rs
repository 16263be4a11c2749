//! A row of `lists`, and the MAC that closes it.
//!
//! Nothing in the ledger speaks of a list until a record cites it, so the row carries a MAC over all its other columns
//! under a key outside the database, as the rows of `records` do.

use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::{RecordRef, principals_value};
use kirokubo_records::IdBytes;
use kirokubo_records::seal::RowKey;

use crate::entity::list::Model;
use crate::error::StoreError;
use crate::store::Store;

/// How far a list has come.
pub(crate) mod state {
    /// Rows are still coming.
    pub(crate) const UPLOADING: i16 = 0;
    /// It can be cited.
    pub(crate) const COMPLETE: i16 = 1;
    /// A record has it.
    pub(crate) const USED: i16 = 2;
}

/// The row with its MAC.
pub(crate) fn closed(row: Model, key: &RowKey) -> Model {
    Model {
        mac: mac(&row, key).to_vec(),
        ..row
    }
}

/// Whether a row is as this program wrote it.
pub(crate) fn holds(row: &Model, key: &RowKey) -> bool {
    row.mac == mac(row, key)
}

/// The row if it is as this program wrote it: it is evidence, not truth.
pub(crate) fn trusted(store: &Store, row: Model) -> Result<Model, StoreError> {
    if holds(&row, store.keyring.digest().rows()) {
        Ok(row)
    } else {
        Err(damaged("the row of a list"))
    }
}

pub(crate) fn damaged(what: &'static str) -> StoreError {
    StoreError::Corrupt { index: None, what }
}

/// The record that a list was made for, as commitments and ciphertexts name it.
pub(crate) fn record_of(store: &Store, row: &Model) -> Result<RecordRef, StoreError> {
    let id = row.record_id.as_slice().try_into();
    let id = id.map_err(|_| damaged("the record id of a list"))?;
    Ok(store.record_ref(RecordId::from_bytes(id)))
}

pub(crate) fn list_id(row: &Model) -> Result<IdBytes, StoreError> {
    let id = row.list_id.as_slice().try_into();
    id.map_err(|_| damaged("the id of a list"))
}

/// The text of field 4 of the record that will cite a list.
pub(crate) fn principals_text(row: &Model) -> Result<String, StoreError> {
    let root = crate::head::digest(&row.root).ok_or_else(|| damaged("the root of a list"))?;
    Ok(principals_value(count(row)?, &root))
}

pub(crate) fn count(row: &Model) -> Result<u64, StoreError> {
    u64::try_from(row.principals).map_err(|_| damaged("the count of a list"))
}

/// Every column but `mac` behind a word of its own, so that no row of another table reads alike: numbers big-endian,
/// texts and blobs behind their length, what is optional behind 0 or 1.
fn mac(row: &Model, key: &RowKey) -> [u8; 16] {
    let Model {
        ledger,
        number,
        list_id,
        record_id,
        state,
        principals,
        root,
        secret,
        idx,
        made_at,
        made_by,
        declared,
        idempotency,
        body_digest,
        mac: _,
    } = row;
    let mut out = b"list\n".to_vec();
    out.extend(ledger.to_be_bytes());
    out.extend(state.to_be_bytes());
    for value in [number, principals, made_at] {
        out.extend(value.to_be_bytes());
    }
    for value in [idx, declared] {
        out.push(u8::from(value.is_some()));
        out.extend(value.unwrap_or_default().to_be_bytes());
    }
    let digests = [idempotency, body_digest].map(|digest| digest.as_deref().unwrap_or_default());
    let blobs = [list_id, record_id, root, secret, made_by.as_bytes()];
    for blob in blobs.into_iter().chain(digests) {
        let length = u32::try_from(blob.len()).expect("no database row holds 4 GiB");
        out.extend(length.to_be_bytes());
        out.extend(blob);
    }
    key.mac(&out)
}

#[cfg(test)]
mod tests {
    use kirokubo_records::seal::DigestKey;

    use super::*;

    #[test]
    fn no_column_changes_without_the_mac() {
        let changes: [fn(&mut Model); 14] = [
            |row| row.ledger = 2,
            |row| row.number = 2,
            |row| row.list_id = vec![9; 16],
            |row| row.record_id = vec![9; 16],
            |row| row.state = 2,
            |row| row.principals = 6,
            |row| row.root = vec![9; 32],
            |row| row.secret = Vec::new(),
            |row| row.idx = Some(0),
            |row| row.made_at = 8,
            |row| row.made_by = "key_2".to_owned(),
            |row| row.declared = None,
            |row| row.idempotency = None,
            |row| (row.idempotency, row.body_digest) = (row.body_digest.take(), row.idempotency.take()),
        ];
        let key = DigestKey::from_bytes(&[9; 32]);
        let row = Model {
            ledger: 1,
            number: 1,
            list_id: vec![1; 16],
            record_id: vec![2; 16],
            state: 1,
            principals: 5,
            root: vec![3; 32],
            secret: vec![4; 60],
            idx: None,
            made_at: 7,
            made_by: "key_1".to_owned(),
            declared: Some(5),
            idempotency: Some(vec![5; 16]),
            body_digest: Some(vec![6; 16]),
            mac: Vec::new(),
        };
        let row = closed(row, key.rows());
        assert!(holds(&row, key.rows()));
        for (n, change) in changes.into_iter().enumerate() {
            let mut changed = row.clone();
            change(&mut changed);
            assert!(!holds(&changed, key.rows()), "change {n}");
        }
    }
}
