//! How records stand to each other: what relies on what, which days belong to one batch, which version is the newest.

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

/// `idx` names `base`, always an earlier record. Every row follows from field 13 of the record `idx`, or from the body of
/// its entry where that is an amendment; `kirokubo verify` compares them. Relations:
///
/// 0. leaves out what `base` holds; 1. is a day of the batch that `base` opened (its first version); 2. rests on the
///    confirmation of the third party in `base`; 3. is a later version of `base`, the first one; 4. took the place of
///    `base`, the version before; 5. leaves out the principals, too, which `base` holds.
///
/// `records_open` finds the few records whose clock is open among all the others.
const TABLE: &str = "
CREATE TABLE record_links (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    base BIGINT NOT NULL,
    relation SMALLINT NOT NULL CHECK (relation BETWEEN 0 AND 5),
    idx BIGINT NOT NULL CHECK (idx > base),
    PRIMARY KEY (ledger, base, relation, idx)
) WITHOUT ROWID;
CREATE INDEX record_links_by_idx ON record_links (ledger, idx, relation);
CREATE UNIQUE INDEX record_links_one_successor ON record_links (ledger, base) WHERE relation = 4;
CREATE INDEX records_open ON records (ledger, idx) WHERE retain_through = 2147483647;
";

const TRIGGERS: &str = "
CREATE TRIGGER record_links_record BEFORE INSERT ON record_links
WHEN NOT EXISTS (SELECT 1 FROM records WHERE ledger = NEW.ledger AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'a link needs its record'); END;
CREATE TRIGGER record_links_no_update BEFORE UPDATE ON record_links
BEGIN SELECT RAISE(ABORT, 'what a record names never changes'); END;
";

/// See the second migration: what the planner should take a ledger for.
const STATISTICS: &str = "
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('record_links', 'record_links', '1000000 1000000 100 50 1'),
    ('record_links', 'record_links_by_idx', '1000000 1000000 2 1'),
    ('record_links', 'record_links_one_successor', '10000 10000 1');
ANALYZE sqlite_schema;
";
