//! Rounds in rotation: each load on each peer in turn, every one on an empty start.
//!
//! Machines slow down and speed up between minutes. What counts is the ratio within a round; the probe of the
//! disk tells which rounds were measured on another machine, as it were.

use std::collections::HashMap;

use kirokubo_tests::Scratch;

use crate::Outcome;
use crate::disk::syncs_per_second;
use crate::numbers::median;
use crate::peers::{Lineup, Load, Measured, Who};
use crate::settings::Settings;

/// Connections of the load that shows throughput.
pub(crate) const MANY: u16 = 64;

/// Connections of all loads.
pub(crate) const CONNECTIONS: [u16; 3] = [MANY, 16, 1];

/// One round.
#[derive(Debug)]
pub(crate) struct Round {
    /// Syncs of 4 KiB a second that the disk gave just before.
    pub(crate) syncs_per_second: f64,
    measured: HashMap<(Who, u16), Measured>,
}

/// All rounds, and what follows from them.
#[derive(Debug, Default)]
pub(crate) struct Rounds(pub(crate) Vec<Round>);

impl Round {
    /// Measures one round.
    fn run(lineup: &Lineup<'_>, settings: Settings) -> Outcome<Self> {
        let mut round = Self {
            syncs_per_second: syncs_per_second(Scratch::new().path())?,
            measured: HashMap::new(),
        };
        for connections in CONNECTIONS {
            for peer in &lineup.peers {
                let who = peer.who();
                let load = Load {
                    connections,
                    time: settings.load,
                };
                let measured = peer
                    .take(load)
                    .map_err(|error| format!("{}, {connections} connections: {error}", who.name()))?;
                eprintln!(
                    "  {connections} connections, {}: {:.0}/s",
                    who.name(),
                    measured.per_second
                );
                round.measured.insert((who, connections), measured);
            }
        }
        Ok(round)
    }

    /// What a peer did in it.
    pub(crate) fn of(&self, who: Who, connections: u16) -> Option<&Measured> {
        self.measured.get(&(who, connections))
    }
}

impl Rounds {
    /// Measures as many as the settings ask for.
    pub(crate) fn run(lineup: &Lineup<'_>, settings: Settings) -> Outcome<Self> {
        let mut rounds = Vec::new();
        for number in 1..=settings.rounds {
            eprintln!("round {number} of {}", settings.rounds);
            rounds.push(Round::run(lineup, settings)?);
        }
        Ok(Self(rounds))
    }

    /// The median of a figure of a peer; `None` if it was not measured, or has no such figure.
    pub(crate) fn median(
        &self,
        who: Who,
        connections: u16,
        of: impl Fn(&Measured) -> Option<f64>,
    ) -> Option<f64> {
        let figures: Vec<f64> = self
            .0
            .iter()
            .filter_map(|round| of(round.of(who, connections)?))
            .collect();
        (!figures.is_empty()).then(|| median(figures))
    }

    /// The median of the rounds' ratios of two peers: not the ratio of their medians.
    pub(crate) fn ratio(
        &self,
        [one, other]: [Who; 2],
        connections: u16,
        of: impl Fn(&Measured) -> f64,
    ) -> Option<f64> {
        let ratio = |round: &Round| {
            let [one, other] = [one, other].map(|who| round.of(who, connections).map(&of));
            Some(one? / other?)
        };
        let ratios: Vec<f64> = self.0.iter().filter_map(ratio).collect();
        (!ratios.is_empty()).then(|| median(ratios))
    }
}
