//! Founding a ledger: its row, its genesis entry, and the head and checkpoint of size 1, or nothing.

use kirokubo_ledger::entry::{PendingEntry, genesis_prev};
use kirokubo_ledger::hash::leaf_hash;
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::{Index, LedgerId, RecordedAt};
use sea_orm::ActiveValue::Set;
use sea_orm::{DatabaseTransaction, EntityTrait};

use crate::connection::Connections;
use crate::entity::{checkpoint, entry, head, ledger};
use crate::error::StoreError;
use crate::head::blob;
use crate::keyring::Signers;
use crate::random;

/// Founds a ledger of records, signed by `keys`, and its access ledger, signed by `access`.
pub(crate) async fn both(
    db: &Connections,
    keys: &Signers,
    access: &Signers,
    operator: &str,
    now: i64,
) -> Result<(), StoreError> {
    let transaction = db.begin_founding().await?;
    let records = found(&transaction, keys, operator, None, now).await?;
    found(&transaction, access, operator, Some(records), now).await?;
    Ok(transaction.commit().await?)
}

/// Founds the access ledger of a ledger of records that has none.
pub(crate) async fn access(
    db: &Connections,
    keys: &Signers,
    records: &ledger::Model,
    now: i64,
) -> Result<(), StoreError> {
    let transaction = db.begin_founding().await?;
    found(&transaction, keys, &records.operator, Some(records.id), now).await?;
    Ok(transaction.commit().await?)
}

/// Gives the number of the new ledger's row.
async fn found(
    db: &DatabaseTransaction,
    keys: &Signers,
    operator: &str,
    access_of: Option<i32>,
    now: i64,
) -> Result<i32, StoreError> {
    let ledger_id = LedgerId::from_bytes(random::uuid_v7(now));
    let genesis = PendingEntry::genesis(ledger_id, keys.verifier().origin(), keys.verifier());
    let at = RecordedAt::from_millis(now);
    let bytes = genesis.place(Index::FIRST, at, genesis_prev(&ledger_id)).encode();
    let leaf = leaf_hash(&bytes);
    let mut frontier = Frontier::empty();
    frontier.push(leaf);
    let note = keys.sign(&frontier);

    let row = ledger::ActiveModel {
        ledger_id: Set(ledger_id.as_bytes().to_vec()),
        origin: Set(keys.verifier().origin().to_string()),
        operator: Set(operator.to_owned()),
        created_at: Set(now),
        access_of: Set(access_of),
        ..Default::default()
    };
    let id = ledger::Entity::insert(row).exec(db).await?.last_insert_id;
    let leaf = leaf.as_bytes().to_vec();
    let entry = entry::ActiveModel {
        ledger: Set(id),
        idx: Set(0),
        leaf: Set(leaf.clone()),
        bytes: Set(bytes),
    };
    entry::Entity::insert(entry).exec_without_returning(db).await?;
    let checkpoint = checkpoint::ActiveModel {
        ledger: Set(id),
        size: Set(1),
        note: Set(note.clone()),
    };
    checkpoint::Entity::insert(checkpoint)
        .exec_without_returning(db)
        .await?;
    let head = head::ActiveModel {
        ledger: Set(id),
        size: Set(1),
        recorded_at: Set(now),
        leaf: Set(leaf),
        frontier: Set(blob(frontier.nodes())),
        note: Set(note),
    };
    head::Entity::insert(head).exec_without_returning(db).await?;
    Ok(id)
}
