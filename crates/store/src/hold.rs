//! Holds (保留): records that must not be erased for now, whatever their clock says.
//!
//! A hold covers the records that it is set on, every version of them, and what they rest on for what they leave out.
//! It is written as `hold` entries, and lifted by `release` entries, by another person. Each record's secret moves to the
//! key of the month in which the hold is to be looked at again, so the key of its own month can be destroyed with
//! everything else of that month.

mod release;
mod row;
mod set;

use kirokubo_ledger::Index;
use kirokubo_ledger::entry::RetainThrough;
use kirokubo_records::seal::{Month, RowKey};
use kirokubo_records::{IdBytes, japan_day};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};

use crate::append::LedgerWriter;
use crate::entity::{hold, record};
use crate::error::{StoreError, corrupt};
use crate::store::Store;

pub use release::ReleaseError;
pub(crate) use set::move_secret;
pub use set::{HoldError, HoldOn, NewHold};

/// A hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: IdBytes,
    /// Why, as a code.
    pub reason: String,
    /// When somebody looks at it again, days since 1970-01-01 in Japan time.
    pub review_on: i32,
    /// Who set it: id of an API key.
    pub set_by: String,
    /// When, Unix milliseconds.
    pub set_at: i64,
    /// Who lifted it.
    pub released_by: Option<String>,
    /// When.
    pub released_at: Option<i64>,
    /// How many records it covers, or covered.
    pub records: u64,
}

impl Store {
    /// Holds in the order of their making, after this id; those that stand, those that were lifted, or all.
    pub async fn holds(
        &self,
        standing: Option<bool>,
        after: Option<IdBytes>,
        limit: u64,
    ) -> Result<Vec<Hold>, StoreError> {
        let mut query = hold::Entity::find().filter(hold::Column::Ledger.eq(self.ledger.row));
        query = match standing {
            Some(true) => query.filter(hold::Column::ReleasedBy.is_null()),
            Some(false) => query.filter(hold::Column::ReleasedBy.is_not_null()),
            None => query,
        };
        if let Some(after) = after {
            query = query.filter(hold::Column::Id.gt(after.to_vec()));
        }
        let rows = query
            .order_by_asc(hold::Column::Id)
            .limit(limit)
            .all(&self.db.readers)
            .await?;
        let mut holds = Vec::with_capacity(rows.len());
        for row in &rows {
            holds.push(self.hold_of(row).await?);
        }
        Ok(holds)
    }

    /// One hold.
    pub async fn hold(&self, id: &IdBytes) -> Result<Option<Hold>, StoreError> {
        let at = (self.ledger.row, id.to_vec());
        match hold::Entity::find_by_id(at).one(&self.db.readers).await? {
            Some(row) => self.hold_of(&row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The holds that stand on a record.
    pub async fn holds_on(&self, index: Index) -> Result<Vec<IdBytes>, StoreError> {
        standing_on(&self.db.readers, self.ledger.row, index.as_i64()).await
    }

    async fn hold_of(&self, row: &hold::Model) -> Result<Hold, StoreError> {
        let count = "SELECT count(*) AS n FROM hold_records WHERE ledger = $1 AND hold = $2";
        let db = &self.db.readers;
        let values = [row.ledger.into(), row.id.clone().into()];
        let found = db
            .query_one_raw(Statement::from_sql_and_values(
                db.get_database_backend(),
                count,
                values,
            ))
            .await?;
        let records = found.map(|row| row.try_get::<i64>("", "n")).transpose()?;
        let records = records.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
        row::open(row, records, self.keyring.digest().rows())
    }
}

/// Whether a row is as this program wrote it.
pub(crate) fn is_ours(row: &hold::Model, key: &RowKey) -> bool {
    row::open(row, 0, key).is_ok()
}

/// The holds that stand on the record at `idx`.
pub(crate) async fn standing_on(
    db: &impl ConnectionTrait,
    ledger: i32,
    idx: i64,
) -> Result<Vec<IdBytes>, StoreError> {
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), STANDING, [ledger.into(), idx.into()]);
    let mut holds = Vec::new();
    for row in db.query_all_raw(statement).await? {
        let id: Vec<u8> = row.try_get("", "hold")?;
        holds.push(id.try_into().map_err(|_| row::damaged("the id of a hold"))?);
    }
    Ok(holds)
}

/// The month whose key wraps the secret of a record that is kept through `retain`: that of its last day or, where it is
/// held, of the latest day on which a hold on it is looked at again, and then never one that is over.
pub(crate) async fn month_of(
    db: &DatabaseTransaction,
    row: &record::Model,
    retain: RetainThrough,
    writer: &LedgerWriter,
) -> Result<Month, StoreError> {
    let own = Month::of_retention(retain);
    let values = [row.ledger.into(), row.idx.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), LATEST_REVIEW, values);
    let found = db.query_one_raw(statement).await?;
    let found = found.ok_or_else(|| corrupt(0, "no latest review"))?;
    let review: Option<i32> = found.try_get("", "latest")?;
    Ok(match review {
        None => own,
        Some(day) => {
            let today = japan_day(writer.clock.now_ms());
            own.later(Month::of_days(day)).later(Month::of_days(today))
        }
    })
}

const STANDING: &str =
    "SELECT hold FROM hold_records WHERE ledger = $1 AND idx = $2 AND lifted = 0 ORDER BY hold";

const LATEST_REVIEW: &str = "SELECT max(h.review_on) AS latest FROM hold_records r \
    JOIN holds h ON h.ledger = r.ledger AND h.id = r.hold WHERE r.ledger = $1 AND r.idx = $2 AND r.lifted = 0";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_holds_on_a_record_are_looked_up() {
        for text in [STANDING, LATEST_REVIEW] {
            let plan = crate::plan::of(text).await;
            assert!(!plan.contains("SCAN"), "{plan}");
            assert!(plan.contains("(ledger=? AND idx=?"), "{plan}");
        }
    }
}
