//! The MAC that closes a row of `records`.
//!
//! An entry commits to what a record says, not to the row that describes it, and an erased record has nothing
//! left to be compared with. So the row carries a MAC over all its other columns, under a key outside the
//! database: a changed, copied or invented row is found without opening anything.

use kirokubo_records::seal::RowKey;

use crate::entity::record;

/// The MAC that belongs to a row, whatever its `mac` column holds.
pub(crate) fn of(row: &record::Model, key: &RowKey) -> [u8; 16] {
    key.mac(&encode(row))
}

/// Whether a row is as this program wrote it.
pub(crate) fn holds(row: &record::Model, key: &RowKey) -> bool {
    row.mac == of(row, key)
}

/// Every column but `mac`: numbers big-endian in their full width, texts and blobs behind their length (u32), an
/// optional number behind 0 or 1. No two rows read alike.
fn encode(row: &record::Model) -> Vec<u8> {
    let record::Model {
        ledger,
        idx,
        record_id,
        system,
        event_id,
        body_digest,
        recorded_by,
        direction,
        law_case,
        status,
        event_date,
        retain_through,
        third_party,
        mac: _,
    } = row;
    let mut out = Vec::with_capacity(256);
    out.extend(ledger.to_be_bytes());
    out.extend(idx.to_be_bytes());
    for text in [
        record_id,
        system.as_bytes(),
        event_id.as_bytes(),
        body_digest,
        recorded_by.as_bytes(),
    ] {
        let length = u32::try_from(text.len()).expect("no database row holds 4 GiB");
        out.extend(length.to_be_bytes());
        out.extend(text);
    }
    for number in [direction, law_case, status] {
        out.extend(number.to_be_bytes());
    }
    out.extend(event_date.to_be_bytes());
    out.extend(retain_through.to_be_bytes());
    out.push(u8::from(third_party.is_some()));
    out.extend(third_party.unwrap_or_default().to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use kirokubo_records::seal::DigestKey;

    use super::*;

    fn row() -> record::Model {
        record::Model {
            ledger: 1,
            idx: 5,
            record_id: vec![1; 16],
            system: "ab".to_owned(),
            event_id: "c".to_owned(),
            body_digest: vec![2; 16],
            recorded_by: "key_1".to_owned(),
            direction: 0,
            law_case: 1,
            status: 0,
            event_date: 20_000,
            retain_through: 21_000,
            third_party: Some(0),
            mac: Vec::new(),
        }
    }

    #[test]
    fn no_column_changes_without_the_mac() {
        let changes: [fn(&mut record::Model); 14] = [
            |row| row.ledger = 2,
            |row| row.idx = 6,
            |row| row.record_id = vec![3; 16],
            |row| row.system = "other".to_owned(),
            |row| (row.system, row.event_id) = ("a".to_owned(), "bc".to_owned()),
            |row| row.body_digest = vec![3; 16],
            |row| row.recorded_by = "key_2".to_owned(),
            |row| row.direction = 1,
            |row| row.law_case = 2,
            |row| row.status = 1,
            |row| row.event_date += 1,
            |row| row.retain_through += 1,
            |row| row.third_party = None,
            |row| (row.direction, row.law_case) = (1, 0),
        ];
        let key = DigestKey::from_bytes(&[9; 32]);
        let mut closed = row();
        closed.mac = of(&closed, key.rows()).to_vec();
        assert!(holds(&closed, key.rows()));
        for (n, change) in changes.into_iter().enumerate() {
            let mut changed = closed.clone();
            change(&mut changed);
            assert!(!holds(&changed, key.rows()), "change {n}");
        }
        assert!(!holds(&row(), key.rows()), "no MAC at all");
    }
}
