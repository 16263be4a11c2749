//! What an event learns of the lists that it cites.

use std::collections::{BTreeMap, BTreeSet};

use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::RecordSecret;
use kirokubo_records::seal::{Month, unwrap_secret};
use kirokubo_records::{IdBytes, KnownList};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::row::{self, state, trusted};
use crate::entity::list;
use crate::error::StoreError;
use crate::store::Store;

/// What a record that cites a list is sealed with.
pub struct ListSeal {
    /// The list's number.
    pub number: i64,
    /// The id that was reserved for the record.
    pub record_id: RecordId,
    /// The secret that the rows are sealed with.
    pub secret: RecordSecret,
}

impl Store {
    /// The complete lists among the cited ones.
    pub(crate) async fn known_lists(
        &self,
        ids: &BTreeSet<IdBytes>,
    ) -> Result<BTreeMap<IdBytes, KnownList>, StoreError> {
        let mut known = BTreeMap::new();
        if ids.is_empty() {
            return Ok(known);
        }
        let rows = list::Entity::find()
            .filter(list::Column::Ledger.eq(self.ledger.row))
            .filter(list::Column::ListId.is_in(ids.iter().map(|id| id.to_vec())))
            .filter(list::Column::State.ne(state::UPLOADING))
            .all(&self.db.readers)
            .await?;
        for found in rows {
            let found = trusted(self, found)?;
            let list = KnownList {
                count: row::count(&found)?,
                principals: row::principals_text(&found)?,
                used: found.state == state::USED,
            };
            known.insert(row::list_id(&found)?, list);
        }
        Ok(known)
    }

    /// What to seal the record with that cites a list; `None` if another record has the list.
    pub async fn list_seal(&self, id: &IdBytes) -> Result<Option<ListSeal>, StoreError> {
        let Some(found) = self.list_row(id).await? else {
            return Ok(None);
        };
        if found.state != state::COMPLETE {
            return Ok(None);
        }
        Ok(Some(ListSeal {
            number: found.number,
            record_id: row::record_of(self, &found)?.record_id,
            secret: self.list_secret(&found)?,
        }))
    }

    /// The row of a list by its id.
    pub(super) async fn list_row(&self, id: &IdBytes) -> Result<Option<list::Model>, StoreError> {
        let found = list::Entity::find()
            .filter(list::Column::Ledger.eq(self.ledger.row))
            .filter(list::Column::ListId.eq(id.to_vec()))
            .one(&self.db.readers)
            .await?;
        found.map(|found| trusted(self, found)).transpose()
    }

    /// The secret of a list that no record has yet.
    pub(crate) fn list_secret(&self, found: &list::Model) -> Result<RecordSecret, StoreError> {
        let key = self.keyring.month_to_open(Month::OPEN)?;
        let record = row::record_of(self, found)?;
        unwrap_secret(&key, &found.secret, &record).map_err(|_| row::damaged("the secret of a list"))
    }
}
