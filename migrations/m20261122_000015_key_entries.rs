//! The key entries of a ledger, found without reading the others: who signs is looked up at every start.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, INDEX).await?;
        run(manager, STATISTICS).await?;
        Ok(())
    }
}

/// The fifth byte of an entry is its kind, and 7 is a key.
const INDEX: &str = "
CREATE INDEX entries_keys ON entries (ledger, idx) WHERE substr(bytes, 5, 1) = x'07';
";

/// See the second migration: what the planner should take a ledger for.
const STATISTICS: &str = "
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entries', 'entries_keys', '10 10 1');
ANALYZE sqlite_schema;
";
