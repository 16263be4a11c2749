//! The files of evidence: every row against its description, every file against its SHA-256, byte by byte; and that
//! each file is kept as long as the records that cite it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use super::finding::EvidenceDamage;
use super::follower::Follower;
use super::{AuditFinding, AuditReport, Table};
use crate::entity::evidence;
use crate::error::StoreError;
use crate::store::Store;

/// Rows read at once.
const PAGE: u64 = 128;

/// Links to a file that is not there, or whose key goes with an earlier month than the record that cites it. −1 is the
/// open month.
const TOO_SHORT: &str = "SELECT l.idx AS idx FROM evidence_links l \
                         LEFT JOIN evidence e ON e.ledger = l.ledger AND e.id = l.evidence \
                         JOIN record_contents c ON c.ledger = l.ledger AND c.idx = l.idx \
                         WHERE l.ledger = $1 \
                         AND (e.id IS NULL OR e.month <> -1 AND (c.month = -1 OR c.month > e.month)) \
                         ORDER BY l.idx LIMIT 1000";

/// Reads every file. The rows are read before their objects: a server may take files in meanwhile.
pub(super) async fn read_all<F: Follower>(
    store: &Store,
    report: &mut AuditReport,
    follower: &mut F,
) -> Result<(), StoreError> {
    let mut after = Vec::new();
    loop {
        let page = evidence::Entity::find()
            .filter(evidence::Column::Ledger.eq(store.ledger.row))
            .filter(evidence::Column::Id.gt(after.as_slice()))
            .order_by_asc(evidence::Column::Id)
            .limit(PAGE)
            .all(&store.db.readers)
            .await?;
        for row in &page {
            match damage(store, row).await? {
                None => report.evidence += 1,
                Some(damage) => report.findings.push(AuditFinding::Evidence {
                    id: hex::encode(&row.id),
                    damage,
                }),
            }
            let bytes = u64::try_from(row.size).unwrap_or(0);
            follower.file(bytes, &report.findings).await;
        }
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
    }
    report.findings.extend(kept_too_short(store).await?);
    Ok(())
}

async fn damage(store: &Store, row: &evidence::Model) -> Result<Option<EvidenceDamage>, StoreError> {
    // A key that was destroyed takes the row with it; one that was left behind speaks of a file that nobody can read.
    let opened = match store.open_evidence(row, false) {
        Ok(Some(opened)) => opened,
        Ok(None) | Err(StoreError::Corrupt { .. }) => return Ok(Some(EvidenceDamage::Row)),
        Err(error) => return Err(error),
    };
    let Some(mut content) = store.read_evidence(opened).await? else {
        return Ok(Some(EvidenceDamage::Missing));
    };
    loop {
        match content.next().await {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(None),
            Err(StoreError::Corrupt { .. }) => return Ok(Some(EvidenceDamage::Changed)),
            Err(error) => return Err(error),
        }
    }
}

async fn kept_too_short(store: &Store) -> Result<Vec<AuditFinding>, StoreError> {
    let db = &store.db.readers;
    let values = [store.ledger.row.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), TOO_SHORT, values);
    let mut findings = Vec::new();
    for row in db.query_all_raw(statement).await? {
        let idx: i64 = row.try_get("", "idx")?;
        findings.extend(u64::try_from(idx).ok().map(|index| AuditFinding::Row {
            table: Table::EvidenceLinks,
            index,
        }));
    }
    Ok(findings)
}
