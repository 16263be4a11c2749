//! Erasing once more what a restored database has brought back, before anybody can ask for it.

use std::collections::BTreeSet;

use kirokubo_records::{IdBytes, IdKind, parse_id, parse_record_id};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Statement, Value};

use super::decide::Deciding;
use super::log::{self, LoggedErasure, LoggedRecord};
use super::{ErasureState, propose, row};
use crate::append::LedgerWriter;
use crate::deed::Deed;
use crate::entity::erasure;
use crate::error::StoreError;
use crate::random;
use crate::store::Store;

/// What was erased once more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Records.
    pub records: u64,
}

impl Store {
    /// Erases whatever `erased.log` says is erased and the database holds all the same, with new `erase` entries: those
    /// of the backup's future are not in it. A record counts as the same only if index and id agree. Nothing happens
    /// where the database is as it should be.
    pub(crate) async fn replay_erasures(&self, writer: &mut LedgerWriter) -> Result<Replayed, StoreError> {
        let mut replayed = Replayed::default();
        for logged in log::read(&self.folder)? {
            let kept = self.still_kept(&logged.records).await?;
            if kept.is_empty() {
                continue;
            }
            let id = self.erasure_for(&logged, &kept).await?;
            let mut deed = Deciding::again(id);
            while deed.step(writer).await?.is_none() {}
            replayed.records += u64::try_from(kept.len()).unwrap_or_default();
        }
        if replayed.records > 0 {
            let records = replayed.records;
            tracing::warn!(
                records,
                "records that were erased before had come back and were erased again"
            );
        }
        Ok(replayed)
    }

    async fn still_kept(&self, records: &[LoggedRecord]) -> Result<BTreeSet<i64>, StoreError> {
        let text = "SELECT 1 FROM records r JOIN record_contents c ON c.ledger = r.ledger AND c.idx = r.idx \
                    WHERE r.ledger = $1 AND r.idx = $2 AND r.record_id = $3";
        let db = &self.db.readers;
        let mut kept = BTreeSet::new();
        for record in records {
            let (Some(id), Ok(idx)) = (parse_record_id(&record.id), i64::try_from(record.index)) else {
                return Err(row::damaged("a line of erased.log"));
            };
            let values = [
                self.ledger.row.into(),
                idx.into(),
                Value::from(id.as_bytes().to_vec()),
            ];
            let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
            if db.query_one_raw(statement).await?.is_some() {
                kept.insert(idx);
            }
        }
        Ok(kept)
    }

    /// The erasure that is to be carried out once more, as it was approved.
    async fn erasure_for(&self, logged: &LoggedErasure, kept: &BTreeSet<i64>) -> Result<IdBytes, StoreError> {
        let id = parse_id(IdKind::Erasure, &logged.erasure);
        let id = id.ok_or_else(|| row::damaged("a line of erased.log"))?;
        let db = self.db.begin_writing(self.ledger.row).await?;
        let known = erasure::Entity::find_by_id((self.ledger.row, id.to_vec()))
            .one(&db)
            .await?;
        let done = row::state_number(ErasureState::Erased);
        let id = match &known {
            // It is over here, too, and yet the record is there: that needs an erasure of its own.
            Some(known) if known.state >= done => random::uuid_v7(self.clock.now_ms()),
            _ => id,
        };
        let model = self.approved(&id, logged)?;
        match known.filter(|known| known.state < done) {
            None => row::insert(&db, model).await?,
            Some(known) if known.state == model.state => {}
            Some(_) => row::update(&db, &model).await?,
        }
        let missing = not_in(&db, self.ledger.row, &id, kept).await?;
        propose::add_records(&db, self.ledger.row, &id, &missing).await?;
        db.commit().await?;
        Ok(id)
    }

    /// The row of an erasure that two have approved.
    fn approved(&self, id: &IdBytes, logged: &LoggedErasure) -> Result<erasure::Model, StoreError> {
        let [(first_by, first_at), (second_by, second_at)] = logged.approvals.as_slice() else {
            return Err(row::damaged("the approvals of a line of erased.log"));
        };
        let model = erasure::Model {
            ledger: self.ledger.row,
            id: id.to_vec(),
            state: row::state_number(ErasureState::Erasing),
            basis: logged.basis.clone(),
            proposed_by: logged.proposed_by.clone(),
            proposed_at: logged.proposed_at,
            first_by: Some(first_by.clone()),
            first_at: Some(*first_at),
            second_by: Some(second_by.clone()),
            second_at: Some(*second_at),
            rejected_by: None,
            rejected_at: None,
            mac: Vec::new(),
        };
        Ok(row::closed(model, self.keyring.digest().rows()))
    }
}

/// Those of the records that an erasure does not speak of yet.
async fn not_in(
    db: &DatabaseTransaction,
    ledger: i32,
    id: &IdBytes,
    records: &BTreeSet<i64>,
) -> Result<BTreeSet<i64>, StoreError> {
    let mut missing = records.clone();
    let text = "SELECT idx FROM erasure_records WHERE ledger = $1 AND erasure = $2";
    let values = [ledger.into(), id.to_vec().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    for found in db.query_all_raw(statement).await? {
        missing.remove(&found.try_get::<i64>("", "idx")?);
    }
    Ok(missing)
}
