//! Citing files: the links from records to them, and the month that they are kept for.

use std::collections::BTreeMap;

use kirokubo_records::seal::{FileKey, Month};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult, Statement};

use super::row::{damaged, file_ref};
use crate::entity::evidence;
use crate::error::StoreError;
use crate::insert::Insert;
use crate::keyring::Keyring;
use crate::month_ends;
use crate::place::Placed;
use crate::random;
use crate::statement::execute;
use crate::store::Ledger;

static LINKS: Insert = Insert::new(
    "INSERT INTO evidence_links (ledger, evidence, idx)",
    3,
    " ON CONFLICT DO NOTHING",
);

const FIND: &str = "SELECT e.*, EXISTS (SELECT 1 FROM evidence_links l WHERE l.ledger = e.ledger AND l.evidence = e.id) \
                    AS cited FROM evidence e WHERE e.ledger = $1 AND e.id = $2";

/// The months of all records that cite a file which the record `$2` cites.
const MONTHS: &str = "SELECT l.evidence, c.month FROM evidence_links o \
                      JOIN evidence_links l ON l.ledger = o.ledger AND l.evidence = o.evidence \
                      JOIN record_contents c ON c.ledger = l.ledger AND c.idx = l.idx \
                      WHERE o.ledger = $1 AND o.idx = $2";

const MOVE: &str = "UPDATE evidence SET month = $1, secret = $2 WHERE ledger = $3 AND id = $4";

/// Links the records of a batch with the files that they cite, and keeps each file at least as long as each of them.
///
/// Part of the append's transaction, after the records' own rows. A file that is not there fails the batch: whoever
/// sealed a record has looked its files up, and files that could be cited are not removed.
pub(crate) async fn cite(
    db: &impl ConnectionTrait,
    ledger: &Ledger,
    keyring: &Keyring,
    placed: &[Placed<'_>],
) -> Result<(), StoreError> {
    let citations = || {
        placed
            .iter()
            .flat_map(|entry| entry.record.evidence.iter().map(move |id| (id, entry)))
    };
    // One file may be cited by every record of a batch: it is read and moved once.
    let mut until: BTreeMap<&[u8; 16], Month> = BTreeMap::new();
    for (id, entry) in citations() {
        let month = entry.record.month;
        let latest = until.entry(id).or_insert(month);
        *latest = latest.later(month);
    }
    for (id, month) in until {
        keep_until(db, ledger, keyring, id, month).await?;
    }
    let links = citations()
        .flat_map(|(id, entry)| [ledger.row.into(), id.to_vec().into(), entry.index.as_i64().into()]);
    Ok(LINKS.run(db, links.collect()).await?)
}

/// Keeps the files that the record at `idx` cites for the latest month of all records that cite them; called when that
/// record's own month has changed.
pub(crate) async fn follow(
    db: &impl ConnectionTrait,
    ledger: &Ledger,
    keyring: &Keyring,
    idx: i64,
) -> Result<(), StoreError> {
    let backend = db.get_database_backend();
    let months = Statement::from_sql_and_values(backend, MONTHS, [ledger.row.into(), idx.into()]);
    let mut until: BTreeMap<[u8; 16], Month> = BTreeMap::new();
    for row in db.query_all_raw(months).await? {
        let id: Vec<u8> = row.try_get("", "evidence")?;
        let id = id.try_into().map_err(|_| damaged())?;
        let month = Month::from_number(row.try_get("", "month")?).ok_or_else(damaged)?;
        let latest = until.entry(id).or_insert(month);
        *latest = latest.later(month);
    }
    for (id, month) in until {
        let (row, _) = find(db, ledger, &id).await?;
        wrap_anew(db, ledger, keyring, &row, month).await?;
    }
    Ok(())
}

/// Wraps a file's key anew, if it has to be kept longer than it is. Before its first citation it waits in the open
/// month, which says nothing of how long it is to be kept.
async fn keep_until(
    db: &impl ConnectionTrait,
    ledger: &Ledger,
    keyring: &Keyring,
    id: &[u8; 16],
    month: Month,
) -> Result<(), StoreError> {
    let (row, cited) = find(db, ledger, id).await?;
    let now = Month::from_number(row.month).ok_or_else(damaged)?;
    let until = if cited { now.later(month) } else { month };
    wrap_anew(db, ledger, keyring, &row, until).await
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    ledger: &Ledger,
    id: &[u8; 16],
) -> Result<(evidence::Model, bool), StoreError> {
    let values = [ledger.row.into(), id.to_vec().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), FIND, values);
    let found = db.query_one_raw(statement).await?;
    row_and_cited(&found.ok_or(StoreError::Corrupt {
        index: None,
        what: "a cited piece of evidence is missing",
    })?)
}

/// Wraps a file's key under that of another month, where it is not there already.
pub(super) async fn wrap_anew(
    db: &impl ConnectionTrait,
    ledger: &Ledger,
    keyring: &Keyring,
    row: &evidence::Model,
    until: Month,
) -> Result<(), StoreError> {
    let now = Month::from_number(row.month).ok_or_else(damaged)?;
    if until == now {
        return Ok(());
    }
    let of = file_ref(ledger, row)?;
    month_ends::learn(db, ledger.row, keyring).await?;
    let key = FileKey::unwrap(&keyring.month_to_open(now)?, &row.secret, &of).map_err(|_| damaged())?;
    let secret = key.wrap(&keyring.month_to_seal(until)?, random::bytes(), &of);
    let values = [
        until.number().into(),
        secret.to_vec().into(),
        ledger.row.into(),
        row.id.clone().into(),
    ];
    execute(db, MOVE, values).await?;
    Ok(())
}

/// A row of `evidence`, and whether any record cites it.
pub(super) fn row_and_cited(found: &QueryResult) -> Result<(evidence::Model, bool), StoreError> {
    let row = evidence::Model::from_query_result(found, "")?;
    Ok((row, found.try_get("", "cited")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn citing_a_file_looks_up_one_row_and_one_link() {
        let plan = crate::plan::of(FIND).await;
        assert!(plan.contains("(ledger=? AND id=?)"), "{plan}");
        assert!(plan.contains("(ledger=? AND evidence=?)"), "{plan}");
        let plan = crate::plan::of(MOVE).await;
        assert!(plan.contains("(ledger=? AND id=?)"), "{plan}");
    }
}
