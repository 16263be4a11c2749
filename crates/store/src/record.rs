//! Reading records back: what they are, their sealed content, and the answer they were first given.

use kirokubo_ledger::commitment::{RecordRef, RecordSecret};
use kirokubo_ledger::entry::{Case, Entry, RetainThrough};
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::seal::{self, Content, Month, OpenError, Opener};
use kirokubo_records::{Direction, Status};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{checkpoint, entry, principal_row, record, record_content};
use crate::error::{StoreError, corrupt};
use crate::keyring::KeyError;
use crate::natural_key::Existing;
use crate::outcome::Appended;
use crate::store::Store;

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

/// A record's opened content, and the secret that opens its commitments.
#[derive(Debug)]
pub struct OpenedRecord {
    /// Field texts and what the judgement said.
    pub content: Content,
    /// The record's secret.
    pub secret: RecordSecret,
    /// The exact JSON texts of its principal rows.
    pub rows: Vec<String>,
}

impl Store {
    /// A record by its id.
    pub async fn record(&self, id: &RecordId) -> Result<Option<RecordHeader>, StoreError> {
        let row = record::Entity::find()
            .filter(record::Column::Ledger.eq(self.ledger.row))
            .filter(record::Column::RecordId.eq(id.as_bytes().to_vec()))
            .one(&self.db.readers)
            .await?;
        row.map(header).transpose()
    }

    /// A record by the index of its entry.
    pub async fn record_at(&self, index: Index) -> Result<Option<RecordHeader>, StoreError> {
        let row = record::Entity::find_by_id((self.ledger.row, index.as_i64()))
            .one(&self.db.readers)
            .await?;
        row.map(header).transpose()
    }

    /// A record's content and rows, decrypted; `None` once they are erased.
    ///
    /// A ciphertext that does not decrypt is [`StoreError::Corrupt`], never "not found".
    pub async fn open_record(&self, header: &RecordHeader) -> Result<Option<OpenedRecord>, StoreError> {
        let at = (self.ledger.row, header.index.as_i64());
        let Some(row) = record_content::Entity::find_by_id(at)
            .one(&self.db.readers)
            .await?
        else {
            return Ok(None);
        };
        let rows = principal_row::Entity::find()
            .filter(principal_row::Column::Ledger.eq(self.ledger.row))
            .filter(principal_row::Column::Idx.eq(header.index.as_i64()))
            .order_by_asc(principal_row::Column::N)
            .all(&self.db.readers)
            .await?;
        self.unseal(header, &row, &rows).map(Some)
    }

    /// Decrypts what was read of one record.
    pub(crate) fn unseal(
        &self,
        header: &RecordHeader,
        content: &record_content::Model,
        rows: &[principal_row::Model],
    ) -> Result<OpenedRecord, StoreError> {
        let secret = self.secret(header, content)?;
        let opener = Opener::new(&secret, self.record_ref(header));
        let damaged = |error| damaged(header.index, error);
        let rows = (0_i64..).zip(rows).map(|(n, row)| {
            let number = u64::try_from(n)
                .ok()
                .filter(|_| n == row.n)
                .ok_or(OpenError::Malformed);
            number
                .and_then(|number| opener.row(number, &row.sealed))
                .map_err(damaged)
        });
        let rows = rows.collect::<Result<_, _>>()?;
        let content = opener.content(&content.sealed).map_err(damaged)?;
        Ok(OpenedRecord {
            content,
            secret,
            rows,
        })
    }

    /// Decrypts a record's content and only one of its rows.
    pub(crate) fn unseal_row(
        &self,
        header: &RecordHeader,
        content: &record_content::Model,
        n: u64,
        row: &principal_row::Model,
    ) -> Result<OpenedRecord, StoreError> {
        let secret = self.secret(header, content)?;
        let opener = Opener::new(&secret, self.record_ref(header));
        let damaged = |error| damaged(header.index, error);
        let rows = vec![opener.row(n, &row.sealed).map_err(damaged)?];
        let content = opener.content(&content.sealed).map_err(damaged)?;
        Ok(OpenedRecord {
            content,
            secret,
            rows,
        })
    }

    /// The record as commitments and ciphertexts name it.
    pub(crate) fn record_ref(&self, header: &RecordHeader) -> RecordRef {
        RecordRef {
            ledger_id: *self.ledger.ledger_id(),
            record_id: header.record_id,
        }
    }

    /// Unwraps a record's secret with the key of its month.
    pub(crate) fn secret(
        &self,
        header: &RecordHeader,
        content: &record_content::Model,
    ) -> Result<RecordSecret, StoreError> {
        let month =
            Month::from_number(content.month).ok_or_else(|| damaged(header.index, OpenError::Secret))?;
        let key = match self.keyring.month_to_open(month) {
            // Only somebody who edited the row, or lost the key, brings us here.
            Err(KeyError::NoSuchMonth(_)) => return Err(damaged(header.index, OpenError::Secret)),
            key => key?,
        };
        seal::unwrap_secret(&key, &content.secret, &self.record_ref(header))
            .map_err(|error| damaged(header.index, error))
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

/// A row of `records` as a header.
pub(crate) fn header(row: record::Model) -> Result<RecordHeader, StoreError> {
    let index = Index::try_from(row.idx).map_err(|_| corrupt(0, "record index"))?;
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

fn damaged(index: Index, error: OpenError) -> StoreError {
    corrupt(
        index.get(),
        match error {
            OpenError::Secret => "the record's secret does not unwrap",
            OpenError::Content => "the record's content does not decrypt",
            OpenError::Malformed => "the record's content is malformed",
            OpenError::Row(_) => "a principal row does not decrypt",
        },
    )
}
