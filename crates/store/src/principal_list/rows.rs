//! Going through the rows of a list.

use kirokubo_records::IdBytes;
use kirokubo_records::seal::Opener;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use super::row::{self, state};
use crate::entity::list;
use crate::error::StoreError;
use crate::row_pages::RowPages;
use crate::store::Store;

impl Store {
    /// The exact JSON texts of up to `limit` rows of a complete list that no record has yet, from place `from` on:
    /// for checks that must see every principal before the list is used. `None` if there is no such list.
    pub async fn list_rows(
        &self,
        id: &IdBytes,
        from: u64,
        limit: u64,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let Some(found) = self.list_row(id).await? else {
            return Ok(None);
        };
        if found.state != state::COMPLETE {
            return Ok(None);
        }
        let opener = Opener::new(&self.list_secret(&found)?, row::record_of(self, &found)?);
        let mut pages = RowPages::new(self, -found.number, &opener).starting_at(from);
        let rows = pages.page(limit).await?;
        rows.map(Some).map_err(|_| row::damaged("a row of a list"))
    }

    /// How many complete lists there are.
    pub(crate) async fn count_lists(&self) -> Result<u64, StoreError> {
        let text = "SELECT count(*) AS lists FROM lists WHERE ledger = $1 AND state <> $2";
        let values = [self.ledger.row.into(), state::UPLOADING.into()];
        let db = &self.db.readers;
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        let counted = db.query_one_raw(statement).await?;
        let lists: i64 = counted.map_or(Ok(0), |row| row.try_get("", "lists"))?;
        Ok(u64::try_from(lists).unwrap_or(0))
    }
}

/// Up to `limit` lists after a number, in their order.
pub(crate) async fn all_lists(store: &Store, after: i64, limit: u64) -> Result<Vec<list::Model>, StoreError> {
    let lists = list::Entity::find()
        .filter(list::Column::Ledger.eq(store.ledger.row))
        .filter(list::Column::Number.gt(after))
        .order_by_asc(list::Column::Number)
        .limit(limit);
    Ok(lists.all(&store.db.readers).await?)
}
