//! What stands in the way of an erasure, looked at inside its transaction.

use std::collections::BTreeSet;

use kirokubo_ledger::{Index, RecordId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Statement};

use super::{Block, record_id};
use crate::error::{StoreError, corrupt};
use crate::hold;

/// A record of an erasure, and why it cannot be erased now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Index of its entry.
    pub index: Index,
    /// Its id.
    pub record: RecordId,
    /// The first thing that stands in the way.
    pub by: Block,
}

/// What its clock alone says against erasing a record on the day `today`.
pub(crate) fn by_clock(retain_through: i32, today: i32) -> Option<Block> {
    match retain_through {
        i32::MAX => Some(Block::OpenSeries),
        i32::MIN => None,
        last => (last >= today).then_some(Block::WithinTerm),
    }
}

/// Some records of one erasure, parted into those that can be erased now and those that cannot.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// Latest first: what rests on another goes before that one.
    pub(crate) free: Vec<i64>,
    pub(crate) blocked: Vec<Blocked>,
}

impl Checked {
    /// Takes everything for free that is there at all.
    pub(crate) fn let_all_go(&mut self) {
        let there = |blocked: &Blocked| blocked.by != Block::Erased;
        let freed = self.blocked.iter().filter(|blocked| there(blocked));
        self.free.extend(freed.map(|blocked| blocked.index.as_i64()));
        self.blocked.retain(|blocked| !there(blocked));
        self.free.sort_unstable_by(|a, b| b.cmp(a));
    }
}

/// Looks at up to `limit` records of an erasure that are not erased by it yet and stand before `before`, latest first.
pub(crate) async fn of_erasure(
    db: &DatabaseTransaction,
    ledger: i32,
    erasure: &[u8],
    (before, limit): (i64, i64),
    today: i32,
) -> Result<Checked, StoreError> {
    let values = [
        ledger.into(),
        erasure.to_vec().into(),
        before.into(),
        limit.into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), OF_ERASURE, values);
    let mut checked = Checked::default();
    let mut free = BTreeSet::new();
    for row in db.query_all_raw(statement).await? {
        let idx: i64 = row.try_get("", "idx")?;
        match block(db, ledger, &row, idx, today, &free).await? {
            None => {
                free.insert(idx);
                checked.free.push(idx);
            }
            Some(by) => checked.blocked.push(Blocked {
                index: Index::try_from(idx).map_err(|_| corrupt(0, "record index"))?,
                record: record_id(row.try_get("", "record_id")?, idx)?,
                by,
            }),
        }
    }
    Ok(checked)
}

async fn block(
    db: &DatabaseTransaction,
    ledger: i32,
    row: &QueryResult,
    idx: i64,
    today: i32,
    free: &BTreeSet<i64>,
) -> Result<Option<Block>, StoreError> {
    if !row.try_get::<bool>("", "kept")? {
        return Ok(Some(Block::Erased));
    }
    if let Some(block) = by_clock(row.try_get("", "retain_through")?, today) {
        return Ok(Some(block));
    }
    if row.try_get("", "held")? {
        let holds = hold::standing_on(db, ledger, idx).await?;
        return Ok(holds.into_iter().next().map(Block::Hold));
    }
    if !row.try_get::<bool>("", "relied_on")? {
        return Ok(None);
    }
    let values = [ledger.into(), idx.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), RELYING, values);
    for relying in db.query_all_raw(statement).await? {
        let other: i64 = relying.try_get("", "idx")?;
        if !free.contains(&other) {
            let id = record_id(relying.try_get("", "record_id")?, other)?;
            return Ok(Some(Block::ReliedOn(id)));
        }
    }
    Ok(None)
}

const OF_ERASURE: &str = "SELECT e.idx AS idx, r.record_id AS record_id, r.retain_through AS retain_through, \
    EXISTS (SELECT 1 FROM record_contents c WHERE c.ledger = e.ledger AND c.idx = e.idx) AS kept, \
    EXISTS (SELECT 1 FROM hold_records h WHERE h.ledger = e.ledger AND h.idx = e.idx AND h.lifted = 0) AS held, \
    EXISTS (SELECT 1 FROM record_links l JOIN record_contents k ON k.ledger = l.ledger AND k.idx = l.idx \
        WHERE l.ledger = e.ledger AND l.base = e.idx AND l.relation IN (0, 2, 5)) AS relied_on \
    FROM erasure_records e JOIN records r ON r.ledger = e.ledger AND r.idx = e.idx \
    WHERE e.ledger = $1 AND e.erasure = $2 AND e.idx < $3 AND e.entry IS NULL ORDER BY e.idx DESC LIMIT $4";

/// Kept records that rest on the record `$2`.
const RELYING: &str = "SELECT DISTINCT l.idx AS idx, o.record_id AS record_id FROM record_links l \
    JOIN record_contents k ON k.ledger = l.ledger AND k.idx = l.idx \
    JOIN records o ON o.ledger = l.ledger AND o.idx = l.idx \
    WHERE l.ledger = $1 AND l.base = $2 AND l.relation IN (0, 2, 5) ORDER BY l.idx";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_records_of_an_erasure_are_looked_up_in_their_order() {
        for text in [OF_ERASURE, RELYING] {
            let plan = crate::plan::of(text).await;
            assert!(!plan.contains("SCAN") && !plan.contains("(ledger=?)"), "{plan}");
        }
        let plan = crate::plan::of(OF_ERASURE).await;
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    #[test]
    fn a_clock_lets_go_on_the_day_after_its_last() {
        assert_eq!(by_clock(20_000, 20_000), Some(Block::WithinTerm));
        assert_eq!(by_clock(20_000, 20_001), None);
        assert_eq!(by_clock(i32::MAX, 30_000), Some(Block::OpenSeries));
        assert_eq!(by_clock(i32::MIN, 0), None);
    }
}
