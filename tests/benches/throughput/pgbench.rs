//! `pgbench` as the load on a PostgreSQL table: one thread, one transaction after another on each connection.

use std::fs;
use std::time::Duration;

use kirokubo_tests::Scratch;

use crate::Outcome;
use crate::cluster::Database;
use crate::load::{Latency, Posted, WARM_UP};
use crate::numbers::figure;
use crate::peers::Load;

/// Runs a script again and again. Every transaction is logged, so that percentiles are of all of them; one that fails
/// is an error.
pub(crate) fn run(database: &Database<'_>, script: &str, load: Load) -> Outcome<Posted> {
    let scratch = Scratch::new();
    let (file, log) = (scratch.path().join("script.sql"), scratch.path().join("log"));
    fs::write(&file, script)?;
    let clients = load.connections.to_string();
    // Whole seconds only, and connecting takes its part: the warm-up is cut off below, and so is what is over.
    let seconds = (load.time + WARM_UP).as_secs() + 2;
    let mut command = database.client("pgbench");
    command
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=1", "--log"])
        .args(["--client", &clients, "--time", &seconds.to_string()])
        .arg(format!("--log-prefix={}", log.display()))
        .arg(format!("--file={}", file.display()));
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("pgbench: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    let mut done = Vec::new();
    for entry in fs::read_dir(scratch.path())? {
        let path = entry?.path();
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("log."))
        {
            for line in fs::read_to_string(path)?.lines() {
                done.push(Transaction::read(line)?);
            }
        }
    }
    posted(&done, load.time)
}

/// A line of the log.
struct Transaction {
    /// How long it took.
    took: Duration,
    /// When it was done, since the epoch.
    at: Duration,
}

impl Transaction {
    /// Client, number, microseconds, script, second, microsecond. In place of the time stands a word if it failed.
    fn read(line: &str) -> Outcome<Self> {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, _, took, _, second, micros, ..] = fields[..] else {
            return Err(format!("pgbench logged: {line}").into());
        };
        let took = took
            .parse()
            .map_err(|_| format!("a transaction of pgbench {took}"))?;
        Ok(Self {
            took: Duration::from_micros(took),
            at: Duration::from_secs(second.parse()?) + Duration::from_micros(micros.parse()?),
        })
    }
}

/// Those that ended after the warm-up, within `time`.
fn posted(done: &[Transaction], time: Duration) -> Outcome<Posted> {
    let began = done.iter().map(|transaction| transaction.at).min();
    let from = began.ok_or("pgbench has done nothing")? + WARM_UP;
    let times: Vec<Duration> = done
        .iter()
        .filter(|transaction| (from..=from + time).contains(&transaction.at))
        .map(|transaction| transaction.took)
        .collect();
    Ok(Posted {
        events: u32::try_from(done.len())?,
        per_second: figure(u64::try_from(times.len())?) / time.as_secs_f64(),
        latency: Latency::of(times),
    })
}
