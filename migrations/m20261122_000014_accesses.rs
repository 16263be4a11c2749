//! The access ledger: who read personal data. A second ledger of the same format, and what lies beside its entries.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, LEDGERS).await?;
        run(manager, TABLES).await?;
        run(manager, TRIGGERS).await?;
        run(manager, STATISTICS).await?;
        Ok(())
    }
}

/// Whose readings a ledger tells; null for a ledger of records. Each has one access ledger.
const LEDGERS: &str = "
ALTER TABLE ledgers ADD COLUMN access_of INTEGER REFERENCES ledgers (id);
CREATE UNIQUE INDEX ledgers_access_of ON ledgers (access_of);
";

/// What a reading was is sealed in `record_contents`, under the number of the access ledger. These two only find it.
///
/// - `accesses.kind` is the number of the kind of reading, `actor` the opaque id of who read, `made_at` the time of the
///   entry. `all_below` is set where everything was read: every record of the ledger of records below this index.
/// - `accesses.mac` closes all the other columns under a key outside the database.
/// - `access_records` has a row for every record that was read, by the record's own id.
const TABLES: &str = "
CREATE TABLE accesses (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    idx BIGINT NOT NULL,
    access_id BLOB NOT NULL CHECK (length(access_id) = 16),
    kind SMALLINT NOT NULL,
    actor TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    all_below BIGINT,
    mac BLOB NOT NULL CHECK (length(mac) = 16),
    PRIMARY KEY (ledger, idx)
) WITHOUT ROWID;
CREATE INDEX accesses_by_actor ON accesses (ledger, actor, idx);
CREATE INDEX accesses_by_kind ON accesses (ledger, kind, idx);
CREATE INDEX accesses_of_all ON accesses (ledger, idx) WHERE all_below IS NOT NULL;
CREATE TABLE access_records (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    record BLOB NOT NULL CHECK (length(record) = 16),
    idx BIGINT NOT NULL,
    PRIMARY KEY (ledger, record, idx)
) WITHOUT ROWID;
CREATE INDEX access_records_by_idx ON access_records (ledger, idx);
";

/// Who read what is kept as it was written.
const TRIGGERS: &str = "
CREATE TRIGGER accesses_entry BEFORE INSERT ON accesses
WHEN NOT EXISTS (SELECT 1 FROM entries WHERE ledger = NEW.ledger AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'an access needs its entry'); END;
CREATE TRIGGER accesses_no_update BEFORE UPDATE ON accesses
BEGIN SELECT RAISE(ABORT, 'who read what is append-only'); END;
CREATE TRIGGER accesses_no_delete BEFORE DELETE ON accesses
BEGIN SELECT RAISE(ABORT, 'who read what is append-only'); END;
CREATE TRIGGER access_records_entry BEFORE INSERT ON access_records
WHEN NOT EXISTS (SELECT 1 FROM entries WHERE ledger = NEW.ledger AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'an access needs its entry'); END;
CREATE TRIGGER access_records_no_update BEFORE UPDATE ON access_records
BEGIN SELECT RAISE(ABORT, 'who read what is append-only'); END;
CREATE TRIGGER access_records_no_delete BEFORE DELETE ON access_records
BEGIN SELECT RAISE(ABORT, 'who read what is append-only'); END;
CREATE TRIGGER ledgers_access_of BEFORE UPDATE OF access_of ON ledgers
BEGIN SELECT RAISE(ABORT, 'a ledger stays what it is'); END;
";

/// See the second migration: what the planner should take a ledger for.
const STATISTICS: &str = "
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('accesses', 'accesses', '1000000 1000000 1'),
    ('accesses', 'accesses_by_actor', '1000000 1000000 10000 1'),
    ('accesses', 'accesses_by_kind', '1000000 1000000 100000 1'),
    ('access_records', 'access_records', '10000000 10000000 10 1'),
    ('access_records', 'access_records_by_idx', '10000000 10000000 10 1');
ANALYZE sqlite_schema;
";
