//! Writing masters: a new one, or the next version of one.

use kirokubo_records::IdBytes;
use kirokubo_records::japan_day;
use kirokubo_records::master::{Aside, Demand, LookUp, MasterDraft, MasterVersion, Settings};
use kirokubo_records::seal::MasterRef;
use sea_orm::{DatabaseTransaction, EntityTrait, Value};

use super::{Master, MasterKind};
use crate::api_key::Actor;
use crate::entity::master;
use crate::error::StoreError;
use crate::insert::Insert;
use crate::random;
use crate::statement::execute;
use crate::store::Store;

/// A master is found by its name of any version, so the same token may come again.
static MASTER_TOKENS: Insert = Insert::new(
    "INSERT INTO master_tokens (ledger, kind, token, id)",
    4,
    " ON CONFLICT (ledger, kind, token, id) DO NOTHING",
);
static SUPPRESSION_TOKENS: Insert = Insert::new(
    "INSERT INTO suppression_tokens (ledger, token, id, from_day, scope)",
    5,
    " ON CONFLICT (ledger, token, id) DO NOTHING",
);

/// Ends the demand `$3` of ledger `$2` on the day `$1`.
const LIFT: &str = "UPDATE suppression_tokens SET until_day = $1 WHERE ledger = $2 AND id = $3";

/// What became of a master that was to get a new version.
#[derive(Debug)]
pub enum Revised<E> {
    /// It has it.
    Version(MasterVersion),
    /// There is no such master.
    Unknown,
    /// What it is now does not allow the change.
    Refused(E),
}

impl Store {
    /// Makes a master.
    pub async fn add_master(
        &self,
        kind: MasterKind,
        draft: &MasterDraft,
        by: &Actor,
    ) -> Result<Master, StoreError> {
        let id = random::uuid_v7(self.clock.now_ms());
        let transaction = self.db.begin_writing(self.ledger.row).await?;
        let version = self
            .insert_version(&transaction, (kind, &id), 1, draft, by)
            .await?;
        transaction.commit().await?;
        Ok(Master {
            id,
            versions: vec![version],
        })
    }

    /// Gives a master a new version: `change` sees all its versions, and nobody else changes it meanwhile.
    pub async fn revise_master<E: Send>(
        &self,
        kind: MasterKind,
        id: &IdBytes,
        by: &Actor,
        change: impl FnOnce(&[MasterVersion]) -> Result<MasterDraft, E> + Send,
    ) -> Result<Revised<E>, StoreError> {
        let transaction = self.db.begin_writing(self.ledger.row).await?;
        let found = self.versions_of(&transaction, kind, &[*id]).await?;
        let Some(found) = found.into_iter().next() else {
            return Ok(Revised::Unknown);
        };
        let draft = match change(&found.versions) {
            Ok(draft) => draft,
            Err(refused) => return Ok(Revised::Refused(refused)),
        };
        let next = found.versions.last().map_or(1, |last| last.version + 1);
        let version = self
            .insert_version(&transaction, (kind, id), next, &draft, by)
            .await?;
        transaction.commit().await?;
        Ok(Revised::Version(version))
    }

    /// Replaces the settings from today on; the old ones stay readable.
    pub async fn set_settings(&self, settings: &Settings, by: &Actor) -> Result<MasterVersion, StoreError> {
        let id = *self.settings_id();
        let transaction = self.db.begin_writing(self.ledger.row).await?;
        let found = self
            .versions_of(&transaction, MasterKind::Settings, &[id])
            .await?;
        let last = found.first().and_then(|found| found.versions.last());
        let next = last.map_or(1, |last| last.version + 1);
        let draft = settings.draft(japan_day(self.clock.now_ms()));
        let version = self
            .insert_version(&transaction, (MasterKind::Settings, &id), next, &draft, by)
            .await?;
        transaction.commit().await?;
        Ok(version)
    }

    async fn insert_version(
        &self,
        db: &DatabaseTransaction,
        (kind, id): (MasterKind, &IdBytes),
        version: u32,
        draft: &MasterDraft,
        by: &Actor,
    ) -> Result<MasterVersion, StoreError> {
        let at = MasterRef {
            ledger_id: self.ledger.ledger_id(),
            kind: kind.number(),
            id,
            version,
            holds_from: draft.holds_from(),
            made_at: self.clock.now_ms(),
            made_by: &by.id,
        };
        let sealed = self.keyring.masters().seal(draft.json(), random::bytes(), &at);
        let row = master::Model {
            ledger: self.ledger.row,
            kind: at.kind,
            id: id.to_vec(),
            version: i32::try_from(version).expect("nobody makes two thousand million versions"),
            holds_from: at.holds_from,
            made_at: at.made_at,
            made_by: by.id.clone(),
            sealed,
        };
        master::Entity::insert(master::ActiveModel::from(row))
            .exec_without_returning(db)
            .await?;
        match draft.aside() {
            Aside::LookUps(look_ups) => self.insert_look_ups(db, kind, id, look_ups).await?,
            Aside::Demand(demand) => self.insert_demand(db, id, demand).await?,
            Aside::Lifted(day) => self.lift(db, id, *day).await?,
        }
        Ok(MasterVersion {
            version,
            holds_from: at.holds_from,
            made_at: at.made_at,
            made_by: by.id.clone(),
            json: draft.json().to_owned(),
        })
    }

    async fn insert_look_ups(
        &self,
        db: &DatabaseTransaction,
        kind: MasterKind,
        id: &IdBytes,
        look_ups: &[LookUp],
    ) -> Result<(), StoreError> {
        let token = |look_up| self.keyring.search().look_up(look_up).number();
        let row = |look_up| -> [Value; 4] {
            [
                self.ledger.row.into(),
                kind.number().into(),
                token(look_up).into(),
                id.to_vec().into(),
            ]
        };
        let values = look_ups.iter().flat_map(row).collect();
        Ok(MASTER_TOKENS.run(db, values).await?)
    }

    async fn insert_demand(
        &self,
        db: &DatabaseTransaction,
        id: &IdBytes,
        demand: &Demand,
    ) -> Result<(), StoreError> {
        let row = |key| -> [Value; 5] {
            [
                self.ledger.row.into(),
                self.keyring.search().guard(key).number().into(),
                id.to_vec().into(),
                demand.from_day.into(),
                demand.scope.number().into(),
            ]
        };
        let values = demand.keys.iter().flat_map(row).collect();
        Ok(SUPPRESSION_TOKENS.run(db, values).await?)
    }

    async fn lift(&self, db: &DatabaseTransaction, id: &IdBytes, day: i32) -> Result<(), StoreError> {
        let values: [Value; 3] = [day.into(), self.ledger.row.into(), id.to_vec().into()];
        execute(db, LIFT, values).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_demand_is_lifted_by_its_id() {
        let plan = crate::plan::of(LIFT).await;
        assert!(
            plan.contains("suppression_tokens_by_id (ledger=? AND id=?)"),
            "{plan}"
        );
    }
}
