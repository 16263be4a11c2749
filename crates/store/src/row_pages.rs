//! The principal rows of a record, page by page: those beside its entry, or those of the list that it cites.
//!
//! A record of a list may have a million rows, so nothing reads them all at once.

use kirokubo_ledger::Index;
use kirokubo_ledger::commitment::{Field, parse_principals_value};
use kirokubo_records::seal::{Content, OpenError, Opener};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::edge::stored;
use crate::entity::{list, principal_row};
use crate::error::StoreError;
use crate::opened_record::damaged;
use crate::record::RecordHeader;
use crate::store::Store;

/// Rows read at once by whatever goes through all of them.
pub(crate) const PAGE: u64 = 1_024;

/// Some consecutive principals of a record.
pub struct PrincipalPage {
    /// The exact JSON texts of the rows, from the place asked for on.
    pub rows: Vec<String>,
    /// How many the record has in all.
    pub total: u64,
}

impl Store {
    /// Up to `limit` principals of a record, from place `from` on; `None` once they are gone.
    pub async fn principals(
        &self,
        header: &RecordHeader,
        from: u64,
        limit: u64,
    ) -> Result<Option<PrincipalPage>, StoreError> {
        let Some(content) = self.sealed_content(header).await? else {
            return Ok(None);
        };
        let Some(opened) = self.unseal(header, &content, &[])? else {
            return Ok(None);
        };
        let opener = Opener::new(&opened.secret, self.record_ref(header.record_id));
        let place = self.row_place(header.index).await?;
        let rows = RowPages::new(self, place, &opener)
            .starting_at(from)
            .page(limit)
            .await?;
        Ok(Some(PrincipalPage {
            rows: rows.map_err(|error| damaged(header.index, error))?,
            total: opened.total,
        }))
    }

    /// The index under which the rows of a record stand: its own, or the negative number of its list.
    pub(crate) async fn row_place(&self, index: Index) -> Result<i64, StoreError> {
        let list = list::Entity::find()
            .filter(list::Column::Ledger.eq(self.ledger.row))
            .filter(list::Column::Idx.eq(index.as_i64()))
            .one(&self.db.readers)
            .await?;
        Ok(list.map_or(index.as_i64(), |list| -list.number))
    }
}

/// Goes through the rows under one index.
pub(crate) struct RowPages<'a> {
    store: &'a Store,
    place: i64,
    opener: &'a Opener,
    next: u64,
}

impl<'a> RowPages<'a> {
    /// Begins with the first row under `place`.
    pub(crate) fn new(store: &'a Store, place: i64, opener: &'a Opener) -> Self {
        Self {
            store,
            place,
            opener,
            next: 0,
        }
    }

    /// Begins with another row.
    pub(crate) fn starting_at(self, next: u64) -> Self {
        Self { next, ..self }
    }

    /// The place of the first row of the next page.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// The texts of up to `limit` more rows, none once there are no more. The inner error is about the stored bytes.
    pub(crate) async fn page(&mut self, limit: u64) -> Result<Result<Vec<String>, OpenError>, StoreError> {
        let rows = principal_row::Entity::find()
            .filter(principal_row::Column::Ledger.eq(self.store.ledger.row))
            .filter(principal_row::Column::Idx.eq(self.place))
            .filter(principal_row::Column::N.gte(stored(self.next)?))
            .order_by_asc(principal_row::Column::N)
            .limit(limit)
            .all(&self.store.db.readers)
            .await?;
        let mut texts = Vec::with_capacity(rows.len());
        for (n, row) in (self.next..).zip(&rows) {
            if u64::try_from(row.n) != Ok(n) {
                return Ok(Err(OpenError::Row(n)));
            }
            match self.opener.row(n, &row.sealed) {
                Ok(text) => texts.push(text),
                Err(error) => return Ok(Err(error)),
            }
        }
        self.next += u64::try_from(texts.len()).expect("a page is small");
        Ok(Ok(texts))
    }
}

/// How many principals a record's content says it has.
pub(crate) fn total(content: &Content) -> u64 {
    let said = content.present().find(|(field, _)| *field == Field::PRINCIPALS);
    said.and_then(|(_, text)| parse_principals_value(text))
        .map_or(0, |(count, _)| count.get())
}
