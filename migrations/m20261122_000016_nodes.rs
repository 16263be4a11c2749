//! What several servers on one database have to know of each other: who uploads which list, which keys of months are ended,
//! and which programs may work on the schema. No personal data in it. All tables are new, so that a program from before them
//! works on beside.

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

/// - `uploads` has one row a list that is being uploaded or swept away: `claim` is the number that a process drew when it
///   started, `beat_at` when it last said that it is alive, Unix milliseconds by the clock of the database.
/// - `month_ends`: how often the key of a month was ended. `month` is year × 12 + month − 1. The key that wraps from then
///   on is another file. `mac` closes the other columns under a key outside the database: who may write here must not be
///   able to have a key destroyed.
/// - `schema_needs` has one row: the migration that a program must know, or it does not start here. A migration that only
///   adds leaves it as it is, so that servers of the release before go on beside the new ones. One that takes something away
///   names in it the migration that added what came in its place, which is of an earlier release.
const TABLES: &str = "
CREATE TABLE uploads (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    number BIGINT NOT NULL CHECK (number > 0),
    claim BIGINT NOT NULL,
    beat_at BIGINT NOT NULL,
    PRIMARY KEY (ledger, number)
) WITHOUT ROWID;
CREATE TABLE month_ends (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    month INTEGER NOT NULL CHECK (month >= 0),
    ends BIGINT NOT NULL CHECK (ends > 0),
    mac BLOB NOT NULL CHECK (length(mac) = 16),
    PRIMARY KEY (ledger, month)
) WITHOUT ROWID;
CREATE TABLE schema_needs (known TEXT NOT NULL);
INSERT INTO schema_needs (known) VALUES ('m20261122_000016_nodes');
";

/// A key that is ended never comes back.
const TRIGGERS: &str = "
CREATE TRIGGER month_ends_grow BEFORE UPDATE ON month_ends
WHEN NEW.ends <= OLD.ends OR NEW.ledger <> OLD.ledger OR NEW.month <> OLD.month
BEGIN SELECT RAISE(ABORT, 'an ended key stays ended'); END;
CREATE TRIGGER month_ends_no_delete BEFORE DELETE ON month_ends
BEGIN SELECT RAISE(ABORT, 'an ended key stays ended'); END;
";
