//! Rows of `accesses` and `access_records`: what finds a reading without opening it.

use kirokubo_ledger::Index;
use kirokubo_records::seal::{RowKey, SealedAccess};
use sea_orm::Value;

use crate::edge::stored;
use crate::entity::access;
use crate::error::StoreError;
use crate::insert::Insert;

pub(super) static ACCESSES: Insert = Insert::new(
    "INSERT INTO accesses (ledger, idx, access_id, kind, actor, made_at, all_below, mac)",
    8,
    "",
);
/// A record that a reading shows twice is read once.
pub(super) static RECORDS: Insert = Insert::new(
    "INSERT INTO access_records (ledger, record, idx)",
    3,
    " ON CONFLICT (ledger, record, idx) DO NOTHING",
);

pub(super) fn accesses(
    ledger: i32,
    made_at: i64,
    placed: &[(Index, &SealedAccess)],
    key: &RowKey,
) -> Result<Vec<Value>, StoreError> {
    let mut values = Vec::with_capacity(placed.len() * 8);
    for (index, reading) in placed {
        let mut row = access::Model {
            ledger,
            idx: index.as_i64(),
            access_id: reading.id.as_bytes().to_vec(),
            kind: reading.kind.number(),
            actor: reading.actor.clone(),
            made_at,
            all_below: reading.all_below.map(stored).transpose()?,
            mac: Vec::new(),
        };
        row.mac = key.mac(&encode(&row)).to_vec();
        values.extend([
            row.ledger.into(),
            row.idx.into(),
            row.access_id.into(),
            row.kind.into(),
            row.actor.into(),
            row.made_at.into(),
            row.all_below.into(),
            row.mac.into(),
        ]);
    }
    Ok(values)
}

pub(super) fn records(ledger: i32, placed: &[(Index, &SealedAccess)]) -> Vec<Value> {
    let rows = |(index, reading): &(Index, &SealedAccess)| {
        let index = index.as_i64();
        let row = move |record: &kirokubo_ledger::RecordId| {
            [ledger.into(), record.as_bytes().to_vec().into(), index.into()]
        };
        reading.records.iter().flat_map(row).collect::<Vec<Value>>()
    };
    placed.iter().flat_map(rows).collect()
}

/// Whether a row is as this program wrote it.
pub(crate) fn is_as_written(row: &access::Model, key: &RowKey) -> bool {
    row.mac == key.mac(&encode(row))
}

/// A name for what is closed, so that no row of another table reads alike; then every column but `mac`: numbers
/// big-endian in their full width, texts and blobs behind their length (u32), an optional number behind 0 or 1.
fn encode(row: &access::Model) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    out.extend(b"accesses");
    out.extend(row.ledger.to_be_bytes());
    out.extend(row.idx.to_be_bytes());
    for text in [&row.access_id[..], row.actor.as_bytes()] {
        let length = u32::try_from(text.len()).expect("no database row holds 4 GiB");
        out.extend(length.to_be_bytes());
        out.extend(text);
    }
    out.extend(row.kind.to_be_bytes());
    out.extend(row.made_at.to_be_bytes());
    out.push(u8::from(row.all_below.is_some()));
    out.extend(row.all_below.unwrap_or_default().to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use kirokubo_records::seal::DigestKey;

    use super::*;

    #[test]
    fn no_column_changes_without_the_mac() {
        let keys = DigestKey::from_bytes(&[9; 32]);
        let mut row = access::Model {
            ledger: 2,
            idx: 5,
            access_id: vec![1; 16],
            kind: 1,
            actor: "key_1".to_owned(),
            made_at: 20_000,
            all_below: None,
            mac: Vec::new(),
        };
        row.mac = keys.rows().mac(&encode(&row)).to_vec();
        assert!(is_as_written(&row, keys.rows()));
        let changes: [fn(&mut access::Model); 7] = [
            |row| row.ledger = 1,
            |row| row.idx = 6,
            |row| row.access_id = vec![2; 16],
            |row| row.kind = 2,
            |row| row.actor = "key_2".to_owned(),
            |row| row.made_at += 1,
            |row| row.all_below = Some(0),
        ];
        for (n, change) in changes.into_iter().enumerate() {
            let mut changed = row.clone();
            change(&mut changed);
            assert!(!is_as_written(&changed, keys.rows()), "change {n}");
        }
    }
}
