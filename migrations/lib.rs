//! The schema of Kirokubo, one file per change, oldest first.
//!
//! Migrations are run by `kirokubo init` and `kirokubo migrate`, never by surprise at start-up.
//! Each is short, and what it creates is explained beside it; the tables as a whole are described in
//! `docs/design.md`. `dialect.rs` says them to PostgreSQL. This crate and `kirokubo-store` are the only ones that name sea-orm.

use sea_orm_migration::prelude::*;

pub use sea_orm_migration::MigratorTrait;

mod dialect;
mod m20261121_000001_ledger;
mod m20261121_000002_records;
mod m20261121_000003_api_keys;
mod m20261121_000004_masters;
mod m20261121_000005_evidence;
mod m20261121_000006_lists;
mod m20261121_000007_record_links;
mod m20261121_000008_approvals;
mod m20261122_000009_erasure;
mod m20261122_000012_witnessing;
mod m20261122_000013_timestamps;
mod m20261122_000014_accesses;
mod m20261122_000015_key_entries;
mod m20261122_000016_nodes;
mod m20261122_000018_token_runs;
mod m20261122_000019_checks_a_statement;

/// Runs the migrations in order; sea-orm keeps the list of those applied in `seaql_migrations`.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_ledger::Migration),
            Box::new(m20261121_000002_records::Migration),
            Box::new(m20261121_000003_api_keys::Migration),
            Box::new(m20261121_000004_masters::Migration),
            Box::new(m20261121_000005_evidence::Migration),
            Box::new(m20261121_000007_record_links::Migration),
            Box::new(m20261121_000008_approvals::Migration),
            Box::new(m20261121_000006_lists::Migration),
            Box::new(m20261122_000009_erasure::Migration),
            Box::new(m20261122_000012_witnessing::Migration),
            Box::new(m20261122_000014_accesses::Migration),
            Box::new(m20261122_000013_timestamps::Migration),
            Box::new(m20261122_000015_key_entries::Migration),
            Box::new(m20261122_000018_token_runs::Migration),
            Box::new(m20261122_000016_nodes::Migration),
            Box::new(m20261122_000019_checks_a_statement::Migration),
        ]
    }
}
