//! Uploaded lists of principals: their rows lie in `principal_rows` before the record that will cite them exists.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        run(manager, TRIGGERS).await?;
        Ok(())
    }
}

/// - `lists` has one row a list. Rows and search tokens of list `number` stand in `principal_rows` and `search_tokens`
///   under `idx = -number`, and stay there when a record cites the list: `lists.idx` then says which.
///   `record_id` is the id that the record will have, since commitments and ciphertexts are bound to it.
///   `state` is 0 while the list is uploaded, 1 once it is complete, 2 once a record has it. `principals` and `root` are
///   what the record's field 4 says. `secret` is the record's secret wrapped under the key `open`; once a record has the
///   list it is empty, since the record's content holds the secret under its own month.
///   `idempotency` and `body_digest` are keyed digests of the caller's `Idempotency-Key` and of what went with it.
///   `declared` is how many rows the sender said there are. `mac` closes all the other columns.
/// - `list_nodes` holds one hash for every 256 rows: the roots of the complete subtrees of that size, in their order,
///   from the `n`-th on. With them the path of one row among a million costs 255 rows and not a million.
const TABLES: &str = "
CREATE TABLE lists (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    number BIGINT NOT NULL CHECK (number > 0),
    list_id BLOB NOT NULL CHECK (length(list_id) = 16),
    record_id BLOB NOT NULL CHECK (length(record_id) = 16),
    state SMALLINT NOT NULL CHECK (state IN (0, 1, 2)),
    principals BIGINT NOT NULL CHECK (principals >= 0),
    root BLOB NOT NULL CHECK (length(root) IN (0, 32)),
    secret BLOB NOT NULL CHECK (length(secret) = CASE state WHEN 2 THEN 0 ELSE 60 END),
    idx BIGINT CHECK ((state = 2) = (idx IS NOT NULL)),
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    declared BIGINT,
    idempotency BLOB CHECK (length(idempotency) = 16),
    body_digest BLOB CHECK (length(body_digest) = 16),
    mac BLOB NOT NULL CHECK (length(mac) = 16),
    PRIMARY KEY (ledger, number),
    UNIQUE (ledger, list_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX lists_by_record ON lists (ledger, idx) WHERE idx IS NOT NULL;
CREATE UNIQUE INDEX lists_by_key ON lists (ledger, idempotency) WHERE idempotency IS NOT NULL;
CREATE TABLE list_nodes (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    number BIGINT NOT NULL,
    n BIGINT NOT NULL CHECK (n >= 0),
    hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (ledger, number, n)
) WITHOUT ROWID;
";

/// A principal's row belongs to an entry, or to a list that is still being uploaded. A list only goes forward, and
/// what a record has cited stays.
const TRIGGERS: &str = "
DROP TRIGGER principal_rows_entry;
CREATE TRIGGER principal_rows_entry BEFORE INSERT ON principal_rows
WHEN CASE WHEN NEW.idx < 0
    THEN NOT EXISTS (SELECT 1 FROM lists WHERE ledger = NEW.ledger AND number = -NEW.idx AND state = 0)
    ELSE NOT EXISTS (SELECT 1 FROM entries WHERE ledger = NEW.ledger AND idx = NEW.idx) END
BEGIN SELECT RAISE(ABORT, 'a principal row needs its entry or its list'); END;
CREATE TRIGGER lists_identity BEFORE UPDATE OF ledger, number, list_id, record_id, made_at, made_by ON lists
BEGIN SELECT RAISE(ABORT, 'what identifies a list never changes'); END;
CREATE TRIGGER lists_forward BEFORE UPDATE ON lists
WHEN NEW.state <> OLD.state + 1
    OR (OLD.state = 1 AND (NEW.principals <> OLD.principals OR NEW.root <> OLD.root))
BEGIN SELECT RAISE(ABORT, 'a list only goes forward'); END;
CREATE TRIGGER lists_no_delete BEFORE DELETE ON lists WHEN OLD.state = 2
BEGIN SELECT RAISE(ABORT, 'a list that a record cites is kept'); END;
";
