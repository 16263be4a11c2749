//! What a record of one person takes on disk.

use crate::Outcome;
use crate::disk::bytes_in;
use crate::ledger::Ledger;
use crate::load::{Only, Stream, elsewhere};
use crate::numbers::figure;
use crate::settings::Settings;

/// Records that are weighed, at most: enough for the empty database not to matter.
const RECORDS: u32 = 50_000;

/// Bytes, on average.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight {
    /// Of JSON posted.
    pub(crate) posted: f64,
    /// Of the data folder, after a clean stop, all indexes included.
    pub(crate) on_disk: f64,
}

impl Weight {
    /// Streams events about one person each to a fresh ledger, and weighs it.
    pub(crate) fn measure(settings: Settings) -> Outcome<Self> {
        eprintln!("weighing records of one person");
        let (ledger, events) = (Ledger::init(), settings.events.min(RECORDS));
        let server = ledger.serve()?;
        let streamed = elsewhere(&Stream {
            target: ledger.for_posting(&server),
            events,
            only: Only::OnePerson,
        })?;
        server.stop()?;
        ledger.verify();
        Ok(Self {
            posted: streamed.bytes_per_event,
            on_disk: figure(bytes_in(&ledger.data())?) / f64::from(events),
        })
    }
}
