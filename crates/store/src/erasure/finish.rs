//! What follows an erasure: files and rows cleared away, the write-ahead log emptied, keys destroyed. And the watch that
//! does the same at every start and once an hour, so that whatever was interrupted is carried on.

use std::time::Duration;

use kirokubo_ledger::RecordId;
use kirokubo_records::IdBytes;
use kirokubo_records::seal::{self, Month, Opener};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::decide::{self, DecideErasureError};
use super::remove::tokens_of;
use super::{Erasure, ErasureState, log, row};
use crate::entity::{erasing, principal_row, record};
use crate::error::StoreError;
use crate::outcome::AppendError;
use crate::search_tokens;
use crate::sequencer::Appender;
use crate::statement::execute;
use crate::store::Store;

/// Rows of a list cleared away in one transaction.
const PAGE: u64 = 2_048;

/// How often the watch looks.
const BEAT: Duration = Duration::from_hours(1);

impl Store {
    /// Approves an erasure or says no to it; `by` is the id of an API key. The second approval erases, and this returns
    /// when all of it is cleared away. Carried on even if the caller goes away.
    pub async fn decide_erasure(
        &self,
        appender: &Appender,
        id: IdBytes,
        approve: bool,
        by: String,
    ) -> Result<Result<Erasure, DecideErasureError>, AppendError> {
        let (store, appender) = (self.clone(), appender.clone());
        let task = async move {
            let decided = match appender.decide_erasure(id, approve, by).await? {
                Ok(decided) => decided,
                Err(refusal) => return Ok(Err(refusal)),
            };
            if decided.erasure.state == ErasureState::Erased {
                // It is erased. What cannot be cleared away now, the watch clears away.
                if let Err(error) = store.clear_away(&appender, &decided.objects).await {
                    tracing::error!(error = ?error, "an erasure could not be cleared away yet");
                }
            }
            Ok(Ok(decided.erasure))
        };
        let done = tokio::spawn(task).await;
        done.unwrap_or_else(|error| {
            tracing::error!(%error, "an erasure ended badly");
            Err(AppendError::Stopped)
        })
    }

    /// Carries on what was interrupted, clears away what is erased, and destroys the keys of months that are over and
    /// wrap nothing any more; says which.
    pub async fn finish_erasures(&self, appender: &Appender) -> Result<Vec<String>, AppendError> {
        let store_fault = |error: StoreError| AppendError::Store(std::sync::Arc::new(error));
        let interrupted = decide::interrupted(&self.db.readers, self.ledger.row).await;
        let mut objects = Vec::new();
        for id in interrupted.map_err(store_fault)? {
            if let Ok(decided) = appender.carry_on_erasure(id).await? {
                objects.extend(decided.objects);
            }
        }
        self.note_what_is_missing().await.map_err(store_fault)?;
        let ended = self.clear_away(appender, &objects).await?;
        Ok(ended.iter().map(ToString::to_string).collect())
    }

    async fn clear_away(&self, appender: &Appender, objects: &[IdBytes]) -> Result<Vec<Month>, AppendError> {
        let store_fault = |error: StoreError| AppendError::Store(std::sync::Arc::new(error));
        // One that cannot be deleted now has no key any more, and the sweep of such files finds it.
        for id in objects {
            if let Err(error) = self.delete_evidence_object(id).await {
                tracing::warn!(error = ?error, "the file of an erased record could not be deleted yet");
            }
        }
        self.clear_lists().await.map_err(store_fault)?;
        let ended = appender.end_months().await?;
        match self.wal.forget().await {
            Ok(true) => {}
            Ok(false) if self.db.is_shared() => {
                tracing::warn!(
                    "the tables belong to another role: PostgreSQL's autovacuum must clear what was erased"
                );
            }
            Ok(false) => tracing::warn!("the write-ahead log is still being read, and not empty yet"),
            Err(error) => return Err(store_fault(error.into())),
        }
        Ok(ended)
    }

    /// Deletes the rows and search tokens of erased lists, page by page.
    async fn clear_lists(&self) -> Result<(), StoreError> {
        let left = erasing::Entity::find()
            .filter(erasing::Column::Ledger.eq(self.ledger.row))
            .all(&self.db.readers)
            .await?;
        for list in left {
            self.clear_list(&list).await?;
        }
        Ok(())
    }

    async fn clear_list(&self, list: &erasing::Model) -> Result<(), StoreError> {
        let opener = self.opener_of(list).await?;
        let mut lost = opener.is_none();
        loop {
            let db = self.db.begin_writing(self.ledger.row).await?;
            let rows = principal_row::Entity::find()
                .filter(principal_row::Column::Ledger.eq(list.ledger))
                .filter(principal_row::Column::Idx.eq(list.place))
                .order_by_asc(principal_row::Column::N)
                .limit(PAGE)
                .all(&db)
                .await?;
            let Some(last) = rows.last().map(|row| row.n) else {
                if lost {
                    search_tokens::remove_all(&db, list.ledger, list.place).await?;
                }
                let text = "DELETE FROM erasing WHERE ledger = $1 AND place = $2";
                execute(&db, text, [list.ledger.into(), list.place.into()]).await?;
                return Ok(db.commit().await?);
            };
            match tokens_of(&rows, opener.as_ref(), self.keyring.search()) {
                Some(mut tokens) => {
                    search_tokens::remove(&db, list.ledger, list.place, &mut tokens).await?;
                }
                None => lost = true,
            }
            let text = "DELETE FROM principal_rows WHERE ledger = $1 AND idx = $2 AND n <= $3";
            execute(&db, text, [list.ledger.into(), list.place.into(), last.into()]).await?;
            db.commit().await?;
            let bytes = 512 * u64::try_from(rows.len()).unwrap_or_default();
            self.wal.appended(bytes);
            self.wal.keep_bounded().await;
        }
    }

    async fn opener_of(&self, list: &erasing::Model) -> Result<Option<Opener>, StoreError> {
        let found = record::Entity::find_by_id((list.ledger, list.idx))
            .one(&self.db.readers)
            .await?;
        let id = found.and_then(|row| row.record_id.try_into().ok());
        let id: [u8; 16] = id.ok_or_else(|| row::damaged("an erased list without its record"))?;
        let of = self.record_ref(RecordId::from_bytes(id));
        let key = Month::from_number(list.month).and_then(|month| self.keyring.month_to_open(month).ok());
        let secret = key.and_then(|key| seal::unwrap_secret(&key, &list.secret, &of).ok());
        Ok(secret.map(|secret| Opener::new(&secret, of)))
    }

    /// Notes outside the database what a crash kept from being noted.
    async fn note_what_is_missing(&self) -> Result<(), StoreError> {
        let noted = log::entries(&log::read(&self.folder)?);
        let missing = log::missing(self, &noted).await?;
        if missing.is_empty() {
            return Ok(());
        }
        log::append(&self.folder, &missing)
    }
}

/// Looks at every start and once an hour; ends when it is aborted.
pub(crate) async fn keep_watch(store: Store, appender: Appender) {
    loop {
        match store.finish_erasures(&appender).await {
            Ok(_) => {}
            Err(AppendError::Stopped) => return,
            Err(error) => tracing::warn!(error = ?error, "what is erased could not be cleared away yet"),
        }
        tokio::time::sleep(BEAT).await;
    }
}
