//! A plain table in PostgreSQL: one INSERT a transaction, no chain. It shows what PostgreSQL's own group commit gives.

use super::Who;
use super::table_in_postgres::TableInPostgres;
use crate::Outcome;
use crate::cluster::Cluster;

const TABLE: &str = "
    CREATE TABLE events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id text NOT NULL UNIQUE,
        third_party text,
        principal text,
        body text NOT NULL
    );";

/// The table, in a cluster.
pub(super) fn plain(cluster: &Cluster) -> Outcome<TableInPostgres<'_>> {
    TableInPostgres::new(cluster, Who::PlainPostgres, TABLE, None)
}
