//! How long each system that sends events has been silent.
//!
//! It is read from the records, so it is the same for all nodes and after a restart. Each look goes on where the one before
//! ended; the first goes back as far as [`LOOK_BACK`]. Only systems are looked at, by the id of their key: when a person
//! last recorded something is nobody's business here.

use std::collections::HashMap;

use kirokubo_ledger::Index;
use sea_orm::{ConnectionTrait, Statement};
use tokio::sync::Mutex;

use crate::api_key::{ApiKey, Role};
use crate::error::StoreError;
use crate::store::Store;

/// Entries that the first look goes back.
const LOOK_BACK: u64 = 100_000;

/// What is known of it so far.
#[derive(Debug, Default)]
pub struct Sources(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    /// Entries below were looked at.
    to: u64,
    /// When the first entry was recorded that was looked at, unless all were.
    since: Option<i64>,
    /// When each key's last record came in, Unix milliseconds.
    last: HashMap<String, i64>,
}

/// A system's key, and since when nothing came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilentSince {
    /// `key_…`
    pub key: String,
    /// Unix milliseconds: its last record, or else its making, or the farthest that was looked back.
    pub at: i64,
}

impl Store {
    /// Every key of the role `ingest` that can be used, with its last record.
    pub async fn silent_since(&self, sources: &Sources) -> Result<Vec<SilentSince>, StoreError> {
        let mut heard = sources.0.lock().await;
        let size = self.head().await?.size.get();
        self.hear(&mut heard, size).await?;
        let now = self.clock.now_ms();
        let is_system = |key: &ApiKey| {
            key.actor.role == Role::Ingest
                && key.revoked_at.is_none()
                && key.expires_at.is_none_or(|expires| expires > now)
        };
        let keys = self.keys().await?.into_iter().filter(is_system);
        let silent = |key: ApiKey| {
            let first = heard.since.unwrap_or(key.created_at).max(key.created_at);
            SilentSince {
                at: heard.last.get(&key.actor.id).copied().unwrap_or(first),
                key: key.actor.id,
            }
        };
        Ok(keys.map(silent).collect())
    }

    /// Looks at what came since the last look.
    async fn hear(&self, heard: &mut Heard, size: u64) -> Result<(), StoreError> {
        if size <= heard.to {
            return Ok(());
        }
        let from = heard.to.max(size.saturating_sub(LOOK_BACK));
        if from > heard.to {
            heard.since = self.recorded_at(from).await?;
        }
        let db = &self.db.readers;
        let text = "SELECT recorded_by, MAX(idx) AS idx FROM records \
                    WHERE ledger = $1 AND idx >= $2 AND idx < $3 GROUP BY recorded_by";
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let values = [self.ledger.row.into(), number(from).into(), number(size).into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
        for row in db.query_all_raw(statement).await? {
            let (key, idx): (String, i64) =
                row.try_get_many("", &["recorded_by", "idx"].map(str::to_owned))?;
            if let Some(at) = self.recorded_at(u64::try_from(idx).unwrap_or(0)).await? {
                heard.last.insert(key, at);
            }
        }
        heard.to = size;
        Ok(())
    }

    async fn recorded_at(&self, index: u64) -> Result<Option<i64>, StoreError> {
        let Some(index) = Index::new(index) else {
            return Ok(None);
        };
        let entry = self.entry(index).await?;
        Ok(entry.map(|entry| entry.recorded_at().as_millis()))
    }
}
