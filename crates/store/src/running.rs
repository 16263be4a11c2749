//! A store at work: the sequencer and what runs beside it, from the claim to the data folder to its release.

use std::fs::File;
use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::access::{AccessLog, Scribe};
use crate::append::LedgerWriter;
use crate::database_claim::claim_database;
use crate::error::StoreError;
use crate::high_water::HighWater;
use crate::principal_list::Sweep;
use crate::search_tokens::Merging;
use crate::sequencer::{self, Appender, Sequencer};
use crate::store::Store;
use crate::wal::WalKeeper;
use crate::{erasure, rotation};

/// The running sequencer of a store and what runs beside it, with its claim to the data folder.
pub struct Running {
    sequencer: Sequencer,
    scribe: Scribe,
    background: [JoinHandle<()>; 5],
    sweep: Sweep,
    merging: Merging,
    mark: Arc<HighWater>,
    scrubber: Option<JoinHandle<()>>,
    wal: WalKeeper,
    _locks: (File, Option<File>),
}

impl Running {
    /// Where records are handed in.
    #[must_use]
    pub fn appender(&self) -> Appender {
        self.sequencer.appender.clone()
    }

    /// Where readings of personal data are written down, before anything is shown.
    #[must_use]
    pub fn access_log(&self) -> AccessLog {
        self.scribe.log.clone()
    }

    /// Reads all that is stored again and again, `rate` entries a second; 0 leaves it.
    pub fn scrub(&mut self, store: &Store, rate: u64) {
        if rate > 0 {
            let health = Arc::clone(self.sequencer.appender.health());
            self.scrubber = Some(tokio::spawn(store.clone().scrub(health, rate)));
        }
    }

    /// Returns when the sequencer ends without being told to, which only a bug can bring about.
    pub async fn ended(&mut self) {
        tokio::select! {
            () = self.sequencer.ended() => {}
            () = self.scribe.ended() => {}
        }
    }

    /// Appends everything that was handed in, refuses the rest, and empties the write-ahead log.
    pub async fn stop(self) -> Result<(), StoreError> {
        if let Some(scrubber) = self.scrubber {
            scrubber.abort();
        }
        self.sweep.stop().await;
        self.merging.stop().await;
        self.sequencer.stop().await;
        self.scribe.stop().await;
        self.background.iter().for_each(JoinHandle::abort);
        self.mark.settle();
        Ok(self.wal.empty().await?)
    }
}

impl Store {
    /// Claims the data folder and starts the sequencer. One process at a time can.
    pub async fn start(&self) -> Result<Running, StoreError> {
        let locks = (
            self.folder.lock()?,
            claim_database(&self.db.writer, &self.folder).await?,
        );
        // Nobody else uploads while we hold the lock, and we have not begun to.
        self.objects.remove_unfinished()?;
        // A head that we did not sign is found now, before anything is accepted.
        let mut writer = LedgerWriter::new(self);
        let state = writer.load().await?;
        // One that was signed long ago and put back is found now, too.
        let mark = Arc::new(self.take_up_high_water(&state.head).await?);
        writer.mark = Arc::clone(&mark);
        self.ledger.signing.settle(state.head.size())?;
        writer.state = Some(state);
        let mut access_writer = LedgerWriter::new(&self.access_ledger().0);
        access_writer.state = Some(access_writer.load().await?);
        // What an older backup brought back is gone again before anybody can ask for it.
        self.replay_erasures(&mut writer).await?;
        let sequencer = sequencer::start(writer, self.wal.clone());
        let background = [
            tokio::spawn(self.wal.clone().run_in_background()),
            tokio::spawn(Arc::clone(&mark).run_in_background()),
            tokio::spawn(self.clone().sweep_at_start()),
            tokio::spawn(erasure::keep_watch(self.clone(), sequencer.appender.clone())),
            tokio::spawn(rotation::answer_wishes(self.clone(), sequencer.appender.clone())),
        ];
        let scribe = Scribe::start(self, access_writer);
        let sweep = Sweep::start(self).await?;
        let merging = Merging::start(self).await?;
        Ok(Running {
            sequencer,
            scribe,
            background,
            sweep,
            merging,
            mark,
            scrubber: None,
            wal: self.wal.clone(),
            _locks: locks,
        })
    }
}
