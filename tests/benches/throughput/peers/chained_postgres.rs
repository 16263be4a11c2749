//! A table in PostgreSQL whose trigger chains the rows: what a good administrator would set up, and the best peer that can
//! show a change.
//!
//! The trigger takes a lock until the end of the transaction, reads the last row, and sets SHA-256 over its hash and
//! the new row. Clients reach it without HTTP.

use super::Who;
use super::table_in_postgres::TableInPostgres;
use crate::Outcome;
use crate::cluster::Cluster;

const TABLE: &str = "
    CREATE TABLE events (
        id bigint PRIMARY KEY,
        event_id text NOT NULL UNIQUE,
        third_party text,
        principal text,
        body text NOT NULL,
        hash bytea NOT NULL
    );
    CREATE OR REPLACE FUNCTION chain() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        last record;
    BEGIN
        PERFORM pg_advisory_xact_lock(31027);
        SELECT id, hash INTO last FROM events ORDER BY id DESC LIMIT 1;
        NEW.id := coalesce(last.id, 0) + 1;
        NEW.hash := sha256(coalesce(last.hash, ''::bytea) || convert_to(NEW.event_id || NEW.body, 'UTF8'));
        RETURN NEW;
    END $$;
    CREATE TRIGGER chain BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION chain();";

/// Rows that do not follow the one before them.
const BROKEN: &str = "
    SELECT count(*) FROM (
        SELECT id, hash, row_number() OVER chained AS number,
            sha256(coalesce(lag(hash) OVER chained, ''::bytea) || convert_to(event_id || body, 'UTF8')) AS right_hash
        FROM events WINDOW chained AS (ORDER BY id)
    ) AS links WHERE hash <> right_hash OR id <> number";

/// The table, in a cluster.
pub(super) fn chained(cluster: &Cluster) -> Outcome<TableInPostgres<'_>> {
    TableInPostgres::new(cluster, Who::ChainedPostgres, TABLE, Some(BROKEN))
}
