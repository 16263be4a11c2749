//! Finding principals who demanded that their data go to no third party, by the tokens of their guards.

use std::collections::{BTreeSet, HashMap};

use kirokubo_records::seal::Guards;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use crate::error::StoreError;
use crate::store::Store;

/// Demands of ledger `$1` that meet one of the tokens in the JSON array `$2`: one round trip, however many tokens.
///
/// The array is JSON on both databases, and each unfolds it by a function of its own.
const FIND: &str = "SELECT token, from_day, until_day, scope FROM suppression_tokens \
     WHERE ledger = $1 AND token IN (SELECT value FROM json_each($2))";

const FIND_ON_POSTGRES: &str = "SELECT token, from_day, until_day, scope FROM suppression_tokens \
     WHERE ledger = $1 AND token IN (SELECT value::bigint FROM json_array_elements_text($2::json))";

/// Whether ledger `$1` has any demand at all.
const ANY: &str = "SELECT 1 AS any_demand FROM suppression_tokens WHERE ledger = $1 LIMIT 1";

/// What is known of one token: demands that hold on some days, for some grounds.
struct Demand {
    from_day: i32,
    until_day: Option<i32>,
    scope: i16,
}

/// The demands that meet any of the tokens asked for.
#[derive(Default)]
pub(crate) struct Demands {
    by_token: HashMap<i64, Vec<Demand>>,
    /// How many there are at all, where that had to be known.
    pub(crate) count: Option<u64>,
}

impl Demands {
    /// None.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Whether people who were looked at before have to be looked at again.
    pub(crate) fn came_since(&self, guards: &Guards) -> bool {
        guards.demands_seen.is_some() && guards.demands_seen != self.count
    }

    /// The places of those principals whose demands stop the provision, in order.
    pub(crate) fn rows(&self, guards: &Guards) -> Vec<u64> {
        if self.by_token.is_empty() {
            return Vec::new();
        }
        let stops = |demand: &Demand| {
            demand.from_day <= guards.day
                && demand.until_day.is_none_or(|until| guards.day < until)
                && guards.scopes.iter().any(|scope| scope.number() == demand.scope)
        };
        let hit = guards.tokens.iter().filter(|(_, token)| {
            let demands = self.by_token.get(&token.number());
            demands.is_some_and(|demands| demands.iter().any(stops))
        });
        let mut rows: Vec<u64> = hit.map(|(row, _)| *row).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}

/// The demands that meet any token of `guards`, in one query.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    ledger: i32,
    guards: &[&Guards],
) -> Result<Demands, StoreError> {
    let tokens: BTreeSet<i64> = guards
        .iter()
        .flat_map(|guards| guards.tokens.iter().map(|(_, token)| token.number()))
        .collect();
    if tokens.is_empty() {
        return Ok(Demands::none());
    }
    let values: [Value; 2] = [ledger.into(), array(&tokens).into()];
    let backend = db.get_database_backend();
    let text = if backend == DbBackend::Sqlite {
        FIND
    } else {
        FIND_ON_POSTGRES
    };
    let statement = Statement::from_sql_and_values(backend, text, values);
    let mut found = Demands::none();
    for row in db.query_all_raw(statement).await? {
        let (token, from_day, until_day, scope) = row.try_get_many(
            "",
            &["token", "from_day", "until_day", "scope"].map(str::to_owned),
        )?;
        let token: i64 = token;
        found.by_token.entry(token).or_default().push(Demand {
            from_day,
            until_day,
            scope,
        });
    }
    Ok(found)
}

/// Whether there is any demand at all: where there is none, no provision need be looked up.
pub(crate) async fn exist(db: &impl ConnectionTrait, ledger: i32) -> Result<bool, StoreError> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), ANY, [ledger.into()]);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// How many demands there are, lifted ones included: none is ever removed.
pub(crate) async fn count(db: &impl ConnectionTrait, ledger: i32) -> Result<u64, StoreError> {
    let text = "SELECT count(*) AS demands FROM suppression_tokens WHERE ledger = $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, [ledger.into()]);
    let row = db.query_one_raw(statement).await?;
    let demands: i64 = row.map_or(Ok(0), |row| row.try_get("", "demands"))?;
    Ok(u64::try_from(demands).unwrap_or_default())
}

impl Store {
    /// How many demands to stop there are, lifted ones included.
    pub async fn count_demands(&self) -> Result<u64, StoreError> {
        count(&self.db.readers, self.ledger.row).await
    }

    /// The places of those principals who demanded that such a provision stop, in order.
    pub async fn suppressed(&self, guards: &Guards) -> Result<Vec<u64>, StoreError> {
        let demands = find(&self.db.readers, self.ledger.row, &[guards]).await?;
        Ok(demands.rows(guards))
    }
}

/// Integers as a JSON array.
fn array(tokens: &BTreeSet<i64>) -> String {
    let numbers: Vec<String> = tokens.iter().map(i64::to_string).collect();
    format!("[{}]", numbers.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn demands_are_looked_up_token_by_token() {
        let plan = crate::plan::of(FIND).await;
        assert!(
            plan.contains("SEARCH suppression_tokens USING PRIMARY KEY (ledger=? AND token=?)"),
            "{plan}"
        );
        assert!(!plan.contains("SCAN suppression_tokens"), "{plan}");
        let plan = crate::plan::of(ANY).await;
        assert!(plan.contains("SEARCH suppression_tokens"), "{plan}");
    }
}
