//! Time stamps of authorities: which checkpoint may be stamped, and binding the answer into the ledger.
//!
//! An answer is stored together with the entry that binds it, in one transaction, or not at all. Asking for it, and
//! judging whether it counts, is done before; the sequencer only takes what was judged good.

use kirokubo_ledger::entry::{Kind, PendingEntry, StampAnchor};
use kirokubo_ledger::hash::{Digest, sha256};
use kirokubo_ledger::timestamp::{TimeStamp, stamped_bytes};
use kirokubo_ledger::{Index, RecordedAt, Size};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::append::LedgerWriter;
use crate::deed::Deed;
use crate::entity::{checkpoint, timestamp};
use crate::error::{StoreError, corrupt};
use crate::growth::{Chain, Growth};
use crate::outcome::AppendError;
use crate::sequencer::Appender;
use crate::store::Store;

/// The newest checkpoint, as an authority would stamp it.
#[derive(Clone, Debug)]
pub struct ToStamp {
    /// Its size.
    pub size: Size,
    /// The bytes to be stamped.
    pub stamped: Vec<u8>,
    /// The time of its last entry.
    pub recorded_at: RecordedAt,
    /// Whether the ledger holds anything behind the entry that binds the last stamp.
    pub has_grown: bool,
    /// The last stamp, if there is one.
    pub last: Option<StoredStamp>,
}

/// A stamp that counts, not yet stored.
#[derive(Clone, Debug)]
pub struct NewStamp {
    /// The size of the stamped checkpoint.
    pub size: Size,
    /// The DER of the authority's answer.
    pub answer: Vec<u8>,
    /// What it says.
    pub stamp: TimeStamp,
    /// The address that was asked.
    pub tsa: String,
}

/// A stamp that is bound in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredStamp {
    /// The size of the stamped checkpoint.
    pub size: Size,
    /// The entry that binds it.
    pub anchor: Index,
    /// The address of the authority.
    pub tsa: String,
    /// Not made before this, Unix milliseconds.
    pub earliest: i64,
    /// Made by this, Unix milliseconds.
    pub latest: i64,
    /// SHA-256 of the authority's answer.
    pub digest: Digest,
}

/// The stamps on both sides of an entry, as far as there are some.
#[derive(Clone, Debug, Default)]
pub struct StampsAround {
    /// The latest one that is bound before the entry, so that the entry was made after it.
    pub after: Option<StoredStamp>,
    /// The earliest one over a checkpoint with the entry, so that the entry existed then.
    pub before: Option<StoredStamp>,
}

/// Binding a stamp.
struct Binding {
    new: NewStamp,
}

impl Appender {
    /// Stores a stamp that counts, and appends the entry that binds it. A checkpoint is stamped once: if it was
    /// meanwhile, the stamp that is there is given back.
    pub async fn bind_stamp(&self, new: NewStamp) -> Result<StoredStamp, AppendError> {
        self.carry_out(Binding { new }).await
    }
}

impl Deed for Binding {
    type Done = StoredStamp;

    const NAME: &'static str = "the binding of a time stamp";

    async fn step(&mut self, writer: &mut LedgerWriter) -> Result<Option<StoredStamp>, StoreError> {
        let (transaction, state) = writer.begin().await?;
        let ledger = writer.ledger.row;
        let at = (ledger, self.new.size.as_i64());
        if let Some(row) = timestamp::Entity::find_by_id(at).one(&transaction).await? {
            transaction.rollback().await?;
            writer.state = Some(state);
            return StoredStamp::of(&row).map(Some);
        }
        let note = note_of(&transaction, at).await?;
        let NewStamp {
            size,
            answer,
            stamp,
            tsa,
        } = &self.new;
        let body = StampAnchor::new(*size, stamped_bytes(&note).as_bytes(), answer, stamp, tsa);
        let entry = PendingEntry::json(*writer.ledger.ledger_id(), Kind::Anchor, &body.to_json())
            .expect("the body of an anchor is short");
        let mut chain = Chain::after(&state.head, writer.recorded_at(&state.head));
        let (anchor, _) = chain.push(&entry);
        let (before, growth) = Growth::of(state, chain, &writer.ledger.signers());
        growth.write(&transaction, ledger, &before).await?;
        let row = self.row(ledger, anchor);
        timestamp::Entity::insert(row)
            .exec_without_returning(&transaction)
            .await?;
        growth.commit(transaction, writer).await?;
        Ok(Some(self.stored(anchor)))
    }
}

impl Binding {
    fn row(&self, ledger: i32, anchor: Index) -> timestamp::ActiveModel {
        let stored = self.stored(anchor);
        timestamp::ActiveModel {
            ledger: Set(ledger),
            size: Set(stored.size.as_i64()),
            anchor: Set(anchor.as_i64()),
            answer: Set(self.new.answer.clone()),
            tsa: Set(stored.tsa),
            earliest: Set(stored.earliest),
            latest: Set(stored.latest),
        }
    }

    fn stored(&self, anchor: Index) -> StoredStamp {
        StoredStamp {
            size: self.new.size,
            anchor,
            tsa: self.new.tsa.clone(),
            earliest: self.new.stamp.earliest().millis_before(),
            latest: self.new.stamp.latest().millis_after(),
            digest: sha256(&self.new.answer),
        }
    }
}

async fn note_of(db: &DatabaseTransaction, at: (i32, i64)) -> Result<String, StoreError> {
    let row = checkpoint::Entity::find_by_id(at).one(db).await?;
    let row = row.ok_or(StoreError::Corrupt {
        index: None,
        what: "the stamped checkpoint is missing",
    })?;
    Ok(row.note)
}

impl StoredStamp {
    fn of(row: &timestamp::Model) -> Result<Self, StoreError> {
        let damaged = || corrupt(u64::try_from(row.anchor).unwrap_or(0), "the row of a time stamp");
        Ok(Self {
            size: Size::try_from(row.size).map_err(|_| damaged())?,
            anchor: Index::try_from(row.anchor).map_err(|_| damaged())?,
            tsa: row.tsa.clone(),
            earliest: row.earliest,
            latest: row.latest,
            digest: sha256(&row.answer),
        })
    }
}

impl Store {
    /// What there is to be stamped.
    pub async fn to_stamp(&self) -> Result<ToStamp, StoreError> {
        let head = self.head().await?;
        let last = self.stamps(None, 1).await?.pop();
        let bound = last.as_ref().map(|last| last.anchor.next_size());
        Ok(ToStamp {
            size: head.size,
            stamped: stamped_bytes(&head.note).into_owned().into_bytes(),
            recorded_at: head.recorded_at,
            has_grown: bound.is_none_or(|bound| bound < head.size),
            last,
        })
    }

    /// The stamps over checkpoints smaller than `below`, the newest first, `limit` at most.
    pub async fn stamps(&self, below: Option<Size>, limit: u64) -> Result<Vec<StoredStamp>, StoreError> {
        let below = below.map_or(i64::MAX, Size::as_i64);
        let rows = self
            .stamp_rows()
            .filter(timestamp::Column::Size.lt(below))
            .order_by_desc(timestamp::Column::Size)
            .limit(limit)
            .all(&self.db.readers)
            .await?;
        rows.iter().map(StoredStamp::of).collect()
    }

    /// The authority's answer over the checkpoint of this size, DER.
    pub async fn stamp_answer(&self, size: Size) -> Result<Option<Vec<u8>>, StoreError> {
        let at = (self.ledger.row, size.as_i64());
        let row = timestamp::Entity::find_by_id(at).one(&self.db.readers).await?;
        Ok(row.map(|row| row.answer))
    }

    /// The stamps on both sides of the entry at `index`.
    pub async fn stamps_around(&self, index: Index) -> Result<StampsAround, StoreError> {
        let after = self
            .stamp_rows()
            .filter(timestamp::Column::Anchor.lt(index.as_i64()))
            .order_by_desc(timestamp::Column::Earliest)
            .one(&self.db.readers)
            .await?;
        let before = self
            .stamp_rows()
            .filter(timestamp::Column::Size.gt(index.as_i64()))
            .order_by_asc(timestamp::Column::Latest)
            .one(&self.db.readers)
            .await?;
        let stored = |row: Option<timestamp::Model>| row.as_ref().map(StoredStamp::of).transpose();
        Ok(StampsAround {
            after: stored(after)?,
            before: stored(before)?,
        })
    }

    fn stamp_rows(&self) -> sea_orm::Select<timestamp::Entity> {
        timestamp::Entity::find().filter(timestamp::Column::Ledger.eq(self.ledger.row))
    }
}
