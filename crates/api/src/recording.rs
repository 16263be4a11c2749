//! From posted bytes to a record in the ledger: the one path that single posts and streams share.

use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::RecordSecret;
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::seal::{Guards, Meta, Month, SealError, SealedRecord, Sealing, seal};
use kirokubo_records::{CitedIds, Context, Draft, Expect, Known, NoDuty, Outcome, json, parse_event_node};
use kirokubo_records::{japan_date, japan_day, record_id_text};
use kirokubo_store::{Actor, AppendError, Appended, Existing, HandedIn, ListSeal, Recorded, Store, random};

use tracing::Instrument;

use crate::guarding;
use crate::http::{ApiError, AppState};
use crate::time::date_of_retention;
use crate::traces::TARGET;

/// Principals that one event may name inline; more come as a list.
pub(crate) const MAX_PRINCIPALS: usize = 1_000;

/// What became of a posted event.
pub(crate) enum Posted {
    /// It is in the ledger now.
    New(Box<Said>, Appended),
    /// It was there before, with the same body.
    Replayed(Existing),
    /// The law asks for no record.
    NoDuty(Box<NoDuty>),
}

/// What a receipt says of the record itself.
pub(crate) struct Said {
    pub(crate) id: String,
    pub(crate) case: &'static str,
    pub(crate) status: &'static str,
    pub(crate) retain_through: Option<String>,
    /// Absent once the content is erased.
    pub(crate) meta: Option<Meta>,
}

/// Who posts an event.
#[derive(Clone, Copy)]
pub(crate) struct Sender<'a> {
    pub(crate) actor: &'a Actor,
    /// The `Idempotency-Key` header, if there was one.
    pub(crate) idempotency_key: Option<&'a str>,
    /// Who approved what the actor asked for, where somebody had to.
    pub(crate) approved_by: Option<&'a str>,
}

/// What to do when the sequencer's queue is full.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// Tell the caller to come back.
    Refuse,
    /// Let the sender of a stream wait.
    Wait,
}

/// An event that passed every check.
pub(crate) enum Prepared {
    Record(Box<SealedRecord>),
    NoDuty(Box<NoDuty>),
    /// It cites a list that it has itself used up: it is there already.
    Replayed(Existing),
}

/// An event that was handed to the sequencer, or that needs no record or has one.
pub(crate) enum Underway {
    Record(Box<Said>, HandedIn),
    NoDuty(Box<NoDuty>),
    Replayed(Existing),
}

/// Judges, seals and appends one event.
pub(crate) async fn record(
    state: &AppState,
    sender: Sender<'_>,
    body: &[u8],
    expect: Expect,
    when_full: WhenFull,
) -> Result<Posted, ApiError> {
    let prepared = prepare(state, sender, body, expect).await?;
    let posted = append(state, prepared, when_full).await;
    if !matches!(posted, Err(ApiError::Append(AppendError::Stale))) {
        return posted;
    }
    // Midnight passed in Japan while the record waited, or what it names changed: judge and date it again.
    append(state, prepare(state, sender, body, expect).await?, when_full).await
}

/// Judges an event and seals it: some tens of microseconds for an event of one principal, and no database unless it
/// cites something.
pub(crate) async fn prepare(
    state: &AppState,
    sender: Sender<'_>,
    body: &[u8],
    expect: Expect,
) -> Result<Prepared, ApiError> {
    let now = state.appender.now_ms();
    let judging = tracing::debug_span!(target: TARGET, "judge");
    match judge(state, body, expect, now).instrument(judging).await? {
        Outcome::NoDuty(no_duty) => Ok(Prepared::NoDuty(no_duty)),
        Outcome::Record(draft) => {
            let list = match draft.list() {
                None => None,
                Some(cited) => match state.store.list_seal(cited.id()).await? {
                    Some(list) => Some(list),
                    None => return replayed(state, &draft).await,
                },
            };
            let seen = match guarding::look_elsewhere(state, &draft).await {
                Ok(seen) => seen,
                Err(refused) => return known_or(state, &draft, refused).await,
            };
            let sealing = tracing::debug_span!(target: TARGET, "seal");
            let mut sealed = sealing.in_scope(|| seal_draft(state, sender, &draft, list, now))?;
            sealed.guards.demands_seen = seen;
            Ok(Prepared::Record(Box::new(sealed)))
        }
    }
}

/// An event whose list is used up: by itself, or by another.
async fn replayed(state: &AppState, draft: &Draft) -> Result<Prepared, ApiError> {
    known_or(state, draft, list_used()).await
}

/// The natural key decides first: an event that was recorded before gets its first answer, whatever has come since.
async fn known_or(state: &AppState, draft: &Draft, refused: ApiError) -> Result<Prepared, ApiError> {
    match known(state, draft).await? {
        Some(existing) => Ok(Prepared::Replayed(existing)),
        None => Err(refused),
    }
}

/// The list that an event cites belongs to another record.
pub(crate) fn list_used() -> ApiError {
    ApiError::Invalid(vec![Fault::new(Code::ListUsed, "/principal_list".to_owned())])
}

/// Judges an event without recording it.
pub(crate) async fn judge(
    state: &AppState,
    body: &[u8],
    expect: Expect,
    now_ms: i64,
) -> Result<Outcome, ApiError> {
    let node = json::read(body).map_err(invalid)?;
    let cited = CitedIds::of(&node);
    let looked_up = if cited.is_empty() {
        Known::default()
    } else {
        state.store.known(&cited).await?
    };
    let settings = state.settings();
    let parse = |known: &Known| {
        let context = Context {
            today: japan_date(now_ms),
            max_principals: MAX_PRINCIPALS,
            known,
            settings: &settings,
        };
        parse_event_node(&node, expect, &context)
    };
    let faults = match parse(&looked_up) {
        Ok(outcome) => return Ok(outcome),
        Err(faults) => faults,
    };
    // The natural key decides first: it may be this very event that has used the list.
    if faults.iter().any(|fault| fault.code == Code::ListUsed)
        && let Ok(Outcome::Record(draft)) = parse(&looked_up.with_lists_unused())
        && known(state, &draft).await?.is_some()
    {
        return Ok(Outcome::Record(draft));
    }
    Err(invalid(faults))
}

/// The record that an event is in already, if it is; a conflict if another event has its natural key.
pub(crate) async fn known(state: &AppState, draft: &Draft) -> Result<Option<Existing>, ApiError> {
    let body = state.store.keyring().digest().digest(draft.canonical());
    let source = draft.source();
    match state
        .store
        .known_event(source.system(), source.event_id(), &body)
        .await?
    {
        None | Some(Recorded::New(_)) => Ok(None),
        Some(Recorded::Replayed(existing)) => Ok(Some(existing)),
        Some(Recorded::Conflict(existing)) => Err(ApiError::Conflict {
            id: record_id_text(&existing.record_id),
        }),
    }
}

/// Refuses a draft of whose principals some demanded a stop, as recording it would.
pub(crate) async fn refuse_suppressed(state: &AppState, draft: &Draft) -> Result<(), ApiError> {
    let guards = Guards::of_draft(draft, state.store.keyring().search());
    let rows = state.store.suppressed(&guards).await?;
    if rows.is_empty() {
        return guarding::look_elsewhere(state, draft).await.map(drop);
    }
    Err(suppressed(&rows))
}

/// The refusal of a provision because of the principals at these places. It does not say who they are.
fn suppressed(rows: &[u64]) -> ApiError {
    ApiError::Suppressed(rows.iter().map(|row| stopped(*row, rows.len())).collect())
}

/// The fault that the principal at this place demanded a stop, as one of so many.
pub(crate) fn stopped(row: u64, of: usize) -> Fault {
    let pointer = format!("/principals/{row}");
    Fault::new(Code::PrincipalSuppressed, pointer).fill("n", &of.to_string())
}

/// Faults as the client is told of them: unreadable bytes are another thing than an unacceptable event.
pub(crate) fn invalid(faults: Vec<Fault>) -> ApiError {
    let unreadable = |fault: &Fault| {
        matches!(
            fault.code,
            Code::JsonMalformed | Code::JsonTooDeep | Code::TextInvalidUtf8
        )
    };
    if faults.iter().any(unreadable) {
        ApiError::Unreadable(faults)
    } else {
        ApiError::Invalid(faults)
    }
}

/// Seals a draft that was judged at `now`; one that cites a list with what the list has reserved for it.
pub(crate) fn seal_draft(
    state: &AppState,
    sender: Sender<'_>,
    draft: &Draft,
    list: Option<ListSeal>,
    now: i64,
) -> Result<SealedRecord, ApiError> {
    let month = Month::of_retention(draft.entry_retain_through());
    let needs_approval = draft.needs_approval(&state.settings());
    sealing(&state.store, sender, month, list, now, |with| {
        with.needs_approval = needs_approval;
        seal(draft, japan_day(now), with)
    })
}

/// Seals under the key of `month`, with a fresh id and secret, or those that a list has reserved.
pub(crate) fn sealing(
    store: &Store,
    sender: Sender<'_>,
    month: Month,
    list: Option<ListSeal>,
    now: i64,
    seal: impl FnOnce(&mut Sealing<'_>) -> Result<SealedRecord, SealError>,
) -> Result<SealedRecord, ApiError> {
    let keyring = store.keyring();
    let month_key = keyring
        .month_to_seal(month)
        .map_err(kirokubo_store::StoreError::from)?;
    let (record_id, secret, list) = match list {
        Some(list) => (list.record_id, list.secret, Some(list.number)),
        None => (
            RecordId::from_bytes(random::uuid_v7(now)),
            RecordSecret::from_bytes(random::bytes()),
            None,
        ),
    };
    let mut with = Sealing {
        ledger_id: store.ledger().ledger_id(),
        record_id,
        secret,
        list,
        wrap_nonce: random::bytes(),
        recorded_by: &sender.actor.id,
        approved_by: sender.approved_by,
        needs_approval: false,
        idempotency_key: sender.idempotency_key,
        month_key: &month_key,
        search_key: keyring.search(),
        digest_key: keyring.digest(),
    };
    Ok(seal(&mut with)?)
}

/// Appends what was prepared.
pub(crate) async fn append(
    state: &AppState,
    prepared: Prepared,
    when_full: WhenFull,
) -> Result<Posted, ApiError> {
    let underway = hand_in(state, prepared, when_full).await?;
    finish(state, underway).await
}

/// Hands in what was prepared. Records get their places in the order in which they are handed in.
pub(crate) async fn hand_in(
    state: &AppState,
    prepared: Prepared,
    when_full: WhenFull,
) -> Result<Underway, ApiError> {
    let sealed = match prepared {
        Prepared::NoDuty(no_duty) => return Ok(Underway::NoDuty(no_duty)),
        Prepared::Replayed(existing) => return Ok(Underway::Replayed(existing)),
        Prepared::Record(sealed) => *sealed,
    };
    let said = Said {
        id: record_id_text(&sealed.record_id),
        case: crate::names::case(sealed.case),
        status: sealed.status.as_str(),
        retain_through: date_of_retention(sealed.retain_through),
        meta: Some(sealed.meta.clone()),
    };
    let handed_in = match when_full {
        WhenFull::Refuse => state.appender.try_hand_in(sealed),
        WhenFull::Wait => state.appender.hand_in(sealed).await,
    };
    match handed_in {
        Ok(handed_in) => Ok(Underway::Record(Box::new(said), handed_in)),
        Err(error) => {
            state.metrics.event("failed");
            Err(error.into())
        }
    }
}

/// Waits for what becomes of an event.
pub(crate) async fn finish(state: &AppState, underway: Underway) -> Result<Posted, ApiError> {
    let (said, handed_in) = match underway {
        Underway::NoDuty(no_duty) => {
            state.metrics.event("no_duty");
            return Ok(Posted::NoDuty(no_duty));
        }
        Underway::Replayed(existing) => {
            state.metrics.event("replayed");
            return Ok(Posted::Replayed(existing));
        }
        Underway::Record(said, handed_in) => (said, handed_in),
    };
    match handed_in.outcome().await {
        Ok(Recorded::New(appended)) => {
            state.metrics.event("recorded");
            Ok(Posted::New(said, appended))
        }
        Ok(Recorded::Replayed(existing)) => {
            state.metrics.event("replayed");
            Ok(Posted::Replayed(existing))
        }
        Ok(Recorded::Conflict(existing)) => {
            state.metrics.event("conflict");
            Err(ApiError::Conflict {
                id: record_id_text(&existing.record_id),
            })
        }
        Err(AppendError::Suppressed { rows }) => {
            state.metrics.event("refused");
            Err(suppressed(&rows))
        }
        // Another event was faster with the same list.
        Err(AppendError::ListUsed) => {
            state.metrics.event("refused");
            Err(list_used())
        }
        Err(error) => {
            state.metrics.event("failed");
            Err(error.into())
        }
    }
}
