//! Time stamps of authorities over checkpoints (RFC 3161). No personal data.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLE).await?;
        run(manager, TRIGGERS).await?;
        Ok(())
    }
}

/// `size` is that of the stamped checkpoint, `anchor` the index of the entry that binds the answer, which holds the
/// answer's SHA-256. `answer` is the DER of the whole `TimeStampResp`, as it came. `tsa` is the address that was asked.
/// `earliest` and `latest` are the bounds of the authority's time in Unix milliseconds. All of them repeat what the answer
/// or the entry says.
const TABLE: &str = "
CREATE TABLE timestamps (
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    size BIGINT NOT NULL CHECK (size > 0),
    anchor BIGINT NOT NULL CHECK (anchor >= size),
    answer BLOB NOT NULL CHECK (length(answer) BETWEEN 1 AND 65536),
    tsa TEXT NOT NULL,
    earliest BIGINT NOT NULL,
    latest BIGINT NOT NULL CHECK (latest >= earliest),
    PRIMARY KEY (ledger, size),
    UNIQUE (ledger, anchor)
);
";

const TRIGGERS: &str = "
CREATE TRIGGER timestamps_no_update BEFORE UPDATE ON timestamps
BEGIN SELECT RAISE(ABORT, 'time stamps are append-only'); END;
CREATE TRIGGER timestamps_no_delete BEFORE DELETE ON timestamps
BEGIN SELECT RAISE(ABORT, 'time stamps are append-only'); END;
CREATE TRIGGER timestamps_checkpoint BEFORE INSERT ON timestamps
WHEN NOT EXISTS (SELECT 1 FROM checkpoints WHERE ledger = NEW.ledger AND size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'a time stamp is over a checkpoint'); END;
CREATE TRIGGER timestamps_anchor BEFORE INSERT ON timestamps
WHEN NOT EXISTS (SELECT 1 FROM entries WHERE ledger = NEW.ledger AND idx = NEW.anchor AND substr(bytes, 5, 1) = x'08')
BEGIN SELECT RAISE(ABORT, 'a time stamp is bound by an anchor'); END;
";
