//! What waits for another person's word: the use of what was received, and corrections.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLE).await?;
        run(manager, TRIGGERS).await?;
        run(manager, STATISTICS).await?;
        Ok(())
    }
}

/// - `id` is the record's own for a receipt (`subject` 0), and drawn at random for a correction (1).
/// - `idx` is the receipt, or the record to be corrected.
/// - `state`: 0 waits, 1 accepted, 2 rejected. `decided_by` and `decided_at` are null while it waits.
/// - `request` holds the correction that was asked for, `note` the words of the decision, both encrypted.
/// - `mac` closes all the other columns under a key outside the database.
const TABLE: &str = "
CREATE TABLE approvals (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    subject SMALLINT NOT NULL CHECK (subject IN (0, 1)),
    idx BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    state SMALLINT NOT NULL CHECK (state IN (0, 1, 2)),
    decided_by TEXT,
    decided_at BIGINT,
    request BLOB,
    note BLOB,
    mac BLOB NOT NULL CHECK (length(mac) = 16),
    PRIMARY KEY (ledger, id),
    CHECK ((state = 0) = (decided_by IS NULL) AND (state = 0) = (decided_at IS NULL))
) WITHOUT ROWID;
CREATE INDEX approvals_by_state ON approvals (ledger, state, id);
";

/// A decision is made once.
const TRIGGERS: &str = "
CREATE TRIGGER approvals_decided_once BEFORE UPDATE ON approvals WHEN OLD.state <> 0
BEGIN SELECT RAISE(ABORT, 'a decision is made once'); END;
CREATE TRIGGER approvals_identity BEFORE UPDATE OF ledger, id, subject, idx, asked_by, asked_at ON approvals
BEGIN SELECT RAISE(ABORT, 'what was asked never changes'); END;
CREATE TRIGGER approvals_no_delete BEFORE DELETE ON approvals
BEGIN SELECT RAISE(ABORT, 'who approved what is kept'); END;
";

/// See the second migration: what the planner should take a ledger for.
const STATISTICS: &str = "
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('approvals', 'approvals', '100000 100000 1'),
    ('approvals', 'approvals_by_state', '100000 100000 1000 1');
ANALYZE sqlite_schema;
";
