//! Deleting what a record says, in the transaction that appends its erasure.

use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::{RecordRef, RecordSecret};
use kirokubo_records::IdBytes;
use kirokubo_records::seal::{self, Month, Opener, row_tokens};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};

use crate::append::LedgerWriter;
use crate::entity::{list, principal_row, record, record_content};
use crate::error::StoreError;
use crate::statement::execute;
use crate::{approval, evidence, row_mac, search_tokens};

/// A list of more rows than this loses them page by page afterwards.
const ROWS_AT_ONCE: i64 = 1_000;

/// What is left to do once the transaction is committed, and how much was done.
#[derive(Debug, Default)]
pub(super) struct Removed {
    /// Files of evidence that nothing cites any more: their rows are gone, their objects are not yet.
    pub(super) objects: Vec<IdBytes>,
    /// Principal rows deleted.
    pub(super) rows: u64,
}

/// Deletes everything that the record at `idx` says. `by` is who approved last, `now` Unix milliseconds.
pub(super) async fn remove(
    db: &DatabaseTransaction,
    writer: &LedgerWriter,
    idx: i64,
    (by, now): (&str, i64),
) -> Result<Removed, StoreError> {
    let damaged = |what| StoreError::Corrupt {
        index: u64::try_from(idx).ok(),
        what,
    };
    let ledger = writer.ledger.row;
    let found = record::Entity::find_by_id((ledger, idx)).one(db).await?;
    let found = found.ok_or_else(|| damaged("a record to be erased is missing"))?;
    // Its clock was looked at in this row: it must be as we wrote it.
    if !row_mac::holds(&found, writer.keyring.digest().rows()) {
        return Err(damaged("the row of a record"));
    }
    let record_id: [u8; 16] = found
        .record_id
        .as_slice()
        .try_into()
        .map_err(|_| damaged("record id"))?;
    let record = RecordRef {
        ledger_id: *writer.ledger.ledger_id(),
        record_id: RecordId::from_bytes(record_id),
    };
    let content = record_content::Entity::find_by_id((ledger, idx)).one(db).await?;
    let content = content.ok_or_else(|| damaged("a record to be erased has no content"))?;
    let list = list::Entity::find()
        .filter(list::Column::Ledger.eq(ledger))
        .filter(list::Column::Idx.eq(idx))
        .one(db)
        .await?;
    let place = list.as_ref().map_or(idx, |list| -list.number);
    let mut removed = Removed::default();
    if list.as_ref().is_some_and(|list| list.principals > ROWS_AT_ONCE) {
        set_aside(db, &content, place).await?;
    } else {
        let secret = secret_of(writer, &content, &record);
        removed.rows = remove_rows(db, writer, place, secret, record).await?;
    }
    if let Some(list) = &list {
        let nodes = "DELETE FROM list_nodes WHERE ledger = $1 AND number = $2";
        execute(db, nodes, [ledger.into(), list.number.into()]).await?;
    }
    let contents = "DELETE FROM record_contents WHERE ledger = $1 AND idx = $2";
    execute(db, contents, [ledger.into(), idx.into()]).await?;
    removed.objects = evidence::let_go(db, &writer.ledger, &writer.keyring, idx).await?;
    approval::forget(db, ledger, idx, (by, now), writer.keyring.digest().rows()).await?;
    Ok(removed)
}

/// The secret of a record; `None` where it can no longer be had. An erasure does not fail for that.
pub(super) fn secret_of(
    writer: &LedgerWriter,
    content: &record_content::Model,
    record: &RecordRef,
) -> Option<RecordSecret> {
    let month = Month::from_number(content.month)?;
    let key = writer.keyring.month_to_open(month).ok()?;
    seal::unwrap_secret(&key, &content.secret, record).ok()
}

async fn remove_rows(
    db: &DatabaseTransaction,
    writer: &LedgerWriter,
    place: i64,
    secret: Option<RecordSecret>,
    record: RecordRef,
) -> Result<u64, StoreError> {
    let ledger = writer.ledger.row;
    let rows = principal_row::Entity::find()
        .filter(principal_row::Column::Ledger.eq(ledger))
        .filter(principal_row::Column::Idx.eq(place))
        .order_by_asc(principal_row::Column::N)
        .all(db)
        .await?;
    let opener = secret.map(|secret| Opener::new(&secret, record));
    match tokens_of(&rows, opener.as_ref(), writer.keyring.search()) {
        Some(mut tokens) => search_tokens::remove(db, ledger, place, &mut tokens).await?,
        None => search_tokens::remove_all(db, ledger, place).await?,
    }
    let text = "DELETE FROM principal_rows WHERE ledger = $1 AND idx = $2";
    execute(db, text, [ledger.into(), place.into()]).await?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

/// The tokens of some rows, each with its row; `None` where one of them does not open.
pub(super) fn tokens_of(
    rows: &[principal_row::Model],
    opener: Option<&Opener>,
    key: &seal::SearchKey,
) -> Option<Vec<(i64, i64)>> {
    let mut tokens = Vec::new();
    for row in rows {
        let text = opener?.row(u64::try_from(row.n).ok()?, &row.sealed).ok()?;
        tokens.extend(
            row_tokens(&text, key)
                .into_iter()
                .map(|token| (token.number(), row.n)),
        );
    }
    Some(tokens)
}

/// Keeps the secret of a long list beside until its rows are gone: without it, nobody knows which search tokens are
/// theirs. The record has none any more.
async fn set_aside(
    db: &DatabaseTransaction,
    content: &record_content::Model,
    place: i64,
) -> Result<(), StoreError> {
    let text = "INSERT INTO erasing (ledger, place, idx, month, secret) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        content.ledger.into(),
        place.into(),
        content.idx.into(),
        content.month.into(),
        content.secret.clone().into(),
    ];
    execute(db, text, values).await?;
    Ok(())
}
