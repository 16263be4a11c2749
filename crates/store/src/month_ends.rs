//! Which keys of months are ended, as the database says: what all nodes agree on.
//!
//! Files can be destroyed by one node while another still has their bytes in memory, and a network file system may tell
//! late that a file is gone. So a key is ended by a row here, in a transaction that holds the head row and finds nothing
//! under the key. Whoever wraps something for a month that is over reads this table in a transaction that holds the head
//! row, too; so nothing is ever wrapped under a key that is ended. The files follow: one whose number is below `ends` is
//! destroyed, by whichever node comes first, however late.

use kirokubo_records::seal::{Month, RowKey};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::entity::month_end::{Column, Entity, Model};
use crate::error::{StoreError, corrupt};
use crate::keyring::Keyring;
use crate::statement::execute;

/// Tells a keyring which keys are ended, so that it forgets them.
pub(crate) async fn learn(
    db: &impl ConnectionTrait,
    ledger: i32,
    keyring: &Keyring,
) -> Result<(), StoreError> {
    keyring.learn_ends(read(db, ledger, keyring.digest().rows()).await?);
    Ok(())
}

/// How often each month's key was ended. A row that is not ours is damage: it could have a key destroyed.
pub(crate) async fn read(
    db: &impl ConnectionTrait,
    ledger: i32,
    key: &RowKey,
) -> Result<Vec<(Month, i64)>, StoreError> {
    let rows = Entity::find().filter(Column::Ledger.eq(ledger)).all(db).await?;
    let ends = rows.into_iter().map(|row| {
        let month = Month::from_number(row.month).filter(|_| is_ours(&row, key));
        month
            .map(|month| (month, row.ends))
            .ok_or_else(|| corrupt(0, "the end of a month's key"))
    });
    ends.collect()
}

/// Says that the keys of a month below number `ends` are ended.
pub(crate) async fn end(
    db: &DatabaseTransaction,
    ledger: i32,
    month: Month,
    ends: i64,
    key: &RowKey,
) -> Result<(), StoreError> {
    let text = "INSERT INTO month_ends (ledger, month, ends, mac) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (ledger, month) DO UPDATE SET ends = excluded.ends, mac = excluded.mac";
    let values = [
        ledger.into(),
        month.number().into(),
        ends.into(),
        mac(ledger, month.number(), ends, key).to_vec().into(),
    ];
    execute(db, text, values).await?;
    Ok(())
}

/// Whether a row is as this program wrote it.
pub(crate) fn is_ours(row: &Model, key: &RowKey) -> bool {
    row.mac == mac(row.ledger, row.month, row.ends, key)
}

/// Every other column behind a word of its own, numbers big-endian.
fn mac(ledger: i32, month: i32, ends: i64, key: &RowKey) -> [u8; 16] {
    let mut out = b"month_end\n".to_vec();
    out.extend(ledger.to_be_bytes());
    out.extend(month.to_be_bytes());
    out.extend(ends.to_be_bytes());
    key.mac(&out)
}

#[cfg(test)]
mod tests {
    use kirokubo_records::seal::DigestKey;

    use super::*;

    #[test]
    fn no_column_changes_without_the_mac() {
        let key = DigestKey::from_bytes(&[9; 32]);
        let row = Model {
            ledger: 1,
            month: 24_000,
            ends: 1,
            mac: mac(1, 24_000, 1, key.rows()).to_vec(),
        };
        assert!(is_ours(&row, key.rows()));
        for changed in [
            Model {
                ledger: 2,
                ..row.clone()
            },
            Model {
                month: 24_001,
                ..row.clone()
            },
            Model {
                ends: 2,
                ..row.clone()
            },
        ] {
            assert!(!is_ours(&changed, key.rows()));
        }
    }
}
