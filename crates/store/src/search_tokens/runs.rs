//! The runs that there are, and the one that new tokens go to.

use std::sync::{Mutex, PoisonError};

use sea_orm::{ConnectionTrait, Statement};
use tokio::sync::Notify;

use crate::error::StoreError;

/// Tokens after which the next run is begun. A batch of many records touches all of its pages, about two hundred.
const FULL: usize = 32_768;

/// The lowest bit of a run's number that tells its level.
const LEVEL: u32 = 56;

/// The runs of the ledger `$1`, for a statement that begins `WITH RECURSIVE`; the last of them is NULL, which is equal to
/// nothing. Each is found by one step down the index, whatever its size.
pub(crate) const RUNS: &str = "runs (run) AS (SELECT min(run) FROM search_tokens WHERE ledger = $1 UNION ALL \
    SELECT (SELECT min(s.run) FROM search_tokens s WHERE s.ledger = $1 AND s.run > runs.run) FROM runs \
    WHERE runs.run IS NOT NULL)";

/// Which run new tokens of a ledger go to.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    newest: Mutex<Newest>,
    /// Told whenever a run is full.
    pub(super) full: Notify,
}

#[derive(Debug, Default)]
struct Newest {
    run: i64,
    tokens: usize,
}

impl Runs {
    /// The run that so many tokens go to now.
    pub(crate) fn for_more(&self, tokens: usize) -> i64 {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.tokens >= FULL {
            *newest = Newest {
                run: newest.run + 1,
                tokens: 0,
            };
            self.full.notify_one();
        }
        newest.tokens += tokens;
        newest.run
    }

    /// The newest run, and the tokens in it: what changes with each record that is appended.
    pub(super) fn filled(&self) -> (i64, usize) {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        (newest.run, newest.tokens)
    }

    /// Begins a run that is newer than those `there`.
    pub(super) fn begin_after(&self, there: &[i64]) {
        let last = there.iter().rev().find(|run| level(**run) == 0);
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.run = newest.run.max(last.map_or(0, |last| last + 1));
    }

    /// Whether new tokens may still go to this run.
    pub(super) fn is_open(&self, run: i64) -> bool {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        (newest.run..=last_of(0)).contains(&run)
    }
}

/// All runs of a ledger, those of the lowest level first, in each the oldest first.
pub(super) async fn all(db: &impl ConnectionTrait, ledger: i32) -> Result<Vec<i64>, StoreError> {
    let text = format!("WITH RECURSIVE {RUNS} SELECT run FROM runs WHERE run IS NOT NULL");
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, [ledger.into()]);
    let rows = db.query_all_raw(statement).await?;
    let runs = rows.iter().map(|row| row.try_get("", "run"));
    Ok(runs.collect::<Result<_, _>>()?)
}

/// How often the tokens of a run were moved.
pub(super) const fn level(run: i64) -> i64 {
    run >> LEVEL
}

/// The run of the next level that runs up to `last` become.
pub(super) const fn above(last: i64) -> i64 {
    last + (1 << LEVEL)
}

const fn last_of(level: i64) -> i64 {
    ((level + 1) << LEVEL) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_full_after_so_many_tokens() {
        let runs = Runs::default();
        runs.begin_after(&[3, above(3), above(above(9))]);
        assert_eq!(runs.for_more(FULL - 1), 4);
        assert_eq!(runs.for_more(8), 4);
        assert_eq!(runs.for_more(8), 5);
        assert!(runs.is_open(5) && !runs.is_open(4) && !runs.is_open(above(5)));
        assert_eq!(level(above(above(5))), 2);
    }

    #[tokio::test]
    async fn a_run_is_found_by_one_step_down_the_index() {
        let plan = crate::plan::of(&format!("WITH RECURSIVE {RUNS} SELECT run FROM runs")).await;
        let step = "SEARCH s USING PRIMARY KEY (ledger=? AND run>?)";
        assert!(plan.contains(step), "{plan}");
    }
}
