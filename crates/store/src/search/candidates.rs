//! The rows that may be somebody's: those that hold one of his search tokens.

use kirokubo_ledger::Index;
use kirokubo_records::PrincipalQuery;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};

use super::{SearchPlace, SearchRange};
use crate::error::{StoreError, corrupt};
use crate::search_tokens::RUNS;
use crate::store::Store;

/// More rows of one series than this are not told in one answer.
const MOST_OF_A_SERIES: u32 = 100_000;

/// A row that holds one of the keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// Where it stands among what was found.
    pub(super) at: SearchPlace,
    /// The record whose secret opens the row: its own, or the one that holds its principals.
    pub(super) holder: Index,
    /// The index that the row stands under: the holder's, or the negative number of the holder's list.
    pub(super) place: i64,
    /// Whether it is a day of a series, or opened one to which days were added.
    pub(super) in_series: bool,
}

impl Store {
    /// Candidates in order, at most `range.limit` but never half of a series; whether there may be more.
    pub(super) async fn candidates(
        &self,
        query: &PrincipalQuery,
        range: SearchRange,
    ) -> Result<(Vec<Candidate>, bool), StoreError> {
        let keys = query.keys();
        let search = self.keyring.search();
        let tokens: Vec<i64> = keys
            .as_slice()
            .iter()
            .map(|key| search.token(key).number())
            .collect();
        let text = text(tokens.len(), "");
        let mut found = self.find(&text, range, &tokens).await?;
        let full = u32::try_from(found.len()) == Ok(range.limit);
        if let Some(last) = found.last().filter(|_| full).map(|candidate| candidate.at) {
            let rest = SearchRange {
                after: Some(last),
                limit: MOST_OF_A_SERIES,
                ..range
            };
            let text = text_of_one_series(tokens.len());
            found.extend(self.find(&text, rest, &tokens).await?);
        }
        Ok((found, full))
    }

    async fn find(
        &self,
        text: &str,
        range: SearchRange,
        tokens: &[i64],
    ) -> Result<Vec<Candidate>, StoreError> {
        let (series, index, row) = match range.after {
            Some(at) => (
                at.series.as_i64(),
                at.index.as_i64(),
                crate::edge::stored(at.row)?,
            ),
            None => (-1, -1, -1),
        };
        let mut values: Vec<Value> = vec![
            self.ledger.row.into(),
            series.into(),
            index.into(),
            row.into(),
            range.from.into(),
            range.to.into(),
            range.limit.into(),
        ];
        values.extend(tokens.iter().copied().map(Value::from));
        let db = &self.db.readers;
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        db.query_all_raw(statement).await?.iter().map(candidate).collect()
    }
}

fn candidate(row: &QueryResult) -> Result<Candidate, StoreError> {
    let names = ["series", "idx", "n", "holder", "place", "opens"].map(str::to_owned);
    let (series, idx, n, holder, place, opens): (i64, i64, i64, i64, i64, bool) =
        row.try_get_many("", &names)?;
    let index = |idx| Index::try_from(idx).map_err(|_| corrupt(0, "index of a search token"));
    let own = index(idx)?;
    Ok(Candidate {
        at: SearchPlace {
            series: index(series)?,
            index: own,
            row: u64::try_from(n).map_err(|_| corrupt(own.get(), "row of a search token"))?,
        },
        holder: index(holder)?,
        place,
        in_series: series != idx || opens,
    })
}

fn text_of_one_series(tokens: usize) -> String {
    text(tokens, " AND series = $2")
}

/// Rows that hold one of so many tokens: `$1` ledger, `$2` to `$4` the place to go on from, `$5` and `$6` the days, `$7`
/// how many, then the tokens.
///
/// What stands under a negative index belongs to the record that has the list. A record that leaves its principals to
/// another is found by that one's tokens. Versions that another took the place of are not found.
///
/// `+ 0`: SQLite would prepare this long text anew whenever a bare parameter of `LIMIT` changes.
fn text(tokens: usize, which: &str) -> String {
    let places: Vec<String> = (8..8 + tokens).map(|n| format!("${n}")).collect();
    let tokens = places.join(", ");
    let arm = |join: &str, idx: &str| {
        format!(
            "SELECT coalesce(s.base, r.idx) AS series, r.idx AS idx, k.n AS n, coalesce(l.idx, k.idx) AS holder, \
             k.idx AS place, EXISTS (SELECT 1 FROM record_links o WHERE o.ledger = r.ledger AND o.base = r.idx \
             AND o.relation = 1) AS opens FROM keyed k \
             LEFT JOIN lists l ON k.idx < 0 AND l.ledger = $1 AND l.number = -k.idx {join}\
             JOIN records r ON r.ledger = $1 AND r.idx = {idx} \
             LEFT JOIN record_links s ON s.ledger = r.ledger AND s.idx = r.idx AND s.relation = 1 \
             WHERE r.event_date BETWEEN $5 AND $6 \
             AND NOT EXISTS (SELECT 1 FROM record_links n WHERE n.ledger = r.ledger AND n.base = r.idx \
             AND n.relation = 4)"
        )
    };
    let own = arm("", "coalesce(l.idx, k.idx)");
    let left_out = arm(
        "JOIN record_links p ON p.ledger = $1 AND p.base = coalesce(l.idx, k.idx) AND p.relation = 5 ",
        "p.idx",
    );
    format!(
        "WITH RECURSIVE {RUNS}, keyed (idx, n) AS MATERIALIZED (SELECT t.idx, t.n FROM runs \
         JOIN search_tokens t ON t.ledger = $1 AND t.run = runs.run AND t.token IN ({tokens})) \
         SELECT series, idx, n, holder, place, opens FROM ({own} UNION {left_out}) AS found \
         WHERE (series, idx, n) > ($2, $3, $4){which} ORDER BY series, idx, n LIMIT $7 + 0"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_search_goes_from_tokens_to_records_and_reads_no_others() {
        for text in [text(1, ""), text(5, ""), text_of_one_series(5)] {
            let plan = crate::plan::of(&text).await;
            // The first run is the smallest, one step down the index.
            let plan = plan.replace("SETUP; SEARCH search_tokens USING PRIMARY KEY (ledger=?)", "");
            assert!(!plan.contains("SCAN t") && !plan.contains("(ledger=?)"), "{plan}");
            for step in [
                "SEARCH t USING PRIMARY KEY (ledger=? AND run=? AND token=?)",
                "SEARCH l USING PRIMARY KEY (ledger=? AND number=?)",
                "SEARCH r USING PRIMARY KEY (ledger=? AND idx=?)",
                "SEARCH p USING PRIMARY KEY (ledger=? AND base=? AND relation=?)",
            ] {
                assert!(plan.contains(step), "{step}: {plan}");
            }
        }
    }
}
