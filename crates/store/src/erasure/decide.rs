//! Deciding on an erasure, and carrying out what two have approved.

use kirokubo_ledger::entry::{EraseBody, Kind, PendingEntry};
use kirokubo_ledger::{Index, RecordedAt};
use kirokubo_records::{IdBytes, japan_day};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Statement};

use super::log::{self, LoggedErasure};
use super::remove::{self, Removed};
use super::{Erasure, ErasureState, counts, row};
use crate::append::{LedgerWriter, State};
use crate::deed::Deed;
use crate::entity::erasure;
use crate::error::{StoreError, corrupt};
use crate::growth::{Chain, Growth};
use crate::outcome::AppendError;
use crate::retention::check::{self, Blocked};
use crate::sequencer::Appender;
use crate::statement::execute;

/// Records that one transaction erases at most.
const RECORDS: i64 = 200;

/// Principal rows after which a transaction takes no further record.
const ROWS: u64 = 4_096;

/// Why nothing was decided.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecideErasureError {
    /// There is no such erasure.
    #[error("no such erasure")]
    Unknown,
    /// It was decided before.
    #[error("decided before")]
    Decided,
    /// Nobody approves what he proposed, and nobody approves twice.
    #[error("self-approval")]
    SelfApproval,
    /// These records cannot be erased now.
    #[error("{} record(s) cannot be erased", .0.len())]
    Blocked(Vec<Blocked>),
}

/// What a decision has led to.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    /// The erasure as it stands now.
    pub(crate) erasure: Erasure,
    /// Files whose objects are still to be deleted.
    pub(crate) objects: Vec<IdBytes>,
}

/// A decision on its way; with the second approval, the erasure itself.
#[derive(Debug)]
pub(super) struct Deciding {
    id: IdBytes,
    /// Whose word it is, and whether he approves; `None` where what two have approved is carried on.
    word: Option<(String, bool)>,
    /// Whether it was carried out before, and a restored database has forgotten: then nothing stands in its way.
    again: bool,
    /// Where the next step goes on, once it is under way.
    before: i64,
    objects: Vec<IdBytes>,
}

/// What a step works on: the erasure with its approvals, and where the next entry goes.
struct Step {
    model: erasure::Model,
    state: State,
    at: RecordedAt,
}

impl Appender {
    /// Approves an erasure or says no to it; `by` is the id of an API key. The second approval erases.
    pub(super) async fn decide_erasure(
        &self,
        id: IdBytes,
        approve: bool,
        by: String,
    ) -> Result<Result<Decided, DecideErasureError>, AppendError> {
        self.carry_out(Deciding::new(id, Some((by, approve)))).await
    }

    /// Carries on an erasure that two have approved and something interrupted.
    pub(super) async fn carry_on_erasure(
        &self,
        id: IdBytes,
    ) -> Result<Result<Decided, DecideErasureError>, AppendError> {
        self.carry_out(Deciding::new(id, None)).await
    }
}

impl Deed for Deciding {
    type Done = Result<Decided, DecideErasureError>;

    const NAME: &'static str = "an erasure";

    async fn step(&mut self, writer: &mut LedgerWriter) -> Result<Option<Self::Done>, StoreError> {
        let (db, state) = writer.begin().await?;
        let at = writer.recorded_at(&state.head);
        match self.decided(&db, writer, at).await? {
            Ok(model) if model.state == row::state_number(ErasureState::Erasing) => {
                self.erase(db, writer, Step { model, state, at }).await
            }
            Ok(model) => {
                let erasure = whole(&db, writer, &model).await?;
                db.commit().await?;
                writer.state = Some(state);
                Ok(Some(Ok(self.done(erasure))))
            }
            Err(refusal) => {
                db.rollback().await?;
                writer.state = Some(state);
                Ok(Some(Err(refusal)))
            }
        }
    }
}

impl Deciding {
    pub(super) fn new(id: IdBytes, word: Option<(String, bool)>) -> Self {
        Self {
            id,
            word,
            again: false,
            before: i64::MAX,
            objects: Vec::new(),
        }
    }

    /// Carries out once more what was erased before.
    pub(super) fn again(id: IdBytes) -> Self {
        Self {
            again: true,
            ..Self::new(id, None)
        }
    }

    fn done(&mut self, erasure: Erasure) -> Decided {
        let objects = std::mem::take(&mut self.objects);
        Decided { erasure, objects }
    }

    /// Writes the word that is given, if it may be; gives the row as it then stands.
    async fn decided(
        &self,
        db: &DatabaseTransaction,
        writer: &LedgerWriter,
        at: RecordedAt,
    ) -> Result<Result<erasure::Model, DecideErasureError>, StoreError> {
        let found = erasure::Entity::find_by_id((writer.ledger.row, self.id.to_vec()));
        let Some(found) = found.one(db).await? else {
            return Ok(Err(DecideErasureError::Unknown));
        };
        let key = writer.keyring.digest().rows();
        let known = row::open(&found, (0, 0), key)?;
        let under_way = self.before != i64::MAX || self.word.is_none();
        let Some((by, approve)) = self.word.as_ref().filter(|_| !under_way) else {
            // One of which two have approved may have been brought to its end meanwhile, by another node.
            let is_ended = self.word.is_some() && known.state == ErasureState::Erased;
            let is_right = is_ended || known.state == ErasureState::Erasing;
            return Ok(is_right.then_some(found).ok_or(DecideErasureError::Decided));
        };
        if !matches!(known.state, ErasureState::Proposed | ErasureState::Approved) {
            return Ok(Err(DecideErasureError::Decided));
        }
        let words = [&known.proposed].into_iter().chain(&known.approvals);
        if *approve && words.into_iter().any(|word| word.by == *by) {
            return Ok(Err(DecideErasureError::SelfApproval));
        }
        let now = Some(writer.clock.now_ms());
        let by = Some(by.clone());
        let decided = if *approve {
            let today = japan_day(at.as_millis());
            let all = (i64::MAX, i64::MAX);
            let checked = check::of_erasure(db, writer.ledger.row, &self.id, all, today).await?;
            if !checked.blocked.is_empty() {
                return Ok(Err(DecideErasureError::Blocked(checked.blocked)));
            }
            approved(found, known.state, by, now)
        } else {
            erasure::Model {
                state: row::state_number(ErasureState::Rejected),
                rejected_by: by,
                rejected_at: now,
                ..found
            }
        };
        let decided = row::closed(decided, key);
        row::update(db, &decided).await?;
        Ok(Ok(decided))
    }

    /// Erases the next records in one transaction. What was blocked since it was approved stays.
    async fn erase(
        &mut self,
        db: DatabaseTransaction,
        writer: &mut LedgerWriter,
        step: Step,
    ) -> Result<Option<<Self as Deed>::Done>, StoreError> {
        let Step { model, state, at } = step;
        let ledger = writer.ledger.row;
        let today = japan_day(at.as_millis());
        let mut checked = check::of_erasure(&db, ledger, &self.id, (self.before, RECORDS), today).await?;
        if self.again {
            checked.let_all_go();
        }
        let by = model.second_by.clone().unwrap_or_default();
        let (mut erased, mut all) = (Vec::new(), Removed::default());
        for idx in &checked.free {
            if all.rows > ROWS {
                break;
            }
            let removed = remove::remove(&db, writer, *idx, (&by, at.as_millis())).await?;
            all.rows += removed.rows;
            all.objects.extend(removed.objects);
            erased.push(*idx);
        }
        let seen = checked.free.len() + checked.blocked.len();
        let done = erased.len() == checked.free.len() && i64::try_from(seen).is_ok_and(|seen| seen < RECORDS);
        let model = if done {
            self.close(&db, writer, model).await?
        } else {
            model
        };
        if erased.is_empty() {
            let erasure = whole(&db, writer, &model).await?;
            db.commit().await?;
            writer.state = Some(state);
            // Whatever is left is blocked.
            self.before = checked
                .blocked
                .last()
                .map_or(self.before, |last| last.index.as_i64());
            return Ok(done.then(|| Ok(self.done(erasure))));
        }
        // Where rows were many, what was blocked behind the last one is looked at again.
        let last = erased.last().copied().unwrap_or(self.before);
        erased.sort_unstable();
        let mut chain = Chain::after(&state.head, at);
        let entry = push_entry(writer, &mut chain, &model, &erased)?;
        let (before, growth) = Growth::of(state, chain, &writer.ledger.signers());
        growth.write(&db, ledger, &before).await?;
        for idx in &erased {
            let text =
                "UPDATE erasure_records SET entry = $1 WHERE ledger = $2 AND erasure = $3 AND idx = $4";
            let values = [
                entry.as_i64().into(),
                ledger.into(),
                self.id.to_vec().into(),
                (*idx).into(),
            ];
            execute(&db, text, values).await?;
        }
        let erasure = whole(&db, writer, &model).await?;
        let logged = LoggedErasure::of(&db, ledger, &erasure, entry, &erased).await?;
        growth.commit(db, writer).await?;
        log::note(&writer.folder, &logged).await;
        self.before = last;
        self.objects.extend(all.objects);
        Ok(done.then(|| Ok(self.done(erasure))))
    }

    async fn close(
        &self,
        db: &DatabaseTransaction,
        writer: &LedgerWriter,
        model: erasure::Model,
    ) -> Result<erasure::Model, StoreError> {
        let done = erasure::Model {
            state: row::state_number(ErasureState::Erased),
            ..model
        };
        let done = row::closed(done, writer.keyring.digest().rows());
        row::update(db, &done).await?;
        Ok(done)
    }
}

/// The row with one more approval.
fn approved(
    found: erasure::Model,
    state: ErasureState,
    by: Option<String>,
    now: Option<i64>,
) -> erasure::Model {
    match state {
        ErasureState::Proposed => erasure::Model {
            state: row::state_number(ErasureState::Approved),
            first_by: by,
            first_at: now,
            ..found
        },
        _ => erasure::Model {
            state: row::state_number(ErasureState::Erasing),
            second_by: by,
            second_at: now,
            ..found
        },
    }
}

/// Adds the entry that says so; gives its index.
fn push_entry(
    writer: &LedgerWriter,
    chain: &mut Chain,
    model: &erasure::Model,
    erased: &[i64],
) -> Result<Index, StoreError> {
    let index = |idx: &i64| Index::try_from(*idx).map(Index::get);
    let records: Result<Vec<u64>, _> = erased.iter().map(index).collect();
    let approvers = [&model.first_by, &model.second_by];
    let body = EraseBody {
        basis: model.basis.clone(),
        records: records.map_err(|_| corrupt(0, "record index"))?,
        approved_by: approvers.into_iter().flatten().cloned().collect(),
    };
    let entry = PendingEntry::json(*writer.ledger.ledger_id(), Kind::Erase, &body.to_json())
        .expect("two hundred indexes and two ids fit an entry");
    Ok(chain.push(&entry).0)
}

async fn whole(
    db: &DatabaseTransaction,
    writer: &LedgerWriter,
    model: &erasure::Model,
) -> Result<Erasure, StoreError> {
    let counts = counts(db, model).await?;
    row::open(model, counts, writer.keyring.digest().rows())
}

/// Erasures that two have approved and that are not done.
pub(super) async fn interrupted(db: &impl ConnectionTrait, ledger: i32) -> Result<Vec<IdBytes>, StoreError> {
    let text = "SELECT id FROM erasures WHERE ledger = $1 AND state = 2 ORDER BY id";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, [ledger.into()]);
    let mut ids = Vec::new();
    for found in db.query_all_raw(statement).await? {
        let id: Vec<u8> = found.try_get("", "id")?;
        ids.push(id.try_into().map_err(|_| row::damaged("the id of an erasure"))?);
    }
    Ok(ids)
}
