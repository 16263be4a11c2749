//! The values of a bundle: every field and row of a record, or why nobody can open it.

use kirokubo_ledger::Index;
use kirokubo_ledger::bundle::{Opening, Withheld};
use kirokubo_ledger::commitment::{Field, RecordSecret, Salt};
use kirokubo_records::seal::Opener;

use super::ExportError;
use super::selection::Lines;
use crate::error::StoreError;
use crate::opened_record::OpenedRecord;
use crate::record::RecordHeader;
use crate::row_pages::{self, RowPages};
use crate::store::Store;

impl Store {
    /// Every field and row of the record at an index; nothing if there is none, or it does not open.
    pub(super) async fn add_openings(&self, lines: &mut Lines<'_>, index: Index) -> Result<(), ExportError> {
        match self.open_access(index).await {
            Ok(Some(opened)) => {
                lines.exported.records += 1;
                for opening in openings_of(index, &opened) {
                    lines.write(&opening)?;
                }
                return Ok(());
            }
            Ok(None) => {}
            Err(StoreError::Corrupt { .. }) => {
                lines.exported.unreadable += 1;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        let (header, opened) = match self.opened_at(index).await {
            Ok(Some(opened)) => opened,
            Ok(None) => return self.say_if_lost(lines, index).await,
            Err(StoreError::Corrupt { .. }) => {
                lines.exported.unreadable += 1;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        lines.exported.records += 1;
        for opening in openings_of(header.index, &opened) {
            lines.write(&opening)?;
        }
        self.add_further_rows(lines, &header, &opened).await
    }

    /// A content that was lost with a database is said to be, for nobody can open it.
    async fn say_if_lost(&self, lines: &mut Lines<'_>, index: Index) -> Result<(), ExportError> {
        let header = self.record_at(index).await?;
        if header.is_some_and(|header| header.is_lost()) {
            let reason = "lost".to_owned();
            let what = Withheld::Rest;
            lines.write(&Opening::Withheld { index, what, reason })?;
        }
        Ok(())
    }

    /// The rows of a list behind those that were opened with the record, page by page.
    async fn add_further_rows(
        &self,
        lines: &mut Lines<'_>,
        header: &RecordHeader,
        opened: &OpenedRecord,
    ) -> Result<(), ExportError> {
        if opened.total <= OpenedRecord::MOST_ROWS {
            return Ok(());
        }
        let opener = Opener::new(&opened.secret, self.record_ref(header.record_id));
        let expander = opened.secret.expander();
        let place = self.row_place(header.index).await?;
        let mut pages = RowPages::new(self, place, &opener).starting_at(OpenedRecord::MOST_ROWS);
        loop {
            let first = pages.next();
            let Ok(texts) = pages.page(row_pages::PAGE).await? else {
                // What is missing from here on is for the verifier to name.
                lines.exported.unreadable += 1;
                return Ok(());
            };
            if texts.is_empty() {
                return Ok(());
            }
            for (row, value) in (first..).zip(texts) {
                let salt = expander.row_salt(row);
                lines.write(&row_line(header.index, row, value, salt))?;
            }
        }
    }

    async fn opened_at(&self, index: Index) -> Result<Option<(RecordHeader, OpenedRecord)>, StoreError> {
        let Some(header) = self.record_at(index).await? else {
            return Ok(None);
        };
        let opened = self.open_record(&header).await?;
        Ok(opened.map(|opened| (header, opened)))
    }
}

/// The openings of a record: all sixteen fields, then the rows that were opened with it.
fn openings_of(index: Index, opened: &OpenedRecord) -> impl Iterator<Item = Opening> + '_ {
    let secret: &RecordSecret = &opened.secret;
    let expander = secret.expander();
    let field_salts = Field::ALL.map(|field| expander.field_salt(field));
    let fields = Field::ALL
        .into_iter()
        .zip(field_salts)
        .zip(opened.content.fields())
        .map(move |((field, salt), text)| {
            let value = text.clone().unwrap_or_default();
            Opening::Field {
                index,
                field,
                value,
                salt,
                path: None,
            }
        });
    let rows = (0_u64..)
        .zip(&opened.rows)
        .map(move |(row, value)| row_line(index, row, value.clone(), expander.row_salt(row)));
    fields.chain(rows)
}

/// The opening of one row; it stands together with all others of its record, so it needs no path.
fn row_line(index: Index, row: u64, value: String, salt: Salt) -> Opening {
    Opening::Row {
        index,
        row,
        value,
        salt,
        path: None,
    }
}
