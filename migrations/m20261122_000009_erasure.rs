//! The end of keeping: holds, erasures with their two approvals, and what an erasure has still to clear away.

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

/// - `holds`: why records must not be erased for now. `reason` is a code, `review_on` the day (days since 1970-01-01 in
///   Japan time) on which somebody looks at it again. `released_by` and `released_at` are null while it stands.
/// - `hold_records` says which records (by the index of their entry) a hold covers; `lifted` follows its release.
/// - `erasures`: `state` 0 is proposed, 1 approved once, 2 approved twice and under way, 3 done, 4 rejected. The approvers
///   are two persons, and neither is who proposed. `mac` closes all the other columns, here and in `holds`.
/// - `erasure_records` says which records; `entry` is the index of the `erase` entry, null until it is there.
/// - `erasing` has one row for every erased list whose rows and search tokens are still being cleared away. `place` is
///   the index that they stand under. `secret` opens them, under the key of `month`, and goes with the row.
/// - `record_contents_by_month` finds what has come to its end among all that is kept.
const TABLES: &str = "
CREATE TABLE holds (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    reason TEXT NOT NULL,
    review_on INTEGER NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    released_by TEXT,
    released_at BIGINT,
    mac BLOB NOT NULL CHECK (length(mac) = 16),
    PRIMARY KEY (ledger, id),
    CHECK ((released_by IS NULL) = (released_at IS NULL) AND (released_by IS NULL OR released_by <> set_by))
) WITHOUT ROWID;
CREATE TABLE hold_records (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    idx BIGINT NOT NULL,
    hold BLOB NOT NULL CHECK (length(hold) = 16),
    lifted SMALLINT NOT NULL CHECK (lifted IN (0, 1)),
    PRIMARY KEY (ledger, idx, hold)
) WITHOUT ROWID;
CREATE INDEX hold_records_by_hold ON hold_records (ledger, hold, idx);
CREATE INDEX hold_records_standing ON hold_records (ledger, idx) WHERE lifted = 0;
CREATE TABLE erasures (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    state SMALLINT NOT NULL CHECK (state BETWEEN 0 AND 4),
    basis TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    first_by TEXT,
    first_at BIGINT,
    second_by TEXT,
    second_at BIGINT,
    rejected_by TEXT,
    rejected_at BIGINT,
    mac BLOB NOT NULL CHECK (length(mac) = 16),
    PRIMARY KEY (ledger, id),
    CHECK ((first_by IS NULL) = (first_at IS NULL) AND (second_by IS NULL) = (second_at IS NULL)
        AND (rejected_by IS NULL) = (rejected_at IS NULL) AND (state = 4) = (rejected_by IS NOT NULL)
        AND (state NOT IN (1, 2, 3) OR first_by <> proposed_by)
        AND (state IN (2, 3)) = (second_by IS NOT NULL)
        AND (second_by IS NULL OR (second_by <> first_by AND second_by <> proposed_by)))
) WITHOUT ROWID;
CREATE INDEX erasures_by_state ON erasures (ledger, state, id);
CREATE TABLE erasure_records (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    erasure BLOB NOT NULL CHECK (length(erasure) = 16),
    idx BIGINT NOT NULL,
    entry BIGINT,
    PRIMARY KEY (ledger, erasure, idx)
) WITHOUT ROWID;
CREATE INDEX erasure_records_by_record ON erasure_records (ledger, idx);
CREATE TABLE erasing (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    place BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    month INTEGER NOT NULL,
    secret BLOB NOT NULL CHECK (length(secret) = 60),
    PRIMARY KEY (ledger, place)
) WITHOUT ROWID;
CREATE INDEX record_contents_by_month ON record_contents (ledger, month, idx);
CREATE INDEX evidence_by_month ON evidence (ledger, month);
CREATE INDEX approvals_by_record ON approvals (ledger, idx);
";

/// What was held and what was erased is kept, and only goes forward. Of a decided approval nothing may change but that
/// an erasure takes its words away.
const TRIGGERS: &str = "
CREATE TRIGGER holds_released_once BEFORE UPDATE ON holds
WHEN OLD.released_by IS NOT NULL OR NEW.released_by IS NULL
BEGIN SELECT RAISE(ABORT, 'a hold is released once'); END;
CREATE TRIGGER holds_identity BEFORE UPDATE OF ledger, id, reason, review_on, set_by, set_at ON holds
BEGIN SELECT RAISE(ABORT, 'what a hold is never changes'); END;
CREATE TRIGGER holds_no_delete BEFORE DELETE ON holds
BEGIN SELECT RAISE(ABORT, 'who held what is kept'); END;
CREATE TRIGGER hold_records_lifted_once BEFORE UPDATE ON hold_records
WHEN NEW.ledger <> OLD.ledger OR NEW.idx <> OLD.idx OR NEW.hold <> OLD.hold OR OLD.lifted <> 0
BEGIN SELECT RAISE(ABORT, 'a record is released once'); END;
CREATE TRIGGER hold_records_no_delete BEFORE DELETE ON hold_records
BEGIN SELECT RAISE(ABORT, 'what was held is kept'); END;
CREATE TRIGGER erasures_forward BEFORE UPDATE ON erasures WHEN NEW.state <= OLD.state OR OLD.state >= 3
BEGIN SELECT RAISE(ABORT, 'an erasure only goes forward'); END;
CREATE TRIGGER erasures_identity BEFORE UPDATE OF ledger, id, basis, proposed_by, proposed_at ON erasures
BEGIN SELECT RAISE(ABORT, 'what an erasure is never changes'); END;
CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures
BEGIN SELECT RAISE(ABORT, 'who erased what is kept'); END;
CREATE TRIGGER erasure_records_once BEFORE UPDATE ON erasure_records
WHEN NEW.ledger <> OLD.ledger OR NEW.erasure <> OLD.erasure OR NEW.idx <> OLD.idx OR OLD.entry IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a record is erased once'); END;
CREATE TRIGGER erasure_records_no_delete BEFORE DELETE ON erasure_records
BEGIN SELECT RAISE(ABORT, 'what was erased is kept'); END;
DROP TRIGGER approvals_decided_once;
CREATE TRIGGER approvals_decided_once BEFORE UPDATE ON approvals WHEN OLD.state <> 0
AND (NEW.state <> OLD.state OR NEW.decided_by <> OLD.decided_by OR NEW.decided_at <> OLD.decided_at
    OR NEW.request IS NOT NULL OR NEW.note IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a decision is made once'); END;
";

/// See the second migration: what the planner should take a ledger for.
const STATISTICS: &str = "
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('record_contents', 'sqlite_autoindex_record_contents_1', '1000000 1000000 1'),
    ('record_contents', 'record_contents_by_month', '1000000 1000000 30000 1'),
    ('evidence', 'evidence_by_month', '100000 100000 3000'),
    ('approvals', 'approvals_by_record', '100000 100000 1'),
    ('holds', 'holds', '100 100 1'),
    ('hold_records', 'hold_records', '100000 100000 1 1'),
    ('hold_records', 'hold_records_by_hold', '100000 100000 1000 1'),
    ('hold_records', 'hold_records_standing', '10000 10000 1'),
    ('erasures', 'erasures', '1000 1000 1'),
    ('erasures', 'erasures_by_state', '1000 1000 200 1'),
    ('erasure_records', 'erasure_records', '1000000 1000000 1000 1'),
    ('erasure_records', 'erasure_records_by_record', '1000000 1000000 1'),
    ('erasing', 'erasing', '10 10 1');
ANALYZE sqlite_schema;
";
