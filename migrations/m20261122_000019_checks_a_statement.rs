//! On PostgreSQL what an append writes is checked once a statement, and no longer once a row.
//!
//! A foreign key is a look-up and a lock for each row, nine an event, and finds each time the one ledger whose head row the
//! transaction has locked. A trigger in PL/pgSQL is a call and a query for each row. Together they were more than half of what
//! the server did for an append. In SQLite both are a look into a page that it holds anyway, and stay.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::sqlx;
use sea_orm_migration::sea_orm::{DbBackend, RuntimeErr, TransactionTrait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() == DbBackend::Sqlite {
            return Ok(());
        }
        for table in TABLES {
            let text = format!("ALTER TABLE {table} DROP CONSTRAINT {table}_ledger_fkey");
            db.execute_unprepared(&text).await?;
        }
        for check in &CHECKS {
            let replacing = db.begin().await?;
            match replacing.execute_unprepared(&check.in_postgres()).await {
                Ok(_) => replacing.commit().await?,
                // Another database that speaks PostgreSQL's protocol: it goes on row by row.
                Err(error) if is_unknown_here(&error) => replacing.rollback().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// What an append writes to.
const TABLES: [&str; 11] = [
    "entries",
    "tiles",
    "checkpoints",
    "records",
    "record_contents",
    "principal_rows",
    "idempotency_keys",
    "search_tokens",
    "record_links",
    "accesses",
    "access_records",
];

/// A trigger that refuses rows, together, of which one is not as it should be.
struct Check {
    name: &'static str,
    table: &'static str,
    /// What it refuses of `added`. Each row's entry is looked up for itself: a join could be planned to read all entries.
    refuses: &'static str,
    message: &'static str,
}

const NO_ENTRY: &str =
    "(SELECT e.idx FROM entries e WHERE e.ledger = added.ledger AND e.idx = added.idx) IS NULL";

const CHECKS: [Check; 6] = [
    Check {
        name: "entries_link",
        table: "entries",
        refuses: "added.idx > 0 AND substr(added.bytes, 41, 32) IS DISTINCT FROM \
                  (SELECT e.leaf FROM entries e WHERE e.ledger = added.ledger AND e.idx = added.idx - 1)",
        message: "an entry must follow from the one before it",
    },
    Check {
        name: "records_entry",
        table: "records",
        refuses: NO_ENTRY,
        message: "a record needs its entry",
    },
    Check {
        name: "record_contents_entry",
        table: "record_contents",
        refuses: NO_ENTRY,
        message: "a content needs its entry",
    },
    Check {
        name: "principal_rows_entry",
        table: "principal_rows",
        refuses: "CASE WHEN added.idx < 0 \
                  THEN (SELECT l.number FROM lists l \
                        WHERE l.ledger = added.ledger AND l.number = -added.idx AND l.state = 0) IS NULL \
                  ELSE (SELECT e.idx FROM entries e WHERE e.ledger = added.ledger AND e.idx = added.idx) IS NULL END",
        message: "a principal row needs its entry or its list",
    },
    Check {
        name: "accesses_entry",
        table: "accesses",
        refuses: NO_ENTRY,
        message: "an access needs its entry",
    },
    Check {
        name: "access_records_entry",
        table: "access_records",
        refuses: NO_ENTRY,
        message: "an access needs its entry",
    },
];

impl Check {
    /// It takes the place of the trigger of the same name.
    fn in_postgres(&self) -> String {
        let Self {
            name,
            table,
            refuses,
            message,
        } = self;
        format!(
            "DROP FUNCTION {name}() CASCADE; \
             CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $trigger$ BEGIN \
             IF EXISTS (SELECT 1 FROM added WHERE {refuses}) THEN \
             RAISE EXCEPTION USING MESSAGE = '{message}', ERRCODE = 'integrity_constraint_violation'; \
             END IF; RETURN NULL; END $trigger$; \
             CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added \
             FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    }
}

/// Whether the database has no such triggers: 0A000 or 42601 (PostgreSQL, appendix A), it does not know the words.
fn is_unknown_here(error: &DbErr) -> bool {
    let DbErr::Exec(RuntimeErr::SqlxError(error)) = error else {
        return false;
    };
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| ["0A000", "42601"].contains(&code.as_ref()))
}
