//! A copy of the database against itself and against the key: before it is called a backup, and before it is put back.

use std::path::Path;

use kirokubo_ledger::Size;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree::Frontier;
use sea_orm::{ConnectionTrait, Statement};

use crate::audit::AuditFinding;
use crate::connection::Connections;
use crate::error::StoreError;
use crate::head::Head;
use crate::store::Store;
use crate::wal::WalKeeper;

/// What a copy was found to be.
pub(crate) struct Checked {
    pub(crate) size: Size,
    pub(crate) root: Digest,
    /// Its right edge.
    pub(crate) tree: Frontier,
    /// The signed checkpoint.
    pub(crate) note: String,
    /// What SQLite says is wrong with the file itself.
    pub(crate) broken: Option<String>,
    /// What is wrong with the ledger in it.
    pub(crate) findings: Vec<AuditFinding>,
}

impl Store {
    /// This store, reading a copy of its database that nobody writes.
    pub(crate) async fn over_copy(&self, file: &Path) -> Result<Self, StoreError> {
        let db = Connections::open_at_rest(file).await?;
        Ok(Self {
            wal: WalKeeper::new(db.writer.clone(), db.readers.clone()),
            db,
            ..self.clone()
        })
    }

    /// Reads the whole file and the whole chain in it, up to the head and its signature.
    pub(crate) async fn check_copy(
        &self,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Checked, StoreError> {
        let broken = integrity(self).await?;
        let head = Head::load(&self.db.readers, &self.ledger).await?;
        // The walk counts itself as the first of two passes.
        let (report, _) = self
            .verify_structure(&mut |done, total| progress(done, total / 2))
            .await?;
        Ok(Checked {
            size: head.size(),
            root: head.frontier.root(),
            tree: head.frontier.clone(),
            note: head.note.to_string(),
            broken,
            findings: report.findings,
        })
    }
}

/// What SQLite itself finds wrong with its pages, indexes and foreign keys.
async fn integrity(store: &Store) -> Result<Option<String>, StoreError> {
    let db = &store.db.readers;
    let statement = Statement::from_string(db.get_database_backend(), "PRAGMA integrity_check(1)");
    let row = db.query_one_raw(statement).await?;
    let said: String = row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or_default();
    Ok((said != "ok").then_some(said))
}
