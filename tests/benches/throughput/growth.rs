//! Single posts on a ledger that holds many records, beside the same on an empty one.

use crate::Outcome;
use crate::ledger::Ledger;
use crate::load::{Posted, Posts, Target, elsewhere};
use crate::rounds::MANY;
use crate::settings::Settings;

/// A round of both.
#[derive(Debug)]
pub(crate) struct Growth {
    pub(crate) empty: Posted,
    pub(crate) loaded: Posted,
}

impl Growth {
    /// In rotation, as many rounds as the settings ask for; both ledgers are verified at the end.
    pub(crate) fn measure(loaded: &Ledger, settings: Settings) -> Outcome<Vec<Self>> {
        let server = loaded.serve()?;
        let (mut first, mut rounds) = (settings.events, Vec::new());
        for number in 1..=settings.rounds {
            eprintln!(
                "posting to an empty and to the loaded ledger, {number} of {}",
                settings.rounds
            );
            let empty = on_empty(settings)?;
            let target = loaded.for_posting(&server);
            let loaded = elsewhere(&posts(target, first, settings))?;
            first += loaded.events;
            rounds.push(Self { empty, loaded });
        }
        server.stop()?;
        loaded.verify();
        Ok(rounds)
    }
}

fn on_empty(settings: Settings) -> Outcome<Posted> {
    let ledger = Ledger::init();
    let server = ledger.serve()?;
    let posted = elsewhere(&posts(ledger.for_posting(&server), 0, settings))?;
    server.stop()?;
    ledger.verify();
    Ok(posted)
}

fn posts(target: Target, first: u32, settings: Settings) -> Posts {
    Posts {
        target,
        connections: MANY,
        time: settings.load,
        first,
    }
}
