//! What lies beside the ledger: what each record is (kept for ever), and its sealed content (until erased).

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(TABLES).await?;
        manager.get_connection().execute_unprepared(TRIGGERS).await?;
        Ok(())
    }
}

/// - `records` stays when a record is erased: the natural key must never be usable twice.
///   `body_digest` is keyed, so that it confirms no guess about an erased event.
///   `event_date` counts days since 1970-01-01 in Japan time; `retain_through` as in the entry.
///   `third_party` is a keyed token of the corporate number, for filtering without naming anybody.
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
    PRIMARY KEY (ledger, idx),
    UNIQUE (ledger, record_id),
    UNIQUE (ledger, system, event_id)
) WITHOUT ROWID;
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

const TRIGGERS: &str = "
CREATE TRIGGER records_no_delete BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'a natural key is kept for ever'); END;
CREATE TRIGGER records_identity BEFORE UPDATE OF ledger, idx, record_id, system, event_id, body_digest ON records
BEGIN SELECT RAISE(ABORT, 'what identifies a record never changes'); END;
";
