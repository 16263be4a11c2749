//! Finding what was recorded before under the same `source.system` and `source.event_id`.

use std::collections::HashMap;

use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::seal::BodyDigest;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, Value};

use crate::entity::record;
use crate::error::{StoreError, corrupt};
use crate::fixed_text::{FixedTexts, Placeholders};
use crate::outcome::Recorded;
use crate::store::Store;

/// A record that exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Existing {
    /// Its entry's index.
    pub index: Index,
    /// Its id.
    pub record_id: RecordId,
}

/// What is known of a natural key.
pub(crate) struct Known {
    pub(crate) existing: Existing,
    pub(crate) body_digest: [u8; 16],
}

/// Natural keys as the map's keys: system and event id.
pub(crate) type Found = HashMap<(String, String), Known>;

/// All of `keys` that are recorded.
pub(crate) async fn find<'a>(
    db: &impl ConnectionTrait,
    ledger: i32,
    keys: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Found, StoreError> {
    static TEXTS: FixedTexts = FixedTexts::new();
    let keys: Vec<(&str, &str)> = keys.into_iter().collect();
    let (mut rest, mut found) = (keys.as_slice(), Found::new());
    while let Some(last) = rest.last() {
        let (text, count) = TEXTS.for_rows(rest.len(), db.get_database_backend(), text);
        let (chunk, tail) = rest.split_at(count.min(rest.len()));
        // Asked for once more, a key is found once all the same.
        let filled_up = chunk.iter().chain(std::iter::repeat(last)).take(count);
        let pairs = filled_up.flat_map(|(system, event)| [Value::from(*system), Value::from(*event)]);
        let values: Vec<Value> = std::iter::once(Value::from(ledger)).chain(pairs).collect();
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        for row in db.query_all_raw(statement).await? {
            let (idx, id, system, event, digest): (i64, Vec<u8>, String, String, Vec<u8>) = row
                .try_get_many(
                    "",
                    &["idx", "record_id", "system", "event_id", "body_digest"].map(str::to_owned),
                )?;
            let index = Index::try_from(idx).map_err(|_| corrupt(0, "record index"))?;
            let record_id = id
                .try_into()
                .map(RecordId::from_bytes)
                .map_err(|_| corrupt(index.get(), "record id"))?;
            let body_digest = digest
                .try_into()
                .map_err(|_| corrupt(index.get(), "body digest"))?;
            found.insert(
                (system, event),
                Known {
                    existing: Existing { index, record_id },
                    body_digest,
                },
            );
        }
        rest = tail;
    }
    Ok(found)
}

impl Store {
    /// The record with this id, where it was recorded from the body that has this digest.
    pub async fn recorded_as(
        &self,
        id: &RecordId,
        body: &BodyDigest,
    ) -> Result<Option<Existing>, StoreError> {
        let row = record::Entity::find()
            .filter(record::Column::Ledger.eq(self.ledger.row))
            .filter(record::Column::RecordId.eq(id.as_bytes().to_vec()))
            .filter(record::Column::BodyDigest.eq(body.as_bytes().to_vec()))
            .one(&self.db.readers)
            .await?;
        let existing = |row: record::Model| {
            let index = Index::try_from(row.idx).map_err(|_| corrupt(0, "record index"))?;
            Ok(Existing {
                index,
                record_id: *id,
            })
        };
        row.map(existing).transpose()
    }

    /// What recording an event would meet under its natural key: nothing, itself, or another event.
    pub async fn known_event(
        &self,
        system: &str,
        event_id: &str,
        body: &BodyDigest,
    ) -> Result<Option<Recorded>, StoreError> {
        let found = find(&self.db.readers, self.ledger.row, [(system, event_id)]).await?;
        Ok(found.into_values().next().map(|known| {
            if known.body_digest == *body.as_bytes() {
                Recorded::Replayed(known.existing)
            } else {
                Recorded::Conflict(known.existing)
            }
        }))
    }
}

fn text(pairs: usize, mut placeholders: Placeholders) -> String {
    let mut text =
        "SELECT idx, record_id, system, event_id, body_digest FROM records WHERE ledger = ".to_owned();
    placeholders.next(&mut text);
    text.push_str(" AND (system, event_id) IN (VALUES ");
    placeholders.rows(&mut text, pairs, 2);
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use sea_orm::DbBackend;

    use super::*;
    use crate::fixed_text::counts;

    #[tokio::test]
    async fn a_natural_key_is_looked_up_and_not_searched_for() {
        for count in counts() {
            let plan = crate::plan::of(&text(count, Placeholders::of(DbBackend::Sqlite))).await;
            assert!(plan.contains("(ledger=? AND system=? AND event_id=?)"), "{plan}");
        }
    }
}
