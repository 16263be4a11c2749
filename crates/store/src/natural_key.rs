//! Finding what was recorded before under the same `source.system` and `source.event_id`.

use std::collections::HashMap;

use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::seal::BodyDigest;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement, Value};

use crate::columns;
use crate::entity::record;
use crate::error::{StoreError, corrupt};
use crate::fixed_text::{FixedTexts, placeholders};
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
    let keys: Vec<(&str, &str)> = keys.into_iter().collect();
    let (mut rest, mut found) = (keys.as_slice(), Found::new());
    while !rest.is_empty() {
        let (statement, count) = look_up(db.get_database_backend(), ledger, rest);
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
        rest = &rest[count..];
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

/// Looks up the first of `keys`, and how many these are: on a server all, at one go.
fn look_up(backend: DbBackend, ledger: i32, keys: &[(&str, &str)]) -> (Statement, usize) {
    static TEXTS: FixedTexts = FixedTexts::new();
    if backend != DbBackend::Sqlite {
        let systems = columns::texts(keys.iter().map(|(system, _)| *system));
        let events = columns::texts(keys.iter().map(|(_, event)| *event));
        let statement =
            Statement::from_sql_and_values(backend, ON_POSTGRES, [ledger.into(), systems, events]);
        return (statement, keys.len());
    }
    let (text, fits) = TEXTS.for_rows(keys.len(), text);
    let count = fits.min(keys.len());
    // Asked for once more, a key is found once all the same.
    let filled_up = keys[..count].iter().cycle().take(fits);
    let pairs = filled_up.flat_map(|(system, event)| [Value::from(*system), Value::from(*event)]);
    let values = std::iter::once(Value::from(ledger)).chain(pairs);
    (Statement::from_sql_and_values(backend, text, values), count)
}

/// One by one: a plain join is planned for a table of unknown size, and may read all of a large one for a few keys.
const ON_POSTGRES: &str = "SELECT known.* FROM unnest($2, $3) AS asked (system, event_id) CROSS JOIN LATERAL (\
     SELECT idx, record_id, system, event_id, body_digest FROM records \
     WHERE ledger = $1 AND system = asked.system AND event_id = asked.event_id LIMIT 1) AS known";

fn text(pairs: usize) -> String {
    format!(
        "SELECT idx, record_id, system, event_id, body_digest FROM records \
         WHERE ledger = ? AND (system, event_id) IN (VALUES {})",
        placeholders(pairs, 2)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed_text::counts;

    #[tokio::test]
    async fn a_natural_key_is_looked_up_and_not_searched_for() {
        for count in counts() {
            let plan = crate::plan::of(&text(count)).await;
            assert!(plan.contains("(ledger=? AND system=? AND event_id=?)"), "{plan}");
        }
    }
}
