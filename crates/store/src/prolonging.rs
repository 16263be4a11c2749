//! Keeping records longer than the law asks, because somebody wants to: `extend` entries.

use kirokubo_ledger::RecordId;
use kirokubo_ledger::entry::RetainThrough;

use crate::append::LedgerWriter;
use crate::deed::Deed;
use crate::error::StoreError;
use crate::extension::Extensions;
use crate::growth::{Chain, Growth};
use crate::links;
use crate::outcome::AppendError;
use crate::sequencer::Appender;

/// Records to be kept through a later day.
#[derive(Clone, Debug)]
pub struct Longer {
    /// The records, a thousand at most.
    pub records: Vec<RecordId>,
    /// Their new last day, days since 1970-01-01 in Japan time.
    pub through: i32,
}

/// Why nothing was extended: the places of the records that stand in the way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProlongError {
    /// These do not exist.
    #[error("no such record")]
    Unknown(Vec<usize>),
    /// These are erased.
    #[error("erased before")]
    Erased(Vec<usize>),
    /// The series of these still runs: they have no last day that could be moved.
    #[error("an open series")]
    Open(Vec<usize>),
    /// These are kept at least as long already. Nothing is ever kept shorter.
    #[error("not later")]
    NotLater(Vec<usize>),
}

/// Records on their way to a later day.
#[derive(Debug)]
pub(crate) struct Prolonging(Longer);

impl Appender {
    /// Keeps records longer; gives how many were moved, those that they rest on among them.
    pub async fn keep_longer(&self, longer: Longer) -> Result<Result<u64, ProlongError>, AppendError> {
        self.carry_out(Prolonging(longer)).await
    }
}

impl Deed for Prolonging {
    type Done = Result<u64, ProlongError>;

    const NAME: &'static str = "an extension";

    async fn step(&mut self, writer: &mut LedgerWriter) -> Result<Option<Self::Done>, StoreError> {
        let (db, state) = writer.begin().await?;
        let ledger = writer.ledger.row;
        let mut extensions = Extensions::default();
        let mut refused = Refused::default();
        for (place, id) in self.0.records.iter().enumerate() {
            match links::base(&db, ledger, id).await? {
                None => refused.unknown.push(place),
                Some(base) if !base.is_kept() => refused.erased.push(place),
                Some(base) => match base.retain_through() {
                    RetainThrough::Open => refused.open.push(place),
                    RetainThrough::Day(day) if day >= self.0.through => refused.not_later.push(place),
                    RetainThrough::Day(_) | RetainThrough::NotApplicable => {
                        extensions.add(base.idx, self.0.through);
                    }
                },
            }
        }
        if let Some(refusal) = refused.first() {
            db.rollback().await?;
            writer.state = Some(state);
            return Ok(Some(Err(refusal)));
        }
        extensions.reach(&db, ledger).await?;
        let mut chain = Chain::after(&state.head, writer.recorded_at(&state.head));
        extensions.announce(writer.ledger.ledger_id(), &mut chain)?;
        let (before, growth) = Growth::of(state, chain, &writer.ledger.signers());
        growth.write(&db, ledger, &before).await?;
        extensions.carry_out(&db, writer).await?;
        growth.commit(db, writer).await?;
        Ok(Some(Ok(extensions.len())))
    }
}

#[derive(Default)]
struct Refused {
    unknown: Vec<usize>,
    erased: Vec<usize>,
    open: Vec<usize>,
    not_later: Vec<usize>,
}

impl Refused {
    fn first(self) -> Option<ProlongError> {
        let some = |places: Vec<usize>| Some(places).filter(|places| !places.is_empty());
        some(self.unknown)
            .map(ProlongError::Unknown)
            .or_else(|| some(self.erased).map(ProlongError::Erased))
            .or_else(|| some(self.open).map(ProlongError::Open))
            .or_else(|| some(self.not_later).map(ProlongError::NotLater))
    }
}
