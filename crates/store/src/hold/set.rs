//! Setting a hold: `hold` entries, and every secret moved out of the reach of its month's end.

use std::collections::BTreeSet;

use kirokubo_ledger::entry::{HoldBody, Kind, PendingEntry};
use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::IdBytes;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Statement, Value};

use super::{Hold, row};
use crate::append::LedgerWriter;
use crate::deed::Deed;
use crate::entity::{hold, record};
use crate::error::{StoreError, corrupt};
use crate::growth::{Chain, Growth};
use crate::insert::Insert;
use crate::outcome::AppendError;
use crate::sequencer::Appender;
use crate::statement::execute;
use crate::{evidence, extension, links, random, rows};

static HOLD_RECORDS: Insert = Insert::new("INSERT INTO hold_records (ledger, idx, hold, lifted)", 4, "");

/// Records that one step holds at most.
const STEP: usize = 500;

/// What a hold is set on.
#[derive(Clone, Debug)]
pub enum HoldOn {
    /// These records.
    Records(Vec<RecordId>),
    /// Every record of these event days (days since 1970-01-01 in Japan time, both inclusive) that is kept now, of one
    /// third party or of all.
    Period {
        /// First day.
        from: i32,
        /// Last day.
        to: i32,
        /// Keyed token of the third party's corporate number.
        third_party: Option<i64>,
    },
}

/// A hold to be set.
#[derive(Clone, Debug)]
pub struct NewHold {
    /// On what.
    pub on: HoldOn,
    /// Why, as a code: it stands in the ledger for everybody.
    pub reason: String,
    /// When somebody looks at it again, days since 1970-01-01 in Japan time.
    pub review_on: i32,
    /// Who sets it: id of an API key.
    pub set_by: String,
}

/// Why no hold was set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldError {
    /// These of the records named do not exist, by their places.
    #[error("no such record")]
    Unknown(Vec<usize>),
    /// These of the records named are erased, by their places.
    #[error("erased before")]
    Erased(Vec<usize>),
    /// Nothing is kept that it could be on.
    #[error("nothing to hold")]
    Nothing,
}

/// A hold on its way. It stands from the first step on; what a crash cut off is seen in its count and held anew.
#[derive(Debug)]
pub(crate) struct Setting {
    new: NewHold,
    begun: Option<Begun>,
}

#[derive(Debug)]
struct Begun {
    hold: Hold,
    to_do: Vec<i64>,
}

impl Appender {
    /// Sets a hold.
    pub async fn set_hold(&self, new: NewHold) -> Result<Result<Hold, HoldError>, AppendError> {
        self.carry_out(Setting { new, begun: None }).await
    }
}

impl Deed for Setting {
    type Done = Result<Hold, HoldError>;

    const NAME: &'static str = "a hold";

    async fn step(
        &mut self,
        writer: &mut LedgerWriter,
    ) -> Result<Option<Result<Hold, HoldError>>, StoreError> {
        let (db, state) = writer.begin().await?;
        let mut begun = match self.begun.take() {
            Some(begun) => begun,
            None => match begin(&db, writer, &self.new).await? {
                Ok(begun) => begun,
                Err(refusal) => {
                    db.rollback().await?;
                    writer.state = Some(state);
                    return Ok(Some(Err(refusal)));
                }
            },
        };
        let now = begun.to_do[..begun.to_do.len().min(STEP)].to_vec();
        let ledger = writer.ledger.row;
        let values = now.iter().flat_map(|idx| -> [Value; 4] {
            [
                ledger.into(),
                (*idx).into(),
                begun.hold.id.to_vec().into(),
                0_i16.into(),
            ]
        });
        HOLD_RECORDS.run(&db, values.collect()).await?;
        let body = HoldBody {
            records: indices(&now)?,
            reason: begun.hold.reason.clone(),
        };
        let mut chain = Chain::after(&state.head, writer.recorded_at(&state.head));
        chain.push(&entry(writer, Kind::Hold, &body.to_json()));
        let (before, growth) = Growth::of(state, chain, &writer.ledger.signers());
        growth.write(&db, ledger, &before).await?;
        for idx in &now {
            move_secret(&db, writer, *idx).await?;
        }
        growth.commit(db, writer).await?;
        begun.to_do.drain(..now.len());
        begun.hold.records += u64::try_from(now.len()).expect("a step is short");
        if begun.to_do.is_empty() {
            return Ok(Some(Ok(begun.hold)));
        }
        self.begun = Some(begun);
        Ok(None)
    }
}

/// Wraps the secret of a record whose holds have changed under the key of the month that is right now.
pub(crate) async fn move_secret(
    db: &DatabaseTransaction,
    writer: &LedgerWriter,
    idx: i64,
) -> Result<(), StoreError> {
    let found = record::Entity::find_by_id((writer.ledger.row, idx))
        .one(db)
        .await?;
    let found = found.ok_or_else(|| corrupt(0, "a held record is missing"))?;
    let retain = rows::retain_of_number(found.retain_through);
    extension::rewrap(db, &found, retain, writer).await?;
    evidence::follow(db, &writer.ledger, &writer.keyring, idx).await
}

pub(super) fn indices(records: &[i64]) -> Result<Vec<u64>, StoreError> {
    let index = |idx: &i64| Index::try_from(*idx).map(Index::get);
    let indices: Result<_, _> = records.iter().map(index).collect();
    indices.map_err(|_| corrupt(0, "record index"))
}

pub(super) fn entry(writer: &LedgerWriter, kind: Kind, body: &str) -> PendingEntry {
    PendingEntry::json(*writer.ledger.ledger_id(), kind, body)
        .expect("five hundred indexes and a code fit an entry")
}

/// Finds what the hold is on, and inserts its row.
async fn begin(
    db: &DatabaseTransaction,
    writer: &LedgerWriter,
    new: &NewHold,
) -> Result<Result<Begun, HoldError>, StoreError> {
    let found = match &new.on {
        HoldOn::Records(ids) => match named(db, writer.ledger.row, ids).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        },
        HoldOn::Period {
            from,
            to,
            third_party,
        } => of_period(db, writer.ledger.row, (*from, *to), *third_party).await?,
    };
    let to_do = with_what_belongs_to_them(db, writer.ledger.row, found).await?;
    if to_do.is_empty() {
        return Ok(Err(HoldError::Nothing));
    }
    let now = writer.clock.now_ms();
    let id: IdBytes = random::uuid_v7(now);
    let model = hold::Model {
        ledger: writer.ledger.row,
        id: id.to_vec(),
        reason: new.reason.clone(),
        review_on: new.review_on,
        set_by: new.set_by.clone(),
        set_at: now,
        released_by: None,
        released_at: None,
        mac: Vec::new(),
    };
    let model = row::closed(model, writer.keyring.digest().rows());
    let hold = row::open(&model, 0, writer.keyring.digest().rows())?;
    let text = "INSERT INTO holds (ledger, id, reason, review_on, set_by, set_at, mac) \
                VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        model.ledger.into(),
        model.id.into(),
        model.reason.into(),
        model.review_on.into(),
        model.set_by.into(),
        model.set_at.into(),
        model.mac.into(),
    ];
    execute(db, text, values).await?;
    let to_do = to_do.into_iter().collect();
    Ok(Ok(Begun { hold, to_do }))
}

async fn named(
    db: &DatabaseTransaction,
    ledger: i32,
    ids: &[RecordId],
) -> Result<Result<Vec<i64>, HoldError>, StoreError> {
    let (mut found, mut unknown, mut erased) = (Vec::new(), Vec::new(), Vec::new());
    for (place, id) in ids.iter().enumerate() {
        match links::base(db, ledger, id).await? {
            None => unknown.push(place),
            Some(base) if !base.is_kept() => erased.push(place),
            Some(base) => found.push(base.idx),
        }
    }
    Ok(if !unknown.is_empty() {
        Err(HoldError::Unknown(unknown))
    } else if !erased.is_empty() {
        Err(HoldError::Erased(erased))
    } else {
        Ok(found)
    })
}

async fn of_period(
    db: &DatabaseTransaction,
    ledger: i32,
    (from, to): (i32, i32),
    third_party: Option<i64>,
) -> Result<Vec<i64>, StoreError> {
    let days = [ledger.into(), from.into(), to.into()];
    let backend = db.get_database_backend();
    let statement = match third_party {
        None => Statement::from_sql_and_values(backend, OF_PERIOD, days),
        Some(token) => {
            let values = days.into_iter().chain([token.into()]);
            Statement::from_sql_and_values(backend, OF_THIRD_PARTY, values)
        }
    };
    let found = db.query_all_raw(statement).await?.into_iter();
    found.map(|row| Ok(row.try_get("", "idx")?)).collect()
}

/// The records, every version of them, and what they rest on, as far as it is kept.
async fn with_what_belongs_to_them(
    db: &DatabaseTransaction,
    ledger: i32,
    found: Vec<i64>,
) -> Result<BTreeSet<i64>, StoreError> {
    let mut all: BTreeSet<i64> = found.iter().copied().collect();
    let mut to_do = found;
    while let Some(idx) = to_do.pop() {
        let statement =
            Statement::from_sql_and_values(db.get_database_backend(), BELONGING, [ledger.into(), idx.into()]);
        for row in db.query_all_raw(statement).await? {
            let other: i64 = row.try_get("", "idx")?;
            if all.insert(other) {
                to_do.push(other);
            }
        }
    }
    Ok(all)
}

const OF_PERIOD: &str = "SELECT r.idx AS idx FROM records r \
    JOIN record_contents c ON c.ledger = r.ledger AND c.idx = r.idx \
    WHERE r.ledger = $1 AND r.event_date BETWEEN $2 AND $3 ORDER BY r.idx";

const OF_THIRD_PARTY: &str = "SELECT r.idx AS idx FROM records r \
    JOIN record_contents c ON c.ledger = r.ledger AND c.idx = r.idx \
    WHERE r.ledger = $1 AND r.event_date BETWEEN $2 AND $3 AND r.third_party = $4 ORDER BY r.idx";

/// What the record `$2` rests on (0, 2, 5), its first version (3), and the later versions of it, as far as it is kept.
const BELONGING: &str = "SELECT f.idx AS idx FROM (\
    SELECT base AS idx FROM record_links WHERE ledger = $1 AND idx = $2 AND relation IN (0, 2, 3, 5) \
    UNION SELECT idx FROM record_links WHERE ledger = $1 AND base = $2 AND relation = 3) AS f \
    JOIN record_contents c ON c.ledger = $1 AND c.idx = f.idx";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_hold_covers_is_looked_up_and_not_searched_for() {
        let plan = crate::plan::of(BELONGING).await;
        assert!(
            !plan.contains("SCAN record") && !plan.contains("(ledger=?)"),
            "{plan}"
        );
        let plan = crate::plan::of(OF_PERIOD).await;
        assert!(
            plan.contains("records_by_day (ledger=? AND event_date>?"),
            "{plan}"
        );
        let plan = crate::plan::of(OF_THIRD_PARTY).await;
        assert!(
            plan.contains("records_by_third_party (ledger=? AND third_party=?"),
            "{plan}"
        );
    }
}
