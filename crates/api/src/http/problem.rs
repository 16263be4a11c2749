//! Everything that goes wrong, as RFC 9457 problem details.
//!
//! An [`ApiError`] says what happened; the one exhaustive `match` in [`ApiError::answer`] says what a client is
//! told, in the words of `answer.rs`. The body is rendered by the outermost layer (`observe.rs`), which knows the request id and language.

use axum::response::{IntoResponse, Response};
use kirokubo_records::fault::{Code, Fault};
use kirokubo_store::{AppendError, ExportError, KeyError, ListError, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Answer;
use super::language::Language;
use crate::route::event_stream::Refusal;

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("no credentials")]
    Unauthenticated,
    #[error("unknown, expired or revoked key")]
    BadKey,
    #[error("the role may not do this")]
    Forbidden,
    #[error("no such resource")]
    NotFound,
    /// What it asked for was there, and is gone for good.
    #[error("the record was erased")]
    Erased,
    #[error("method not allowed")]
    MethodNotAllowed,
    #[error("body or line over the limit")]
    TooLarge { limit: usize },
    #[error("unsupported media type")]
    MediaType { expected: &'static str },
    #[error("the body could not be read to its end")]
    BodyInterrupted,
    /// The body is not JSON at all.
    #[error("unreadable body")]
    Unreadable(Vec<Fault>),
    /// The body is JSON, but not what was asked for.
    #[error("{} fault(s)", .0.len())]
    Invalid(Vec<Fault>),
    #[error("bad query parameter {name}")]
    Query { name: &'static str },
    #[error("bad header {name}")]
    Header { name: &'static str },
    /// The same natural key with another body.
    #[error("event conflict with {id}")]
    Conflict { id: String },
    /// Principals demanded that their data go to no third party.
    #[error("{} principal(s) demanded a stop", .0.len())]
    Suppressed(Vec<Fault>),
    /// Records that cannot be erased now, each with the reason.
    #[error("{} record(s) cannot be erased", .0.len())]
    Blocked(Vec<Fault>),
    #[error("decided before")]
    Decided,
    #[error("no time stamp authority is configured")]
    NoAuthority,
    #[error("no time stamp authority gave a stamp that counts")]
    NoStamp,
    /// A bug: the handler panicked.
    #[error("the handler panicked")]
    Panicked,
    /// A bug: a draft that passed every check could not be sealed.
    #[error(transparent)]
    Seal(#[from] kirokubo_records::seal::SealError),
    /// A stored entry is longer than any entry may be.
    #[error(transparent)]
    EntryBundle(#[from] kirokubo_ledger::tile::EntryBundleError),
    /// A bug: a proof of ours could not be put together.
    #[error(transparent)]
    Proof(#[from] kirokubo_ledger::proof::ParseProofError),
    /// A bundle could not be written to disk, or read from there.
    #[error(transparent)]
    Export(ExportError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A list that was not taken, told as an event would be.
impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Refused(faults) => Self::Invalid(faults),
            ListError::KeyReused => Self::Append(AppendError::IdempotencyKeyReused),
            ListError::Store(error) => Self::Store(error),
        }
    }
}

impl ApiError {
    /// What a client is told. No arm catches the rest: a new error does not compile until it has its answer.
    fn answer(&self) -> Answer {
        match self {
            Self::Unauthenticated => Answer::AuthRequired,
            Self::BadKey => Answer::InvalidKey,
            Self::Forbidden => Answer::Forbidden,
            Self::NotFound => Answer::NotFound,
            Self::Erased => Answer::Erased,
            Self::MethodNotAllowed => Answer::MethodNotAllowed,
            Self::TooLarge { .. } => Answer::TooLarge,
            Self::MediaType { .. } => Answer::MediaType,
            Self::BodyInterrupted => Answer::Interrupted,
            Self::Unreadable(_) => Answer::Unreadable,
            Self::Query { .. } => Answer::Query,
            Self::Header { .. } => Answer::Header,
            Self::Invalid(faults) if faults.iter().any(|fault| fault.code == Code::EventProhibited) => {
                Answer::Prohibited
            }
            Self::Invalid(_) | Self::Append(AppendError::ListUsed) => Answer::Invalid,
            Self::Conflict { .. } => Answer::Conflict,
            Self::Suppressed(_) | Self::Append(AppendError::Suppressed { .. }) => Answer::Suppressed,
            Self::Blocked(_) => Answer::Blocked,
            Self::Decided => Answer::Decided,
            Self::NoAuthority => Answer::NoAuthority,
            Self::NoStamp => Answer::NoStamp,
            Self::Append(AppendError::IdempotencyKeyReused) => Answer::KeyReused,
            Self::Append(AppendError::Stopped) => Answer::Stopping,
            Self::Append(AppendError::Damaged) => Answer::Damaged,
            // Where what a record is judged by changes twice while it waits, the server is busy, too.
            Self::Append(AppendError::Busy | AppendError::Stale) => Answer::Busy,
            Self::Append(AppendError::Store(error)) => store_answer(error),
            Self::Store(error) => store_answer(error),
            Self::Seal(_) | Self::EntryBundle(_) | Self::Proof(_) | Self::Export(_) | Self::Panicked => {
                Answer::Internal
            }
        }
    }

    /// The problem in one language, without a request id: as an NDJSON line carries it.
    pub(crate) fn problem(&self, language: Language) -> Problem {
        let answer = self.answer();
        let text = language.pick(answer.ja(), answer.en());
        let detail = match self {
            Self::TooLarge { limit } => format!("{text} (≤ {limit} bytes)"),
            Self::MediaType { expected } => format!("{text} ({expected})"),
            Self::Query { name } | Self::Header { name } => format!("{text} ({name})"),
            Self::Conflict { id } => format!("{text} ({id})"),
            _ => text.to_owned(),
        };
        let faults = match self {
            Self::Invalid(faults)
            | Self::Unreadable(faults)
            | Self::Suppressed(faults)
            | Self::Blocked(faults) => faults.as_slice(),
            _ => &[],
        };
        // What cannot be read at all has one fault, which says more than "unreadable".
        let code = match self {
            Self::Unreadable(faults) => faults.first().map_or(answer.code(), |fault| fault.code.as_str()),
            _ => answer.code(),
        };
        Problem {
            kind: format!("urn:kirokubo:problem:{code}"),
            title: answer.status().canonical_reason().unwrap_or_default().to_owned(),
            status: answer.status().as_u16(),
            code: code.to_owned(),
            detail,
            request_id: None,
            id: if let Self::Conflict { id } = self {
                Some(id.clone())
            } else {
                None
            },
            errors: faults
                .iter()
                .map(|fault| FaultView::of(fault, language))
                .collect(),
        }
    }

    /// Seconds after which to try again, where trying again makes sense.
    pub(crate) fn retry_after(&self) -> Option<u32> {
        self.answer().retry_after()
    }
}

/// Damage is ours to mend and no retry helps; a database that does not answer may do so in a moment.
fn store_answer(error: &StoreError) -> Answer {
    match error {
        StoreError::Unavailable(_) | StoreError::HeadMoved | StoreError::Key(KeyError::NotMade { .. }) => {
            Answer::Unavailable
        }
        StoreError::Evidence(_) => Answer::EvidenceUnavailable,
        StoreError::Corrupt { .. }
        | StoreError::Key(_)
        | StoreError::NotInitialised(_)
        | StoreError::AlreadyInitialised(_)
        | StoreError::InUse(_)
        | StoreError::Outdated { .. }
        | StoreError::Newer { .. }
        | StoreError::SharedFile
        | StoreError::NoAccessLedger
        | StoreError::LongOrigin
        | StoreError::HighWater(_)
        | StoreError::OldSqlite(_)
        | StoreError::OldPostgres(_)
        | StoreError::UnsafePostgres(_)
        | StoreError::UnsupportedUrl(_)
        | StoreError::EvidenceUrl
        | StoreError::Folder { .. } => Answer::Internal,
    }
}

/// The response carries the error itself; `observe.rs` turns it into a body.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.answer().status().into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

/// RFC 9457 problem details.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// A URN that names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:kirokubo:problem:request.invalid")]
    kind: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// A stable code.
    code: String,
    /// What happened, in Japanese, or English by `Accept-Language`.
    detail: String,
    /// The request this answers; also in the `X-Request-Id` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    /// For a conflict: the record that exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Every fault found, by JSON pointer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FaultView>,
}

impl Problem {
    /// Status, existing record and refusal, for a line of a stream.
    pub(crate) fn into_line(self) -> (u16, Option<String>, Refusal) {
        (
            self.status,
            self.id,
            Refusal::new(self.code, self.detail, self.errors),
        )
    }
}

/// One fault, or one warning, in one language.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaultView {
    /// JSON pointer (RFC 6901) into the body.
    #[schema(example = "/third_party/representative")]
    pointer: String,
    /// A stable code, listed in `docs/errors.md`.
    #[schema(example = "party.representative_required")]
    code: String,
    /// What is wrong.
    detail: String,
    /// The article it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    law: Option<String>,
    /// How to put it right.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// The line of an uploaded list, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

impl FaultView {
    pub(crate) fn of(fault: &Fault, language: Language) -> Self {
        Self::of_text(&kirokubo_records::FaultText::of(fault), language)
    }

    pub(crate) fn of_text(fault: &kirokubo_records::FaultText, language: Language) -> Self {
        let hint = fault
            .hint
            .as_ref()
            .map(|hint| language.pick(&hint.ja, &hint.en).to_owned());
        Self {
            pointer: fault.pointer.clone(),
            code: fault.code.clone(),
            detail: language.pick(&fault.detail.ja, &fault.detail.en).to_owned(),
            law: fault.law.clone(),
            hint,
            line: fault.line,
        }
    }
}
