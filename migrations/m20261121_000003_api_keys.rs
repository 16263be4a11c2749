//! API keys: only their hashes, each tied to one ledger and one role.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLE).await?;
        Ok(())
    }
}

/// A key carries 256 random bits, so a plain SHA-256 of it is enough. `mac` closes the row under a key outside the
/// database: whoever can only write to the database cannot make himself a key, or a better one. Times are Unix milliseconds.
const TABLE: &str = "
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    mac BLOB NOT NULL CHECK (length(mac) = 16)
);
";
