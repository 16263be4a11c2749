//! Reading masters back.

use std::collections::{BTreeMap, HashMap};

use kirokubo_records::IdBytes;
use kirokubo_records::master::{LookUp, MasterVersion};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Statement, Value};

use super::{Master, MasterKind, damaged};
use crate::entity::master;
use crate::error::StoreError;
use crate::store::Store;

/// Masters of ledger `$1` and kind `$2` behind the id `$3`, at most `$4`, with all their versions.
const PAGE: &str = "SELECT ledger, kind, id, version, holds_from, made_at, made_by, sealed FROM masters \
     WHERE ledger = $1 AND kind = $2 AND id IN (SELECT id FROM masters \
     WHERE ledger = $1 AND kind = $2 AND id > $3 AND version = 1 ORDER BY id LIMIT $4) ORDER BY id, version";

/// Masters of ledger `$1` and kind `$2` that can be found by the token `$3`.
const BY_TOKEN: &str =
    "SELECT id FROM master_tokens WHERE ledger = $1 AND kind = $2 AND token = $3 ORDER BY id";

impl Store {
    /// All versions of the masters with these ids, oldest first, in one query. Ids that stand for nothing are left out.
    pub async fn master_versions(
        &self,
        kind: MasterKind,
        ids: &[IdBytes],
    ) -> Result<HashMap<IdBytes, Vec<MasterVersion>>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let masters = self.versions_of(&self.db.readers, kind, ids).await?;
        Ok(masters.into_iter().map(|one| (one.id, one.versions)).collect())
    }

    /// One master.
    pub async fn master(&self, kind: MasterKind, id: &IdBytes) -> Result<Option<Master>, StoreError> {
        let masters = self.versions_of(&self.db.readers, kind, &[*id]).await?;
        Ok(masters.into_iter().next())
    }

    /// A page of masters in the order of their ids, which is the order in which they were made.
    pub async fn masters(
        &self,
        kind: MasterKind,
        after: Option<IdBytes>,
        limit: u32,
    ) -> Result<Vec<Master>, StoreError> {
        let after = after.map_or_else(Vec::new, |id| id.to_vec());
        let values: [Value; 4] = [
            self.ledger.row.into(),
            kind.number().into(),
            after.into(),
            i64::from(limit).into(),
        ];
        let db = &self.db.readers;
        let statement = Statement::from_sql_and_values(db.get_database_backend(), PAGE, values);
        let rows = master::Entity::find().from_raw_sql(statement).all(db).await?;
        self.gather(&rows)
    }

    /// Ids of the masters that share one of these.
    pub async fn masters_like(
        &self,
        kind: MasterKind,
        look_ups: &[LookUp],
    ) -> Result<Vec<IdBytes>, StoreError> {
        let db = &self.db.readers;
        let mut found: Vec<IdBytes> = Vec::new();
        for look_up in look_ups {
            let token = self.keyring.search().look_up(look_up).number();
            let values: [Value; 3] = [self.ledger.row.into(), kind.number().into(), token.into()];
            let statement = Statement::from_sql_and_values(db.get_database_backend(), BY_TOKEN, values);
            for row in db.query_all_raw(statement).await? {
                let id: Vec<u8> = row.try_get("", "id")?;
                found.push(id.try_into().map_err(|_| damaged("the id of a master"))?);
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The settings, newest last; empty where nobody has set any.
    pub async fn settings(&self) -> Result<Vec<MasterVersion>, StoreError> {
        let settings = self.master(MasterKind::Settings, self.settings_id()).await?;
        Ok(settings.map_or_else(Vec::new, |settings| settings.versions))
    }

    /// There is one master of this kind in a ledger.
    pub(super) fn settings_id(&self) -> &IdBytes {
        self.ledger.ledger_id().as_bytes()
    }

    pub(crate) async fn versions_of(
        &self,
        db: &impl ConnectionTrait,
        kind: MasterKind,
        ids: &[IdBytes],
    ) -> Result<Vec<Master>, StoreError> {
        let rows = master::Entity::find()
            .filter(master::Column::Ledger.eq(self.ledger.row))
            .filter(master::Column::Kind.eq(kind.number()))
            .filter(master::Column::Id.is_in(ids.iter().map(|id| id.to_vec())))
            .order_by_asc(master::Column::Id)
            .order_by_asc(master::Column::Version)
            .all(db)
            .await?;
        self.gather(&rows)
    }

    /// Rows in the order of ids and versions as masters; a version that is missing between two others is damage.
    fn gather(&self, rows: &[master::Model]) -> Result<Vec<Master>, StoreError> {
        let mut masters: BTreeMap<IdBytes, Vec<MasterVersion>> = BTreeMap::new();
        for row in rows {
            let (id, version) = self.open_master(row)?;
            let versions = masters.entry(id).or_default();
            if u32::try_from(versions.len() + 1) != Ok(version.version) {
                return Err(damaged("a version of a master is missing"));
            }
            versions.push(version);
        }
        let master = |(id, versions)| Master { id, versions };
        Ok(masters.into_iter().map(master).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn masters_are_looked_up_and_not_searched_for() {
        let plan = crate::plan::of(BY_TOKEN).await;
        assert!(plan.contains("(ledger=? AND kind=? AND token=?)"), "{plan}");
        let plan = crate::plan::of(PAGE).await;
        assert!(plan.contains("(ledger=? AND kind=? AND id=?)"), "{plan}");
        assert!(plan.contains("(ledger=? AND kind=? AND id>?)"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}
