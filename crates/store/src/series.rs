//! Series: batches and contracts whose clock stays open until somebody says which day was the last.

use kirokubo_ledger::entry::{Entry, RetainThrough, RetentionClass};
use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::{date_of_day, japan_date, series_retain_through};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryResult, Statement};

use crate::append::LedgerWriter;
use crate::entity::entry;
use crate::error::{StoreError, corrupt};
use crate::extension::Extensions;
use crate::growth::{Chain, Growth};
use crate::links;
use crate::record::RecordHeader;
use crate::store::Store;

/// Which series is over, and its last day (days since 1970-01-01 in Japan time).
#[derive(Clone, Copy, Debug)]
pub struct Closing {
    /// The record that opened it, in any version.
    pub opening: RecordId,
    /// The day of its last event.
    pub last_day: i32,
}

/// A series that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Until when all its records are kept.
    pub retain_through: RetainThrough,
    /// How many records it has, every version counted.
    pub records: u64,
}

/// Why a series could not be closed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CloseError {
    /// There is no such record, it opened no series, or that has ended.
    #[error("no such open series")]
    NotOpen,
    /// An event was recorded for a later day.
    #[error("an event of the series is later than its last day")]
    LaterEvent {
        /// The day of the latest event, days since 1970-01-01 in Japan time.
        day: i32,
    },
}

/// A series that runs.
#[derive(Debug)]
pub struct OpenSeries {
    /// The record that opened it, in its newest version.
    pub opening: RecordHeader,
    /// Records added to it.
    pub additions: u64,
    /// Records added on or after the day asked about.
    pub additions_since: u64,
    /// The day of its latest event.
    pub last_day: i32,
}

/// Writes the end of a series: entries, rows and keys in one transaction.
pub(crate) async fn close(
    writer: &mut LedgerWriter,
    closing: Closing,
) -> Result<Result<Closed, CloseError>, StoreError> {
    let state = writer.take_state().await?;
    let transaction = writer.db.begin_writing().await?;
    let members = match members(&transaction, writer.ledger.row, &closing).await? {
        Ok(members) => members,
        Err(refusal) => {
            transaction.rollback().await?;
            writer.state = Some(state);
            return Ok(Err(refusal));
        }
    };
    let retain = members
        .retain_through(&transaction, writer.ledger.row, closing.last_day)
        .await?;
    let mut extensions = Extensions::default();
    if let RetainThrough::Day(day) = retain {
        members.open.iter().for_each(|idx| extensions.add(*idx, day));
    }
    let recorded_at = writer.recorded_at(&state.head);
    let mut chain = Chain::after(&state.head, recorded_at);
    extensions.announce(writer.ledger.ledger_id(), &mut chain)?;
    let (before, growth) = Growth::of(state, chain, writer.keyring.signing());
    growth.write(&transaction, writer.ledger.row, &before).await?;
    extensions.carry_out(&transaction, writer).await?;
    growth.commit(transaction, writer).await?;
    Ok(Ok(Closed {
        retain_through: retain,
        records: u64::try_from(members.open.len()).unwrap_or(u64::MAX),
    }))
}

/// The records of a series whose clock is open.
struct Members {
    opening: i64,
    open: Vec<i64>,
}

async fn members(
    db: &DatabaseTransaction,
    ledger: i32,
    closing: &Closing,
) -> Result<Result<Members, CloseError>, StoreError> {
    let Some(base) = links::base(db, ledger, &closing.opening).await? else {
        return Ok(Err(CloseError::NotOpen));
    };
    let (mut open, mut latest) = (Vec::new(), i32::MIN);
    for row in db
        .query_all_raw(statement(db, MEMBERS, ledger, base.first))
        .await?
    {
        let member = Member::from_query_result(&row, "")?;
        if member.retain_through == i32::MAX {
            open.push(member.idx);
        }
        latest = latest.max(member.event_date);
    }
    if !open.contains(&base.first) {
        return Ok(Err(CloseError::NotOpen));
    }
    if latest > closing.last_day {
        return Ok(Err(CloseError::LaterEvent { day: latest }));
    }
    Ok(Ok(Members {
        opening: base.first,
        open,
    }))
}

impl Members {
    /// Until when the series is kept: counted from its last event, and for a batch not before three years after its
    /// last addition was written.
    async fn retain_through(
        &self,
        db: &DatabaseTransaction,
        ledger: i32,
        last_day: i32,
    ) -> Result<RetainThrough, StoreError> {
        let first = read(db, ledger, self.opening).await?;
        let last = self.open.iter().copied().max().unwrap_or(self.opening);
        let made = read(db, ledger, last).await?.recorded_at();
        let date = |day| date_of_day(day).ok_or_else(|| corrupt(first.index().get(), "day of a series"));
        Ok(series_retain_through(
            first.retention_class() == RetentionClass::Contract,
            japan_date(made.as_millis()),
            date(last_day)?,
        ))
    }
}

async fn read(db: &DatabaseTransaction, ledger: i32, idx: i64) -> Result<Entry, StoreError> {
    let row = entry::Entity::find_by_id((ledger, idx)).one(db).await?;
    let decoded = row.and_then(|row| Entry::decode(&row.bytes).ok());
    decoded.ok_or_else(|| StoreError::Corrupt {
        index: u64::try_from(idx).ok(),
        what: "the entry of a series",
    })
}

impl Store {
    /// Every series that runs, oldest first; `since` is a day from which additions are counted apart.
    pub async fn open_series(&self, since: i32) -> Result<Vec<OpenSeries>, StoreError> {
        let db = &self.db.readers;
        let values = [self.ledger.row.into(), since.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), OPEN, values);
        let mut series = Vec::new();
        for row in db.query_all_raw(statement).await? {
            series.push(self.read_open(&row).await?);
        }
        Ok(series)
    }

    async fn read_open(&self, row: &QueryResult) -> Result<OpenSeries, StoreError> {
        let idx: i64 = row.try_get("", "idx")?;
        let count = |name: &str| -> Result<u64, StoreError> {
            Ok(u64::try_from(row.try_get::<i64>("", name)?).unwrap_or_default())
        };
        let newest = links::newest(&self.db.readers, self.ledger.row, idx).await?;
        let newest = Index::try_from(newest).map_err(|_| corrupt(0, "record index"))?;
        let opening = self.record_at(newest).await?;
        let opening = opening.ok_or_else(|| corrupt(newest.get(), "a series without its record"))?;
        let last_addition: Option<i32> = row.try_get("", "last_addition")?;
        Ok(OpenSeries {
            last_day: last_addition.map_or(opening.event_day, |day| day.max(opening.event_day)),
            opening,
            additions: count("additions")?,
            additions_since: count("since")?,
        })
    }
}

#[derive(FromQueryResult)]
struct Member {
    idx: i64,
    retain_through: i32,
    event_date: i32,
}

fn statement(db: &impl ConnectionTrait, text: &str, ledger: i32, first: i64) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), text, [ledger.into(), first.into()])
}

/// A series is its opening in every version, and what was added to it in every version.
const MEMBERS: &str = "SELECT r.idx, r.retain_through, r.event_date FROM records r WHERE r.ledger = $1 AND (r.idx = $2 \
    OR r.idx IN (SELECT idx FROM record_links WHERE ledger = $1 AND base = $2 AND relation IN (1, 3)))";

/// Openings whose clock is open: what nothing else opened and what is no later version.
const OPEN: &str = "SELECT r.idx, \
    (SELECT count(*) FROM record_links l WHERE l.ledger = r.ledger AND l.base = r.idx AND l.relation = 1) AS additions, \
    (SELECT count(*) FROM record_links l JOIN records a ON a.ledger = l.ledger AND a.idx = l.idx \
        WHERE l.ledger = r.ledger AND l.base = r.idx AND l.relation = 1 AND a.event_date >= $2) AS since, \
    (SELECT max(a.event_date) FROM record_links l JOIN records a ON a.ledger = l.ledger AND a.idx = l.idx \
        WHERE l.ledger = r.ledger AND l.base = r.idx AND l.relation = 1) AS last_addition \
    FROM records r WHERE r.ledger = $1 AND r.retain_through = 2147483647 \
    AND NOT EXISTS (SELECT 1 FROM record_links s WHERE s.ledger = r.ledger AND s.idx = r.idx AND s.relation IN (1, 3)) \
    ORDER BY r.idx";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    #[tokio::test]
    async fn what_belongs_to_a_series_is_looked_up_and_not_searched_for() {
        for text in [MEMBERS, OPEN] {
            let plan = plan::of(text).await;
            assert!(
                !plan.contains("SCAN records") && !plan.contains("SCAN r "),
                "{plan}"
            );
            assert!(
                !plan.contains("SEARCH record_links USING PRIMARY KEY (ledger=?)"),
                "{plan}"
            );
        }
    }
}
