//! A table in PostgreSQL that `pgbench` fills, one row a transaction.
//!
//! The rows are the events of the load, already in the server: a table of 10,000 is made beforehand, and each
//! transaction copies one of them under a number of its own. That favours this peer: no HTTP, nothing to send.

use super::{Load, Measured, Peer, Who};
use crate::Outcome;
use crate::cluster::{Cluster, Database};
use crate::columns::Columns;
use crate::events::Events;
use crate::load::POOL;
use crate::pgbench;

/// The indexes that all tables have.
const INDEXES: &str = "
    CREATE INDEX events_by_third_party ON events (third_party);
    CREATE INDEX events_by_principal ON events (principal);";

const SAMPLES: &str = "
    CREATE TABLE samples (
        number int PRIMARY KEY,
        third_party text,
        principal text,
        body text NOT NULL
    );
    CREATE SEQUENCE numbers;";

/// A table, fresh for each load.
pub(super) struct TableInPostgres<'a> {
    database: Database<'a>,
    who: Who,
    table: &'static str,
    broken: Option<&'static str>,
}

impl<'a> TableInPostgres<'a> {
    /// Makes a database with the samples. `table` are statements that make `events`; `broken` counts the rows of it that
    /// are not as they should be.
    pub(super) fn new(
        cluster: &'a Cluster,
        who: Who,
        table: &'static str,
        broken: Option<&'static str>,
    ) -> Outcome<Self> {
        let database = cluster.database()?;
        database.run(SAMPLES)?;
        let mut rows = Vec::new();
        for (number, event) in (1..=POOL).zip(Events::new()) {
            let body = event.to_json();
            let columns = Columns::of(&body)?;
            rows.push([
                Some(number.to_string()),
                columns.third_party,
                columns.principal,
                Some(body),
            ]);
        }
        database.copy("samples", rows.into_iter())?;
        database.run("VACUUM ANALYZE samples;")?;
        Ok(Self {
            database,
            who,
            table,
            broken,
        })
    }

    /// One transaction of one row.
    fn script() -> String {
        format!(
            "\\set number random(1, {POOL})\n\
             INSERT INTO events (event_id, third_party, principal, body) \
             SELECT 'bench/' || lpad(nextval('numbers')::text, 10, '0'), third_party, principal, body \
             FROM samples WHERE number = :number;\n"
        )
    }
}

impl Peer for TableInPostgres<'_> {
    fn who(&self) -> Who {
        self.who
    }

    fn take(&self, load: Load) -> Outcome<Measured> {
        let database = &self.database;
        let (table, who) = (self.table, self.who.name());
        database.run(&format!(
            "DROP TABLE IF EXISTS events; {table} {INDEXES} CHECKPOINT;"
        ))?;
        let posted = pgbench::run(database, &Self::script(), load)?;
        let rows = database.number("SELECT count(*) FROM events")?;
        if rows < f64::from(posted.events) {
            return Err(format!("{who} holds {rows} rows of {} acknowledged", posted.events).into());
        }
        if let Some(broken) = self.broken {
            let broken = database.number(broken)?;
            if broken > 0.0 {
                return Err(format!("{who}: {broken} rows do not follow the one before").into());
            }
        }
        let bytes = database.number("SELECT pg_total_relation_size('events')")?;
        Ok(Measured::new(&posted, bytes / rows))
    }
}
