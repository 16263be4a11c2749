//! Search tokens against the records they were made from.
//!
//! A token that was taken away hides a record from its principal; one that was added points at a stranger. The
//! table is ordered by token, the records by index, so neither can be held against the other row by row.
//! Instead each record's tokens are summed up (a sum of hashes does not depend on order), and the table's rows
//! are taken off again: what is left over names the record.

use std::collections::HashMap;

use kirokubo_ledger::hash::sha256;
use kirokubo_records::seal::SearchToken;
use sea_orm::{ConnectionTrait, Statement};

use super::{AuditFinding, Table};
use crate::error::StoreError;
use crate::store::Store;

/// Rows of the table read at once.
const ROWS: i64 = 4_096;

/// What is expected of the table, by index: 24 bytes a record.
#[derive(Default)]
pub(super) struct ExpectedTokens(HashMap<i64, u64>);

impl ExpectedTokens {
    /// Expects a token of row `n` of the record at `index`.
    pub(super) fn add(&mut self, index: i64, n: u64, token: SearchToken) {
        let sum = self.0.entry(index).or_default();
        *sum = sum.wrapping_add(weight(token.number(), index, i64::try_from(n).unwrap_or(-1)));
    }

    /// Takes the table off; what is left is a finding.
    pub(super) async fn compare(mut self, store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
        let mut after: Option<(i64, i64, i64)> = None;
        loop {
            let rows = page(store, after).await?;
            let Some(last) = rows.last() else { break };
            after = Some(*last);
            for (token, index, n) in rows {
                let sum = self.0.entry(index).or_default();
                *sum = sum.wrapping_sub(weight(token, index, n));
            }
        }
        let mut wrong: Vec<u64> = self
            .0
            .into_iter()
            .filter(|(_, sum)| *sum != 0)
            .filter_map(|(index, _)| index.try_into().ok())
            .collect();
        wrong.sort_unstable();
        Ok(wrong
            .into_iter()
            .map(|index| AuditFinding::Row {
                table: Table::SearchTokens,
                index,
            })
            .collect())
    }
}

/// A hash of one row of the table; 64 bits of SHA-256, so that nobody balances two changes against each other.
fn weight(token: i64, index: i64, n: i64) -> u64 {
    let row: Vec<u8> = [token, index, n]
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect();
    let hash = sha256(&row);
    u64::from_be_bytes(*hash.as_bytes().first_chunk().expect("a digest has 32 bytes"))
}

async fn page(store: &Store, after: Option<(i64, i64, i64)>) -> Result<Vec<(i64, i64, i64)>, StoreError> {
    let text = "SELECT token, idx, n FROM search_tokens WHERE ledger = $1 AND (token, idx, n) > ($2, $3, $4) \
                ORDER BY token, idx, n LIMIT $5";
    // No index is negative, so nothing sorts before this.
    let (token, index, n) = after.unwrap_or((i64::MIN, -1, -1));
    let values = [
        store.ledger.row.into(),
        token.into(),
        index.into(),
        n.into(),
        ROWS.into(),
    ];
    let db = &store.db.readers;
    let rows = db
        .query_all_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            text,
            values,
        ))
        .await?;
    let names = ["token", "idx", "n"].map(str::to_owned);
    let rows = rows.into_iter().map(|row| row.try_get_many("", &names));
    Ok(rows.collect::<Result<_, _>>()?)
}
