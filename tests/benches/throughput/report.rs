//! The figures as Markdown tables, to be read on a terminal and pasted into `docs/benchmarks.md`.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::thread::available_parallelism;
use std::time::Duration;

use crate::load::{Latency, Searched};
use crate::loaded::{Loaded, Verified};
use crate::numbers::{figure, median};
use crate::rounds::{MANY, Measured, Pair, Round};
use crate::server::Memory;
use crate::settings::Settings;

/// Everything that a run measured.
pub(crate) struct Report {
    pub(crate) settings: Settings,
    pub(crate) rounds: Vec<Round>,
    pub(crate) loaded: Loaded,
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.conditions(f)?;
        self.each_round(f)?;
        self.beside_the_peer(f)?;
        self.of_the_loaded(f)?;
        self.of_verification(f)
    }
}

impl Report {
    fn conditions(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Settings { rounds, load, events } = self.settings;
        let cores = available_parallelism().map_or(0, usize::from);
        let streamed = &self.loaded.streamed;
        writeln!(
            f,
            "{cores} cores, {}. {rounds} rounds of {} s a load; {events} events in the loaded ledger, \
             {:.0} bytes of JSON and {:.2} principals each.\n",
            processor(),
            load.as_secs(),
            streamed.bytes_per_event,
            streamed.principals_per_event,
        )
    }

    fn each_round(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| round | disk, syncs/s | {MANY} connections: kirokubo | plain | ratio | 1 connection: kirokubo | plain | ratio |\n\
             |---|---|---|---|---|---|---|---|"
        )?;
        for (number, round) in (1..).zip(&self.rounds) {
            writeln!(
                f,
                "| {number} | {} | {} | {} |",
                whole(round.syncs_per_second),
                pair(&round.many),
                pair(&round.one),
            )?;
        }
        writeln!(f)
    }

    fn beside_the_peer(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| figure, median of the rounds | kirokubo | plain table | ratio |\n|---|---|---|---|"
        )?;
        for (name, side) in [("64 connections", Side::Many), ("1 connection", Side::One)] {
            let row =
                |f: &mut Formatter<'_>, what: &str, of: fn(&Measured) -> f64, show: fn(f64) -> String| {
                    self.row(f, &format!("{what}, {name}"), side, of, show)
                };
            row(f, "events a second", |measured| measured.posted.per_second, whole)?;
            row(
                f,
                "p50",
                |measured| measured.posted.latency.p50.as_secs_f64(),
                millis,
            )?;
            row(
                f,
                "p95",
                |measured| measured.posted.latency.p95.as_secs_f64(),
                millis,
            )?;
            row(
                f,
                "p99",
                |measured| measured.posted.latency.p99.as_secs_f64(),
                millis,
            )?;
            row(
                f,
                "processor time an event",
                |measured| measured.processor_seconds,
                micros,
            )?;
            row(
                f,
                "bytes on disk an event",
                |measured| measured.bytes_on_disk,
                whole,
            )?;
            row(
                f,
                "memory after the load",
                |measured| kibibytes(measured.memory.resident),
                mebi,
            )?;
        }
        writeln!(f)
    }

    /// One row of medians; the ratio is the median of the rounds' ratios, not the ratio of the medians.
    fn row(
        &self,
        f: &mut Formatter<'_>,
        what: &str,
        side: Side,
        of: fn(&Measured) -> f64,
        show: fn(f64) -> String,
    ) -> fmt::Result {
        let pairs = || self.rounds.iter().map(|round| side.of(round));
        writeln!(
            f,
            "| {what} | {} | {} | {:.2} |",
            show(median(pairs().map(|pair| of(&pair.ours)))),
            show(median(pairs().map(|pair| of(&pair.plain)))),
            median(pairs().map(|pair| of(&pair.ours) / of(&pair.plain))),
        )
    }

    fn of_the_loaded(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let loaded = &self.loaded;
        let streamed = &loaded.streamed;
        let events = f64::from(self.settings.events);
        let rate = |events: f64, time: Duration| whole(events / time.as_secs_f64());
        writeln!(f, "| figure, {} records | kirokubo |\n|---|---|", whole(events))?;
        writeln!(
            f,
            "| event stream, events a second | {} |",
            rate(events, streamed.time)
        )?;
        writeln!(
            f,
            "| … the first tenth | {} |",
            rate(events / 10.0, streamed.first_tenth)
        )?;
        writeln!(
            f,
            "| … the last tenth | {} |",
            rate(events / 10.0, streamed.last_tenth)
        )?;
        writeln!(f, "| search by name | {} |", searched(&loaded.by_name))?;
        writeln!(f, "| search by reference | {} |", searched(&loaded.by_reference))?;
        writeln!(f, "| bytes on disk a record | {} |", whole(loaded.bytes_on_disk))?;
        writeln!(
            f,
            "| bytes of JSON posted a record | {} |",
            whole(streamed.bytes_per_event)
        )?;
        writeln!(f, "| memory after start, empty | {} |", memory(loaded.idle))?;
        writeln!(f, "| memory after the stream | {} |", memory(loaded.filled))?;
        writeln!(
            f,
            "| start to first answer | {} |\n",
            millis(loaded.start_seconds)
        )
    }

    fn of_verification(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| verification, whole process | entries a second | MB | MB a second | bare SHA-256, MB a second | ratio | export, entries a second |\n\
             |---|---|---|---|---|---|---|"
        )?;
        let loaded = &self.loaded;
        let rows = [
            ("`kirokubo verify`, data folder", &loaded.in_place),
            ("`kirokubo-verify`, structure bundle", &loaded.structure),
            ("`kirokubo-verify`, full bundle", &loaded.full),
        ];
        for (name, verified) in rows {
            writeln!(f, "| {name} | {} |", self.verified(verified))?;
        }
        Ok(())
    }

    fn verified(&self, verified: &Verified) -> String {
        let entries = f64::from(self.settings.events) + 1.0;
        let megabytes = figure(verified.bytes) / 1e6;
        format!(
            "{} | {megabytes:.1} | {} | {} | {:.2} | {}",
            whole(entries / verified.seconds),
            whole(megabytes / verified.seconds),
            whole(megabytes / verified.bare_seconds),
            verified.bare_seconds / verified.seconds,
            verified
                .export_seconds
                .map_or_else(String::new, |seconds| whole(entries / seconds)),
        )
    }
}

/// One of the two loads of a round.
#[derive(Clone, Copy)]
enum Side {
    Many,
    One,
}

impl Side {
    fn of(self, round: &Round) -> &Pair {
        match self {
            Self::Many => &round.many,
            Self::One => &round.one,
        }
    }
}

fn pair(pair: &Pair) -> String {
    let [ours, plain] = [&pair.ours, &pair.plain].map(|measured| whole(measured.posted.per_second));
    format!("{ours} | {plain} | {:.2}", pair.ratio())
}

fn searched(Searched { latency, hits }: &Searched) -> String {
    let Latency { p50, p99, .. } = latency;
    let [p50, p99] = [p50, p99].map(|time| millis(time.as_secs_f64()));
    format!("p50 {p50}, p99 {p99}, {hits:.1} rows found")
}

fn memory(memory: Memory) -> String {
    let [resident, peak] = [memory.resident, memory.peak].map(|size| mebi(kibibytes(size)));
    format!("{resident}, at most {peak}")
}

fn kibibytes(count: u32) -> f64 {
    f64::from(count) * 1024.0
}

fn mebi(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / 1_048_576.0)
}

fn millis(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1e3)
}

fn micros(seconds: f64) -> String {
    format!("{:.0} µs", seconds * 1e6)
}

/// A figure without decimals, its thousands parted by commas.
fn whole(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
