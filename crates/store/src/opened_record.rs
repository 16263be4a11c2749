//! Opening what is sealed: a record's content and its principal rows.
//!
//! A record that is gone, by erasure or because its month's key was destroyed, opens to `None`. A ciphertext that
//! does not decrypt is damage, [`StoreError::Corrupt`], and never "not found".

use std::fmt;

use kirokubo_ledger::commitment::{RecordRef, RecordSecret};
use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::japan_day;
use kirokubo_records::seal::{self, Content, Month, OpenError, Opener};
use sea_orm::EntityTrait;

use crate::entity::{principal_row, record_content};
use crate::error::{StoreError, corrupt};
use crate::keyring::KeyError;
use crate::month_ends;
use crate::record::RecordHeader;
use crate::row_pages::{self, RowPages};
use crate::store::Store;

/// A record's opened content, and the secret that opens its commitments.
pub struct OpenedRecord {
    /// Field texts and what the judgement said.
    pub content: Content,
    /// The record's secret.
    pub secret: RecordSecret,
    /// The exact JSON texts of its principal rows: the first [`OpenedRecord::MOST_ROWS`], or the one that was found.
    pub rows: Vec<String>,
    /// How many it has in all.
    pub total: u64,
}

impl OpenedRecord {
    /// Rows opened at once; a list may have millions.
    pub const MOST_ROWS: u64 = 1_000;
}

impl fmt::Debug for OpenedRecord {
    /// Persons stay out of logs and panics.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedRecord")
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// A record's content and its first rows, decrypted; `None` once they are gone.
    pub async fn open_record(&self, header: &RecordHeader) -> Result<Option<OpenedRecord>, StoreError> {
        let Some(content) = self.sealed_content(header).await? else {
            return Ok(None);
        };
        let Some(mut opened) = self.unseal(header, &content, &[])? else {
            return Ok(None);
        };
        let opener = Opener::new(&opened.secret, self.record_ref(header.record_id));
        let place = self.row_place(header.index).await?;
        let rows = RowPages::new(self, place, &opener)
            .page(OpenedRecord::MOST_ROWS)
            .await?;
        opened.rows = rows.map_err(|error| damaged(header.index, error))?;
        Ok(Some(opened))
    }

    /// A record's content alone, decrypted; `None` once it is gone. No principal row is read, however many there are.
    pub async fn open_content(&self, header: &RecordHeader) -> Result<Option<Content>, StoreError> {
        let Some(content) = self.sealed_content(header).await? else {
            return Ok(None);
        };
        Ok(self.unseal(header, &content, &[])?.map(|opened| opened.content))
    }

    pub(crate) async fn sealed_content(
        &self,
        header: &RecordHeader,
    ) -> Result<Option<record_content::Model>, StoreError> {
        let at = (self.ledger.row, header.index.as_i64());
        let content = record_content::Entity::find_by_id(at)
            .one(&self.db.readers)
            .await?;
        if let Some(content) = &content {
            self.know_key_of(content.month).await?;
        }
        Ok(content)
    }

    /// Sees to it that the key of a month that is over is the one that wraps now: another node may just have ended the one
    /// before. Keys of other months never change.
    pub(crate) async fn know_key_of(&self, month: i32) -> Result<(), StoreError> {
        let this = Month::of_days(japan_day(self.clock.now_ms()));
        if self.db.is_shared() && (0..this.number()).contains(&month) {
            month_ends::learn(&self.db.readers, self.ledger.row, &self.keyring).await?;
        }
        Ok(())
    }

    /// Decrypts a record's content and those of its rows that are given, each with its number; `None` if the key
    /// of its month was destroyed.
    pub(crate) fn unseal(
        &self,
        header: &RecordHeader,
        content: &record_content::Model,
        rows: &[(u64, &principal_row::Model)],
    ) -> Result<Option<OpenedRecord>, StoreError> {
        let record = self.record_ref(header.record_id);
        let Some(secret) = self.secret(header.index, &record, content)? else {
            return Ok(None);
        };
        let opener = Opener::new(&secret, record);
        let damaged = |error| damaged(header.index, error);
        let rows: Result<_, _> = rows.iter().map(|(n, row)| opener.row(*n, &row.sealed)).collect();
        let content = opener.content(&content.sealed).map_err(damaged)?;
        Ok(Some(OpenedRecord {
            total: row_pages::total(&content),
            content,
            rows: rows.map_err(damaged)?,
            secret,
        }))
    }

    /// The record as commitments and ciphertexts name it.
    pub(crate) fn record_ref(&self, record_id: RecordId) -> RecordRef {
        RecordRef {
            ledger_id: *self.ledger.ledger_id(),
            record_id,
        }
    }

    /// Unwraps a record's secret with the key of its month; `None` if that key was destroyed.
    pub(crate) fn secret(
        &self,
        index: Index,
        record: &RecordRef,
        content: &record_content::Model,
    ) -> Result<Option<RecordSecret>, StoreError> {
        let damaged = |error| damaged(index, error);
        let month = Month::from_number(content.month).ok_or_else(|| damaged(OpenError::Secret))?;
        let key = match self.keyring.month_to_open(month) {
            Err(KeyError::NoSuchMonth(_)) => return Ok(None),
            key => key?,
        };
        let secret = seal::unwrap_secret(&key, &content.secret, record);
        secret.map(Some).map_err(damaged)
    }
}

pub(crate) fn damaged(index: Index, error: OpenError) -> StoreError {
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
