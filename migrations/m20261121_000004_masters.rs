//! Masters: third parties, opt-out filings, demands to stop and settings, in versions that only grow.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        run(manager, TRIGGERS).await?;
        run(manager, STATISTICS).await?;
        Ok(())
    }
}

/// - `masters.kind` is 1 third party, 2 opt-out filing, 3 demand to stop, 4 settings. `holds_from` counts days since
///   1970-01-01 in Japan time; `made_at` is Unix milliseconds. `sealed` is an AEAD ciphertext under `keys/masters.key`,
///   bound to all other columns.
/// - `master_tokens` are keyed hashes of what a master can be found by: a folded name, a number; equality only.
/// - `suppression_tokens` are keyed hashes of who demanded a stop: a member number, or a folded name with the birth
///   date. A demand holds on the days from `from_day` to the one before `until_day`, or on without end. `scope` is 0
///   for every ground, or the number of one. Recording a provision looks into this table and no other of these.
const TABLES: &str = "
CREATE TABLE masters (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    kind SMALLINT NOT NULL CHECK (kind BETWEEN 1 AND 4),
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL CHECK (version >= 1),
    holds_from INTEGER NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (ledger, kind, id, version)
) WITHOUT ROWID;
CREATE TABLE master_tokens (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    kind SMALLINT NOT NULL,
    token BIGINT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    PRIMARY KEY (ledger, kind, token, id)
) WITHOUT ROWID;
CREATE TABLE suppression_tokens (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    token BIGINT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    from_day INTEGER NOT NULL,
    until_day INTEGER,
    scope SMALLINT NOT NULL,
    PRIMARY KEY (ledger, token, id)
) WITHOUT ROWID;
CREATE INDEX suppression_tokens_by_id ON suppression_tokens (ledger, id);
";

/// A demand can be lifted once; nothing else of it changes, and none goes away.
const TRIGGERS: &str = "
CREATE TRIGGER masters_no_update BEFORE UPDATE ON masters
BEGIN SELECT RAISE(ABORT, 'masters are append-only'); END;
CREATE TRIGGER masters_no_delete BEFORE DELETE ON masters
BEGIN SELECT RAISE(ABORT, 'masters are append-only'); END;
CREATE TRIGGER masters_next BEFORE INSERT ON masters
WHEN NEW.version <> 1 + (SELECT COALESCE(MAX(version), 0) FROM masters
    WHERE ledger = NEW.ledger AND kind = NEW.kind AND id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a version must follow the one before it'); END;
CREATE TRIGGER suppression_tokens_lift BEFORE UPDATE ON suppression_tokens
WHEN OLD.until_day IS NOT NULL OR NEW.until_day IS NULL OR NEW.ledger <> OLD.ledger OR NEW.token <> OLD.token
    OR NEW.id <> OLD.id OR NEW.from_day <> OLD.from_day OR NEW.scope <> OLD.scope
BEGIN SELECT RAISE(ABORT, 'a demand to stop is lifted once and never changes'); END;
CREATE TRIGGER suppression_tokens_no_delete BEFORE DELETE ON suppression_tokens
BEGIN SELECT RAISE(ABORT, 'a demand to stop is kept for ever'); END;
";

/// What the planner should take these tables for: see the statistics of the records' tables.
const STATISTICS: &str = "
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('masters', 'masters', '100000 100000 30000 2 1'),
    ('master_tokens', 'master_tokens', '100000 100000 50000 1 1'),
    ('suppression_tokens', 'suppression_tokens', '300000 300000 1 1'),
    ('suppression_tokens', 'suppression_tokens_by_id', '300000 300000 3');
ANALYZE sqlite_schema;
";
