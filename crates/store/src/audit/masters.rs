//! Masters: every version opens and none is missing between two others, and the table that recording looks into says
//! just what the demands to stop say.
//!
//! All of it is read in one transaction, so that a server may write meanwhile.

use std::collections::BTreeSet;

use kirokubo_records::master::{Demand, demand_of};
use kirokubo_records::{IdBytes, IdKind, id_text};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, TransactionTrait, Value};

use super::{AuditFinding, Table};
use crate::error::StoreError;
use crate::master::{Master, MasterKind};
use crate::store::Store;

/// Masters opened at once.
const PAGE: i64 = 256;

/// Ids of the masters of ledger `$1` and kind `$2` behind the id `$3`, at most `$4`.
const IDS: &str =
    "SELECT DISTINCT id FROM masters WHERE ledger = $1 AND kind = $2 AND id > $3 ORDER BY id LIMIT $4";

/// All tokens of demands of ledger `$1`.
const TOKENS: &str = "SELECT id, token, from_day, until_day, scope FROM suppression_tokens WHERE ledger = $1";

/// A row of `suppression_tokens`: id, token, first day, day of lifting, scope.
type Row = (Vec<u8>, i64, i32, Option<i32>, i16);

/// Holds them all against each other.
pub(super) async fn check(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let db = store.db.readers.begin().await?;
    let mut findings = Vec::new();
    let mut expected = BTreeSet::new();
    let mut unreadable = BTreeSet::new();
    for kind in MasterKind::ALL {
        let mut after = Vec::new();
        loop {
            let ids = ids(store, &db, kind, &after).await?;
            let Some(last) = ids.last() else { break };
            after.clone_from(last);
            for id in ids {
                match open(store, &db, kind, &id).await? {
                    Some(master) if kind == MasterKind::Suppression => {
                        expected.extend(rows_of(store, &master));
                    }
                    Some(_) => {}
                    None => {
                        findings.push(mismatch(Table::Masters, kind, &id));
                        unreadable.insert(id);
                    }
                }
            }
        }
    }
    let present = present(store, &db).await?;
    db.rollback().await?;
    let differing: BTreeSet<&Vec<u8>> = present
        .symmetric_difference(&expected)
        .map(|row| &row.0)
        .filter(|id| !unreadable.contains(*id))
        .collect();
    let about = |id: &Vec<u8>| mismatch(Table::SuppressionTokens, MasterKind::Suppression, id);
    findings.extend(differing.into_iter().map(about));
    Ok(findings)
}

async fn ids(
    store: &Store,
    db: &DatabaseTransaction,
    kind: MasterKind,
    after: &[u8],
) -> Result<Vec<Vec<u8>>, StoreError> {
    let values: [Value; 4] = [
        store.ledger.row.into(),
        kind.number().into(),
        after.to_vec().into(),
        PAGE.into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), IDS, values);
    let rows = db.query_all_raw(statement).await?.into_iter();
    rows.map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// One master; `None` where a version does not open or is missing.
async fn open(
    store: &Store,
    db: &DatabaseTransaction,
    kind: MasterKind,
    id: &[u8],
) -> Result<Option<Master>, StoreError> {
    let Ok(id) = IdBytes::try_from(id) else {
        return Ok(None);
    };
    match store.versions_of(db, kind, &[id]).await {
        Ok(masters) => Ok(masters.into_iter().next()),
        Err(StoreError::Corrupt { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the table must say of a demand to stop.
fn rows_of(store: &Store, master: &Master) -> Vec<Row> {
    let Some((demand, until)) = demand_of(&master.versions) else {
        return Vec::new();
    };
    let Demand {
        keys,
        from_day,
        scope,
    } = demand;
    let key = store.keyring.search();
    let row = |token: i64| (master.id.to_vec(), token, from_day, until, scope.number());
    keys.iter().map(|guard| row(key.guard(guard).number())).collect()
}

async fn present(store: &Store, db: &DatabaseTransaction) -> Result<BTreeSet<Row>, StoreError> {
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), TOKENS, [store.ledger.row.into()]);
    let columns = ["id", "token", "from_day", "until_day", "scope"].map(str::to_owned);
    let rows = db.query_all_raw(statement).await?.into_iter();
    rows.map(|row| Ok(row.try_get_many("", &columns)?)).collect()
}

fn mismatch(table: Table, kind: MasterKind, id: &[u8]) -> AuditFinding {
    let prefix = match kind {
        MasterKind::ThirdParty => Some(IdKind::ThirdParty),
        MasterKind::Filing => Some(IdKind::Filing),
        MasterKind::Suppression => Some(IdKind::Suppression),
        MasterKind::Settings => None,
    };
    let id = match (prefix, IdBytes::try_from(id)) {
        (Some(kind), Ok(id)) => id_text(kind, &id),
        _ => hex::encode(id),
    };
    AuditFinding::Master { table, id }
}
