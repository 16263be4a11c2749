//! Reading the access ledger: who read what, page by page.

use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::seal::Opener;
use kirokubo_records::{Access, AccessKind};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{AccessLedger, is_as_written};
use crate::entity::{access, access_record, record_content};
use crate::error::{StoreError, corrupt};
use crate::opened_record::{OpenedRecord, damaged};
use crate::store::Store;

/// Which readings are asked for.
#[derive(Clone, Debug, Default)]
pub struct AccessFilter {
    /// Of this record: its id, and the index of its entry in the ledger of records.
    pub record: Option<(RecordId, Index)>,
    /// By this actor.
    pub actor: Option<String>,
    /// Of this kind.
    pub kind: Option<AccessKind>,
    /// Not before this moment, Unix milliseconds.
    pub from: Option<i64>,
    /// Before this moment, Unix milliseconds.
    pub until: Option<i64>,
    /// Behind this entry.
    pub after: Option<Index>,
}

/// One reading.
#[derive(Clone, Debug)]
pub struct LoggedAccess {
    /// Index of its entry in the access ledger.
    pub index: Index,
    /// Its id.
    pub id: RecordId,
    /// What kind it was.
    pub kind: AccessKind,
    /// The opaque id of who read.
    pub actor: String,
    /// When, Unix milliseconds.
    pub at: i64,
    /// Set where everything was read: all records below this index.
    pub all_below: Option<i64>,
    /// All the rest; `None` once it was erased.
    pub opened: Option<Access>,
}

impl Store {
    /// Opens the reading at an index of the access ledger, which this store is about; `None` where there is none or it is
    /// gone.
    pub(crate) async fn open_access(&self, index: Index) -> Result<Option<OpenedRecord>, StoreError> {
        let at = (self.ledger.row, index.as_i64());
        let row = access::Entity::find_by_id(at).one(&self.db.readers).await?;
        let content = record_content::Entity::find_by_id(at)
            .one(&self.db.readers)
            .await?;
        let Some((row, content)) = row.zip(content) else {
            return Ok(None);
        };
        let id = row.access_id.try_into().map(RecordId::from_bytes);
        let record = self.record_ref(id.map_err(|_| corrupt(index.get(), "the row of a reading"))?);
        let Some(secret) = self.secret(index, &record, &content)? else {
            return Ok(None);
        };
        let opened = Opener::new(&secret, record).content(&content.sealed);
        Ok(Some(OpenedRecord {
            content: opened.map_err(|error| damaged(index, error))?,
            secret,
            rows: Vec::new(),
            total: 0,
        }))
    }
}

impl AccessLedger {
    /// Up to `limit` readings in the order of the ledger.
    pub async fn log(&self, filter: &AccessFilter, limit: u64) -> Result<Vec<LoggedAccess>, StoreError> {
        let store = &self.0;
        let rows = access::Entity::find()
            .filter(condition(store.ledger.row, filter))
            .order_by_asc(access::Column::Idx)
            .limit(limit)
            .all(&store.db.readers)
            .await?;
        let mut log = Vec::with_capacity(rows.len());
        for row in rows {
            log.push(self.logged(row).await?);
        }
        Ok(log)
    }

    async fn logged(&self, row: access::Model) -> Result<LoggedAccess, StoreError> {
        let store = &self.0;
        let index = Index::try_from(row.idx).map_err(|_| corrupt(0, "the index of a reading"))?;
        let bad = || corrupt(index.get(), "the row of a reading");
        if !is_as_written(&row, store.keyring.digest().rows()) {
            return Err(bad());
        }
        let opened = store.open_access(index).await?;
        let opened = opened.map(|opened| Access::of_content(&opened.content).ok_or_else(bad));
        Ok(LoggedAccess {
            index,
            id: row
                .access_id
                .try_into()
                .map(RecordId::from_bytes)
                .map_err(|_| bad())?,
            kind: AccessKind::from_number(row.kind).ok_or_else(bad)?,
            actor: row.actor,
            at: row.made_at,
            all_below: row.all_below,
            opened: opened.transpose()?,
        })
    }
}

fn condition(ledger: i32, filter: &AccessFilter) -> Condition {
    let of_record = filter.record.as_ref().map(|(id, index)| {
        let named = Query::select()
            .column(access_record::Column::Idx)
            .from(access_record::Entity)
            .and_where(access_record::Column::Ledger.eq(ledger))
            .and_where(access_record::Column::Record.eq(id.as_bytes().to_vec()))
            .to_owned();
        Condition::any()
            .add(access::Column::Idx.in_subquery(named))
            .add(access::Column::AllBelow.gt(index.as_i64()))
    });
    Condition::all()
        .add(access::Column::Ledger.eq(ledger))
        .add_option(filter.actor.as_ref().map(|actor| access::Column::Actor.eq(actor)))
        .add_option(filter.kind.map(|kind| access::Column::Kind.eq(kind.number())))
        .add_option(filter.from.map(|from| access::Column::MadeAt.gte(from)))
        .add_option(filter.until.map(|until| access::Column::MadeAt.lt(until)))
        .add_option(filter.after.map(|after| access::Column::Idx.gt(after.as_i64())))
        .add_option(of_record)
}
