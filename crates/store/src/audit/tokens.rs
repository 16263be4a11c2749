//! Search tokens against the records they were made from.
//!
//! A token that was taken away hides a record from its principal; one that was added points at a stranger. The
//! table is ordered by token, the records by index, so neither can be held against the other row by row.
//! Instead each record's tokens are summed up (a sum of hashes does not depend on order), and the table's rows
//! are taken off again: what is left over names the record. The hashes are keyed anew each time, so that nobody
//! can look for rows whose sum is that of others.

use std::collections::{HashMap, HashSet};

use kirokubo_ledger::hash::sha256;
use kirokubo_ledger::{Index, Size};
use kirokubo_records::seal::SearchToken;
use sea_orm::{ConnectionTrait, Statement};

use super::{AuditFinding, Table};
use crate::error::StoreError;
use crate::store::Store;

/// Rows of the table read at once.
const ROWS: i64 = 4_096;

/// What is expected of the table.
pub(super) struct ExpectedTokens {
    key: [u8; 16],
    /// Sums by index: 24 bytes a record.
    sums: HashMap<i64, u64>,
    /// Records and lists that do not open, so that nobody can say which tokens are theirs.
    unknown: HashSet<i64>,
    /// The lists that were gone through, by the negative index of their rows, with the record that has each.
    lists: HashMap<i64, Option<Index>>,
}

impl ExpectedTokens {
    /// Nothing yet; `key` is drawn for this run alone.
    pub(super) fn new(key: [u8; 16]) -> Self {
        Self {
            key,
            sums: HashMap::new(),
            unknown: HashSet::new(),
            lists: HashMap::new(),
        }
    }

    /// Leaves out a record or list that does not open; it is named for that.
    pub(super) fn cannot_judge(&mut self, index: i64) {
        self.unknown.insert(index);
    }

    /// Expects a list, with the record that has it.
    pub(super) fn add_list(&mut self, index: i64, record: Option<Index>) {
        self.lists.insert(index, record);
    }

    /// Expects a token of row `n` under `index`.
    pub(super) fn add(&mut self, index: i64, n: u64, token: SearchToken) {
        let weight = self.weight(token.number(), index, i64::try_from(n).unwrap_or(-1));
        let sum = self.sums.entry(index).or_default();
        *sum = sum.wrapping_add(weight);
    }

    /// Takes the table off, as far as it is about the first `size` entries; what is left is a finding.
    pub(super) async fn compare(
        mut self,
        store: &Store,
        size: Size,
    ) -> Result<Vec<AuditFinding>, StoreError> {
        let mut after: Option<Stored> = None;
        loop {
            let rows = page(store, after).await?;
            let Some(last) = rows.last() else { break };
            after = Some(*last);
            for (_, token, index, n) in rows {
                if (0..size.as_i64()).contains(&index) || self.lists.contains_key(&index) {
                    let weight = self.weight(token, index, n);
                    let sum = self.sums.entry(index).or_default();
                    *sum = sum.wrapping_sub(weight);
                }
            }
        }
        let wrong = self.sums.iter().filter(|(_, sum)| **sum != 0);
        let mut wrong: Vec<i64> = wrong
            .map(|(index, _)| *index)
            .filter(|index| !self.unknown.contains(index))
            .collect();
        wrong.sort_unstable();
        Ok(wrong.into_iter().map(|index| self.finding(index)).collect())
    }

    fn finding(&self, index: i64) -> AuditFinding {
        let record = match self.lists.get(&index) {
            Some(None) => return AuditFinding::List { number: -index },
            Some(Some(record)) => record.as_i64(),
            None => index,
        };
        AuditFinding::Row {
            table: Table::SearchTokens,
            index: u64::try_from(record).unwrap_or(u64::MAX),
        }
    }

    /// A keyed hash of one row of the table. All inputs have one length, so the key may simply stand before them.
    fn weight(&self, token: i64, index: i64, n: i64) -> u64 {
        let mut input = [0; 40];
        input[..16].copy_from_slice(&self.key);
        input[16..24].copy_from_slice(&token.to_be_bytes());
        input[24..32].copy_from_slice(&index.to_be_bytes());
        input[32..].copy_from_slice(&n.to_be_bytes());
        let hash = sha256(&input);
        u64::from_be_bytes(*hash.as_bytes().first_chunk().expect("a digest has 32 bytes"))
    }
}

/// Run, token, index and row.
type Stored = (i64, i64, i64, i64);

async fn page(store: &Store, after: Option<Stored>) -> Result<Vec<Stored>, StoreError> {
    let text = "SELECT run, token, idx, n FROM search_tokens WHERE ledger = $1 \
                AND (run, token, idx, n) > ($2, $3, $4, $5) ORDER BY run, token, idx, n LIMIT $6";
    // No list has the number 2^63, so nothing stands before this.
    let (run, token, index, n) = after.unwrap_or((i64::MIN, i64::MIN, i64::MIN, i64::MIN));
    let values = [
        store.ledger.row.into(),
        run.into(),
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
    let names = ["run", "token", "idx", "n"].map(str::to_owned);
    let rows = rows.into_iter().map(|row| row.try_get_many("", &names));
    Ok(rows.collect::<Result<_, _>>()?)
}
