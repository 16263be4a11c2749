//! The checkpoint that the world is shown.

use kirokubo_ledger::Size;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::entity::published;
use crate::error::StoreError;
use crate::store::Store;

/// What was shown last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its size.
    pub size: Size,
    /// When, Unix milliseconds.
    pub at: i64,
    /// How.
    pub way: Way,
}

/// How a checkpoint is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// And every newer head as well, as soon as it is committed.
    EveryHead,
    /// Without the quorum of a policy.
    Unwitnessed,
    /// With the quorum of the policy of that day.
    Witnessed,
}

impl Way {
    pub(crate) const fn stored(self) -> i16 {
        match self {
            Self::EveryHead => 0,
            Self::Unwitnessed => 1,
            Self::Witnessed => 2,
        }
    }

    fn read(way: i16) -> Option<Self> {
        [Self::EveryHead, Self::Unwitnessed, Self::Witnessed]
            .into_iter()
            .find(|known| known.stored() == way)
    }
}

impl Store {
    /// What was shown last, or `None` if nothing ever was.
    pub async fn last_published(&self) -> Result<Option<Published>, StoreError> {
        let query = published::Entity::find().filter(published::Column::Ledger.eq(self.ledger.row));
        let newest = query.order_by_desc(published::Column::Seq);
        let row = newest.one(&self.db.readers).await?;
        row.map(|row| self.read_published(&row)).transpose()
    }

    /// The newest checkpoint that was shown with a quorum.
    pub async fn last_witnessed(&self) -> Result<Option<Published>, StoreError> {
        let query = published::Entity::find()
            .filter(published::Column::Ledger.eq(self.ledger.row))
            .filter(published::Column::Way.eq(Way::Witnessed.stored()));
        let newest = query.order_by_desc(published::Column::Seq);
        let row = newest.one(&self.db.readers).await?;
        row.map(|row| self.read_published(&row)).transpose()
    }

    /// Says that the checkpoint of `size` is shown from now on; gives what is. Durable when this returns. If another server
    /// has published a larger one meanwhile, or the same in the same way, that stays.
    pub async fn publish(&self, size: Size, way: Way) -> Result<Published, StoreError> {
        let transaction = self.db.begin_writing(self.ledger.row).await?;
        let last = published::Entity::find()
            .filter(published::Column::Ledger.eq(self.ledger.row))
            .order_by_desc(published::Column::Seq)
            .one(&transaction)
            .await?;
        if let Some(last) = &last
            && self.db.is_shared()
        {
            let last = self.read_published(last)?;
            if last.size > size || (last.size, last.way) == (size, way) {
                transaction.rollback().await?;
                return Ok(last);
            }
        }
        let at = self.clock.now_ms();
        let mut row = published::Model {
            ledger: self.ledger.row,
            seq: last.map_or(0, |last| last.seq + 1),
            size: size.as_i64(),
            published_at: at,
            way: way.stored(),
            mac: Vec::new(),
        };
        row.mac = self.published_mac(&row).to_vec();
        published::Entity::insert(published::ActiveModel::from(row))
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(Published { size, at, way })
    }

    /// The row as it says, if it is as we wrote it.
    pub(crate) fn read_published(&self, row: &published::Model) -> Result<Published, StoreError> {
        let is_ours = row.mac == self.published_mac(row);
        match (Size::try_from(row.size), Way::read(row.way)) {
            (Ok(size), Some(way)) if is_ours => Ok(Published {
                size,
                at: row.published_at,
                way,
            }),
            _ => Err(StoreError::Corrupt {
                index: None,
                what: "what was published",
            }),
        }
    }

    fn published_mac(&self, row: &published::Model) -> [u8; 16] {
        let published::Model {
            ledger,
            seq,
            size,
            published_at,
            way,
            mac: _,
        } = row;
        let mut bytes = b"published\n".to_vec();
        bytes.extend(ledger.to_be_bytes());
        for number in [seq, size, published_at] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend(way.to_be_bytes());
        self.keyring.digest().rows().mac(&bytes)
    }
}
