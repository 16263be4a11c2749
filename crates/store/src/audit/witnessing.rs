//! What was published and what witnesses signed, against our own checkpoints and the policy, if one is known.
//!
//! A cosignature is judged under the key that stands beside it. Whoever edits a line without that key is found; whoever
//! replaces line and key names a witness that no policy knows, and what was published with a quorum then lacks it.

use std::collections::BTreeSet;

use kirokubo_ledger::note::{Note, NoteError, WitnessKey};
use kirokubo_ledger::policy::Policy;
use kirokubo_ledger::verify::Finding;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use super::{AuditFinding, Table};
use crate::entity::{checkpoint, cosignature, published, witness_size};
use crate::error::StoreError;
use crate::store::Store;
use crate::witnessing::Way;

/// Sizes looked at together.
const SIZES: u64 = 256;

/// Rows looked at together.
const ROWS: u64 = 1_024;

/// Names every row that does not hold.
pub(super) async fn check(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let mut findings = cosignatures(store).await?;
    findings.extend(shown(store).await?);
    findings.extend(sizes(store).await?);
    findings.extend(elsewhere(store).await?);
    Ok(findings)
}

async fn cosignatures(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let mut findings = Vec::new();
    let mut after = i64::MIN;
    loop {
        let sizes: Vec<i64> = cosignature::Entity::find()
            .select_only()
            .distinct()
            .column(cosignature::Column::Size)
            .filter(cosignature::Column::Ledger.eq(store.ledger.row))
            .filter(cosignature::Column::Size.gt(after))
            .order_by_asc(cosignature::Column::Size)
            .limit(SIZES)
            .into_tuple()
            .all(&store.db.readers)
            .await?;
        let Some(last) = sizes.last().copied() else {
            return Ok(findings);
        };
        after = last;
        for size in sizes {
            findings.extend(of_size(store, size).await?);
        }
    }
}

async fn of_size(store: &Store, size: i64) -> Result<Vec<AuditFinding>, StoreError> {
    let Some(note) = note_of(store, size).await? else {
        return Ok(vec![AuditFinding::Stray {
            table: Table::Cosignatures,
            place: size,
        }]);
    };
    let rows = cosignature::Entity::find()
        .filter(cosignature::Column::Ledger.eq(store.ledger.row))
        .filter(cosignature::Column::Size.eq(size))
        .all(&store.db.readers)
        .await?;
    let fault = |row: cosignature::Model| {
        let error = judge(&note, &row).err()?;
        let finding = Finding::Cosignature {
            path: format!("cosignatures/{size}"),
            witness: row.vkey,
            error,
        };
        Some(finding.into())
    };
    Ok(rows.into_iter().filter_map(fault).collect())
}

/// The line alone behind our note must be the cosignature that the row says it is.
fn judge(note: &str, row: &cosignature::Model) -> Result<(), NoteError> {
    let key: WitnessKey = row.vkey.parse().map_err(|_| NoteError::BadSignature)?;
    let cosigned = format!("{note}{}", row.line);
    let cosignature = Note::parse(cosigned.as_bytes())?.cosignature(&key)?;
    let is_said = cosignature.line() == row.line && u64::try_from(row.cosigned_at) == Ok(cosignature.time());
    is_said.then_some(()).ok_or(NoteError::BadSignature)
}

/// What was published must be a checkpoint of ours, row after row as we wrote them, and witnessed where it says so. Only
/// the policy of today is known: it judges the newest that was witnessed.
async fn shown(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let (mut findings, mut seen, mut next) = (Vec::new(), BTreeSet::new(), 0);
    loop {
        let rows = published::Entity::find()
            .filter(published::Column::Ledger.eq(store.ledger.row))
            .filter(published::Column::Seq.gte(next))
            .order_by_asc(published::Column::Seq)
            .limit(ROWS)
            .all(&store.db.readers)
            .await?;
        let Some(last) = rows.last().map(|row| row.seq) else {
            break;
        };
        for row in rows {
            if row.seq != next || store.read_published(&row).is_err() {
                findings.push(mismatch(Table::Published, row.size));
            } else if seen.insert(row.size) && note_of(store, row.size).await?.is_none() {
                findings.push(AuditFinding::Stray {
                    table: Table::Published,
                    place: row.size,
                });
            }
            next = row.seq.saturating_add(1);
        }
        next = last.saturating_add(1);
    }
    if let Some(policy) = &store.policy
        && let Some(last) = last_witnessed(store).await?
        && !is_witnessed(store, policy, last).await?
    {
        findings.push(mismatch(Table::Published, last));
    }
    Ok(findings)
}

async fn sizes(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let rows = witness_size::Entity::find()
        .filter(witness_size::Column::Ledger.eq(store.ledger.row))
        .all(&store.db.readers)
        .await?;
    let forged = rows
        .into_iter()
        .filter(|row| row.mac != store.witness_size_mac(row));
    Ok(forged
        .map(|row| mismatch(Table::WitnessSizes, row.size))
        .collect())
}

/// Only the ledger of records is published and witnessed: a row of another one was moved there.
async fn elsewhere(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let mut findings = Vec::new();
    for table in [Table::Published, Table::Cosignatures, Table::WitnessSizes] {
        let text = format!("SELECT size FROM {} WHERE ledger <> $1 LIMIT 1000", table.name());
        let db = &store.db.readers;
        let values = [store.ledger.row.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        for row in db.query_all_raw(statement).await? {
            let place = row.try_get("", "size")?;
            findings.push(AuditFinding::Stray { table, place });
        }
    }
    Ok(findings)
}

fn mismatch(table: Table, size: i64) -> AuditFinding {
    AuditFinding::Row {
        table,
        index: u64::try_from(size.saturating_sub(1)).unwrap_or(0),
    }
}

async fn last_witnessed(store: &Store) -> Result<Option<i64>, StoreError> {
    let size = published::Entity::find()
        .select_only()
        .column(published::Column::Size)
        .filter(published::Column::Ledger.eq(store.ledger.row))
        .filter(published::Column::Way.eq(Way::Witnessed.stored()))
        .order_by_desc(published::Column::Seq)
        .into_tuple()
        .one(&store.db.readers)
        .await?;
    Ok(size)
}

async fn is_witnessed(store: &Store, policy: &Policy, size: i64) -> Result<bool, StoreError> {
    let Some(note) = note_of(store, size).await? else {
        // Named already.
        return Ok(true);
    };
    let Ok(known) = kirokubo_ledger::Size::try_from(size) else {
        return Ok(false);
    };
    let cosigned = store.with_cosignatures(note, known).await?;
    let parsed = Note::parse(cosigned.as_bytes());
    Ok(parsed.is_ok_and(|note| policy.judge(&note).is_witnessed))
}

async fn note_of(store: &Store, size: i64) -> Result<Option<String>, StoreError> {
    let row = checkpoint::Entity::find_by_id((store.ledger.row, size));
    Ok(row.one(&store.db.readers).await?.map(|row| row.note))
}
