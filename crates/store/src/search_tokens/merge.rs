//! Moving the tokens of small runs into larger ones while appends go on.

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Statement, Value};

use super::runs;
use crate::error::StoreError;
use crate::statement::execute;
use crate::stoppable::{Stop, Stoppable};
use crate::store::Store;

/// Runs of one level that become one of the next.
const RUNS: usize = 16;

/// Runs of this level are never moved: there are 2^39 tokens in one.
const TOP: i64 = 6;

/// Tokens that a slice takes from each run at most: an append waits for no more than one slice, some milliseconds.
const OF_EACH: i64 = 256;

/// While a long stream makes runs faster than they are merged, slices are so many times as long at most.
const HASTE: usize = 4;

/// Bytes that a moved token appends to the write-ahead log, about: it is written in one place and removed in another.
const BYTES: u64 = 64;

/// After a failure, on a full disk perhaps.
const PAUSE: Duration = Duration::from_secs(10);

/// Statements with places for [`RUNS`] runs.
static SLICE_END: OnceLock<String> = OnceLock::new();
static COPY: OnceLock<String> = OnceLock::new();
static REMOVE: OnceLock<String> = OnceLock::new();

/// Token, index and row: the order of tokens in a run.
type Place = (i64, i64, i64);

/// Begins a new run, and the task that merges runs whenever one is full. The next start goes on where it is stopped.
pub(crate) async fn keep_merged(store: &Store) -> Result<Stoppable, StoreError> {
    let there = runs::all(&store.db.readers, store.ledger.row).await?;
    store.runs.begin_after(&there);
    let store = store.clone();
    Ok(Stoppable::start("merging of search tokens", |stop| {
        run(store, stop)
    }))
}

async fn run(store: Store, stop: Stop) {
    while !stop.is_wished() {
        let pause = match merge(&store, &stop).await {
            Ok(()) => None,
            Err(error) => {
                tracing::warn!(error = ?error, "search tokens could not be merged; searches take longer meanwhile");
                Some(PAUSE)
            }
        };
        let again = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.wished() => {}
            () = store.runs.full.notified() => {}
            () = again => {}
        }
    }
}

/// Merges until no level has too many runs.
async fn merge(store: &Store, stop: &Stop) -> Result<(), StoreError> {
    while let Some(due) = due(store).await? {
        loop {
            let (began, filled) = (Instant::now(), store.runs.filled());
            if stop.is_wished() || !move_slice(store, &due).await? {
                break;
            }
            // Where records come in, they have the writer at least as long as slices do.
            if store.runs.filled() == filled {
                tokio::task::yield_now().await;
            } else {
                tokio::time::sleep(began.elapsed()).await;
            }
        }
        if stop.is_wished() {
            return Ok(());
        }
    }
    Ok(())
}

/// What is merged next.
struct Due {
    sources: [i64; RUNS],
    target: i64,
    /// Tokens that a slice takes from each source at most.
    of_each: i64,
}

/// The oldest runs of the lowest level that has enough of them.
async fn due(store: &Store) -> Result<Option<Due>, StoreError> {
    let mut there = runs::all(&store.db.readers, store.ledger.row).await?;
    there.retain(|run| !store.runs.is_open(*run) && runs::level(*run) < TOP);
    let of_levels = there.chunk_by(|one, other| runs::level(*one) == runs::level(*other));
    let mut enough = of_levels.filter_map(|runs| Some((runs.first_chunk::<RUNS>()?, runs.len() / RUNS)));
    Ok(enough.next().map(|(sources, times)| Due {
        sources: *sources,
        target: runs::above(sources[RUNS - 1]),
        of_each: OF_EACH << times.min(HASTE).ilog2(),
    }))
}

/// Moves what comes first in all the sources, in one transaction; whether there is more.
async fn move_slice(store: &Store, due: &Due) -> Result<bool, StoreError> {
    let ledger = store.ledger.row;
    let transaction = store.db.begin_writing(ledger).await?;
    let end = slice_end(&transaction, ledger, due).await?;
    // Nothing stands at the largest place.
    let before = end.unwrap_or((i64::MAX, i64::MAX, i64::MAX));
    let copy = COPY.get_or_init(|| {
        let slice = slice();
        format!(
            "INSERT INTO search_tokens (ledger, run, token, idx, n) \
             SELECT ledger, CAST($21 AS BIGINT), token, idx, n FROM search_tokens {slice} \
             ORDER BY token, idx, n ON CONFLICT DO NOTHING"
        )
    });
    let values = of_slice(ledger, &due.sources, before);
    let remove = REMOVE.get_or_init(|| format!("DELETE FROM search_tokens {}", slice()));
    let of_copy = values.iter().cloned().chain([due.target.into()]);
    execute(&transaction, copy, of_copy).await?;
    let moved = execute(&transaction, remove, values).await?;
    transaction.commit().await?;
    store.wal.appended(moved * BYTES);
    store.wal.keep_bounded().await;
    Ok(end.is_some())
}

/// The first place that is so many tokens away from the beginning of any source; `None` if no source has so many left.
async fn slice_end(db: &DatabaseTransaction, ledger: i32, due: &Due) -> Result<Option<Place>, StoreError> {
    let text = SLICE_END.get_or_init(|| {
        let mut text = "SELECT token, idx, n FROM (".to_owned();
        for source in 0..RUNS {
            let (and, run) = (if source == 0 { "" } else { " UNION ALL " }, source + 3);
            write!(
                text,
                "{and}SELECT * FROM (SELECT token, idx, n FROM search_tokens WHERE ledger = $1 AND run = ${run} \
                 ORDER BY token, idx, n LIMIT 1 OFFSET $2) AS of_{source}"
            )
            .expect("writing to a string cannot fail");
        }
        text + ") AS ends ORDER BY token, idx, n LIMIT 1"
    });
    let mut values: Vec<Value> = vec![ledger.into(), due.of_each.into()];
    values.extend(due.sources.iter().map(|run| Value::from(*run)));
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    let found = db.query_one_raw(statement).await?;
    let place = |row: QueryResult| row.try_get_many("", &["token", "idx", "n"].map(str::to_owned));
    Ok(found.map(place).transpose()?)
}

/// `$1` is the ledger, `$2` to `$4` the end of the slice, then the sources.
fn slice() -> String {
    let places: Vec<String> = (5..5 + RUNS).map(|n| format!("${n}")).collect();
    let sources = places.join(", ");
    format!("WHERE ledger = $1 AND run IN ({sources}) AND (token, idx, n) < ($2, $3, $4)")
}

fn of_slice(ledger: i32, sources: &[i64; RUNS], (token, idx, n): Place) -> Vec<Value> {
    let mut values: Vec<Value> = vec![ledger.into(), token.into(), idx.into(), n.into()];
    values.extend(sources.iter().map(|run| Value::from(*run)));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slice_reads_no_more_of_the_sources_than_it_moves() {
        let slice = slice();
        for text in [
            format!("DELETE FROM search_tokens {slice}"),
            format!("SELECT token FROM search_tokens {slice}"),
        ] {
            let plan = crate::plan::of(&text).await;
            let place = "USING PRIMARY KEY (ledger=? AND run=? AND (token,idx,n)<(?,?,?))";
            assert!(plan.contains(place), "{plan}");
        }
    }
}
