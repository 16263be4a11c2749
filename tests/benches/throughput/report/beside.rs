//! The peers and ours, in one table.

use std::fmt::{self, Formatter};
use std::time::Duration;

use super::Report;
use super::units::{kibibytes, mebi, micros, millis, ratio, shown, whole};
use crate::load::Latency;
use crate::peers::{Measured, Who};
use crate::rounds::{CONNECTIONS, MANY};

impl Report<'_> {
    /// Everybody, under every load; medians of the rounds, and medians of the rounds' ratios.
    pub(super) fn beside_the_peers(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ours = [Who::Kirokubo, Who::KirokuboPostgres].map(Who::name);
        writeln!(
            f,
            "| clients | peer | protection | events/s | {} by it | {} by it | p50 | p95 | p99 | p99 of {} by its | processor an event | bytes an event | memory |\n\
             |---|---|---|---|---|---|---|---|---|---|---|---|---|",
            ours[0], ours[1], ours[0],
        )?;
        for connections in CONNECTIONS {
            for who in self.measured() {
                writeln!(f, "| {connections} | {} |", self.line(who, connections))?;
            }
        }
        writeln!(f)
    }

    /// What each round gave under the heaviest load.
    pub(super) fn each_round(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.measured().map(Who::name).collect();
        writeln!(
            f,
            "| round | disk, syncs/s | {} |\n|---|---{}|",
            names.join(" | "),
            "|---".repeat(names.len())
        )?;
        for (number, round) in (1..).zip(&self.rounds.0) {
            let rates: Vec<String> = self
                .measured()
                .map(|who| shown(round.of(who, MANY).map(|measured| measured.per_second), whole))
                .collect();
            let syncs = whole(round.syncs_per_second);
            writeln!(f, "| {number} | {syncs} | {} |", rates.join(" | "))?;
        }
        writeln!(f, "\nEvents a second, {MANY} clients, in each round.\n")
    }

    fn measured(&self) -> impl Iterator<Item = Who> {
        self.lineup.peers.iter().map(|peer| peer.who())
    }

    fn line(&self, who: Who, connections: u16) -> String {
        let rounds = self.rounds;
        let of = |figure: fn(&Measured) -> Option<f64>| rounds.median(who, connections, figure);
        let by = |ours: Who, figure: fn(&Measured) -> f64| {
            let compared = if ours == who {
                None
            } else {
                rounds.ratio([ours, who], connections, figure)
            };
            shown(compared, ratio)
        };
        let time = |of_latency: fn(&Latency) -> Duration| {
            let seconds = rounds.median(who, connections, |measured| {
                Some(of_latency(&measured.latency).as_secs_f64())
            });
            shown(seconds, millis)
        };
        let rate = |measured: &Measured| measured.per_second;
        [
            who.name().to_owned(),
            who.protection().to_owned(),
            shown(of(|measured| Some(measured.per_second)), whole),
            by(Who::Kirokubo, rate),
            by(Who::KirokuboPostgres, rate),
            time(|latency| latency.p50),
            time(|latency| latency.p95),
            time(|latency| latency.p99),
            by(Who::Kirokubo, |measured| measured.latency.p99.as_secs_f64()),
            shown(of(|measured| measured.processor_seconds), micros),
            shown(of(|measured| Some(measured.bytes_on_disk)), whole),
            shown(
                of(|measured| measured.memory.map(|memory| kibibytes(memory.resident))),
                mebi,
            ),
        ]
        .join(" | ")
    }
}
