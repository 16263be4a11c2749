//! Files of evidence (証跡): what each is, and which records cite it. The files themselves lie outside the database.

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

/// - `evidence.id` is also the name of the encrypted file. `digest` is a keyed digest of its SHA-256: the same bytes are
///   kept once, and the database confirms no guess about them. `secret` is the file's key, wrapped under the key of the
///   month in which the last of the records that cite it ends (`month` as in `record_contents`; −1 while none does).
///   `sealed` is the encrypted description, which authenticates every column but the last three.
/// - `evidence_links` says which record (by the index of its entry) cites which file. One file may be cited by every
///   record of a contract.
const TABLES: &str = "
CREATE TABLE evidence (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL CHECK (size > 0),
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    month INTEGER NOT NULL,
    secret BLOB NOT NULL CHECK (length(secret) = 60),
    sealed BLOB NOT NULL,
    PRIMARY KEY (ledger, id),
    UNIQUE (ledger, digest)
);
CREATE TABLE evidence_links (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    evidence BLOB NOT NULL CHECK (length(evidence) = 16),
    idx BIGINT NOT NULL,
    PRIMARY KEY (ledger, evidence, idx),
    FOREIGN KEY (ledger, evidence) REFERENCES evidence (ledger, id)
) WITHOUT ROWID;
CREATE INDEX evidence_links_by_record ON evidence_links (ledger, idx);
";

/// A file never becomes another; only the month that it is kept for moves. A link lies beside its entry.
const TRIGGERS: &str = "
CREATE TRIGGER evidence_identity BEFORE UPDATE OF ledger, id, digest, media_type, size, created_at, created_by, sealed
ON evidence
BEGIN SELECT RAISE(ABORT, 'what a file is never changes'); END;
CREATE TRIGGER evidence_links_entry BEFORE INSERT ON evidence_links
WHEN NOT EXISTS (SELECT 1 FROM entries WHERE ledger = NEW.ledger AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'a link needs its entry'); END;
";

/// As for `records`: the planner must not take a search in one ledger for a search that finds ten rows.
const STATISTICS: &str = "
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('evidence', 'sqlite_autoindex_evidence_1', '100000 100000 1'),
    ('evidence', 'sqlite_autoindex_evidence_2', '100000 100000 1'),
    ('evidence_links', 'evidence_links', '1000000 1000000 10 1'),
    ('evidence_links', 'evidence_links_by_record', '1000000 1000000 1 1');
ANALYZE sqlite_schema;
";
