//! One moment of the database in a file of its own.
//!
//! SQLite copies itself (`VACUUM INTO`). A server is read row by row, in one transaction that sees one moment; it keeps nobody
//! from writing.

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use kirokubo_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Statement};

use super::{BackupError, at};
use crate::connection::Connections;
use crate::error::StoreError;
use crate::store::Store;
use crate::{durable, portable};

/// How often the copy's growth is looked at.
const BEAT: Duration = Duration::from_millis(200);

impl Store {
    /// Copies the database as of one moment into a new file, durably.
    pub(super) async fn snapshot(
        &self,
        file: &Path,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(), BackupError> {
        if self.db.is_shared() {
            return self.snapshot_of_server(file, progress).await;
        }
        let name = file.to_str().ok_or_else(|| BackupError::Path(file.to_owned()))?;
        // SQLite takes an empty file for a new one; made here, it is its owner's alone from the beginning.
        let made = durable::create_new(file).map_err(at(file))?;
        let total = self.database_bytes().await?;
        let db = &self.db.writer;
        let statement =
            Statement::from_sql_and_values(db.get_database_backend(), "VACUUM INTO $1", [name.into()]);
        let mut vacuum = pin!(db.execute_raw(statement));
        loop {
            tokio::select! {
                done = &mut vacuum => {
                    done.map_err(StoreError::from)?;
                    break;
                }
                () = tokio::time::sleep(BEAT) => {
                    progress(made.metadata().map_or(0, |file| file.len()).min(total), total);
                }
            }
        }
        made.sync_all().map_err(at(file))
    }

    async fn snapshot_of_server(
        &self,
        file: &Path,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(), BackupError> {
        // Made here, it is its owner's alone from the beginning.
        let made = durable::create_new(file).map_err(at(file))?;
        let copy = Connections::make_file(file).await?;
        // A server of an older schema is not opened, so this is its schema.
        Migrator::up(&copy, None).await.map_err(StoreError::from)?;
        portable::from_server(&self.db.readers, &copy, progress).await?;
        copy.close().await.map_err(StoreError::from)?;
        made.sync_all().map_err(at(file))
    }

    /// How large the database is, about.
    async fn database_bytes(&self) -> Result<u64, StoreError> {
        let db = &self.db.readers;
        let text = "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()";
        let row = db
            .query_one_raw(Statement::from_string(db.get_database_backend(), text))
            .await?;
        let bytes: i64 = row.map(|row| row.try_get("", "bytes")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(bytes).unwrap_or(0))
    }
}
