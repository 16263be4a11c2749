//! Values of another type than their column's. SQLite stores them if somebody insists, and no reading gets past
//! them: the passes end with an error, and this names the row.

use sea_orm::{ConnectionTrait, QueryResult, Statement};

use super::{AuditFinding, Table};
use crate::error::StoreError;
use crate::store::Store;

/// More of one table's than this nobody reads.
const MOST: u32 = 1_000;

/// A table, the column that says where its rows belong, and its columns by type.
struct Columns {
    table: Table,
    place: &'static str,
    integers: &'static [&'static str],
    texts: &'static [&'static str],
    blobs: &'static [&'static str],
}

const ALL: [Columns; 26] = [
    Columns {
        table: Table::Ledgers,
        place: "0",
        integers: &["created_at", "coalesce(access_of, 0)"],
        texts: &["origin", "operator"],
        blobs: &["ledger_id"],
    },
    Columns {
        table: Table::Entries,
        place: "idx",
        integers: &["idx"],
        texts: &[],
        blobs: &["leaf", "bytes"],
    },
    Columns {
        table: Table::Tiles,
        place: "n",
        integers: &["level", "n"],
        texts: &[],
        blobs: &["hashes"],
    },
    Columns {
        table: Table::Checkpoints,
        place: "size - 1",
        integers: &["size"],
        texts: &["note"],
        blobs: &[],
    },
    Columns {
        table: Table::Timestamps,
        place: "anchor",
        integers: &["size", "anchor", "earliest", "latest"],
        texts: &["tsa"],
        blobs: &["answer"],
    },
    Columns {
        table: Table::Heads,
        place: "size - 1",
        integers: &["size", "recorded_at"],
        texts: &["note"],
        blobs: &["leaf", "frontier"],
    },
    Columns {
        table: Table::Records,
        place: "idx",
        integers: &[
            "idx",
            "direction",
            "law_case",
            "status",
            "event_date",
            "retain_through",
            "coalesce(third_party, 0)",
        ],
        texts: &["system", "event_id", "recorded_by"],
        blobs: &["record_id", "body_digest", "mac"],
    },
    Columns {
        table: Table::RecordContents,
        place: "idx",
        integers: &["idx", "month"],
        texts: &[],
        blobs: &["secret", "sealed"],
    },
    Columns {
        table: Table::PrincipalRows,
        place: "idx",
        integers: &["idx", "n"],
        texts: &[],
        blobs: &["sealed"],
    },
    Columns {
        table: Table::SearchTokens,
        place: "idx",
        integers: &["token", "idx", "n"],
        texts: &[],
        blobs: &[],
    },
    Columns {
        table: Table::Approvals,
        place: "idx",
        integers: &["subject", "idx", "asked_at", "state", "coalesce(decided_at, 0)"],
        texts: &["asked_by", "coalesce(decided_by, '')"],
        blobs: &["id", "coalesce(request, x'')", "coalesce(note, x'')", "mac"],
    },
    Columns {
        table: Table::RecordLinks,
        place: "idx",
        integers: &["base", "relation", "idx"],
        texts: &[],
        blobs: &[],
    },
    Columns {
        table: Table::Evidence,
        // It lies beside no entry.
        place: "-rowid",
        integers: &["size", "created_at", "month"],
        texts: &["media_type", "created_by"],
        blobs: &["id", "digest", "secret", "sealed"],
    },
    Columns {
        table: Table::EvidenceLinks,
        place: "idx",
        integers: &["idx"],
        texts: &[],
        blobs: &["evidence"],
    },
    Columns {
        table: Table::Lists,
        place: "coalesce(idx, -number)",
        integers: &[
            "number",
            "state",
            "principals",
            "coalesce(idx, 0)",
            "made_at",
            "coalesce(declared, 0)",
        ],
        texts: &["made_by"],
        blobs: &[
            "list_id",
            "record_id",
            "root",
            "secret",
            "coalesce(idempotency, x'')",
            "coalesce(body_digest, x'')",
            "mac",
        ],
    },
    Columns {
        table: Table::ListNodes,
        place: "-number",
        integers: &["number", "n"],
        texts: &[],
        blobs: &["hashes"],
    },
    Columns {
        table: Table::Accesses,
        place: "idx",
        integers: &["idx", "kind", "made_at", "coalesce(all_below, 0)"],
        texts: &["actor"],
        blobs: &["access_id", "mac"],
    },
    Columns {
        table: Table::AccessRecords,
        place: "idx",
        integers: &["idx"],
        texts: &[],
        blobs: &["record"],
    },
    Columns {
        table: Table::Holds,
        // It lies beside no entry.
        place: "-1",
        integers: &["review_on", "set_at", "coalesce(released_at, 0)"],
        texts: &["reason", "set_by", "coalesce(released_by, '')"],
        blobs: &["id", "mac"],
    },
    Columns {
        table: Table::HoldRecords,
        place: "idx",
        integers: &["idx", "lifted"],
        texts: &[],
        blobs: &["hold"],
    },
    Columns {
        table: Table::Erasures,
        // It lies beside no entry.
        place: "-1",
        integers: &[
            "state",
            "proposed_at",
            "coalesce(first_at, 0)",
            "coalesce(second_at, 0)",
            "coalesce(rejected_at, 0)",
        ],
        texts: &[
            "basis",
            "proposed_by",
            "coalesce(first_by, '')",
            "coalesce(second_by, '')",
            "coalesce(rejected_by, '')",
        ],
        blobs: &["id", "mac"],
    },
    Columns {
        table: Table::ErasureRecords,
        place: "idx",
        integers: &["idx", "coalesce(entry, 0)"],
        texts: &[],
        blobs: &["erasure"],
    },
    Columns {
        table: Table::Erasing,
        place: "idx",
        integers: &["place", "idx", "month"],
        texts: &[],
        blobs: &["secret"],
    },
    Columns {
        table: Table::Published,
        place: "size - 1",
        integers: &["seq", "size", "published_at", "way"],
        texts: &[],
        blobs: &["mac"],
    },
    Columns {
        table: Table::Cosignatures,
        place: "size - 1",
        integers: &["size", "cosigned_at"],
        texts: &["vkey", "line"],
        blobs: &[],
    },
    Columns {
        table: Table::WitnessSizes,
        place: "size - 1",
        integers: &["size", "seen_at"],
        texts: &["vkey", "coalesce(checkpoint, '')"],
        blobs: &["mac"],
    },
];

/// Every row with such a value.
pub(super) async fn find_foreign(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    // PostgreSQL stores no value of another type.
    if store.db.is_shared() {
        return Ok(Vec::new());
    }
    let db = &store.db.readers;
    let mut findings = Vec::new();
    for columns in &ALL {
        let statement = Statement::from_string(db.get_database_backend(), columns.text());
        for row in db.query_all_raw(statement).await? {
            findings.push(finding(columns.table, &row)?);
        }
    }
    Ok(findings)
}

impl Columns {
    fn text(&self) -> String {
        let typed = [
            ("integer", self.integers),
            ("text", self.texts),
            ("blob", self.blobs),
        ];
        let foreign: Vec<String> = typed
            .into_iter()
            .flat_map(|(kind, columns)| {
                columns
                    .iter()
                    .map(move |column| format!("typeof({column}) <> '{kind}'"))
            })
            .collect();
        format!(
            "SELECT CAST({} AS INTEGER) AS place FROM {} WHERE {} LIMIT {MOST}",
            self.place,
            self.table.name(),
            foreign.join(" OR ")
        )
    }
}

fn finding(table: Table, row: &QueryResult) -> Result<AuditFinding, StoreError> {
    let place: i64 = row.try_get("", "place")?;
    Ok(match u64::try_from(place) {
        Ok(index) => AuditFinding::Row { table, index },
        Err(_) => AuditFinding::Stray { table, place },
    })
}
