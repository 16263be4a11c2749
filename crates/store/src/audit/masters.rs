//! Masters: every version opens and none is missing between two others, and the tables by which masters are found say
//! just what the versions say.
//!
//! All of it is read in one transaction, so that a server may write meanwhile.

use std::collections::BTreeSet;

use kirokubo_records::master::{Demand, FilingVersion, LookUp, PartyVersion, demand_of};
use kirokubo_records::{IdBytes, IdKind, id_text};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, TryGetableMany, Value};

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
const DEMANDS: &str =
    "SELECT id, token, from_day, until_day, scope FROM suppression_tokens WHERE ledger = $1";

/// All tokens by which masters of ledger `$1` are found.
const LOOK_UPS: &str = "SELECT id, kind, token FROM master_tokens WHERE ledger = $1";

/// A row of `suppression_tokens`: id, token, first day, day of lifting, scope.
type Row = (Vec<u8>, i64, i32, Option<i32>, i16);

/// A row of `master_tokens`: id, kind, token.
type LookUpRow = (Vec<u8>, i16, i64);

/// What the tables must say, and whose versions do not tell.
#[derive(Default)]
struct Expected {
    demands: BTreeSet<Row>,
    look_ups: BTreeSet<LookUpRow>,
    unreadable: BTreeSet<Vec<u8>>,
}

/// Holds them all against each other.
pub(super) async fn check(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let db = store.db.begin_reading().await?;
    let mut findings = Vec::new();
    let mut expected = Expected::default();
    for kind in MasterKind::ALL {
        let mut after = Vec::new();
        loop {
            let ids = ids(store, &db, kind, &after).await?;
            let Some(last) = ids.last() else { break };
            after.clone_from(last);
            for id in ids {
                if let Some(master) = open(store, &db, kind, &id).await? {
                    expected.add(store, kind, &master);
                } else {
                    findings.push(mismatch(Table::Masters, kind, &id));
                    expected.unreadable.insert(id);
                }
            }
        }
    }
    let demands: BTreeSet<Row> = rows(
        store,
        &db,
        DEMANDS,
        ["id", "token", "from_day", "until_day", "scope"],
    )
    .await?;
    let look_ups: BTreeSet<LookUpRow> = rows(store, &db, LOOK_UPS, ["id", "kind", "token"]).await?;
    db.rollback().await?;
    let differing = demands.symmetric_difference(&expected.demands);
    findings.extend(expected.named(differing.map(|row| (&row.0, MasterKind::Suppression))));
    let differing = look_ups.symmetric_difference(&expected.look_ups);
    findings.extend(expected.named(differing.map(|row| (&row.0, kind_of(row.1)))));
    Ok(findings)
}

impl Expected {
    fn add(&mut self, store: &Store, kind: MasterKind, master: &Master) {
        let key = store.keyring.search();
        if kind == MasterKind::Suppression {
            self.demands.extend(rows_of(store, master));
        }
        let look_ups = master
            .versions
            .iter()
            .flat_map(|version| look_ups(kind, &version.json));
        let row = |look_up| (master.id.to_vec(), kind.number(), key.look_up(&look_up).number());
        self.look_ups.extend(look_ups.map(row));
    }

    /// Each master whose rows differ, once; not those that do not open and are named for that.
    fn named<'a>(&self, differing: impl Iterator<Item = (&'a Vec<u8>, MasterKind)>) -> Vec<AuditFinding> {
        let readable = differing.filter(|(id, _)| !self.unreadable.contains(*id));
        let mut named: Vec<_> = readable.collect();
        named.dedup_by_key(|(id, _)| *id);
        let about = |(id, kind): (&Vec<u8>, MasterKind)| {
            let table = match kind {
                MasterKind::Suppression => Table::SuppressionTokens,
                _ => Table::MasterTokens,
            };
            mismatch(table, kind, id)
        };
        named.into_iter().map(about).collect()
    }
}

/// What a version adds to what its master is found by.
fn look_ups(kind: MasterKind, json: &str) -> Vec<LookUp> {
    match kind {
        MasterKind::ThirdParty => PartyVersion::parse(json).map_or_else(Vec::new, |party| party.look_ups()),
        MasterKind::Filing => {
            FilingVersion::parse(json).map_or_else(Vec::new, |filing| vec![filing.look_up()])
        }
        MasterKind::Suppression | MasterKind::Settings => Vec::new(),
    }
}

/// The kind of a row of `master_tokens`; one that nobody knows is nobody's, so any name will do.
fn kind_of(number: i16) -> MasterKind {
    let known = MasterKind::ALL.into_iter().find(|kind| kind.number() == number);
    known
        .filter(|kind| *kind != MasterKind::Suppression)
        .unwrap_or(MasterKind::Settings)
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

async fn rows<T: TryGetableMany + Ord, const N: usize>(
    store: &Store,
    db: &DatabaseTransaction,
    text: &str,
    columns: [&str; N],
) -> Result<BTreeSet<T>, StoreError> {
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), text, [store.ledger.row.into()]);
    let columns = columns.map(str::to_owned);
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
    AuditFinding::NotAsMade { table, id }
}
