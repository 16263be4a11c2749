//! The end of a month's key: once the month is over and the key wraps nothing any more, it is destroyed.
//!
//! From then on nothing that it ever wrapped can be read, in any backup. What is held is moved to a later month first.
//! A month of which anything is still kept, since its erasure waits, keeps its key.
//!
//! It is done while the head row is held: nothing is appended meanwhile, by no node. A record that was sealed under the
//! key before, and waits in a queue, is sealed again ([`sealed_under_lost_keys`]).
//!
//! *Crash before the commit: nothing. Crash after it: the key is ended, and the next look, of any node, destroys its file.*

use std::collections::{BTreeMap, HashSet};

use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::RecordRef;
use kirokubo_records::japan_day;
use kirokubo_records::seal::{self, Month, SealedRecord};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};

use crate::append::LedgerWriter;
use crate::deed::Deed;
use crate::error::StoreError;
use crate::hold;
use crate::month_ends;
use crate::outcome::AppendError;
use crate::sequencer::Appender;

/// Held records moved in one transaction.
const STEP: i64 = 500;

/// The end of all months that are over.
#[derive(Debug)]
pub(crate) struct MonthEnd;

impl Appender {
    /// Destroys the keys of months that are over and wrap nothing any more; says which.
    pub(crate) async fn end_months(&self) -> Result<Vec<Month>, AppendError> {
        self.carry_out(MonthEnd).await
    }
}

impl Deed for MonthEnd {
    type Done = Vec<Month>;

    const NAME: &'static str = "the end of a month";

    async fn step(&mut self, writer: &mut LedgerWriter) -> Result<Option<Vec<Month>>, StoreError> {
        let now = writer.clock.now_ms();
        let this = Month::of_days(japan_day(now));
        let mut past = writer.keyring.month_files()?;
        past.retain(|(month, _)| *month < this);
        if past.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let (ledger, keyring) = (writer.ledger.row, &writer.keyring);
        let db = writer.db.begin_writing(ledger).await?;
        month_ends::learn(&db, ledger, keyring).await?;
        let moved = move_what_is_held(&db, writer, this).await?;
        if moved == STEP {
            db.commit().await?;
            return Ok(None);
        }
        let mut over = BTreeMap::new();
        for (month, number) in past {
            // Files of one month come in their order. An ended one that a crash left is only to be destroyed.
            if number >= keyring.month_number(month) && !is_used(&db, ledger, month).await? {
                over.insert(month, number + 1);
            }
        }
        for (month, ends) in &over {
            month_ends::end(&db, ledger, *month, *ends, keyring.digest().rows()).await?;
        }
        // Durable first: nothing may lie under a key that is gone.
        db.commit().await?;
        keyring.learn_ends(over);
        let destroyed = keyring.destroy_ended()?;
        for month in &destroyed {
            tracing::info!(%month, "the key of a month was destroyed");
        }
        Ok(Some(destroyed))
    }
}

/// The records of a batch whose secret is wrapped under a key that is not the month's key any more. Only a month that is
/// over can lose its key. `db` holds the head row, so that no node ends one meanwhile.
pub(crate) async fn sealed_under_lost_keys(
    writer: &LedgerWriter,
    db: &DatabaseTransaction,
    batch: &[SealedRecord],
    today: i32,
) -> Result<HashSet<RecordId>, StoreError> {
    let this = Month::of_days(today);
    let past = batch
        .iter()
        .filter(|record| record.month != Month::OPEN && record.month < this);
    let past: Vec<&SealedRecord> = past.collect();
    if past.is_empty() {
        return Ok(HashSet::new());
    }
    month_ends::learn(db, writer.ledger.row, &writer.keyring).await?;
    let lost = past.into_iter().filter(|record| {
        let of = RecordRef {
            ledger_id: *writer.ledger.ledger_id(),
            record_id: record.record_id,
        };
        let key = writer.keyring.month_to_open(record.month);
        !key.is_ok_and(|key| seal::unwrap_secret(&key, &record.wrapped_secret, &of).is_ok())
    });
    Ok(lost.map(|record| record.record_id).collect())
}

/// Moves secrets of held records out of months that are over; gives their number.
async fn move_what_is_held(
    db: &DatabaseTransaction,
    writer: &LedgerWriter,
    this: Month,
) -> Result<i64, StoreError> {
    let values = [writer.ledger.row.into(), this.number().into(), STEP.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), HELD_IN_THE_PAST, values);
    let mut moved = 0;
    for row in db.query_all_raw(statement).await? {
        hold::move_secret(db, writer, row.try_get("", "idx")?).await?;
        moved += 1;
    }
    Ok(moved)
}

async fn is_used(db: &DatabaseTransaction, ledger: i32, month: Month) -> Result<bool, StoreError> {
    for text in USES {
        let values = [ledger.into(), month.number().into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        if db.query_one_raw(statement).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

const HELD_IN_THE_PAST: &str = "SELECT DISTINCT h.idx AS idx FROM hold_records h \
    JOIN record_contents c ON c.ledger = h.ledger AND c.idx = h.idx \
    WHERE h.ledger = $1 AND h.lifted = 0 AND c.month BETWEEN 0 AND $2 - 1 ORDER BY h.idx LIMIT $3";

/// Everything that is wrapped under a month's key.
const USES: [&str; 3] = [
    "SELECT 1 FROM record_contents WHERE ledger = $1 AND month = $2 LIMIT 1",
    "SELECT 1 FROM evidence WHERE ledger = $1 AND month = $2 LIMIT 1",
    "SELECT 1 FROM erasing WHERE ledger = $1 AND month = $2 LIMIT 1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_month_wraps_is_looked_up() {
        for text in &USES[..2] {
            let plan = crate::plan::of(text).await;
            assert!(plan.contains("by_month (ledger=? AND month=?)"), "{plan}");
        }
        let plan = crate::plan::of(HELD_IN_THE_PAST).await;
        assert!(plan.contains("hold_records_standing"), "{plan}");
    }
}
