//! What our search is held against: the same people looked for in PostgreSQL, by a GIN index over the same events.

use std::fmt::Write;
use std::time::Duration;

use crate::Outcome;
use crate::cluster::Cluster;
use crate::events::Events;
use crate::load::{Latency, people_asked_for};

const TABLE: &str = "CREATE TABLE events (id bigint PRIMARY KEY, body jsonb NOT NULL);";

const INDEX: &str = "
    CREATE INDEX events_by_content ON events USING gin (body jsonb_path_ops);
    VACUUM ANALYZE events;
    CHECKPOINT;";

/// The statement that is timed, and the one that shows how it is planned.
const ASK: &str = "PREPARE ask (jsonb) AS SELECT id, body FROM events WHERE body @> $1;";

/// Looks for a thousand people by their reference, one after the other, over one connection without HTTP. Nothing is
/// decrypted, and nobody writes down who asked.
pub(crate) fn look_up(cluster: &Cluster, events: u32) -> Outcome<Latency> {
    let database = cluster.database()?;
    database.run(TABLE)?;
    let rows = (1..=events).zip(Events::new());
    database.copy(
        "events",
        rows.map(|(id, event)| [Some(id.to_string()), Some(event.to_json())]),
    )?;
    database.run(INDEX)?;
    let mut statements = format!("{ASK}\n\\o /dev/null\n\\timing on\n");
    for person in people_asked_for(events) {
        let asked = serde_json::json!({"principals": [{"ref": person.reference()}]});
        writeln!(statements, "EXECUTE ask ('{asked}');")?;
    }
    let said = database.run(&statements)?;
    let times: Vec<Duration> = said.lines().filter_map(timing).collect();
    if times.is_empty() {
        return Err("psql timed nothing".into());
    }
    Ok(Latency::of(times))
}

/// `Time: 0.231 ms`, as psql says it.
fn timing(line: &str) -> Option<Duration> {
    let millis: f64 = line.strip_prefix("Time: ")?.split(' ').next()?.parse().ok()?;
    Some(Duration::from_secs_f64(millis / 1e3))
}
