//! Proposing an erasure: of these records, or of all that are due.

use std::collections::BTreeSet;

use kirokubo_ledger::RecordId;
use kirokubo_records::seal::Month;
use kirokubo_records::{IdBytes, japan_day};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, Value};

use super::{BASIS, Erasure, ErasureState, row};
use crate::entity::erasure;
use crate::error::StoreError;
use crate::insert::Insert;
use crate::retention::check::{self, Blocked};
use crate::store::Store;
use crate::{links, random};

static ERASURE_RECORDS: Insert = Insert::new("INSERT INTO erasure_records (ledger, erasure, idx)", 3, "");

/// Records that one erasure is about, at most: two persons look at it.
const MOST: i64 = 10_000;

/// What somebody proposes to erase.
#[derive(Clone, Debug)]
pub struct NewErasure {
    /// These records; without them, all that are due and in no other erasure that waits.
    pub records: Option<Vec<RecordId>>,
    /// Who proposes: id of an API key.
    pub by: String,
}

/// Why nothing was proposed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProposeError {
    /// These of the records named do not exist, by their places.
    #[error("no such record")]
    Unknown(Vec<usize>),
    /// These cannot be erased now.
    #[error("{} record(s) cannot be erased", .0.len())]
    Blocked(Vec<Blocked>),
    /// Nothing is due.
    #[error("nothing is due")]
    Nothing,
}

impl Store {
    /// Proposes an erasure. Nothing is erased before two others have approved it.
    pub async fn propose_erasure(
        &self,
        new: NewErasure,
    ) -> Result<Result<Erasure, ProposeError>, StoreError> {
        if let Some(ids) = &new.records {
            let (mut records, mut unknown) = (BTreeSet::new(), Vec::new());
            for (place, id) in ids.iter().enumerate() {
                match links::base(&self.db.readers, self.ledger.row, id).await? {
                    Some(base) => {
                        records.insert(base.idx);
                    }
                    None => unknown.push(place),
                }
            }
            if !unknown.is_empty() {
                return Ok(Err(ProposeError::Unknown(unknown)));
            }
            return self.try_to_propose(&records, &new.by).await;
        }
        let mut records = self.due().await?;
        loop {
            match self.try_to_propose(&records, &new.by).await? {
                // Of a chain of records that rest on each other one may keep the others.
                Err(ProposeError::Blocked(blocked)) => {
                    for block in blocked {
                        records.remove(&block.index.as_i64());
                    }
                }
                settled => return Ok(settled),
            }
        }
    }

    async fn try_to_propose(
        &self,
        records: &BTreeSet<i64>,
        by: &str,
    ) -> Result<Result<Erasure, ProposeError>, StoreError> {
        if records.is_empty() {
            return Ok(Err(ProposeError::Nothing));
        }
        let now = self.clock.now_ms();
        let id: IdBytes = random::uuid_v7(now);
        let model = erasure::Model {
            ledger: self.ledger.row,
            id: id.to_vec(),
            state: row::state_number(ErasureState::Proposed),
            basis: BASIS.to_owned(),
            proposed_by: by.to_owned(),
            proposed_at: now,
            first_by: None,
            first_at: None,
            second_by: None,
            second_at: None,
            rejected_by: None,
            rejected_at: None,
            mac: Vec::new(),
        };
        let model = row::closed(model, self.keyring.digest().rows());
        let db = self.db.begin_writing(self.ledger.row).await?;
        row::insert(&db, model.clone()).await?;
        add_records(&db, self.ledger.row, &id, records).await?;
        let all = (i64::MAX, i64::MAX);
        let checked = check::of_erasure(&db, self.ledger.row, &id, all, japan_day(now)).await?;
        if !checked.blocked.is_empty() {
            db.rollback().await?;
            return Ok(Err(ProposeError::Blocked(checked.blocked)));
        }
        db.commit().await?;
        self.erasure_of(&self.db.readers, &model).await.map(Ok)
    }

    /// What is due and in no erasure that waits.
    async fn due(&self) -> Result<BTreeSet<i64>, StoreError> {
        let today = japan_day(self.clock.now_ms());
        let values = [
            self.ledger.row.into(),
            Month::of_days(today).number().into(),
            today.into(),
            MOST.into(),
        ];
        let db = &self.db.readers;
        let statement = Statement::from_sql_and_values(db.get_database_backend(), DUE, values);
        let rows = db.query_all_raw(statement).await?.into_iter();
        rows.map(|row| Ok(row.try_get("", "idx")?)).collect()
    }
}

/// Says which records an erasure is about.
pub(super) async fn add_records(
    db: &DatabaseTransaction,
    ledger: i32,
    id: &IdBytes,
    records: &BTreeSet<i64>,
) -> Result<(), StoreError> {
    let values = records
        .iter()
        .flat_map(|idx| -> [Value; 3] { [ledger.into(), id.to_vec().into(), (*idx).into()] });
    Ok(ERASURE_RECORDS.run(db, values.collect()).await?)
}

const DUE: &str = "SELECT c.idx AS idx FROM record_contents c \
    JOIN records r ON r.ledger = c.ledger AND r.idx = c.idx \
    WHERE c.ledger = $1 AND c.month BETWEEN 0 AND $2 \
    AND r.retain_through < $3 AND r.retain_through > -2147483648 \
    AND NOT EXISTS (SELECT 1 FROM hold_records h WHERE h.ledger = c.ledger AND h.idx = c.idx AND h.lifted = 0) \
    AND NOT EXISTS (SELECT 1 FROM erasure_records e \
        JOIN erasures p ON p.ledger = e.ledger AND p.id = e.erasure AND p.state < 3 \
        WHERE e.ledger = c.ledger AND e.idx = c.idx) \
    ORDER BY c.month, c.idx LIMIT $4";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_due_is_found_by_its_month() {
        let plan = crate::plan::of(DUE).await;
        assert!(
            plan.contains("record_contents_by_month (ledger=? AND month>? AND month<?)"),
            "{plan}"
        );
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
