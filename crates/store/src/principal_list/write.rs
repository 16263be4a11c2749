//! Writing a list: one bounded transaction a chunk, so that small posts get their turn between two of them.

use kirokubo_ledger::hash::Digest;
use kirokubo_records::seal::SealedRows;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, Value};

use super::claim;
use super::row::{closed, damaged, state};
use crate::edge::stored;
use crate::entity::list;
use crate::error::StoreError;
use crate::head::blob;
use crate::rows::{LIST_NODES, PRINCIPALS, TOKENS};
use crate::store::Store;

/// Hashes in one row of `list_nodes` at most.
const NODES: usize = 256;

/// Bytes that one more token appends to the write-ahead log, about: some of a chunk lie on one page.
const TOKEN: usize = 512;

/// Roots of complete subtrees of 256 rows, from the `first`-th on.
pub(super) struct Nodes {
    pub(super) first: u64,
    pub(super) hashes: Vec<Digest>,
}

/// Writes a chunk; gives the list's row, which the first chunk begins. Crash before COMMIT: this chunk was never
/// there. Crash after: the next start sweeps the list away.
pub(super) async fn chunk(
    store: &Store,
    list: list::Model,
    claimed: i64,
    sealed: SealedRows,
    nodes: Nodes,
) -> Result<list::Model, StoreError> {
    let ciphertexts: usize = sealed.rows.iter().map(|row| row.len() + 32).sum();
    let bytes = ciphertexts + TOKEN * sealed.tokens.len();
    let transaction = store.db.begin_writing(store.ledger.row).await?;
    let list = if list.number == 0 {
        let list = begin(&transaction, store, list).await?;
        claim::take(&transaction, list.ledger, list.number, claimed).await?;
        list
    } else {
        claim::check(&transaction, list.ledger, list.number, claimed).await?;
        list
    };
    PRINCIPALS.run(&transaction, principals(&list, &sealed)?).await?;
    let run = store.runs.for_more(sealed.tokens.len());
    TOKENS.run(&transaction, tokens(&list, run, &sealed)?).await?;
    LIST_NODES.run(&transaction, list_nodes(&list, &nodes)?).await?;
    transaction.commit().await?;
    store.wal.appended(u64::try_from(bytes).unwrap_or(u64::MAX));
    store.wal.keep_bounded().await;
    Ok(list)
}

/// What became of a list that was read to its end.
pub(super) enum Completed {
    /// It can be cited now.
    Done(list::Model),
    /// Another upload under the same `Idempotency-Key` was faster.
    Overtaken(list::Model),
}

/// Makes a list citable. COMMIT is the commit point: before it the list is nobody's, after it the next event may cite
/// it.
pub(super) async fn complete(
    store: &Store,
    list: list::Model,
    claimed: i64,
) -> Result<Completed, StoreError> {
    let transaction = store.db.begin_writing(store.ledger.row).await?;
    if let Some(key) = &list.idempotency
        && let Some(other) = by_key(&transaction, store.ledger.row, key).await?
    {
        transaction.rollback().await?;
        return Ok(Completed::Overtaken(other));
    }
    claim::check(&transaction, list.ledger, list.number, claimed).await?;
    let list = closed(
        list::Model {
            state: state::COMPLETE,
            ..list
        },
        store.keyring.digest().rows(),
    );
    let text = "UPDATE lists SET state = $1, principals = $2, root = $3, idempotency = $4, body_digest = $5, \
                declared = $6, mac = $7 WHERE ledger = $8 AND number = $9 AND state = $10";
    let values = [
        list.state.into(),
        list.principals.into(),
        list.root.clone().into(),
        list.idempotency.clone().into(),
        list.body_digest.clone().into(),
        list.declared.into(),
        list.mac.clone().into(),
        list.ledger.into(),
        list.number.into(),
        state::UPLOADING.into(),
    ];
    let statement = Statement::from_sql_and_values(transaction.get_database_backend(), text, values);
    let done = transaction.execute_raw(statement).await?;
    if done.rows_affected() != 1 {
        return Err(damaged("a list that went away while it was uploaded"));
    }
    claim::let_go(&transaction, list.ledger, list.number).await?;
    if let Err(error) = transaction.commit().await
        && !is_complete(store, &list).await?
    {
        return Err(error.into());
    }
    Ok(Completed::Done(list))
}

/// The complete list that was uploaded under the same keyed digest of an `Idempotency-Key`.
pub(super) async fn by_key(
    db: &impl ConnectionTrait,
    ledger: i32,
    key: &[u8],
) -> Result<Option<list::Model>, StoreError> {
    let found = list::Entity::find()
        .filter(list::Column::Ledger.eq(ledger))
        .filter(list::Column::Idempotency.eq(key.to_vec()));
    Ok(found.one(db).await?)
}

/// COMMIT answered with an error, which may mean anything: what others can read decides.
async fn is_complete(store: &Store, list: &list::Model) -> Result<bool, StoreError> {
    let stored = list::Entity::find_by_id((list.ledger, list.number))
        .one(&store.db.readers)
        .await?;
    Ok(stored.as_ref() == Some(list))
}

async fn begin(
    db: &impl ConnectionTrait,
    store: &Store,
    list: list::Model,
) -> Result<list::Model, StoreError> {
    let text = "SELECT coalesce(max(number), 0) AS last FROM lists WHERE ledger = $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, [list.ledger.into()]);
    let last = db.query_one_raw(statement).await?;
    let last: i64 = last.map_or(Ok(0), |row| row.try_get("", "last"))?;
    let number = last
        .checked_add(1)
        .ok_or_else(|| damaged("the number of a list"))?;
    let list = closed(list::Model { number, ..list }, store.keyring.digest().rows());
    list::Entity::insert(list::ActiveModel::from(list.clone()))
        .exec_without_returning(db)
        .await?;
    Ok(list)
}

fn principals(list: &list::Model, sealed: &SealedRows) -> Result<Vec<Value>, StoreError> {
    let first = stored(sealed.first)?;
    let rows = (first..).zip(&sealed.rows);
    let values = rows.flat_map(|(n, row)| {
        [
            list.ledger.into(),
            (-list.number).into(),
            n.into(),
            row.clone().into(),
        ]
    });
    Ok(values.collect())
}

fn tokens(list: &list::Model, run: i64, sealed: &SealedRows) -> Result<Vec<Value>, StoreError> {
    let mut values: Vec<Value> = Vec::with_capacity(5 * sealed.tokens.len());
    for (token, n) in &sealed.tokens {
        values.extend([
            list.ledger.into(),
            run.into(),
            token.number().into(),
            (-list.number).into(),
            stored(*n)?.into(),
        ]);
    }
    Ok(values)
}

fn list_nodes(list: &list::Model, nodes: &Nodes) -> Result<Vec<Value>, StoreError> {
    let mut values: Vec<Value> = Vec::new();
    let firsts = (stored(nodes.first)?..).step_by(NODES);
    for (n, hashes) in firsts.zip(nodes.hashes.chunks(NODES)) {
        values.extend([
            list.ledger.into(),
            list.number.into(),
            n.into(),
            blob(hashes).into(),
        ]);
    }
    Ok(values)
}
