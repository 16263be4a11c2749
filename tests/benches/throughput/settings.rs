//! How long a run takes: read once from the environment.

use std::env;
use std::time::Duration;

use crate::Outcome;

/// The size of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Rounds in rotation, and repetitions of what is measured alone.
    pub(crate) rounds: u32,
    /// Length of each load in a round.
    pub(crate) load: Duration,
    /// Events of the ledger that is searched and verified.
    pub(crate) events: u32,
    /// Rows of the list that is uploaded.
    pub(crate) list: u32,
}

impl Settings {
    /// `BENCH_ROUNDS` (3), `BENCH_SECONDS` (4), `BENCH_EVENTS` (100,000), `BENCH_LIST` (100,000).
    pub(crate) fn from_environment() -> Outcome<Self> {
        Ok(Self {
            rounds: number("BENCH_ROUNDS", 3)?,
            load: Duration::from_secs(number("BENCH_SECONDS", 4)?.into()),
            events: number("BENCH_EVENTS", 100_000)?,
            list: number("BENCH_LIST", 100_000)?,
        })
    }
}

fn number(name: &str, default: u32) -> Outcome<u32> {
    let Some(text) = env::var_os(name) else {
        return Ok(default);
    };
    let number = text
        .to_str()
        .and_then(|text| text.parse().ok())
        .filter(|number| *number > 0);
    number.ok_or_else(|| format!("{name} must be a whole number from 1").into())
}
