//! Cosignatures of our checkpoints.

use kirokubo_ledger::Size;
use kirokubo_ledger::note::{Cosignature, SIGNATURES_MAX, WitnessKey};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Statement};

use crate::entity::{checkpoint, cosignature};
use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// Keeps a cosignature of our checkpoint of `size`; it has been verified. Durable when this returns.
    pub async fn add_cosignature(
        &self,
        size: Size,
        key: &WitnessKey,
        cosignature: &Cosignature,
    ) -> Result<(), StoreError> {
        let text = "INSERT INTO cosignatures (ledger, size, vkey, cosigned_at, line) VALUES ($1, $2, $3, $4, $5) \
                    ON CONFLICT DO NOTHING";
        let time = i64::try_from(cosignature.time()).expect("no cosignature has a time beyond 2^63 - 1");
        let values = [
            self.ledger.row.into(),
            size.as_i64().into(),
            key.to_string().into(),
            time.into(),
            cosignature.line().into(),
        ];
        let backend = self.db.writer.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, text, values);
        self.db.writer.execute_raw(statement).await?;
        Ok(())
    }

    /// Our checkpoint of `size` with the newest cosignature of each witness, or `None` if we signed none of that size.
    pub async fn cosigned_note(&self, size: Size) -> Result<Option<String>, StoreError> {
        let at = (self.ledger.row, size.as_i64());
        let Some(row) = checkpoint::Entity::find_by_id(at).one(&self.db.readers).await? else {
            return Ok(None);
        };
        Ok(Some(self.with_cosignatures(row.note, size).await?))
    }

    /// `note`, our checkpoint of `size`, with the newest cosignature of each witness behind it.
    pub(crate) async fn with_cosignatures(&self, note: String, size: Size) -> Result<String, StoreError> {
        let mut rows = cosignature::Entity::find()
            .filter(cosignature::Column::Ledger.eq(self.ledger.row))
            .filter(cosignature::Column::Size.eq(size.as_i64()))
            .order_by_asc(cosignature::Column::Vkey)
            .order_by_desc(cosignature::Column::CosignedAt)
            .all(&self.db.readers)
            .await?;
        rows.dedup_by(|later, earlier| later.vkey == earlier.vkey);
        let lines = rows.into_iter().map(|row| row.line).take(SIGNATURES_MAX - 1);
        Ok(lines.fold(note, |note, line| note + &line))
    }
}
