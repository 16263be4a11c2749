//! What every database must do for us, clause by clause. The clauses stay as they are; each database has only another way
//! to make a [`on_sqlite::ledger::TestLedger`], and a few of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::duplicate_mod,
    reason = "one text of the clauses, once for each database"
)]

mod on_postgres;
mod on_sqlite;
