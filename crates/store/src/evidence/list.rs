//! Pages of files, in the order in which they came.

use kirokubo_ledger::RecordId;
use sea_orm::{ConnectionTrait, Statement};

use super::Evidence;
use super::cite::row_and_cited;
use crate::error::{StoreError, corrupt};
use crate::store::Store;

/// What to list; an absent part does not filter.
#[derive(Clone, Debug, Default)]
pub struct EvidenceFilter {
    /// Only files that records cite, or only those that none does.
    pub cited: Option<bool>,
    /// Only files that came before this moment, Unix milliseconds.
    pub before: Option<i64>,
    /// Only files after this id.
    pub after: Option<[u8; 16]>,
}

impl Store {
    /// The records that cite a file, in the order of the ledger.
    pub async fn records_citing(&self, evidence: &[u8; 16]) -> Result<Vec<RecordId>, StoreError> {
        let db = &self.db.readers;
        let text = "SELECT records.record_id AS id FROM evidence_links JOIN records \
                    ON records.ledger = evidence_links.ledger AND records.idx = evidence_links.idx \
                    WHERE evidence_links.ledger = $1 AND evidence_links.evidence = $2 ORDER BY evidence_links.idx";
        let values = [self.ledger.row.into(), evidence.to_vec().into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        let mut records = Vec::new();
        for row in db.query_all_raw(statement).await? {
            let id: Vec<u8> = row.try_get("", "id")?;
            let id = id.try_into().map_err(|_| corrupt(0, "record id"))?;
            records.push(RecordId::from_bytes(id));
        }
        Ok(records)
    }

    /// Up to `limit` files. Those whose key was destroyed are left out.
    pub async fn list_evidence(
        &self,
        filter: &EvidenceFilter,
        limit: u64,
    ) -> Result<Vec<Evidence>, StoreError> {
        let db = &self.db.readers;
        let values = [
            self.ledger.row.into(),
            filter.after.unwrap_or_default().to_vec().into(),
            filter.before.unwrap_or(i64::MAX).into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text(filter.cited), values);
        let mut listed = Vec::new();
        for found in db.query_all_raw(statement).await? {
            let (row, cited) = row_and_cited(&found)?;
            listed.extend(self.open_evidence(&row, cited)?.map(|opened| opened.evidence));
        }
        Ok(listed)
    }
}

/// An id is a `UUIDv7`: the order of ids is that of time.
fn text(cited: Option<bool>) -> String {
    let link = "EXISTS (SELECT 1 FROM evidence_links l WHERE l.ledger = e.ledger AND l.evidence = e.id)";
    let only = match cited {
        None => String::new(),
        Some(true) => format!("AND {link}"),
        Some(false) => format!("AND NOT {link}"),
    };
    format!(
        "SELECT e.*, {link} AS cited FROM evidence e WHERE e.ledger = $1 AND e.id > $2 AND e.created_at < $3 {only} \
         ORDER BY e.id LIMIT $4"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_begins_where_the_last_one_ended_and_sorts_nothing() {
        for cited in [None, Some(true), Some(false)] {
            let plan = crate::plan::of(&text(cited)).await;
            assert!(plan.contains("(ledger=? AND id>?)"), "{plan}");
            assert!(plan.contains("(ledger=? AND evidence=?)"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
