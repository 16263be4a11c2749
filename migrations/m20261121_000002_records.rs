//! What lies beside the ledger: what each record is (kept for ever), and its sealed content (until erased).

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

/// - `records` stays when a record is erased: the natural key must never be usable twice.
///   `body_digest` is keyed, so that it confirms no guess about an erased event.
///   `event_date` counts days since 1970-01-01 in Japan time; `retain_through` as in the entry.
///   `third_party` is a keyed token of the corporate number, for filtering without naming anybody.
///   `mac` closes all the other columns under a key outside the database.
/// - `record_contents.secret` is the record's secret wrapped under the key of the month in which retention
///   ends (`month` = year × 12 + month − 1, or −1 while the clock is open).
/// - `record_contents.sealed` and `principal_rows.sealed` are AEAD ciphertexts under the key that the secret gives.
/// - `idempotency_keys` are keyed digests of `Idempotency-Key` headers, each with that of the body it went with.
/// - `search_tokens` are truncated keyed hashes of folded names, numbers and addresses; equality only.
const TABLES: &str = "
CREATE TABLE records (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    idx BIGINT NOT NULL,
    record_id BLOB NOT NULL CHECK (length(record_id) = 16),
    system TEXT NOT NULL,
    event_id TEXT NOT NULL,
    body_digest BLOB NOT NULL CHECK (length(body_digest) = 16),
    recorded_by TEXT NOT NULL,
    direction SMALLINT NOT NULL CHECK (direction IN (0, 1)),
    law_case SMALLINT NOT NULL,
    status SMALLINT NOT NULL,
    event_date INTEGER NOT NULL,
    retain_through INTEGER NOT NULL,
    third_party BIGINT,
    mac BLOB NOT NULL CHECK (length(mac) = 16),
    PRIMARY KEY (ledger, idx),
    UNIQUE (ledger, record_id),
    UNIQUE (ledger, system, event_id)
) WITHOUT ROWID;
CREATE INDEX records_by_day ON records (ledger, event_date, idx);
CREATE INDEX records_by_third_party ON records (ledger, third_party, idx) WHERE third_party IS NOT NULL;
CREATE TABLE record_contents (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    idx BIGINT NOT NULL,
    month INTEGER NOT NULL,
    secret BLOB NOT NULL CHECK (length(secret) = 60),
    sealed BLOB NOT NULL,
    PRIMARY KEY (ledger, idx)
);
CREATE TABLE principal_rows (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    idx BIGINT NOT NULL,
    n BIGINT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (ledger, idx, n)
);
CREATE TABLE idempotency_keys (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    body_digest BLOB NOT NULL CHECK (length(body_digest) = 16),
    PRIMARY KEY (ledger, digest)
) WITHOUT ROWID;
CREATE TABLE search_tokens (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    token BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (ledger, token, idx, n)
) WITHOUT ROWID;
";

/// Nothing lies beside an entry that is not there; an append inserts the entries first.
const TRIGGERS: &str = "
CREATE TRIGGER records_entry BEFORE INSERT ON records
WHEN NOT EXISTS (SELECT 1 FROM entries WHERE ledger = NEW.ledger AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'a record needs its entry'); END;
CREATE TRIGGER record_contents_entry BEFORE INSERT ON record_contents
WHEN NOT EXISTS (SELECT 1 FROM entries WHERE ledger = NEW.ledger AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'a content needs its entry'); END;
CREATE TRIGGER principal_rows_entry BEFORE INSERT ON principal_rows
WHEN NOT EXISTS (SELECT 1 FROM entries WHERE ledger = NEW.ledger AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'a principal row needs its entry'); END;
CREATE TRIGGER records_no_delete BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'a natural key is kept for ever'); END;
CREATE TRIGGER records_identity BEFORE UPDATE OF ledger, idx, record_id, system, event_id, body_digest ON records
BEGIN SELECT RAISE(ABORT, 'what identifies a record never changes'); END;
";

/// What the planner should take a ledger for: one with a million records. Without statistics SQLite takes
/// `ledger = ?` for a search that finds ten rows, and reads all records to find one natural key
/// (<https://sqlite.org/optoverview.html#manual_control_of_query_plans_using_sqlite_stat_tables>).
/// The numbers are: rows, then rows that agree in the first column, in the first two, and so on.
const STATISTICS: &str = "
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('records', 'records', '1000000 1000000 1'),
    ('records', 'sqlite_autoindex_records_2', '1000000 1000000 1'),
    ('records', 'sqlite_autoindex_records_3', '1000000 1000000 100000 1'),
    ('records', 'records_by_day', '1000000 1000000 1000 1'),
    ('records', 'records_by_third_party', '1000000 1000000 1000 1'),
    ('search_tokens', 'search_tokens', '5000000 5000000 5 1 1');
ANALYZE sqlite_schema;
";
