//! Taking search tokens away again, many at a time.

use std::fmt::Write;
use std::sync::OnceLock;

use sea_orm::{ConnectionTrait, Value};

use super::RUNS;
use crate::error::StoreError;
use crate::statement::execute;

/// Tokens that one statement takes away.
const AT_ONCE: usize = 64;

static REMOVE: OnceLock<String> = OnceLock::new();

/// Removes these tokens (each with the row that has it) of what stands under `place`.
pub(crate) async fn remove(
    db: &impl ConnectionTrait,
    ledger: i32,
    place: i64,
    tokens: &mut [(i64, i64)],
) -> Result<(), StoreError> {
    // Neighbouring keys of the index are removed together.
    tokens.sort_unstable();
    for some in tokens.chunks(AT_ONCE) {
        let mut values: Vec<Value> = vec![ledger.into(), place.into()];
        // The last one again, as often as it takes: one text serves every number.
        let last = some.last().copied().unwrap_or_default();
        let padded = some.iter().copied().chain(std::iter::repeat(last)).take(AT_ONCE);
        values.extend(padded.flat_map(|(token, n)| [Value::from(token), Value::from(n)]));
        execute(db, text(), values).await?;
    }
    Ok(())
}

/// Removes every token of what stands under `place`, by looking through all there are: where the rows no longer say
/// which they are.
pub(crate) async fn remove_all(db: &impl ConnectionTrait, ledger: i32, place: i64) -> Result<(), StoreError> {
    let text = "DELETE FROM search_tokens WHERE ledger = $1 AND idx = $2";
    let values = [ledger.into(), place.into()];
    execute(db, text, values).await?;
    Ok(())
}

/// A list of row values is looked up in the index only where it is a query of its own (SQLite); written as a list, all
/// tokens would be looked through.
fn text() -> &'static str {
    REMOVE.get_or_init(|| {
        let mut text = format!("WITH RECURSIVE {RUNS}, gone (token, idx, n) AS (VALUES ");
        for row in 0..AT_ONCE {
            let comma = if row == 0 { "" } else { ", " };
            let (token, n) = (2 * row + 3, 2 * row + 4);
            write!(text, "{comma}(${token}, $2, ${n})").expect("writing to a string cannot fail");
        }
        text.push_str(
            ") DELETE FROM search_tokens WHERE ledger = $1 \
             AND (run, token, idx, n) IN (SELECT runs.run, gone.token, gone.idx, gone.n FROM runs, gone)",
        );
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tokens_are_removed_by_their_place_in_the_index() {
        let plan = crate::plan::of(text()).await;
        // By all of it: everybody in a list may have one token in common.
        let place = "USING PRIMARY KEY (ledger=? AND run=? AND token=? AND idx=? AND n=?)";
        assert!(plan.contains(place), "{plan}");
    }
}
