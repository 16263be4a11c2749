//! Series: batches and contracts whose clock stays open until somebody says which day was the last.

use kirokubo_ledger::entry::{Entry, RetainThrough, RetentionClass};
use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::{date_of_day, japan_date, series_retain_through};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QueryResult, Statement};

use crate::append::LedgerWriter;
use crate::deed::Deed;
use crate::entity::{entry, record};
use crate::error::{StoreError, corrupt};
use crate::extension::Extensions;
use crate::growth::{Chain, Growth};
use crate::links;
use crate::outcome::AppendError;
use crate::record::RecordHeader;
use crate::sequencer::Appender;
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

/// A series on its way to its end.
///
/// A long one is ended in steps, so that nobody else waits for all of it: days first, the opening last. Until then the
/// series is open, and whatever interrupts the steps, ending it again goes on where they stopped.
#[derive(Debug)]
pub(crate) struct Ending {
    closing: Closing,
    begun: Option<Begun>,
}

#[derive(Clone, Copy, Debug)]
struct Begun {
    /// The opening in its first version.
    opening: i64,
    retain: RetainThrough,
    /// The last record that was given its end.
    after: i64,
    records: u64,
}

/// Records that one step ends at most.
const STEP: usize = 500;

impl Appender {
    /// Ends a series.
    pub async fn close_series(&self, closing: Closing) -> Result<Result<Closed, CloseError>, AppendError> {
        self.carry_out(Ending { closing, begun: None }).await
    }
}

impl Deed for Ending {
    type Done = Result<Closed, CloseError>;

    const NAME: &'static str = "the end of a series";

    async fn step(
        &mut self,
        writer: &mut LedgerWriter,
    ) -> Result<Option<Result<Closed, CloseError>>, StoreError> {
        let (transaction, state) = writer.begin().await?;
        let mut begun = match self.begin(&transaction, writer.ledger.row).await? {
            Ok(begun) => begun,
            Err(refusal) => {
                transaction.rollback().await?;
                writer.state = Some(state);
                return Ok(Some(Err(refusal)));
            }
        };
        let mut open = open_days(&transaction, writer.ledger.row, &begun).await?;
        let done = open.len() < STEP;
        begun.after = open.last().copied().unwrap_or(begun.after);
        if done {
            open.push(begun.opening);
        }
        begun.records += u64::try_from(open.len()).expect("a step is short");
        let mut extensions = Extensions::default();
        if let RetainThrough::Day(day) = begun.retain {
            for idx in open {
                let rests = latest_of_those_resting_on(&transaction, writer.ledger.row, idx).await?;
                extensions.add(idx, rests.map_or(day, |rests| rests.max(day)));
            }
        }
        extensions.reach(&transaction, writer.ledger.row).await?;
        let mut chain = Chain::after(&state.head, writer.recorded_at(&state.head));
        extensions.announce(writer.ledger.ledger_id(), &mut chain)?;
        let (before, growth) = Growth::of(state, chain, &writer.ledger.signers());
        growth.write(&transaction, writer.ledger.row, &before).await?;
        extensions.carry_out(&transaction, writer).await?;
        growth.commit(transaction, writer).await?;
        self.begun = Some(begun);
        Ok(done.then_some(Ok(Closed {
            retain_through: begun.retain,
            records: begun.records,
        })))
    }
}

impl Ending {
    /// What the first step finds out.
    async fn begin(
        &self,
        db: &DatabaseTransaction,
        ledger: i32,
    ) -> Result<Result<Begun, CloseError>, StoreError> {
        if let Some(begun) = self.begun {
            return Ok(Ok(begun));
        }
        let base = links::base(db, ledger, &self.closing.opening).await?;
        let Some(opening) = base.map(|base| base.first) else {
            return Ok(Err(CloseError::NotOpen));
        };
        let first = record::Entity::find_by_id((ledger, opening)).one(db).await?;
        let is_open = first.is_some_and(|row| row.retain_through == i32::MAX);
        if !is_open || is_added(db, ledger, opening).await? {
            return Ok(Err(CloseError::NotOpen));
        }
        let row = db.query_one_raw(statement(db, LATEST, ledger, opening)).await?;
        let row = row.ok_or_else(|| corrupt(0, "a series without records"))?;
        let (last, day): (i64, i32) = row.try_get_many("", &["last".to_owned(), "day".to_owned()])?;
        if day > self.closing.last_day {
            return Ok(Err(CloseError::LaterEvent { day }));
        }
        Ok(Ok(Begun {
            opening,
            retain: retain_through(db, ledger, (opening, last), self.closing.last_day).await?,
            after: -1,
            records: 0,
        }))
    }
}

/// Until when the series is kept: counted from its last event, and for a batch not before three years after its last
/// addition was written.
async fn retain_through(
    db: &DatabaseTransaction,
    ledger: i32,
    (opening, last): (i64, i64),
    last_day: i32,
) -> Result<RetainThrough, StoreError> {
    let first = read(db, ledger, opening).await?;
    let made = read(db, ledger, last).await?.recorded_at();
    let last_event = date_of_day(last_day).ok_or_else(|| corrupt(first.index().get(), "day of a series"))?;
    Ok(series_retain_through(
        first.retention_class() == RetentionClass::Contract,
        japan_date(made.as_millis()),
        last_event,
    ))
}

/// The next records of the series, but for its opening, whose clock is open.
async fn open_days(db: &DatabaseTransaction, ledger: i32, begun: &Begun) -> Result<Vec<i64>, StoreError> {
    let limit = i64::try_from(STEP).expect("a step is short");
    let values = [
        ledger.into(),
        begun.opening.into(),
        begun.after.into(),
        limit.into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), OPEN_DAYS, values);
    let rows = db.query_all_raw(statement).await?.into_iter();
    rows.map(|row| Ok(row.try_get("", "idx")?)).collect()
}

/// The latest day through which a record is kept that rests on the one at `idx`, whose clock was open.
async fn latest_of_those_resting_on(
    db: &DatabaseTransaction,
    ledger: i32,
    idx: i64,
) -> Result<Option<i32>, StoreError> {
    let row = db.query_one_raw(statement(db, RESTING, ledger, idx)).await?;
    row.map_or(Ok(None), |row| Ok(row.try_get("", "latest")?))
}

async fn is_added(db: &DatabaseTransaction, ledger: i32, idx: i64) -> Result<bool, StoreError> {
    let text = "SELECT 1 FROM record_links WHERE ledger = $1 AND idx = $2 AND relation = 1";
    Ok(db
        .query_one_raw(statement(db, text, ledger, idx))
        .await?
        .is_some())
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

fn statement(db: &impl ConnectionTrait, text: &str, ledger: i32, first: i64) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), text, [ledger.into(), first.into()])
}

/// The last record of a series, and the day of its latest event. It is its opening in every version, and what was added
/// to it in every version.
const LATEST: &str = "SELECT max(r.idx) AS last, max(r.event_date) AS day FROM records r WHERE r.ledger = $1 \
    AND (r.idx = $2 OR r.idx IN (SELECT idx FROM record_links WHERE ledger = $1 AND base = $2 AND relation IN (1, 3)))";

const OPEN_DAYS: &str = "SELECT DISTINCT r.idx FROM record_links l JOIN records r ON r.ledger = l.ledger AND r.idx = l.idx \
    WHERE l.ledger = $1 AND l.base = $2 AND l.relation IN (1, 3) AND l.idx > $3 AND r.retain_through = 2147483647 \
    ORDER BY r.idx LIMIT $4";

const RESTING: &str = "SELECT max(r.retain_through) AS latest FROM record_links l \
    JOIN records r ON r.ledger = l.ledger AND r.idx = l.idx \
    WHERE l.ledger = $1 AND l.base = $2 AND l.relation IN (0, 2, 5) AND r.retain_through < 2147483647";

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
        for text in [LATEST, OPEN_DAYS, RESTING, OPEN] {
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
