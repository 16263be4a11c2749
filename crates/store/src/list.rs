//! Pages of the record book: headers in ledger order, by keyset.

use kirokubo_ledger::Index;
use kirokubo_ledger::entry::Case;
use kirokubo_records::seal::SearchToken;
use kirokubo_records::{Direction, Status};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use crate::entity::record;
use crate::error::StoreError;
use crate::links;
use crate::record::RecordHeader;
use crate::store::Store;

/// What to list; an absent part does not filter.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// 提供 or 受領.
    pub direction: Option<Direction>,
    /// The case.
    pub case: Option<Case>,
    /// Regular, voluntary, under review, non-conforming or voided.
    pub status: Option<Status>,
    /// First event day, days since 1970-01-01 in Japan time.
    pub from: Option<i32>,
    /// Last event day, likewise.
    pub to: Option<i32>,
    /// The third party's corporate number, 13 digits.
    pub corporate_number: Option<String>,
    /// Only records after this index.
    pub after: Option<Index>,
    /// Also those that another version took the place of, and those taken back.
    pub all_versions: bool,
}

impl Store {
    /// Up to `limit` headers in the order of the ledger.
    pub async fn list(&self, filter: &ListFilter, limit: u64) -> Result<Vec<RecordHeader>, StoreError> {
        let third_party = filter
            .corporate_number
            .as_ref()
            .map(|number| self.keyring.search().third_party(number));
        let rows = select(self.ledger.row, filter, third_party, limit)
            .all(&self.db.readers)
            .await?;
        rows.into_iter().map(|row| self.header(row)).collect()
    }
}

fn select(
    ledger: i32,
    filter: &ListFilter,
    third_party: Option<SearchToken>,
    limit: u64,
) -> Select<record::Entity> {
    use record::Column;
    record::Entity::find()
        .filter(Column::Ledger.eq(ledger))
        .apply_if(filter.after, |q, after| {
            // Among the records of some days the place is no way to find any; `+ 0` keeps it from being taken for one.
            let by_day = filter.from.is_some() || filter.to.is_some();
            let place = Expr::col(Column::Idx);
            let place = if by_day { place.add(0) } else { place };
            q.filter(place.gt(after.as_i64()))
        })
        .apply_if(filter.direction, |q, d| {
            q.filter(Column::Direction.eq(crate::rows::direction_number(d)))
        })
        .apply_if(filter.case, |q, case| {
            q.filter(Column::LawCase.eq(i16::from(case.as_byte())))
        })
        .apply_if(filter.status, |q, status| {
            q.filter(Column::Status.eq(crate::rows::status_number(status)))
        })
        .apply_if((!filter.all_versions).then_some(()), |q, ()| {
            let q = q.filter(Expr::cust(links::IS_NEWEST));
            match filter.status {
                // Who asks for what was taken back gets it.
                Some(_) => q,
                None => q.filter(Column::Status.ne(crate::rows::status_number(Status::Voided))),
            }
        })
        .apply_if(filter.from, |q, day| q.filter(Column::EventDate.gte(day)))
        .apply_if(filter.to, |q, day| q.filter(Column::EventDate.lte(day)))
        .apply_if(third_party, |q, token| {
            q.filter(Column::ThirdParty.eq(token.number()))
        })
        .order_by_asc(Column::Idx)
        .limit(limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    async fn plan(filter: &ListFilter, third_party: Option<SearchToken>) -> String {
        let select = select(1, filter, third_party, 50).build(sea_orm::DbBackend::Sqlite);
        plan::of(&select.sql).await
    }

    #[tokio::test]
    async fn a_page_by_day_reads_only_the_days_asked_for() {
        for after in [None, Index::new(7)] {
            let filter = ListFilter {
                from: Some(20_000),
                to: Some(20_030),
                after,
                ..ListFilter::default()
            };
            let plan = plan(&filter, None).await;
            assert!(
                plan.contains("records_by_day (ledger=? AND event_date>? AND event_date<?)"),
                "{plan}"
            );
        }
    }

    #[tokio::test]
    async fn a_page_by_third_party_reads_only_its_records_and_sorts_nothing() {
        for after in [None, Index::new(7)] {
            let filter = ListFilter {
                after,
                ..ListFilter::default()
            };
            let plan = plan(&filter, Some(SearchToken::from_number(7))).await;
            assert!(
                plan.contains("records_by_third_party (ledger=? AND third_party=?"),
                "{plan}"
            );
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
