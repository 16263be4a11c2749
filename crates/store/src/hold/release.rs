//! Lifting a hold: `release` entries, by another person than who set it.

use kirokubo_ledger::entry::{Kind, ReleaseBody};
use kirokubo_records::IdBytes;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Statement};

use super::set::{entry, indices, move_secret};
use super::{Hold, row};
use crate::append::LedgerWriter;
use crate::deed::Deed;
use crate::entity::hold;
use crate::error::StoreError;
use crate::growth::{Chain, Growth};
use crate::outcome::AppendError;
use crate::sequencer::Appender;
use crate::statement::execute;

/// Records that one step releases at most.
const STEP: i64 = 500;

/// Why a hold was not lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// There is no such hold.
    #[error("no such hold")]
    Unknown,
    /// It was lifted before.
    #[error("released before")]
    Released,
    /// Nobody lifts a hold that he has set himself.
    #[error("self-approval")]
    SelfApproval,
}

/// A hold on its way out. Its row says last that it is lifted: whatever interrupts the steps, lifting it again goes on.
#[derive(Debug)]
pub(crate) struct Releasing {
    id: IdBytes,
    by: String,
}

impl Appender {
    /// Lifts a hold; `by` is the id of an API key.
    pub async fn release_hold(
        &self,
        id: IdBytes,
        by: String,
    ) -> Result<Result<Hold, ReleaseError>, AppendError> {
        self.carry_out(Releasing { id, by }).await
    }
}

impl Deed for Releasing {
    type Done = Result<Hold, ReleaseError>;

    const NAME: &'static str = "the release of a hold";

    async fn step(
        &mut self,
        writer: &mut LedgerWriter,
    ) -> Result<Option<Result<Hold, ReleaseError>>, StoreError> {
        let (db, state) = writer.begin().await?;
        let found = match self.find(&db, writer).await? {
            Ok(found) => found,
            Err(refusal) => {
                db.rollback().await?;
                writer.state = Some(state);
                return Ok(Some(Err(refusal)));
            }
        };
        let now = self.still_held(&db, writer.ledger.row).await?;
        let done = i64::try_from(now.len()).is_ok_and(|held| held < STEP);
        let mut freed = Vec::new();
        for idx in &now {
            self.lift(&db, writer.ledger.row, *idx).await?;
            if super::standing_on(&db, writer.ledger.row, *idx).await?.is_empty() {
                freed.push(*idx);
            }
        }
        let result = if done {
            let closed = self.close(&db, writer, found).await?;
            let records = count(&db, &closed).await?;
            let hold = row::open(&closed, records, writer.keyring.digest().rows())?;
            Some(Ok(hold))
        } else {
            None
        };
        if freed.is_empty() {
            // Another hold stands on each of them, so the ledger has nothing to say yet.
            db.commit().await?;
            writer.state = Some(state);
            return Ok(result);
        }
        let mut chain = Chain::after(&state.head, writer.recorded_at(&state.head));
        let body = ReleaseBody {
            records: indices(&freed)?,
        };
        chain.push(&entry(writer, Kind::Release, &body.to_json()));
        let (before, growth) = Growth::of(state, chain, &writer.ledger.signers());
        growth.write(&db, writer.ledger.row, &before).await?;
        for idx in &now {
            move_secret(&db, writer, *idx).await?;
        }
        growth.commit(db, writer).await?;
        Ok(result)
    }
}

impl Releasing {
    async fn find(
        &self,
        db: &DatabaseTransaction,
        writer: &LedgerWriter,
    ) -> Result<Result<hold::Model, ReleaseError>, StoreError> {
        let at = (writer.ledger.row, self.id.to_vec());
        let Some(found) = hold::Entity::find_by_id(at).one(db).await? else {
            return Ok(Err(ReleaseError::Unknown));
        };
        // Only what we wrote ourselves says who set it.
        let hold = row::open(&found, 0, writer.keyring.digest().rows())?;
        Ok(if hold.released_by.is_some() {
            Err(ReleaseError::Released)
        } else if hold.set_by == self.by {
            Err(ReleaseError::SelfApproval)
        } else {
            Ok(found)
        })
    }

    async fn still_held(&self, db: &DatabaseTransaction, ledger: i32) -> Result<Vec<i64>, StoreError> {
        let text = "SELECT idx FROM hold_records WHERE ledger = $1 AND hold = $2 AND lifted = 0 ORDER BY idx LIMIT $3";
        let values = [ledger.into(), self.id.to_vec().into(), STEP.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        let rows = db.query_all_raw(statement).await?.into_iter();
        rows.map(|row| Ok(row.try_get("", "idx")?)).collect()
    }

    async fn lift(&self, db: &DatabaseTransaction, ledger: i32, idx: i64) -> Result<(), StoreError> {
        let text = "UPDATE hold_records SET lifted = 1 WHERE ledger = $1 AND idx = $2 AND hold = $3";
        let values = [ledger.into(), idx.into(), self.id.to_vec().into()];
        execute(db, text, values).await?;
        Ok(())
    }

    async fn close(
        &self,
        db: &DatabaseTransaction,
        writer: &LedgerWriter,
        found: hold::Model,
    ) -> Result<hold::Model, StoreError> {
        let released = hold::Model {
            released_by: Some(self.by.clone()),
            released_at: Some(writer.clock.now_ms()),
            ..found
        };
        let released = row::closed(released, writer.keyring.digest().rows());
        let text =
            "UPDATE holds SET released_by = $1, released_at = $2, mac = $3 WHERE ledger = $4 AND id = $5";
        let values = [
            released.released_by.clone().into(),
            released.released_at.into(),
            released.mac.clone().into(),
            released.ledger.into(),
            released.id.clone().into(),
        ];
        execute(db, text, values).await?;
        Ok(released)
    }
}

async fn count(db: &DatabaseTransaction, hold: &hold::Model) -> Result<u64, StoreError> {
    let text = "SELECT count(*) AS n FROM hold_records WHERE ledger = $1 AND hold = $2";
    let values = [hold.ledger.into(), hold.id.clone().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    let row = db.query_one_raw(statement).await?;
    let n = row.map(|row| row.try_get::<i64>("", "n")).transpose()?;
    Ok(n.and_then(|n| u64::try_from(n).ok()).unwrap_or_default())
}
