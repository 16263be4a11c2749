//! Search tokens in runs: new ones go to a small part of the index, and small parts become large ones behind the writer.
//!
//! A token is a random number. In one index of all of them every new one lies on a page of its own, and the more there
//! are, the more pages each append reads, writes to the log and copies back. A run is a part of the index by itself.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLE).await?;
        run(manager, STATISTICS).await?;
        Ok(())
    }
}

/// Tokens from before become one run of the highest level, 7: it is large already, and never merged again. A run's number
/// is its level times 2^56, and what tells the runs of a level apart.
const TABLE: &str = "
CREATE TABLE tokens_before AS SELECT ledger, token, idx, n FROM search_tokens;
DROP TABLE search_tokens;
CREATE TABLE search_tokens (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    run BIGINT NOT NULL,
    token BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (ledger, run, token, idx, n)
) WITHOUT ROWID;
INSERT INTO search_tokens (ledger, run, token, idx, n)
    SELECT ledger, 504403158265495552, token, idx, n FROM tokens_before ORDER BY ledger, token, idx, n;
DROP TABLE tokens_before;
";

/// See the second migration: what the planner should take a ledger for. People share names and numbers, so that a token
/// alone does not lead to one row, not even within one list.
const STATISTICS: &str = "
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('search_tokens', 'search_tokens', '5000000 5000000 250000 1000 500 1');
ANALYZE sqlite_schema;
";
