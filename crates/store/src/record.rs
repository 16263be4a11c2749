//! Reading records back: what they are, their entries, and the answer they were first given.

use kirokubo_ledger::entry::{Case, Entry, RetainThrough};
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::{Direction, Status};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{checkpoint, entry, record};
use crate::error::{StoreError, corrupt};
use crate::natural_key::Existing;
use crate::outcome::Appended;
use crate::row_mac;
use crate::store::Store;

/// The system name of what this program appends of its own; no sender can take it.
pub(crate) const OWN_SYSTEM: &str = "kirokubo";

/// How the event id of a record begins of which only the entry is left.
pub(crate) const LOST: &str = "lost/";

/// What a record is: everything that stays when its content is erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// Index of its entry.
    pub index: Index,
    /// Its id.
    pub record_id: RecordId,
    /// Natural key, first half.
    pub system: String,
    /// Natural key, second half.
    pub event_id: String,
    /// Id of the API key that recorded it.
    pub recorded_by: String,
    /// 提供 or 受領.
    pub direction: Direction,
    /// Its case.
    pub case: Case,
    /// Regular, voluntary, under review or non-conforming.
    pub status: Status,
    /// Day of the event, days since 1970-01-01 in Japan time.
    pub event_day: i32,
    /// Until when it is kept.
    pub retain_through: RetainThrough,
}

impl RecordHeader {
    /// Whether all but its entry was lost with a database: nothing else is known of it.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.system == OWN_SYSTEM && self.event_id.starts_with(LOST)
    }
}

impl Store {
    /// A record by its id.
    pub async fn record(&self, id: &RecordId) -> Result<Option<RecordHeader>, StoreError> {
        let row = record::Entity::find()
            .filter(record::Column::Ledger.eq(self.ledger.row))
            .filter(record::Column::RecordId.eq(id.as_bytes().to_vec()))
            .one(&self.db.readers)
            .await?;
        row.map(|row| self.header(row)).transpose()
    }

    /// A record by the index of its entry.
    pub async fn record_at(&self, index: Index) -> Result<Option<RecordHeader>, StoreError> {
        let row = record::Entity::find_by_id((self.ledger.row, index.as_i64()))
            .one(&self.db.readers)
            .await?;
        row.map(|row| self.header(row)).transpose()
    }

    /// A row of `records` as a header, if it is as we wrote it: the row is evidence, not truth.
    pub(crate) fn header(&self, row: record::Model) -> Result<RecordHeader, StoreError> {
        let index = Index::try_from(row.idx).map_err(|_| corrupt(0, "record index"))?;
        if !row_mac::holds(&row, self.keyring.digest().rows()) {
            return Err(corrupt(index.get(), "the row of a record"));
        }
        let bad = |what| corrupt(index.get(), what);
        Ok(RecordHeader {
            index,
            record_id: row
                .record_id
                .try_into()
                .map(RecordId::from_bytes)
                .map_err(|_| bad("record id"))?,
            system: row.system,
            event_id: row.event_id,
            recorded_by: row.recorded_by,
            direction: match row.direction {
                0 => Direction::Provision,
                1 => Direction::Receipt,
                _ => return Err(bad("record direction")),
            },
            case: u8::try_from(row.law_case)
                .ok()
                .and_then(Case::from_byte)
                .ok_or_else(|| bad("record case"))?,
            status: crate::rows::status_of_number(row.status).ok_or_else(|| bad("record status"))?,
            event_day: row.event_date,
            retain_through: crate::rows::retain_of_number(row.retain_through),
        })
    }

    /// The answer that the record was given when it was appended, computed again from what is stored.
    pub async fn first_answer(&self, existing: &Existing) -> Result<Appended, StoreError> {
        let index = existing.index;
        let entry = self
            .entry(index)
            .await?
            .ok_or_else(|| corrupt(index.get(), "the entry of a record is missing"))?;
        let note = checkpoint::Entity::find()
            .filter(checkpoint::Column::Ledger.eq(self.ledger.row))
            .filter(checkpoint::Column::Size.gt(index.as_i64()))
            .order_by_asc(checkpoint::Column::Size)
            .one(&self.db.readers)
            .await?
            .ok_or_else(|| corrupt(index.get(), "no checkpoint covers the entry"))?;
        let size = note
            .size
            .try_into()
            .map_err(|_| corrupt(index.get(), "checkpoint size"))?;
        Ok(Appended {
            index,
            recorded_at: entry.recorded_at(),
            leaf: entry.leaf(),
            checkpoint: note.note.into(),
            proof: self.inclusion_proof(index, size).await?,
        })
    }

    /// An entry, decoded from its stored bytes.
    pub async fn entry(&self, index: Index) -> Result<Option<Entry>, StoreError> {
        let row = entry::Entity::find_by_id((self.ledger.row, index.as_i64()))
            .one(&self.db.readers)
            .await?;
        let decoded = row.map(|row| Entry::decode(&row.bytes)).transpose();
        decoded.map_err(|_| corrupt(index.get(), "the entry's bytes do not decode"))
    }

    /// The bytes of entries `from..to`, in order, with the indexes they are stored under; at most `to - from`.
    pub async fn entry_bytes(&self, from: u64, to: u64) -> Result<Vec<(Index, Digest, Vec<u8>)>, StoreError> {
        let rows = entry::Entity::find()
            .filter(entry::Column::Ledger.eq(self.ledger.row))
            .filter(entry::Column::Idx.gte(crate::edge::stored(from)?))
            .filter(entry::Column::Idx.lt(crate::edge::stored(to)?))
            .order_by_asc(entry::Column::Idx)
            .limit(to.saturating_sub(from))
            .all(&self.db.readers)
            .await?;
        let row = |row: entry::Model| {
            let index = Index::try_from(row.idx).map_err(|_| corrupt(from, "entry index"))?;
            let leaf =
                crate::head::digest(&row.leaf).ok_or_else(|| corrupt(index.get(), "leaf of an entry"))?;
            Ok((index, leaf, row.bytes))
        };
        rows.into_iter().map(row).collect()
    }
}
