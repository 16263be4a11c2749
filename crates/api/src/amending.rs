//! From a posted amendment to the version that takes a record's place.

use kirokubo_ledger::RecordId;
use kirokubo_records::seal::{Month, SealedRecord, seal_voiding};
use kirokubo_records::{
    Amendment, CitedIds, Context, KnownRecord, japan_date, json, parse_amendment, voiding_retain_through,
};
use kirokubo_store::{AppendError, Approval, Existing};

use crate::http::{ApiError, AppState};
use crate::recording::{self, MAX_PRINCIPALS, Posted, Prepared, Sender, WhenFull, invalid};

/// Amends the newest version of a record.
pub(crate) async fn amend(
    state: &AppState,
    sender: Sender<'_>,
    id: &RecordId,
    body: &[u8],
) -> Result<Posted, ApiError> {
    let posted = attempt(state, sender, id, body).await;
    if !matches!(posted, Err(ApiError::Append(AppendError::Stale))) {
        return posted;
    }
    // Midnight passed, or another amendment came first: judge it again by what there is now.
    attempt(state, sender, id, body).await
}

/// Keeps an amendment for another person to approve, once it is one that could be carried out now.
pub(crate) async fn ask(
    state: &AppState,
    sender: Sender<'_>,
    id: &RecordId,
    body: &[u8],
) -> Result<Approval, ApiError> {
    let (amended, _) = read(state, id, body, state.appender.now_ms()).await?;
    let header = state.store.record(&amended.facts.record_id).await?;
    let header = header.ok_or(ApiError::NotFound)?;
    let text = std::str::from_utf8(body).map_err(|_| ApiError::BodyInterrupted)?;
    let asked = state.store.ask_for_amendment(header.index, text, sender.actor);
    Ok(asked.await?)
}

async fn attempt(
    state: &AppState,
    sender: Sender<'_>,
    id: &RecordId,
    body: &[u8],
) -> Result<Posted, ApiError> {
    let now = state.appender.now_ms();
    let (amended, amendment) = read(state, id, body, now).await?;
    if let Some(existing) = same_as_before(state, &amended, &amendment).await? {
        return Ok(Posted::Replayed(existing));
    }
    let sealed = seal(state, sender, &amended, &amendment, now).await?;
    recording::append(state, Prepared::Record(Box::new(sealed)), WhenFull::Refuse).await
}

/// What is amended, in its newest version, and what takes its place.
async fn read(
    state: &AppState,
    id: &RecordId,
    body: &[u8],
    now: i64,
) -> Result<(KnownRecord, Amendment), ApiError> {
    let Some(amended) = state.store.known_record(id).await? else {
        // What is erased can no longer be told from anything else, so there is nothing to correct.
        let known = state.store.record(id).await?;
        return Err(known.map_or(ApiError::NotFound, |_| ApiError::Erased));
    };
    let node = json::read(body).map_err(invalid)?;
    let known = state.store.known(&CitedIds::of(&node)).await?;
    let settings = state.settings();
    let context = Context {
        today: japan_date(now),
        max_principals: MAX_PRINCIPALS,
        known: &known,
        settings: &settings,
    };
    let amendment = parse_amendment(body, &context, &amended).map_err(invalid)?;
    Ok((amended, amendment))
}

/// The newest version, where it is this very amendment.
async fn same_as_before(
    state: &AppState,
    newest: &KnownRecord,
    amendment: &Amendment,
) -> Result<Option<Existing>, ApiError> {
    let digest = state.store.keyring().digest().digest(amendment.canonical());
    Ok(state.store.recorded_as(&newest.facts.record_id, &digest).await?)
}

async fn seal(
    state: &AppState,
    sender: Sender<'_>,
    amended: &KnownRecord,
    amendment: &Amendment,
    now: i64,
) -> Result<SealedRecord, ApiError> {
    match amendment {
        Amendment::Correction(draft) => {
            let list = match draft.list() {
                None => None,
                Some(cited) => {
                    let list = state.store.list_seal(cited.id()).await?;
                    Some(list.ok_or_else(recording::list_used)?)
                }
            };
            // Its background is another now, so who accepted the old one has not accepted this.
            recording::seal_draft(state, sender, draft, list, now)
        }
        Amendment::Voiding(voiding) => {
            let today = japan_date(now);
            let month = Month::of_retention(voiding_retain_through(today));
            recording::sealing(&state.store, sender, month, None, now, |with| {
                seal_voiding(voiding, amended, today, with)
            })
        }
    }
}
