//! Everything that goes wrong, as RFC 9457 problem details.
//!
//! An [`ApiError`] says what happened; the one exhaustive `match` in [`ApiError::parts`] says what a client is
//! told. The body is rendered by the outermost layer (`observe.rs`), which knows the request id and language.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kirokubo_records::fault::Fault;
use kirokubo_store::{AppendError, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

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
    /// The same natural key with another body.
    #[error("event conflict with {id}")]
    Conflict { id: String },
    /// A bug: a draft that passed every check could not be sealed.
    #[error(transparent)]
    Seal(#[from] kirokubo_records::seal::SealError),
    /// A stored entry is longer than any entry may be.
    #[error(transparent)]
    EntryBundle(#[from] kirokubo_ledger::tile::EntryBundleError),
    /// A bug: a proof of ours could not be put together.
    #[error(transparent)]
    Proof(#[from] kirokubo_ledger::proof::ParseProofError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a client is told of an error.
struct Parts {
    status: StatusCode,
    code: &'static str,
    ja: &'static str,
    en: &'static str,
    retry_after: Option<u32>,
}

impl ApiError {
    fn parts(&self) -> Parts {
        let told = |status, code, ja, en| Parts {
            status,
            code,
            ja,
            en,
            retry_after: None,
        };
        match self {
            Self::Unauthenticated => told(
                StatusCode::UNAUTHORIZED,
                "auth.required",
                "APIキーが必要です(Authorization: Bearer kk_…)。",
                "an API key is required (Authorization: Bearer kk_…)",
            ),
            Self::BadKey => told(
                StatusCode::UNAUTHORIZED,
                "auth.invalid_key",
                "APIキーが無効です。",
                "the API key is unknown, expired or revoked",
            ),
            Self::Forbidden => told(
                StatusCode::FORBIDDEN,
                "auth.forbidden",
                "このAPIキーの役割では許されていない操作です。",
                "the role of this API key does not allow this",
            ),
            Self::NotFound => told(
                StatusCode::NOT_FOUND,
                "request.not_found",
                "見つかりません。",
                "there is nothing here",
            ),
            Self::MethodNotAllowed => told(
                StatusCode::METHOD_NOT_ALLOWED,
                "request.method_not_allowed",
                "このメソッドは使えません。",
                "this method is not allowed here",
            ),
            Self::TooLarge { .. } => told(
                StatusCode::PAYLOAD_TOO_LARGE,
                "request.too_large",
                "本文が大きすぎます。",
                "the body is too large",
            ),
            Self::MediaType { .. } => told(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "request.media_type",
                "Content-Typeが違います。",
                "the Content-Type is not the expected one",
            ),
            Self::BodyInterrupted => told(
                StatusCode::BAD_REQUEST,
                "request.interrupted",
                "本文を最後まで読めませんでした。",
                "the body ended before it was complete",
            ),
            Self::Unreadable(faults) => told(
                StatusCode::BAD_REQUEST,
                faults
                    .first()
                    .map_or("json.malformed", |fault| fault.code.as_str()),
                "本文を読めません。",
                "the body could not be read",
            ),
            Self::Invalid(faults)
                if faults
                    .iter()
                    .any(|fault| fault.code == kirokubo_records::fault::Code::EventProhibited) =>
            {
                told(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "event.prohibited",
                    "法により認められない提供・受領です。",
                    "the law does not allow this provision or receipt",
                )
            }
            Self::Invalid(_) => told(
                StatusCode::UNPROCESSABLE_ENTITY,
                "request.invalid",
                "内容に不備があります。",
                "the content has faults",
            ),
            Self::Query { .. } => told(
                StatusCode::BAD_REQUEST,
                "request.query",
                "クエリパラメータが正しくありません。",
                "a query parameter is not valid",
            ),
            Self::Conflict { .. } => told(
                StatusCode::CONFLICT,
                "event.conflict",
                "同じ連携番号で内容の異なる記録があります。",
                "another event was recorded under the same source key",
            ),
            Self::Append(AppendError::Busy) => Parts {
                retry_after: Some(1),
                ..told(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "server.busy",
                    "混み合っています。少し待って同じ内容を送ってください。",
                    "the server is busy; send the same again in a moment",
                )
            },
            Self::Append(AppendError::Stopped) => Parts {
                retry_after: Some(5),
                ..told(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "server.stopping",
                    "停止中です。少し待って同じ内容を送ってください。",
                    "the server is stopping; send the same again in a moment",
                )
            },
            Self::Append(AppendError::DayChanged | AppendError::Store(_))
            | Self::Store(StoreError::Unavailable(_)) => Parts {
                retry_after: Some(5),
                ..told(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "store.unavailable",
                    "記録できませんでした。少し待って同じ内容を送ってください。",
                    "the store is unavailable; send the same again in a moment",
                )
            },
            Self::Seal(_)
            | Self::Proof(_)
            | Self::EntryBundle(_)
            | Self::Store(
                StoreError::Corrupt { .. }
                | StoreError::Key(_)
                | StoreError::NotInitialised(_)
                | StoreError::AlreadyInitialised(_)
                | StoreError::InUse(_)
                | StoreError::Outdated { .. }
                | StoreError::OldSqlite(_)
                | StoreError::UnsupportedUrl(_)
                | StoreError::Folder { .. },
            ) => told(
                StatusCode::INTERNAL_SERVER_ERROR,
                "server.internal",
                "サーバー内部の誤りです。記録は変わっていません。",
                "an internal error; nothing was changed",
            ),
        }
    }

    /// The problem in one language, without a request id: as an NDJSON line carries it.
    pub(crate) fn problem(&self, language: Language) -> Problem {
        let Parts {
            status, code, ja, en, ..
        } = self.parts();
        let detail = match self {
            Self::TooLarge { limit } => format!("{} (≤ {limit} bytes)", language.pick(ja, en)),
            Self::MediaType { expected } => format!("{} ({expected})", language.pick(ja, en)),
            Self::Query { name } => format!("{} ({name})", language.pick(ja, en)),
            _ => language.pick(ja, en).to_owned(),
        };
        let faults = match self {
            Self::Invalid(faults) | Self::Unreadable(faults) => faults.as_slice(),
            _ => &[],
        };
        Problem {
            kind: format!("urn:kirokubo:problem:{code}"),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
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
        self.parts().retry_after
    }
}

/// The response carries the error itself; `observe.rs` turns it into a body.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.parts().status.into_response();
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
        }
    }
}
