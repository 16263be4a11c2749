//! The ledger itself: entries, tiles, heads, checkpoints. No personal data in any of them.
//!
//! The triggers are the second net under the sequencer: whoever reaches the tables by plain SQL can neither
//! change nor remove an entry, nor add one that does not follow from the entry before it. They do not stop
//! an administrator who drops them first; the hashes and signatures show what he did.

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

/// `ledgers.id` is a small integer so that every row of every other table names its ledger in one byte.
/// `entries.bytes` holds the exact KRB1 bytes and `leaf` their RFC 6962 leaf hash.
/// `tiles` holds complete level-0 tiles, and tiles of higher levels as they fill.
/// `heads` has one row a ledger from its creation on: the row every append compares and swaps.
const TABLES: &str = "
CREATE TABLE ledgers (
    id INTEGER PRIMARY KEY,
    ledger_id BLOB NOT NULL UNIQUE CHECK (length(ledger_id) = 16),
    origin TEXT NOT NULL UNIQUE,
    operator TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE entries (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    idx BIGINT NOT NULL CHECK (idx >= 0),
    leaf BLOB NOT NULL CHECK (length(leaf) = 32),
    bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 96 AND 65535),
    PRIMARY KEY (ledger, idx)
) WITHOUT ROWID;
CREATE TABLE tiles (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 7),
    n BIGINT NOT NULL CHECK (n >= 0),
    hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (ledger, level, n)
);
CREATE TABLE checkpoints (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    size BIGINT NOT NULL CHECK (size >= 0),
    note TEXT NOT NULL,
    PRIMARY KEY (ledger, size)
) WITHOUT ROWID;
CREATE TABLE heads (
    ledger INTEGER PRIMARY KEY REFERENCES ledgers (id),
    size BIGINT NOT NULL CHECK (size >= 0),
    recorded_at BIGINT NOT NULL,
    leaf BLOB NOT NULL CHECK (length(leaf) = 32),
    frontier BLOB NOT NULL CHECK (length(frontier) % 32 = 0),
    note TEXT NOT NULL
);
";

/// Bytes 41 to 72 of an entry are `prev`, the leaf hash of the entry before it. Checking the link itself is
/// stronger than a UNIQUE index on it, and needs no index of random keys.
const TRIGGERS: &str = "
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_link BEFORE INSERT ON entries
WHEN NEW.idx > 0 AND substr(NEW.bytes, 41, 32) IS NOT
    (SELECT leaf FROM entries WHERE ledger = NEW.ledger AND idx = NEW.idx - 1)
BEGIN SELECT RAISE(ABORT, 'an entry must follow from the one before it'); END;
CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER heads_grow BEFORE UPDATE ON heads WHEN NEW.size <= OLD.size OR NEW.ledger <> OLD.ledger
BEGIN SELECT RAISE(ABORT, 'a ledger only grows'); END;
CREATE TRIGGER heads_no_delete BEFORE DELETE ON heads
BEGIN SELECT RAISE(ABORT, 'a ledger only grows'); END;
";
