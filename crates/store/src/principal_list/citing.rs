//! Giving a list to the record that cites it, in the transaction that appends the record.

use std::collections::{HashMap, HashSet};

use kirokubo_records::seal::{RowKey, SealedRecord};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};

use super::row::{self, closed, state};
use crate::entity::list;
use crate::error::StoreError;
use crate::place::Placed;

/// The lists that a batch cites, as they are in its transaction.
pub(crate) struct Cited(HashMap<i64, list::Model>);

/// Looks them up. Few batches cite any.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    ledger: i32,
    batch: &[SealedRecord],
) -> Result<Cited, StoreError> {
    let numbers: Vec<i64> = batch.iter().filter_map(|record| record.list).collect();
    if numbers.is_empty() {
        return Ok(Cited(HashMap::new()));
    }
    let rows = list::Entity::find()
        .filter(list::Column::Ledger.eq(ledger))
        .filter(list::Column::Number.is_in(numbers))
        .all(db)
        .await?;
    Ok(Cited(rows.into_iter().map(|row| (row.number, row)).collect()))
}

impl Cited {
    /// The numbers of those that no record has.
    pub(crate) fn free(&self) -> HashSet<i64> {
        let free = self.0.values().filter(|row| row.state == state::COMPLETE);
        free.map(|row| row.number).collect()
    }

    /// Gives each list to its record. From here on the record's content alone holds the secret, so that destroying
    /// the key of its month destroys the rows, too.
    pub(crate) async fn mark_used(
        &self,
        db: &impl ConnectionTrait,
        placed: &[Placed<'_>],
        key: &RowKey,
    ) -> Result<(), StoreError> {
        let text = "UPDATE lists SET state = $1, idx = $2, secret = $3, mac = $4 \
                    WHERE ledger = $5 AND number = $6 AND state = $7";
        for entry in placed {
            let Some(found) = entry.record.list.and_then(|number| self.0.get(&number)) else {
                continue;
            };
            let used = list::Model {
                state: state::USED,
                idx: Some(entry.index.as_i64()),
                secret: Vec::new(),
                ..found.clone()
            };
            let used = closed(used, key);
            let values = [
                used.state.into(),
                used.idx.into(),
                used.secret.into(),
                used.mac.into(),
                used.ledger.into(),
                used.number.into(),
                state::COMPLETE.into(),
            ];
            let backend = db.get_database_backend();
            let done = db
                .execute_raw(Statement::from_sql_and_values(backend, text, values))
                .await?;
            if done.rows_affected() != 1 {
                return Err(row::damaged("a list that cannot be given to its record"));
            }
        }
        Ok(())
    }
}
