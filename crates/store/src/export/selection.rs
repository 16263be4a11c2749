//! Which values go into a bundle, and the lines for those that do not.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use kirokubo_ledger::bundle::{BundleStaging, Opening, OpeningsWriter, Withheld};
use kirokubo_ledger::commitment::Field;
use kirokubo_ledger::{Index, RecordId, Size};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::order::{BundleContent, BundleOrder};
use super::{ExportError, Exported};
use crate::edge::stored;
use crate::entity::record;
use crate::error::StoreError;
use crate::opening::{OpeningChoice, OpeningError, RecordOpening};
use crate::record::RecordHeader;
use crate::store::Store;

/// Why a record of another day is withheld.
const OUT_OF_PERIOD: &str = "out_of_period";

/// Why a record or row of other people is withheld.
const OTHER_PERSON: &str = "other_person";

/// What is opened.
pub(super) enum Selection {
    Nothing,
    Everything,
    Days(RangeInclusive<i32>),
    /// One person's records, each with his rows.
    Person(BTreeMap<Index, BTreeSet<u64>>),
}

/// Where lines go, and what is counted of them.
pub(super) struct Lines<'a> {
    pub(super) staging: &'a mut BundleStaging,
    pub(super) openings: &'a mut OpeningsWriter,
    pub(super) exported: &'a mut Exported,
}

impl Store {
    /// Looks up what an order means in the ledger as it stands.
    pub(super) async fn selection(&self, order: &BundleOrder) -> Result<Selection, ExportError> {
        Ok(match &order.content {
            BundleContent::Structure => Selection::Nothing,
            BundleContent::Full => Selection::Everything,
            BundleContent::Period { from, to } => Selection::Days(*from..=*to),
            BundleContent::Principal { query, from, to } => {
                let plan = self.records_of_person(query, (*from, *to), true).await?;
                let rows = plan.into_iter().map(|(index, shown)| (index, shown.rows));
                Selection::Person(rows.collect())
            }
        })
    }

    /// Which records a selection opens in a ledger of `size` entries: their ids, or all below an index.
    pub(super) async fn shown_by(
        &self,
        selection: &Selection,
        size: Size,
    ) -> Result<(Vec<RecordId>, Option<u64>), StoreError> {
        match selection {
            Selection::Nothing => Ok((Vec::new(), None)),
            Selection::Everything => Ok((Vec::new(), Some(size.get()))),
            Selection::Days(days) => {
                let rows: Vec<Vec<u8>> = record::Entity::find()
                    .select_only()
                    .column(record::Column::RecordId)
                    .filter(record::Column::Ledger.eq(self.ledger.row))
                    .filter(record::Column::Idx.lt(size.as_i64()))
                    .filter(record::Column::EventDate.between(*days.start(), *days.end()))
                    .order_by_asc(record::Column::Idx)
                    .into_tuple()
                    .all(&self.db.readers)
                    .await?;
                // A damaged id is left to the verifier.
                let ids = rows
                    .into_iter()
                    .filter_map(|id| id.try_into().ok().map(RecordId::from_bytes));
                Ok((ids.collect(), None))
            }
            Selection::Person(records) => Ok((self.ids_at(records.keys().copied()).await?, None)),
        }
    }

    /// The ids of the records at these indexes; one whose row is damaged is left out.
    pub(crate) async fn ids_at(
        &self,
        indexes: impl Iterator<Item = Index> + Send,
    ) -> Result<Vec<RecordId>, StoreError> {
        let mut ids = Vec::new();
        for index in indexes {
            match self.record_at(index).await {
                Ok(header) => ids.extend(header.map(|header| header.record_id)),
                Err(StoreError::Corrupt { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ids)
    }

    /// The lines of the records among the entries `first..end`.
    pub(super) async fn add_selected(
        &self,
        lines: &mut Lines<'_>,
        selection: &Selection,
        (first, end): (u64, u64),
    ) -> Result<(), ExportError> {
        match selection {
            Selection::Nothing => Ok(()),
            Selection::Everything => {
                for index in (first..end).filter_map(Index::new) {
                    self.add_openings(lines, index).await?;
                }
                Ok(())
            }
            Selection::Days(days) => {
                for header in self.headers(lines, first, end).await? {
                    if days.contains(&header.event_day) {
                        self.add_openings(lines, header.index).await?;
                    } else {
                        lines.withhold(header.index, OUT_OF_PERIOD)?;
                    }
                }
                Ok(())
            }
            Selection::Person(records) => {
                for header in self.headers(lines, first, end).await? {
                    match records.get(&header.index) {
                        Some(rows) => self.add_rows_of_person(lines, &header, rows).await?,
                        None => lines.withhold(header.index, OTHER_PERSON)?,
                    }
                }
                Ok(())
            }
        }
    }

    /// The records among some entries. One whose row is damaged is counted and left to the verifier.
    async fn headers(
        &self,
        lines: &mut Lines<'_>,
        first: u64,
        end: u64,
    ) -> Result<Vec<RecordHeader>, StoreError> {
        let rows = record::Entity::find()
            .filter(record::Column::Ledger.eq(self.ledger.row))
            .filter(record::Column::Idx.gte(stored(first)?))
            .filter(record::Column::Idx.lt(stored(end)?))
            .order_by_asc(record::Column::Idx)
            .all(&self.db.readers)
            .await?;
        let mut headers = Vec::with_capacity(rows.len());
        for row in rows {
            match self.header(row) {
                Ok(header) => headers.push(header),
                Err(StoreError::Corrupt { .. }) => lines.exported.unreadable += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(headers)
    }

    /// All sixteen fields of a record, and of its rows those of one person.
    async fn add_rows_of_person(
        &self,
        lines: &mut Lines<'_>,
        header: &RecordHeader,
        rows: &BTreeSet<u64>,
    ) -> Result<(), ExportError> {
        let index = header.index;
        let mut found = Vec::new();
        for row in rows.iter().copied().map(Some).chain([None]) {
            let fields = match row {
                Some(_) => Vec::new(),
                None => Field::ALL.to_vec(),
            };
            match self.opening(header, &OpeningChoice { fields, row }).await {
                Ok(opened) => found.push((row, opened)),
                Err(OpeningError::Erased) => return Ok(()),
                // The verifier will say that something is missing here.
                Err(OpeningError::NoSuchRow | OpeningError::Store(StoreError::Corrupt { .. })) => {
                    lines.exported.unreadable += 1;
                    return Ok(());
                }
                Err(OpeningError::Store(error)) => return Err(error.into()),
            }
        }
        lines.exported.records += 1;
        for opening in fields_first(index, found) {
            lines.write(&opening)?;
        }
        lines.withhold(index, OTHER_PERSON)
    }
}

impl Lines<'_> {
    pub(super) fn write(&mut self, opening: &Opening) -> Result<(), ExportError> {
        Ok(self.openings.write(self.staging, opening)?)
    }

    /// Says that what was not opened of a record is withheld.
    fn withhold(&mut self, index: Index, reason: &str) -> Result<(), ExportError> {
        let (what, reason) = (Withheld::Rest, reason.to_owned());
        self.write(&Opening::Withheld { index, what, reason })
    }
}

/// Fields without paths, since all sixteen stand together; then rows, which need theirs.
fn fields_first(index: Index, found: Vec<(Option<u64>, RecordOpening)>) -> Vec<Opening> {
    let (mut fields, mut rows) = (Vec::new(), Vec::new());
    for (row, opened) in found {
        fields.extend(opened.fields.into_iter().map(|field| Opening::Field {
            index,
            field: field.field,
            value: field.value,
            salt: field.salt,
            path: None,
        }));
        rows.extend(row.zip(opened.row).map(|(row, opening)| Opening::Row {
            index,
            row,
            value: opening.value,
            salt: opening.salt,
            path: Some(opening.path),
        }));
    }
    fields.into_iter().chain(rows).collect()
}
