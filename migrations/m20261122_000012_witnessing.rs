//! What the world was shown of the ledger, and what witnesses said of it. No personal data in any of it.

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

/// - `published`: which size was shown from `published_at` (Unix milliseconds) on. `way`: 0 every newer head is shown as
///   well, 1 that size without a quorum, 2 that size with the quorum of the policy of the day. The note shown is that of
///   `checkpoints` with the lines of `cosignatures`.
/// - `cosignatures`: signature lines of witnesses, with their newline. `cosigned_at` is the witness's own time, Unix
///   seconds.
/// - `witness_sizes`: the largest size that a witness said it holds; `checkpoint` is the note that proves it, if it gave
///   one that our key signed.
/// - `mac` closes all the other columns under a key outside the database. A cosignature needs none: it is signed.
const TABLES: &str = "
CREATE TABLE published (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    seq BIGINT NOT NULL CHECK (seq >= 0),
    size BIGINT NOT NULL CHECK (size > 0),
    published_at BIGINT NOT NULL,
    way SMALLINT NOT NULL CHECK (way IN (0, 1, 2)),
    mac BLOB NOT NULL CHECK (length(mac) = 16),
    PRIMARY KEY (ledger, seq)
) WITHOUT ROWID;
CREATE TABLE cosignatures (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    size BIGINT NOT NULL CHECK (size > 0),
    vkey TEXT NOT NULL,
    cosigned_at BIGINT NOT NULL CHECK (cosigned_at > 0),
    line TEXT NOT NULL,
    PRIMARY KEY (ledger, size, vkey, cosigned_at)
) WITHOUT ROWID;
CREATE TABLE witness_sizes (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    vkey TEXT NOT NULL,
    size BIGINT NOT NULL CHECK (size >= 0),
    seen_at BIGINT NOT NULL,
    checkpoint TEXT,
    mac BLOB NOT NULL CHECK (length(mac) = 16),
    PRIMARY KEY (ledger, vkey)
) WITHOUT ROWID;
";

/// What was shown is never unsaid, and nothing older is shown after it.
const TRIGGERS: &str = "
CREATE TRIGGER published_grows BEFORE INSERT ON published
WHEN EXISTS (SELECT 1 FROM published WHERE ledger = NEW.ledger AND (seq >= NEW.seq OR size > NEW.size))
BEGIN SELECT RAISE(ABORT, 'nothing older is published'); END;
CREATE TRIGGER published_no_update BEFORE UPDATE ON published
BEGIN SELECT RAISE(ABORT, 'what was published is kept'); END;
CREATE TRIGGER published_no_delete BEFORE DELETE ON published
BEGIN SELECT RAISE(ABORT, 'what was published is kept'); END;
CREATE TRIGGER cosignatures_no_update BEFORE UPDATE ON cosignatures
BEGIN SELECT RAISE(ABORT, 'cosignatures are kept'); END;
CREATE TRIGGER cosignatures_no_delete BEFORE DELETE ON cosignatures
BEGIN SELECT RAISE(ABORT, 'cosignatures are kept'); END;
CREATE TRIGGER witness_sizes_grow BEFORE UPDATE ON witness_sizes
WHEN NEW.size < OLD.size OR NEW.ledger <> OLD.ledger OR NEW.vkey <> OLD.vkey
BEGIN SELECT RAISE(ABORT, 'a witness forgets nothing'); END;
CREATE TRIGGER witness_sizes_no_delete BEFORE DELETE ON witness_sizes
BEGIN SELECT RAISE(ABORT, 'a witness forgets nothing'); END;
";
