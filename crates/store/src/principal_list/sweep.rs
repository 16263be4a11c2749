//! Removing lists that were never completed, with their rows and search tokens.
//!
//! The index of the tokens does not lead from a list to its tokens, so each row is opened and its tokens are computed
//! again. Only where that fails is the whole table looked through.

use std::time::Duration;

use super::claim;
use super::row::{self, state};
use crate::entity::{list, principal_row};
use crate::error::StoreError;
use crate::search_tokens;
use crate::statement::execute;
use crate::stoppable::{Stop, Stoppable};
use crate::store::Store;
use kirokubo_records::seal::{Opener, row_tokens};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// Rows removed in one transaction.
const PAGE: u64 = 256;

/// How often a node looks whether another one has left something behind.
const BEAT: Duration = Duration::from_mins(1);

/// The sweep that every start begins with, while the server already serves: removes the lists whose uploads were left behind.
/// On a database server it goes on: another node may end at any time. The next start goes on where it is stopped.
pub(crate) fn sweep(store: &Store) -> Stoppable {
    let store = store.clone();
    Stoppable::start("sweep of uploads", |stop| run(store, stop))
}

async fn run(store: Store, stop: Stop) {
    while !stop.is_wished() {
        match claim::abandoned(&store.db.readers, &store).await {
            Ok(left) => remove_all(&store, left, &stop).await,
            Err(error) => tracing::warn!(error = ?error, "uploads that were cut off could not be looked for"),
        }
        if !store.db.is_shared() {
            return;
        }
        tokio::select! {
            () = stop.wished() => {}
            () = tokio::time::sleep(BEAT) => {}
        }
    }
}

async fn remove_all(store: &Store, left: Vec<i64>, stop: &Stop) {
    for number in left {
        match remove(store, number, stop).await {
            Ok(()) => tracing::info!(number, "an upload that was cut off was removed"),
            Err(error) => {
                tracing::warn!(number, error = ?error, "an upload that was cut off could not be removed");
            }
        }
    }
}

/// Removes one list; what fails is left to the next start.
pub(super) async fn remove_in_background(store: Store, number: i64) {
    if let Err(error) = remove(&store, number, &Stop::default()).await {
        tracing::warn!(number, error = ?error, "a refused list could not be removed yet");
    }
}

async fn remove(store: &Store, number: i64, stop: &Stop) -> Result<(), StoreError> {
    if !claim::take_over(store, number).await? {
        return Ok(());
    }
    let found = list::Entity::find_by_id((store.ledger.row, number))
        .one(&store.db.readers)
        .await?;
    let Some(found) = found.filter(|list| list.state == state::UPLOADING) else {
        return Ok(());
    };
    let record = row::record_of(store, &found)?;
    let opener = store
        .list_secret(&found)
        .map(|secret| Opener::new(&secret, record))
        .ok();
    let mut lost = false;
    while !stop.is_wished() {
        let transaction = store.db.begin_writing(store.ledger.row).await?;
        let rows = first_rows(&transaction, &found).await?;
        let Some(last) = rows.last().map(|row| row.n) else {
            end(transaction, &found, lost).await?;
            return Ok(());
        };
        let (mut tokens, before) = (Vec::new(), rows.len());
        for row in &rows {
            let n = u64::try_from(row.n).unwrap_or(u64::MAX);
            let text = opener.as_ref().and_then(|opener| opener.row(n, &row.sealed).ok());
            lost |= text.is_none();
            let of_row = text.map_or_else(Vec::new, |text| row_tokens(&text, store.keyring.search()));
            tokens.extend(of_row.into_iter().map(|token| (token.number(), row.n)));
        }
        search_tokens::remove(&transaction, found.ledger, -number, &mut tokens).await?;
        let text = "DELETE FROM principal_rows WHERE ledger = $1 AND idx = $2 AND n <= $3";
        let values = [found.ledger.into(), (-number).into(), last.into()];
        execute(&transaction, text, values).await?;
        transaction.commit().await?;
        store
            .wal
            .appended(u64::try_from(512 * before).unwrap_or(u64::MAX));
        store.wal.keep_bounded().await;
    }
    Ok(())
}

async fn first_rows(
    db: &impl ConnectionTrait,
    found: &list::Model,
) -> Result<Vec<principal_row::Model>, StoreError> {
    let rows = principal_row::Entity::find()
        .filter(principal_row::Column::Ledger.eq(found.ledger))
        .filter(principal_row::Column::Idx.eq(-found.number))
        .order_by_asc(principal_row::Column::N)
        .limit(PAGE);
    Ok(rows.all(db).await?)
}

/// Removes the list itself, once it has no rows. Where rows could not be opened, their tokens are looked for.
async fn end(transaction: DatabaseTransaction, found: &list::Model, lost: bool) -> Result<(), StoreError> {
    if lost {
        search_tokens::remove_all(&transaction, found.ledger, -found.number).await?;
    }
    for text in [
        "DELETE FROM list_nodes WHERE ledger = $1 AND number = $2",
        "DELETE FROM lists WHERE ledger = $1 AND number = $2 AND state = 0",
    ] {
        execute(&transaction, text, [found.ledger.into(), found.number.into()]).await?;
    }
    claim::let_go(&transaction, found.ledger, found.number).await?;
    Ok(transaction.commit().await?)
}
