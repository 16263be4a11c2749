//! Rows that belong to no entry and to no list: their index lies where the ledger does not reach, or is negative and
//! not that of a list.
//!
//! All of it is read in one transaction together with the head, so that a server may append meanwhile.

use kirokubo_ledger::verify::Finding;
use kirokubo_ledger::{Index, Size};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use super::moment::Moment;
use super::{AuditFinding, Table, Walked};
use crate::edge::WIDTH;
use crate::error::StoreError;
use crate::store::Store;

/// More of one table's strays than this nobody reads.
const MOST: i64 = 1_000;

/// Levels of tiles in the largest tree.
const LEVELS: u32 = 8;

/// Tables whose rows belong to an entry by its index.
const BESIDE: [Table; 12] = [
    Table::Entries,
    Table::Records,
    Table::RecordContents,
    Table::PrincipalRows,
    Table::SearchTokens,
    Table::RecordLinks,
    Table::Approvals,
    Table::EvidenceLinks,
    Table::Accesses,
    Table::AccessRecords,
    Table::HoldRecords,
    Table::ErasureRecords,
];

/// Finds them. If the entries are not the signed ones, the first pass has told about all of these.
pub(super) async fn find(store: &Store, walked: &Walked) -> Result<Vec<AuditFinding>, StoreError> {
    let moment = Moment::now(store, walked.size).await?;
    let size = moment.size.as_i64();
    let mut findings = Vec::new();
    for table in BESIDE {
        if table != Table::Entries || walked.whole {
            let outside = match table {
                Table::PrincipalRows | Table::SearchTokens => outside_lists(table, size - 1),
                _ => outside(table, "idx", 0, size - 1),
            };
            findings.extend(strays(store, &moment, table, &outside).await?);
        }
    }
    for (table, outside) in [
        (Table::Checkpoints, outside(Table::Checkpoints, "size", 1, size)),
        (Table::Tiles, tiles_outside(moment.size)),
        (Table::Lists, outside(Table::Lists, "idx", 0, size - 1)),
        (Table::ListNodes, nodes_outside_lists()),
    ] {
        findings.extend(strays(store, &moment, table, &outside).await?);
    }
    moment.end().await?;
    Ok(findings)
}

/// Where the rows of ledger `$1` are whose `column` is neither `first` nor `last` nor between them.
fn outside(table: Table, column: &str, first: i64, last: i64) -> String {
    let table = table.name();
    format!(
        "SELECT DISTINCT {column} AS place FROM {table} \
         WHERE ledger = $1 AND ({column} < {first} OR {column} > {last}) ORDER BY place LIMIT {MOST}"
    )
}

/// The same for what may belong to a list, whether or not a record has it: rows of list 7 stand under -7.
fn outside_lists(table: Table, last: i64) -> String {
    let table = table.name();
    format!(
        "SELECT DISTINCT idx AS place FROM {table} WHERE ledger = $1 AND (idx > {last} \
         OR (idx < 0 AND idx NOT IN (SELECT -number FROM lists WHERE ledger = $1))) ORDER BY place LIMIT {MOST}"
    )
}

fn nodes_outside_lists() -> String {
    format!(
        "SELECT DISTINCT -number AS place FROM list_nodes WHERE ledger = $1 \
         AND number NOT IN (SELECT number FROM lists WHERE ledger = $1) ORDER BY place LIMIT {MOST}"
    )
}

/// The same for tiles: level 0 has full ones only, the others one for every 256 full ones below, begun or full.
fn tiles_outside(size: Size) -> String {
    let beyond = |level: u32| {
        let complete = size.get() >> (8 * level);
        let tiles = if level == 0 {
            complete / WIDTH
        } else {
            complete.div_ceil(WIDTH)
        };
        format!("level = {level} AND n >= {tiles}")
    };
    let beyond: Vec<String> = (0..LEVELS).map(beyond).collect();
    format!(
        "SELECT n AS place FROM tiles WHERE ledger = $1 \
         AND (n < 0 OR level NOT BETWEEN 0 AND 7 OR {}) ORDER BY level, n LIMIT {MOST}",
        beyond.join(" OR ")
    )
}

async fn strays(
    store: &Store,
    moment: &Moment,
    table: Table,
    text: &str,
) -> Result<Vec<AuditFinding>, StoreError> {
    let backend = moment.db.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, text, [store.ledger.row.into()]);
    let rows = moment.db.query_all_raw(statement).await?.into_iter();
    let place = |row: QueryResult| Ok(stray(table, row.try_get("", "place")?));
    rows.map(place).collect()
}

/// An entry too many has a name of its own, unless it stands where none can.
fn stray(table: Table, place: i64) -> AuditFinding {
    match Index::try_from(place) {
        Ok(index) if table == Table::Entries => Finding::EntryInserted { index }.into(),
        _ => AuditFinding::Stray { table, place },
    }
}
