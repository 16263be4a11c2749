//! Erasing (廃棄) what has come to the end of its keeping, so that it is gone everywhere and the proofs still hold.
//!
//! Somebody proposes, two others approve (`decide.rs`). With the second approval, one transaction checks everything
//! again, appends the `erase` entry and deletes what the record says: its wrapped secret, content, rows, search tokens,
//! files of evidence that nothing else cites, and the words of corrections that were asked for (`remove.rs`). An erasure
//! of many records is done in several such transactions, each whole in itself. A long list loses its secret in that
//! transaction and its rows, which nobody can read any more, page by page after it (`finish.rs`). *A crash leaves either
//! the whole record, or an erased one whose rest the next start clears away.*
//!
//! After it the write-ahead log is emptied, and the key of each month that is over and wraps nothing any more is
//! destroyed (`month_end.rs`): then no backup can be read either. `log.rs` notes every erasure outside the database, so
//! that a database restored from an older backup is made to forget again (`replay.rs`).

mod decide;
mod finish;
mod log;
mod propose;
mod remove;
mod replay;
mod row;

use kirokubo_ledger::Index;
use kirokubo_records::IdBytes;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use crate::entity::{erasure, erasure_record};
use crate::error::{StoreError, corrupt};
use crate::store::Store;

pub use decide::DecideErasureError;
pub use log::LoggedErasure;
pub use propose::{NewErasure, ProposeError};
pub use replay::Replayed;

pub(crate) use finish::keep_watch;

/// Why records are erased, as the ledger says it: their term is over.
const BASIS: &str = "retention_ended";

/// How an erasure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureState {
    /// Nobody has decided.
    Proposed,
    /// One has approved.
    Approved,
    /// Two have approved, and it is under way.
    Erasing,
    /// The records are erased.
    Erased,
    /// Somebody said no.
    Rejected,
}

impl ErasureState {
    /// Every state, in the order of the numbers in the database.
    pub const ALL: [Self; 5] = [
        Self::Proposed,
        Self::Approved,
        Self::Erasing,
        Self::Erased,
        Self::Rejected,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Erasing => "erasing",
            Self::Erased => "erased",
            Self::Rejected => "rejected",
        }
    }
}

/// Who said something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Id of an API key.
    pub by: String,
    /// Unix milliseconds.
    pub at: i64,
}

/// An erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Its id.
    pub id: IdBytes,
    /// How it stands.
    pub state: ErasureState,
    /// Why, as a code.
    pub basis: String,
    /// Who proposed it.
    pub proposed: Word,
    /// Who approved it, two persons at most.
    pub approvals: Vec<Word>,
    /// Who said no.
    pub rejected: Option<Word>,
    /// How many records it is about.
    pub records: u64,
    /// How many of them it has erased.
    pub erased: u64,
}

/// One record of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasureRecord {
    /// Index of its entry.
    pub index: Index,
    /// Index of the entry that erases it, once it is there.
    pub entry: Option<Index>,
}

/// That a record is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedBy {
    /// By which erasure.
    pub erasure: IdBytes,
    /// Index of the entry that says so.
    pub entry: Index,
}

impl Store {
    /// Erasures in the order of their making, after this id.
    pub async fn erasures(
        &self,
        state: Option<ErasureState>,
        after: Option<IdBytes>,
        limit: u64,
    ) -> Result<Vec<Erasure>, StoreError> {
        let mut query = erasure::Entity::find().filter(erasure::Column::Ledger.eq(self.ledger.row));
        if let Some(state) = state {
            query = query.filter(erasure::Column::State.eq(row::state_number(state)));
        }
        if let Some(after) = after {
            query = query.filter(erasure::Column::Id.gt(after.to_vec()));
        }
        let rows = query
            .order_by_asc(erasure::Column::Id)
            .limit(limit)
            .all(&self.db.readers)
            .await?;
        let mut erasures = Vec::with_capacity(rows.len());
        for row in &rows {
            erasures.push(self.erasure_of(&self.db.readers, row).await?);
        }
        Ok(erasures)
    }

    /// One erasure.
    pub async fn erasure(&self, id: &IdBytes) -> Result<Option<Erasure>, StoreError> {
        let at = (self.ledger.row, id.to_vec());
        match erasure::Entity::find_by_id(at).one(&self.db.readers).await? {
            Some(row) => self.erasure_of(&self.db.readers, &row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The records of an erasure in their order, after this index.
    pub async fn erasure_records(
        &self,
        id: &IdBytes,
        after: Option<Index>,
        limit: u64,
    ) -> Result<Vec<ErasureRecord>, StoreError> {
        let rows = erasure_record::Entity::find()
            .filter(erasure_record::Column::Ledger.eq(self.ledger.row))
            .filter(erasure_record::Column::Erasure.eq(id.to_vec()))
            .filter(erasure_record::Column::Idx.gt(after.map_or(-1, Index::as_i64)))
            .order_by_asc(erasure_record::Column::Idx)
            .limit(limit)
            .all(&self.db.readers)
            .await?;
        let index = |idx: i64| Index::try_from(idx).map_err(|_| corrupt(0, "a record of an erasure"));
        let record = |row: erasure_record::Model| {
            Ok(ErasureRecord {
                index: index(row.idx)?,
                entry: row.entry.map(index).transpose()?,
            })
        };
        rows.into_iter().map(record).collect()
    }

    /// Which erasure took a record, if one did.
    pub async fn erased_by(&self, index: Index) -> Result<Option<ErasedBy>, StoreError> {
        let found = erasure_record::Entity::find()
            .filter(erasure_record::Column::Ledger.eq(self.ledger.row))
            .filter(erasure_record::Column::Idx.eq(index.as_i64()))
            .filter(erasure_record::Column::Entry.is_not_null())
            .one(&self.db.readers)
            .await?;
        let Some(found) = found else { return Ok(None) };
        let bad = || corrupt(index.get(), "the erasure of a record");
        let entry = found.entry.and_then(|entry| Index::try_from(entry).ok());
        Ok(Some(ErasedBy {
            erasure: found.erasure.try_into().map_err(|_| bad())?,
            entry: entry.ok_or_else(bad)?,
        }))
    }

    /// A row, if it is as we wrote it, with its counts.
    pub(crate) async fn erasure_of(
        &self,
        db: &impl ConnectionTrait,
        model: &erasure::Model,
    ) -> Result<Erasure, StoreError> {
        let counts = counts(db, model).await?;
        row::open(model, counts, self.keyring.digest().rows())
    }
}

/// How many records an erasure is about, and how many of them it has erased.
async fn counts(db: &impl ConnectionTrait, model: &erasure::Model) -> Result<(u64, u64), StoreError> {
    let text = "SELECT count(*) AS records, count(entry) AS erased FROM erasure_records \
                WHERE ledger = $1 AND erasure = $2";
    let values = [model.ledger.into(), model.id.clone().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    let Some(found) = db.query_one_raw(statement).await? else {
        return Ok((0, 0));
    };
    let (records, erased): (i64, i64) = found.try_get_many("", &["records", "erased"].map(str::to_owned))?;
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    Ok((count(records), count(erased)))
}
