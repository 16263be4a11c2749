//! The figures as Markdown tables, to be read on a terminal and pasted into `docs/benchmarks.md`.

mod beside;
mod goals;
mod stored;
mod units;

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::thread::available_parallelism;

use crate::listing::Listing;
use crate::load::Latency;
use crate::loaded::Loaded;
use crate::peers::Lineup;
use crate::rounds::Rounds;
use crate::settings::Settings;
use crate::weight::Weight;

/// Everything that a run measured.
pub(crate) struct Report<'a> {
    pub(crate) settings: Settings,
    /// Its release, if there was one.
    pub(crate) postgres: Option<&'a str>,
    pub(crate) lineup: &'a Lineup<'a>,
    pub(crate) rounds: &'a Rounds,
    pub(crate) loaded: Loaded,
    /// The look-up in PostgreSQL that our search is held against.
    pub(crate) look_up: Option<Latency>,
    pub(crate) listing: Listing,
    pub(crate) weight: Weight,
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.conditions(f)?;
        self.beside_the_peers(f)?;
        self.each_round(f)?;
        self.of_the_loaded(f)?;
        self.of_growth(f)?;
        self.of_the_list(f)?;
        self.of_verification(f)?;
        self.goals(f)
    }
}

impl Report<'_> {
    fn conditions(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Settings {
            rounds,
            load,
            events,
            list: _,
        } = self.settings;
        let cores = available_parallelism().map_or(0, usize::from);
        let streamed = &self.loaded.streamed;
        writeln!(
            f,
            "{cores} cores, {}; {}. {rounds} rounds of {} s a load; {events} events in the loaded ledger, \
             {:.0} bytes of JSON and {:.2} principals each.\n",
            processor(),
            self.postgres.map_or_else(
                || "no PostgreSQL".to_owned(),
                |version| format!("PostgreSQL {version}")
            ),
            load.as_secs(),
            streamed.bytes_per_event,
            streamed.principals_per_event,
        )?;
        for absent in &self.lineup.absent {
            writeln!(f, "- {absent}")?;
        }
        writeln!(f)
    }
}

/// The processor's name, as Linux has it.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find(|line| line.starts_with("model name"))
        .and_then(|line| line.split_once(':'));
    name.map_or_else(
        || "processor unknown".to_owned(),
        |(_, name)| name.trim().to_owned(),
    )
}
