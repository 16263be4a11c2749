//! What the project asks of itself, beside what a run reached. Nothing fails: the reader judges.

use std::fmt::{self, Formatter};

use super::Report;
use super::units::{NONE, kibibytes, mebi, millis, ratio, shown, whole};
use crate::load::Latency;
use crate::numbers::median;
use crate::peers::{Measured, Who};
use crate::rounds::MANY;

/// A line: what, how much was reached, what is asked at least, what is aimed at.
type Goal = (String, String, String, String);

impl Report<'_> {
    pub(super) fn goals(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "| figure | reached | at least | aim |\n|---|---|---|---|")?;
        let all = [
            self.single_posts(),
            self.tails(),
            self.bulk(),
            self.growing(),
            self.sizes(),
        ];
        for (figure, reached, at_least, aim) in all.into_iter().flatten() {
            writeln!(f, "| {figure} | {reached} | {at_least} | {aim} |")?;
        }
        Ok(())
    }

    fn single_posts(&self) -> Vec<Goal> {
        let rate = |measured: &Measured| measured.per_second;
        let by = |ours: Who, other: Who, at_least: &str, aim: &str| {
            let reached = self.rounds.ratio([ours, other], MANY, rate);
            goal(
                format!("{} by {}, events/s, {MANY} clients", ours.name(), other.name()),
                shown(reached, ratio),
                at_least,
                aim,
            )
        };
        vec![
            by(Who::Kirokubo, Who::Naive, "6", NONE),
            by(Who::Kirokubo, Who::ChainedPostgres, "4", NONE),
            by(Who::Kirokubo, Who::FastApi, "10", NONE),
            by(Who::Kirokubo, Who::BareFile, NONE, "0.5"),
            by(Who::KirokuboPostgres, Who::ChainedPostgres, "5", "11"),
            by(Who::KirokuboPostgres, Who::PlainPostgres, "0.8", "1.5"),
        ]
    }

    fn tails(&self) -> Vec<Goal> {
        let p99 = |measured: &Measured| measured.latency.p99.as_secs_f64();
        let by_chained = self
            .rounds
            .ratio([Who::Kirokubo, Who::ChainedPostgres], MANY, p99);
        let grown = self
            .loaded
            .growth
            .iter()
            .map(|round| round.loaded.latency.p99.as_secs_f64() / round.empty.latency.p99.as_secs_f64());
        vec![
            goal(
                format!("p99 by that of {}, {MANY} clients", Who::ChainedPostgres.name()),
                shown(by_chained, ratio),
                "0.25 or less",
                "0.08",
            ),
            goal(
                format!("p99 with {} stored by p99 empty, {MANY} clients", self.stored()),
                ratio(median(grown)),
                "2 or less (a million)",
                "1.1",
            ),
        ]
    }

    fn bulk(&self) -> Vec<Goal> {
        let naive = self
            .rounds
            .median(Who::Naive, MANY, |measured| Some(measured.per_second));
        let by_naive = |rate: f64| shown(naive.map(|naive| rate / naive), ratio);
        let streamed = f64::from(self.settings.events) / self.loaded.streamed.time.as_secs_f64();
        let rows = f64::from(self.settings.list);
        let listed = rows / self.listing.listed.time.as_secs_f64();
        let naive = Who::Naive.name();
        vec![
            goal(
                format!("event stream by {naive} at {MANY} clients, events/s"),
                by_naive(streamed),
                "20",
                "60",
            ),
            goal(
                format!(
                    "list of {} rows by {naive} at {MANY} clients, rows/s",
                    whole(rows)
                ),
                by_naive(listed),
                "30 (a million)",
                "100",
            ),
            goal(
                "… memory at its highest".to_owned(),
                mebi(kibibytes(self.listing.memory.peak)),
                "under 200 MB",
                NONE,
            ),
        ]
    }

    fn growing(&self) -> Vec<Goal> {
        let (loaded, stored) = (&self.loaded, self.stored());
        let streamed = &loaded.streamed;
        let slowed = streamed.first_tenth.as_secs_f64() / streamed.last_tenth.as_secs_f64();
        let posted = loaded
            .growth
            .iter()
            .map(|round| round.loaded.per_second / round.empty.per_second);
        let p50 = |latency: &Latency| latency.p50.as_secs_f64();
        let by_gin = self
            .look_up
            .as_ref()
            .map(|gin| p50(&loaded.by_reference.latency) / p50(gin));
        let at_least = "0.65 (a million), 0.5 (ten)";
        vec![
            goal(
                format!("single posts with {stored} stored by empty, events/s"),
                ratio(median(posted)),
                at_least,
                "0.9, 0.85",
            ),
            goal(
                format!("event stream to {stored}, last tenth by first, events/s"),
                ratio(slowed),
                at_least,
                "0.9, 0.85",
            ),
            goal(
                format!("search by reference, p50 by a GIN look-up's, {stored} stored"),
                shown(by_gin, ratio),
                "1 or less (a million)",
                "0.3",
            ),
        ]
    }

    fn sizes(&self) -> Vec<Goal> {
        let (loaded, weight) = (&self.loaded, self.weight);
        vec![
            goal(
                format!(
                    "bytes on disk a record of one person, {} posted",
                    whole(weight.posted)
                ),
                whole(weight.on_disk),
                &format!("{} or less", whole(1.6 * weight.posted + 800.0)),
                "under 1,000",
            ),
            goal(
                format!("memory after start with {} stored", self.stored()),
                mebi(kibibytes(loaded.idle_filled.resident)),
                "100 MB (ten million principals)",
                "50 MB",
            ),
            goal(
                format!("start to first answer with {} stored", self.stored()),
                millis(loaded.start_seconds),
                "300 ms (a million)",
                "50 ms",
            ),
        ]
    }

    fn stored(&self) -> String {
        whole(f64::from(self.settings.events))
    }
}

fn goal(figure: String, reached: String, at_least: &str, aim: &str) -> Goal {
    (figure, reached, at_least.to_owned(), aim.to_owned())
}
