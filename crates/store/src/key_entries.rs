//! The keys of a ledger as its own entries name them: the genesis, and every key entry.

use kirokubo_ledger::Index;
use kirokubo_ledger::entry::Entry;
use kirokubo_ledger::verify::KeyHistory;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};

use crate::entity::entry;
use crate::error::{StoreError, corrupt};
use crate::keyring::KeyError;
use crate::store::Ledger;

/// Key entries by their kind, which is the fifth byte. A partial index has just these, so that a ledger of millions
/// opens at once.
const KEY_ENTRIES: &str =
    "SELECT idx, bytes FROM entries WHERE ledger = $1 AND substr(bytes, 5, 1) = x'07' ORDER BY idx";

const KEY_ENTRIES_ON_POSTGRES: &str =
    r"SELECT idx, bytes FROM entries WHERE ledger = $1 AND substr(bytes, 5, 1) = '\x07' ORDER BY idx";

/// Takes up what the ledger says of its keys, as far as that can be read and is about our keys: for whoever only reads,
/// and above all for a verification, which is there to name what is wrong.
pub(crate) async fn adopt_if_sound(db: &impl ConnectionTrait, ledger: &Ledger) -> Result<(), StoreError> {
    match adopt(db, ledger).await {
        Err(error @ (StoreError::Corrupt { .. } | StoreError::Key(KeyError::NotTheSigner { .. }))) => {
            tracing::warn!(%error, "the ledger's keys are not as they were signed");
            Ok(())
        }
        done => done.map(drop),
    }
}

/// Takes up what the ledger says of its keys; says whether that is anything new.
pub(crate) async fn adopt(db: &impl ConnectionTrait, ledger: &Ledger) -> Result<bool, StoreError> {
    Ok(ledger.signing.adopt(read(db, ledger.row).await?)?)
}

/// The history of the ledger's keys. What the entries say is not proven here: whoever forged one has none of our keys
/// for it, and the head would not open.
async fn read(db: &impl ConnectionTrait, ledger: i32) -> Result<KeyHistory, StoreError> {
    let genesis = entry::Entity::find_by_id((ledger, 0)).one(db).await?;
    let genesis = genesis.ok_or_else(|| corrupt(0, "the genesis is missing"))?;
    let genesis = Entry::view(&genesis.bytes).map_err(|_| corrupt(0, "the genesis"))?;
    let mut history =
        KeyHistory::from_genesis(genesis.body()).map_err(|_| corrupt(0, "the key of the genesis"))?;
    let backend = db.get_database_backend();
    let text = match backend {
        DbBackend::Sqlite => KEY_ENTRIES,
        _ => KEY_ENTRIES_ON_POSTGRES,
    };
    let statement = Statement::from_sql_and_values(backend, text, [ledger.into()]);
    for row in db.query_all_raw(statement).await? {
        let (idx, bytes): (i64, Vec<u8>) = row.try_get_many("", &["idx".to_owned(), "bytes".to_owned()])?;
        let index = Index::try_from(idx).map_err(|_| corrupt(0, "the index of a key entry"))?;
        let bad = |what| corrupt(index.get(), what);
        let entry = Entry::view(&bytes).map_err(|_| bad("a key entry"))?;
        history
            .add(index, entry.body())
            .map_err(|_| bad("the key of a key entry"))?;
    }
    Ok(history)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    #[tokio::test]
    async fn key_entries_are_found_without_reading_the_others() {
        let plan = plan::of(KEY_ENTRIES).await;
        assert!(plan.contains("USING INDEX entries_keys"), "{plan}");
    }
}
