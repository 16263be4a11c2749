//! Pages of the record book: headers in ledger order, by keyset.

use kirokubo_ledger::Index;
use kirokubo_ledger::entry::Case;
use kirokubo_records::{Direction, Status};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::entity::record;
use crate::error::StoreError;
use crate::record::{RecordHeader, header};
use crate::store::Store;

/// What to list; an absent part does not filter.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// 提供 or 受領.
    pub direction: Option<Direction>,
    /// The case.
    pub case: Option<Case>,
    /// Regular, voluntary, under review or non-conforming.
    pub status: Option<Status>,
    /// First event day, days since 1970-01-01 in Japan time.
    pub from: Option<i32>,
    /// Last event day, likewise.
    pub to: Option<i32>,
    /// The third party's corporate number, 13 digits.
    pub corporate_number: Option<String>,
    /// Only records after this index.
    pub after: Option<Index>,
}

impl Store {
    /// Up to `limit` headers in the order of the ledger.
    pub async fn list(&self, filter: &ListFilter, limit: u64) -> Result<Vec<RecordHeader>, StoreError> {
        use record::Column;
        let third_party = filter
            .corporate_number
            .as_ref()
            .map(|number| self.keyring.search().third_party(number));
        let rows = record::Entity::find()
            .filter(Column::Ledger.eq(self.ledger.row))
            .apply_if(filter.after, |q, after| q.filter(Column::Idx.gt(after.as_i64())))
            .apply_if(filter.direction, |q, d| {
                q.filter(Column::Direction.eq(crate::rows::direction_number(d)))
            })
            .apply_if(filter.case, |q, case| {
                q.filter(Column::LawCase.eq(i16::from(case.as_byte())))
            })
            .apply_if(filter.status, |q, status| {
                q.filter(Column::Status.eq(crate::rows::status_number(status)))
            })
            .apply_if(filter.from, |q, day| q.filter(Column::EventDate.gte(day)))
            .apply_if(filter.to, |q, day| q.filter(Column::EventDate.lte(day)))
            .apply_if(third_party, |q, token| {
                q.filter(Column::ThirdParty.eq(token.number()))
            })
            .order_by_asc(Column::Idx)
            .limit(limit)
            .all(&self.db.readers)
            .await?;
        rows.into_iter().map(header).collect()
    }
}
