//! What has come to the end of its keeping, and what stands in the way of erasing it.
//!
//! A record's term is over on the day after its last day. From then on it is due; the ledger's verifiers call it overdue
//! unless it is held. What blocks an erasure is looked at here for whoever asks, and again inside the transaction that
//! erases (`retention/check.rs`).

pub(crate) mod check;

use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::seal::Month;
use kirokubo_records::{IdBytes, japan_day};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult, Statement};

use crate::entity::record;
use crate::error::{StoreError, corrupt};
use crate::hold;
use crate::record::RecordHeader;
use crate::store::Store;

/// Why a record cannot be erased now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A hold stands on it.
    Hold(IdBytes),
    /// This record, which is kept, rests on it for what it leaves out.
    ReliedOn(RecordId),
    /// Its series still runs, so its clock has no end.
    OpenSeries,
    /// Its last day has not passed.
    WithinTerm,
    /// It is erased already.
    Erased,
}

/// Which records are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionState {
    /// Every record whose term is over.
    Ended,
    /// Those of them that nothing keeps from being erased.
    Due,
    /// Those of them that are not held: what a verifier names.
    Overdue,
    /// Those of them that something keeps from being erased.
    Blocked,
    /// Every record that is held, whatever its term.
    Held,
}

impl RetentionState {
    /// Every choice.
    pub const ALL: [Self; 5] = [Self::Ended, Self::Due, Self::Overdue, Self::Blocked, Self::Held];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Due => "due",
            Self::Overdue => "overdue",
            Self::Blocked => "blocked",
            Self::Held => "held",
        }
    }

    /// The records, `r` in `records` and `c` in `record_contents`: `$1` is the ledger, `$2` today, `$3` this month, `$4`
    /// and `$5` the place to go on from. Whatever is over its term is found by the month that its secret is wrapped for;
    /// what is held is wrapped for a later one, and found by its hold.
    fn text(self, select: &str) -> String {
        let ended = "r.retain_through < $2 AND r.retain_through > -2147483648";
        let by_month = |which: &str| {
            format!(
                "SELECT {select} FROM record_contents c JOIN records r ON r.ledger = c.ledger AND r.idx = c.idx \
                 WHERE c.ledger = $1 AND c.month BETWEEN 0 AND $3 AND (c.month, c.idx) > ($4, $5) AND {ended}{which}"
            )
        };
        let by_hold = |which: &str| {
            format!(
                "SELECT {select} FROM record_contents c JOIN records r ON r.ledger = c.ledger AND r.idx = c.idx \
                 WHERE c.ledger = $1 AND (c.month, c.idx) > ($4, $5) AND $2 = $2 AND $3 = $3 AND c.idx IN \
                 (SELECT h.idx FROM hold_records h WHERE h.ledger = $1 AND h.lifted = 0){which}"
            )
        };
        match self {
            Self::Due => by_month(&format!(" AND NOT {HELD} AND NOT {RELIED_ON}")),
            Self::Overdue => by_month(&format!(" AND NOT {HELD}")),
            Self::Ended => {
                let held = by_hold(&format!(" AND {ended}"));
                format!("{} UNION {held}", by_month(""))
            }
            Self::Blocked => {
                let relied_on = by_month(&format!(" AND {RELIED_ON}"));
                let held = by_hold(&format!(" AND {ended}"));
                format!("{relied_on} UNION {held}")
            }
            Self::Held => by_hold(""),
        }
    }
}

/// Where a record stands among those that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionPlace {
    month: i32,
    idx: i64,
}

impl RetentionPlace {
    /// The text of it, for a cursor.
    #[must_use]
    pub fn text(self) -> String {
        format!("{}.{}", self.month, self.idx)
    }

    /// Reads what [`RetentionPlace::text`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (month, idx) = text.split_once('.')?;
        Some(Self {
            month: month.parse().ok()?,
            idx: idx.parse().ok()?,
        })
    }
}

/// A record at the end of its keeping, or under a hold.
#[derive(Clone, Debug)]
pub struct Ending {
    /// What it is.
    pub header: RecordHeader,
    /// What keeps it from being erased now; nothing where it can be.
    pub blocks: Vec<Block>,
    /// Where it stands.
    pub place: RetentionPlace,
}

/// How many records there are of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionCounts {
    /// Nothing keeps them from being erased.
    pub due: u64,
    /// Kept past their last day without a hold.
    pub overdue: u64,
    /// Under a hold.
    pub held: u64,
}

impl Store {
    /// Records in one state, the earliest month of keeping first.
    pub async fn retention(
        &self,
        state: RetentionState,
        after: Option<RetentionPlace>,
        limit: u64,
    ) -> Result<Vec<Ending>, StoreError> {
        let text = format!(
            "{} ORDER BY month, idx LIMIT $6",
            state.text("c.month AS month, r.*")
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.ask(&text, after, Some(limit)).await?;
        let mut endings = Vec::with_capacity(rows.len());
        for row in rows {
            let model = record::Model::from_query_result(&row, "")?;
            let place = RetentionPlace {
                month: row.try_get("", "month")?,
                idx: model.idx,
            };
            let blocks = self.blocks_of(&model).await?;
            let header = self.header(model)?;
            endings.push(Ending {
                header,
                blocks,
                place,
            });
        }
        Ok(endings)
    }

    /// How many there are.
    pub async fn retention_counts(&self) -> Result<RetentionCounts, StoreError> {
        Ok(RetentionCounts {
            due: self.count(RetentionState::Due).await?,
            overdue: self.count(RetentionState::Overdue).await?,
            held: self.count(RetentionState::Held).await?,
        })
    }

    async fn count(&self, state: RetentionState) -> Result<u64, StoreError> {
        let rows = self.ask(&state.text("count(*) AS n"), None, None).await?;
        let n = rows.first().map(|row| row.try_get::<i64>("", "n")).transpose()?;
        Ok(n.and_then(|n| u64::try_from(n).ok()).unwrap_or_default())
    }

    async fn ask(
        &self,
        text: &str,
        after: Option<RetentionPlace>,
        limit: Option<i64>,
    ) -> Result<Vec<QueryResult>, StoreError> {
        let after = after.unwrap_or(RetentionPlace { month: -1, idx: -1 });
        let today = japan_day(self.clock.now_ms());
        let values = [
            self.ledger.row.into(),
            today.into(),
            Month::of_days(today).number().into(),
            after.month.into(),
            after.idx.into(),
        ];
        let values = values.into_iter().chain(limit.map(Into::into));
        let db = &self.db.readers;
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        Ok(db.query_all_raw(statement).await?)
    }

    /// What keeps a record from being erased now.
    async fn blocks_of(&self, row: &record::Model) -> Result<Vec<Block>, StoreError> {
        let (db, today) = (&self.db.readers, japan_day(self.clock.now_ms()));
        let mut blocks: Vec<Block> = check::by_clock(row.retain_through, today).into_iter().collect();
        let holds = hold::standing_on(db, row.ledger, row.idx).await?;
        blocks.extend(holds.into_iter().map(Block::Hold));
        let values = [row.ledger.into(), row.idx.into(), today.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), RELYING, values);
        for relying in db.query_all_raw(statement).await? {
            let id: Vec<u8> = relying.try_get("", "record_id")?;
            blocks.push(Block::ReliedOn(record_id(id, row.idx)?));
        }
        Ok(blocks)
    }
}

pub(crate) fn record_id(bytes: Vec<u8>, idx: i64) -> Result<RecordId, StoreError> {
    let id = bytes.try_into().map(RecordId::from_bytes);
    id.map_err(|_| corrupt(Index::try_from(idx).map_or(0, Index::get), "record id"))
}

/// A hold stands on it.
const HELD: &str =
    "EXISTS (SELECT 1 FROM hold_records h WHERE h.ledger = r.ledger AND h.idx = r.idx AND h.lifted = 0)";

/// Another record rests on it that has still to be kept: one whose own term is over goes together with it.
const RELIED_ON: &str = "EXISTS (SELECT 1 FROM record_links l \
    JOIN record_contents k ON k.ledger = l.ledger AND k.idx = l.idx \
    JOIN records o ON o.ledger = l.ledger AND o.idx = l.idx \
    WHERE l.ledger = r.ledger AND l.base = r.idx AND l.relation IN (0, 2, 5) AND (o.retain_through >= $2 \
    OR EXISTS (SELECT 1 FROM hold_records g WHERE g.ledger = l.ledger AND g.idx = l.idx AND g.lifted = 0)))";

/// The first of the records that rest on the record `$2` and have to be kept on the day `$3`.
const RELYING: &str = "SELECT DISTINCT o.record_id FROM record_links l \
    JOIN record_contents k ON k.ledger = l.ledger AND k.idx = l.idx \
    JOIN records o ON o.ledger = l.ledger AND o.idx = l.idx \
    WHERE l.ledger = $1 AND l.base = $2 AND l.relation IN (0, 2, 5) AND (o.retain_through >= $3 \
    OR EXISTS (SELECT 1 FROM hold_records g WHERE g.ledger = l.ledger AND g.idx = l.idx AND g.lifted = 0)) LIMIT 10";

#[cfg(test)]
mod tests {
    use super::*;

    async fn plan(state: RetentionState) -> String {
        let text = state.text("c.month AS month, r.idx AS idx");
        crate::plan::of(&format!("{text} ORDER BY month, idx LIMIT $6")).await
    }

    #[tokio::test]
    async fn what_has_ended_is_found_by_its_month_and_no_other_content_is_read() {
        for state in [RetentionState::Due, RetentionState::Overdue] {
            let plan = plan(state).await;
            assert!(plan.contains("record_contents_by_month (ledger=? AND"), "{plan}");
            assert!(!plan.contains("SCAN"), "{plan}");
            // The records of one month are sorted among themselves, at the most.
            let sorts = plan.matches("TEMP B-TREE").count();
            assert_eq!(sorts, plan.matches("TEMP B-TREE FOR LAST TERM").count(), "{plan}");
        }
        for state in [RetentionState::Ended, RetentionState::Blocked] {
            let plan = plan(state).await;
            assert!(plan.contains("record_contents_by_month (ledger=? AND"), "{plan}");
            assert!(plan.contains("hold_records_standing"), "{plan}");
            assert!(!plan.contains("SCAN c") && !plan.contains("SCAN r"), "{plan}");
        }
        let plan = plan(RetentionState::Held).await;
        assert!(plan.contains("hold_records_standing"), "{plan}");
        assert!(!plan.contains("SCAN c"), "{plan}");
        let plan = crate::plan::of(RELYING).await;
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}
