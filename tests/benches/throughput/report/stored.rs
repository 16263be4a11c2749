//! What is measured on a ledger that holds many records, and on a long list.

use std::fmt::{self, Formatter};
use std::time::Duration;

use super::Report;
use super::units::{memory, millis, whole};
use crate::load::{Latency, Searched};
use crate::loaded::Verified;
use crate::numbers::figure;

impl Report<'_> {
    pub(super) fn of_the_loaded(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (loaded, weight) = (&self.loaded, self.weight);
        let streamed = &loaded.streamed;
        let events = f64::from(self.settings.events);
        let rate = |events: f64, time: Duration| whole(events / time.as_secs_f64());
        let rows = [
            ("event stream, events a second", rate(events, streamed.time)),
            ("… the first tenth", rate(events / 10.0, streamed.first_tenth)),
            ("… the last tenth", rate(events / 10.0, streamed.last_tenth)),
            ("search by name", searched(&loaded.by_name)),
            ("search by reference", searched(&loaded.by_reference)),
            (
                "the same people by a GIN index in PostgreSQL, without HTTP",
                self.look_up.as_ref().map_or_else(|| "left out".to_owned(), times),
            ),
            ("bytes on disk a record", whole(loaded.bytes_on_disk)),
            ("bytes of JSON posted a record", whole(streamed.bytes_per_event)),
            ("bytes on disk a record of one person", whole(weight.on_disk)),
            (
                "bytes of JSON posted a record of one person",
                whole(weight.posted),
            ),
            ("memory after start, empty", memory(loaded.idle)),
            ("memory after the stream", memory(loaded.filled)),
            ("memory after start, loaded", memory(loaded.idle_filled)),
            ("start to first answer, loaded", millis(loaded.start_seconds)),
        ];
        writeln!(f, "| figure, {} records | kirokubo |\n|---|---|", whole(events))?;
        for (name, figure) in rows {
            writeln!(f, "| {name} | {figure} |")?;
        }
        writeln!(f)
    }

    /// Single posts on an empty and on the loaded ledger, round by round.
    pub(super) fn of_growth(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let stored = whole(f64::from(self.settings.events));
        writeln!(
            f,
            "| round | empty, events/s | p99 | {stored} stored, events/s | p99 | events/s by empty's | p99 by empty's |\n\
             |---|---|---|---|---|---|---|"
        )?;
        for (number, round) in (1..).zip(&self.loaded.growth) {
            let [empty, loaded] = [&round.empty, &round.loaded]
                .map(|posted| (posted.per_second, posted.latency.p99.as_secs_f64()));
            writeln!(
                f,
                "| {number} | {} | {} | {} | {} | {:.2} | {:.2} |",
                whole(empty.0),
                millis(empty.1),
                whole(loaded.0),
                millis(loaded.1),
                loaded.0 / empty.0,
                loaded.1 / empty.1,
            )?;
        }
        writeln!(f)
    }

    pub(super) fn of_the_list(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (listed, rows) = (self.listing.listed, f64::from(self.settings.list));
        let figures = [
            (
                "rows a second, until cited and found",
                whole(rows / listed.time.as_secs_f64()),
            ),
            (
                "rows a second, upload alone",
                whole(rows / listed.upload.as_secs_f64()),
            ),
            ("bytes of JSON a row", whole(listed.bytes_per_row)),
            (
                "opening of one row, with its proofs",
                millis(listed.opening.as_secs_f64()),
            ),
            ("memory after the upload", memory(self.listing.memory)),
        ];
        writeln!(
            f,
            "| figure, a list of {} rows | kirokubo |\n|---|---|",
            whole(rows)
        )?;
        for (name, figure) in figures {
            writeln!(f, "| {name} | {figure} |")?;
        }
        writeln!(f)
    }

    pub(super) fn of_verification(&self, f: &mut Formatter<'_>) -> fmt::Result {
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
        writeln!(f)
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

fn searched(searched: &Searched) -> String {
    format!("{}, {:.1} rows found", times(&searched.latency), searched.hits)
}

fn times(latency: &Latency) -> String {
    let [p50, p99] = [latency.p50, latency.p99].map(|time| millis(time.as_secs_f64()));
    format!("p50 {p50}, p99 {p99}")
}
