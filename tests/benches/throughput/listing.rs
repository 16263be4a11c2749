//! A long list on a fresh ledger: how fast it is taken, and in how much memory.

use crate::Outcome;
use crate::ledger::Ledger;
use crate::load::{List, Listed, elsewhere};
use crate::server::Memory;
use crate::settings::Settings;

/// What an upload showed.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) listed: Listed,
    /// The server's memory at the end, and at its highest.
    pub(crate) memory: Memory,
}

impl Listing {
    /// Uploads one list; the ledger is verified afterwards.
    pub(crate) fn measure(settings: Settings) -> Outcome<Self> {
        eprintln!("uploading a list of {} rows", settings.list);
        let ledger = Ledger::init();
        let server = ledger.serve()?;
        let listed = elsewhere(&List {
            target: ledger.for_searching(&server),
            rows: settings.list,
        })?;
        let memory = server.memory()?;
        server.stop()?;
        ledger.verify();
        Ok(Self { listed, memory })
    }
}
