//! Finding every record of one 本人 by search tokens.
//!
//! Tokens give candidates; each candidate's row is decrypted and compared again, so a collision of tokens
//! never shows one person's record to another's request.

use kirokubo_ledger::{Index, Size};
use kirokubo_records::{Match, PrincipalQuery};
use sea_orm::{ConnectionTrait, EntityTrait, Statement, Value};

use crate::entity::{principal_row, record_content};
use crate::error::{StoreError, corrupt};
use crate::known::Holders;
use crate::opened_record::OpenedRecord;
use crate::record::RecordHeader;
use crate::store::Store;

/// Where to look: days since 1970-01-01 in Japan time, both inclusive, and the place to go on from.
#[derive(Clone, Copy, Debug)]
pub struct SearchRange {
    /// First event day.
    pub from: i32,
    /// Last event day.
    pub to: i32,
    /// Only rows after this one: a record's index, and a row of it.
    pub after: Option<(Index, u64)>,
    /// Matching principal rows to return at most.
    pub limit: u32,
}

/// One principal row that matches.
#[derive(Debug)]
pub struct Hit {
    /// Its record.
    pub header: RecordHeader,
    /// The record's content; `rows` holds only the matching row.
    pub opened: OpenedRecord,
    /// The contents of the records that hold what it leaves out.
    pub holders: Holders,
    /// Which row of the record.
    pub row: u64,
    /// Why it matches, key by key.
    pub matches: Vec<Match>,
}

/// What a search found, and how far it looked.
#[derive(Debug)]
pub struct Found {
    /// The hits, by index.
    pub hits: Vec<Hit>,
    /// Size of the ledger when the search began: everything below it was searched.
    pub through: Size,
    /// Complete lists when the search began; their principals were searched, too.
    pub lists: u64,
    /// Where to go on, if there may be more.
    pub next: Option<(Index, u64)>,
    /// Records that hold one of the keys and could not be opened.
    pub unreadable: Vec<Index>,
}

impl Store {
    /// Searches; see the module's documentation.
    pub async fn search(&self, query: &PrincipalQuery, range: SearchRange) -> Result<Found, StoreError> {
        let through = self.head().await?.size;
        let lists = self.count_lists().await?;
        let candidates = self.candidates(query, range).await?;
        let full = u32::try_from(candidates.len()) == Ok(range.limit);
        let last = candidates.last().filter(|_| full);
        let next = last.map(|candidate| (candidate.index, candidate.row));
        let (mut hits, mut unreadable) = (Vec::new(), Vec::new());
        for candidate in candidates {
            match self.confirm(query, candidate).await {
                Ok(hit) => hits.extend(hit),
                // Said, not hidden, and no reason to keep the others back.
                Err(StoreError::Corrupt { .. }) => unreadable.push(candidate.index),
                Err(error) => return Err(error),
            }
        }
        unreadable.dedup();
        Ok(Found {
            hits,
            through,
            lists,
            next,
            unreadable,
        })
    }

    /// Every candidate, in order: the rows that hold at least one of the keys. Those of a list that no record cites
    /// are none.
    async fn candidates(
        &self,
        query: &PrincipalQuery,
        range: SearchRange,
    ) -> Result<Vec<Candidate>, StoreError> {
        let keys = query.keys();
        let tokens = keys
            .as_slice()
            .iter()
            .map(|key| self.keyring.search().token(key).number());
        let (after, after_row) = match range.after {
            Some((index, row)) => (index.as_i64(), crate::edge::stored(row)?),
            None => (-1, -1),
        };
        let mut values: Vec<Value> = vec![
            self.ledger.row.into(),
            after.into(),
            after_row.into(),
            range.from.into(),
            range.to.into(),
            range.limit.into(),
        ];
        values.extend(tokens.map(Value::from));
        let text = candidates(values.len() - 6);
        let db = &self.db.readers;
        let rows = db
            .query_all_raw(Statement::from_sql_and_values(
                db.get_database_backend(),
                text,
                values,
            ))
            .await?;
        let place = |row: sea_orm::QueryResult| {
            let names = ["idx", "n", "place"].map(str::to_owned);
            let (idx, n, place): (i64, i64, i64) = row.try_get_many("", &names)?;
            let index = Index::try_from(idx).map_err(|_| corrupt(0, "index of a search token"))?;
            Ok(Candidate {
                index,
                row: u64::try_from(n).map_err(|_| corrupt(index.get(), "row of a search token"))?,
                place,
            })
        };
        rows.into_iter().map(place).collect()
    }

    async fn confirm(
        &self,
        query: &PrincipalQuery,
        Candidate { index, row, place }: Candidate,
    ) -> Result<Option<Hit>, StoreError> {
        let db = &self.db.readers;
        let (ledger, idx) = (self.ledger.row, index.as_i64());
        let header = self
            .record_at(index)
            .await?
            .ok_or_else(|| corrupt(index.get(), "a search token without a record"))?;
        // Both rows go in one transaction; between the token and here an erasure may have taken them.
        let Some(content) = record_content::Entity::find_by_id((ledger, idx)).one(db).await? else {
            return Ok(None);
        };
        let at = (ledger, place, crate::edge::stored(row)?);
        let Some(sealed) = principal_row::Entity::find_by_id(at).one(db).await? else {
            return Ok(None);
        };
        let Some(opened) = self.unseal(&header, &content, &[(row, &sealed)])? else {
            return Ok(None);
        };
        let json = opened.rows.first().map_or("", String::as_str);
        let matches = query
            .matches(json)
            .map_err(|_| corrupt(index.get(), "a principal row is no JSON object"))?;
        let Some(matches) = matches else { return Ok(None) };
        let holders = self.holders(&opened.content).await?;
        Ok(Some(Hit {
            header,
            opened,
            holders,
            row,
            matches,
        }))
    }
}

/// A row that holds one of the keys.
#[derive(Clone, Copy)]
struct Candidate {
    /// Its record.
    index: Index,
    /// Its place in the record.
    row: u64,
    /// The index that it stands under: the record's, or the negative number of the record's list.
    place: i64,
}

/// Rows that hold one of so many tokens: `$1` ledger, `$2` and `$3` the place to go on from, `$4` and `$5` the
/// days, `$6` how many, then the tokens. What stands under a negative index belongs to the record that has the list.
fn candidates(tokens: usize) -> String {
    let places: Vec<String> = (7..7 + tokens).map(|n| format!("${n}")).collect();
    format!(
        "SELECT DISTINCT r.idx AS idx, t.n AS n, t.idx AS place FROM search_tokens t \
         LEFT JOIN lists l ON t.idx < 0 AND l.ledger = t.ledger AND l.number = -t.idx \
         JOIN records r ON r.ledger = t.ledger AND r.idx = coalesce(l.idx, t.idx) \
         WHERE t.ledger = $1 AND t.token IN ({}) AND (r.idx, t.n) > ($2, $3) \
         AND r.event_date BETWEEN $4 AND $5 \
         AND NOT EXISTS (SELECT 1 FROM record_links n WHERE n.ledger = r.ledger AND n.base = r.idx AND n.relation = 4) \
         ORDER BY r.idx, t.n LIMIT $6",
        places.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_search_goes_from_tokens_to_records_and_reads_no_others() {
        for tokens in [1, 5] {
            let plan = crate::plan::of(&candidates(tokens)).await;
            assert!(
                plan.starts_with("SEARCH t USING PRIMARY KEY (ledger=? AND token=?"),
                "{plan}"
            );
            for step in [
                "SEARCH l USING PRIMARY KEY (ledger=? AND number=?)",
                "SEARCH r USING PRIMARY KEY (ledger=? AND idx=?)",
            ] {
                assert!(plan.contains(step), "{plan}");
            }
        }
    }
}
