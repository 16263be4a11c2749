//! Letting go of the files that an erased record cites.

use kirokubo_records::IdBytes;
use kirokubo_records::seal::Month;
use sea_orm::{ConnectionTrait, Statement};

use super::cite::{find, wrap_anew};
use super::row::damaged;
use crate::error::StoreError;
use crate::keyring::Keyring;
use crate::statement::execute;
use crate::store::Ledger;

/// Takes away the links of the record at `idx`. A file that no other record cites loses its row and with it its key; a
/// file that others cite is kept for them and no longer. Gives the files whose objects nobody can read any more.
///
/// Part of the erasure's transaction, after the record's own content is gone.
pub(crate) async fn let_go(
    db: &impl ConnectionTrait,
    ledger: &Ledger,
    keyring: &Keyring,
    idx: i64,
) -> Result<Vec<IdBytes>, StoreError> {
    let mut gone = Vec::new();
    for id in cited(db, ledger.row, idx).await? {
        let link = "DELETE FROM evidence_links WHERE ledger = $1 AND evidence = $2 AND idx = $3";
        execute(db, link, [ledger.row.into(), id.to_vec().into(), idx.into()]).await?;
        if let Some(month) = latest_month(db, ledger.row, &id).await? {
            let (row, _) = find(db, ledger, &id).await?;
            wrap_anew(db, ledger, keyring, &row, month).await?;
        } else {
            let links = "DELETE FROM evidence_links WHERE ledger = $1 AND evidence = $2";
            execute(db, links, [ledger.row.into(), id.to_vec().into()]).await?;
            let file = "DELETE FROM evidence WHERE ledger = $1 AND id = $2";
            execute(db, file, [ledger.row.into(), id.to_vec().into()]).await?;
            gone.push(id);
        }
    }
    Ok(gone)
}

async fn cited(db: &impl ConnectionTrait, ledger: i32, idx: i64) -> Result<Vec<IdBytes>, StoreError> {
    let text = "SELECT evidence FROM evidence_links WHERE ledger = $1 AND idx = $2 ORDER BY evidence";
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), text, [ledger.into(), idx.into()]);
    let mut ids = Vec::new();
    for row in db.query_all_raw(statement).await? {
        let id: Vec<u8> = row.try_get("", "evidence")?;
        ids.push(id.try_into().map_err(|_| damaged())?);
    }
    Ok(ids)
}

/// The latest month of all records that cite a file and are kept; `None` where none is.
async fn latest_month(
    db: &impl ConnectionTrait,
    ledger: i32,
    id: &IdBytes,
) -> Result<Option<Month>, StoreError> {
    let text = "SELECT c.month FROM evidence_links l \
                JOIN record_contents c ON c.ledger = l.ledger AND c.idx = l.idx \
                WHERE l.ledger = $1 AND l.evidence = $2";
    let values = [ledger.into(), id.to_vec().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    let mut latest: Option<Month> = None;
    for row in db.query_all_raw(statement).await? {
        let month = Month::from_number(row.try_get("", "month")?).ok_or_else(damaged)?;
        latest = Some(latest.map_or(month, |latest| latest.later(month)));
    }
    Ok(latest)
}
