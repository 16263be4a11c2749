//! What is measured on one ledger that holds many records: streaming them in, finding people, starting, verifying.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::Outcome;
use crate::disk::bytes_in;
use crate::growth::Growth;
use crate::ledger::{Ledger, Scope};
use crate::load::{Only, SearchBy, Searched, Searches, Stream, Streamed, elsewhere};
use crate::numbers::{figure, median};
use crate::server::Memory;
use crate::settings::Settings;

/// Starts of which the median counts.
const STARTS: u32 = 5;

/// What a loaded ledger showed.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) streamed: Streamed,
    pub(crate) by_name: Searched,
    pub(crate) by_reference: Searched,
    /// The server's memory on an empty ledger, before any post.
    pub(crate) idle: Memory,
    /// Its memory after the stream.
    pub(crate) filled: Memory,
    /// Bytes of the data folder a record, after a clean stop.
    pub(crate) bytes_on_disk: f64,
    /// Seconds from starting the program to its first answer, median.
    pub(crate) start_seconds: f64,
    /// The server's memory after such a start, when it has done nothing else.
    pub(crate) idle_filled: Memory,
    /// Single posts here and on empty ledgers.
    pub(crate) growth: Vec<Growth>,
    /// `kirokubo verify` over the database.
    pub(crate) in_place: Verified,
    /// `kirokubo-verify` over a bundle that opens nothing.
    pub(crate) structure: Verified,
    /// `kirokubo-verify` over a bundle that opens every record.
    pub(crate) full: Verified,
}

/// A verification, beside the least it could take: SHA-256 once over the same file.
#[derive(Debug)]
pub(crate) struct Verified {
    /// Bytes of the file.
    pub(crate) bytes: u64,
    /// Seconds that the whole process took, median.
    pub(crate) seconds: f64,
    /// Seconds of SHA-256 over the file, one thread, median.
    pub(crate) bare_seconds: f64,
    /// Seconds that writing the file took, if it was written to be verified.
    pub(crate) export_seconds: Option<f64>,
}

impl Loaded {
    /// Fills a ledger and measures it.
    pub(crate) fn measure(settings: Settings) -> Outcome<Self> {
        let ledger = Ledger::init();
        let events = settings.events;
        let server = ledger.serve()?;
        let idle = server.memory()?;
        eprintln!("streaming {events} events");
        let streamed = elsewhere(&Stream {
            target: ledger.for_posting(&server),
            events,
            only: Only::Everything,
        })?;
        let filled = server.memory()?;
        eprintln!("searching");
        let search = |by| {
            elsewhere(&Searches {
                target: ledger.for_searching(&server),
                events,
                by,
            })
        };
        let (by_name, by_reference) = (search(SearchBy::Name)?, search(SearchBy::Reference)?);
        server.stop()?;
        let bytes_on_disk = figure(bytes_in(&ledger.data())?) / f64::from(events);
        eprintln!("starting {STARTS} times");
        let (start_seconds, idle_filled) = starts(&ledger)?;
        eprintln!("verifying");
        let loaded = Self {
            streamed,
            by_name,
            by_reference,
            idle,
            filled,
            bytes_on_disk,
            start_seconds,
            idle_filled,
            growth: Vec::new(),
            in_place: in_place(&ledger, settings)?,
            structure: bundle(&ledger, Scope::Structure, settings)?,
            full: bundle(&ledger, Scope::Full, settings)?,
        };
        // Last, because it adds records to those that the other figures are of.
        let growth = Growth::measure(&ledger, settings)?;
        Ok(Self { growth, ..loaded })
    }
}

fn starts(ledger: &Ledger) -> Outcome<(f64, Memory)> {
    let (mut times, mut memory) = (Vec::new(), Memory::default());
    for _ in 0..STARTS {
        let server = ledger.serve()?;
        times.push(server.started_in().as_secs_f64());
        memory = server.memory()?;
        server.stop()?;
    }
    Ok((median(times), memory))
}

fn in_place(ledger: &Ledger, settings: Settings) -> Outcome<Verified> {
    Verified::measure(&ledger.database(), settings, || Ok(ledger.verify()))
}

fn bundle(ledger: &Ledger, scope: Scope, settings: Settings) -> Outcome<Verified> {
    let (file, export) = ledger.export(scope);
    let verified = Verified::measure(&file, settings, || ledger.verify_bundle(scope, &file))?;
    Ok(Verified {
        export_seconds: Some(export.as_secs_f64()),
        ..verified
    })
}

impl Verified {
    /// In turn, once a round: the verification, and SHA-256 over `file`.
    fn measure(file: &Path, settings: Settings, verify: impl Fn() -> Outcome<Duration>) -> Outcome<Self> {
        let (mut times, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..settings.rounds {
            times.push(verify()?.as_secs_f64());
            bare.push(hash(file)?.as_secs_f64());
        }
        Ok(Self {
            bytes: file.metadata()?.len(),
            seconds: median(times),
            bare_seconds: median(bare),
            export_seconds: None,
        })
    }
}

/// Time of reading and hashing a file.
fn hash(file: &Path) -> Outcome<Duration> {
    let (began, mut file, mut hash) = (Instant::now(), File::open(file)?, Sha256::new());
    let mut buffer = vec![0; 1 << 20];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        hash.update(&buffer[..length]);
    }
    // The digest itself is of no interest, but nothing may be left out for that.
    std::hint::black_box(hash.finalize());
    Ok(began.elapsed())
}
