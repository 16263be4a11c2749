//! Why a caller reads: `Kirokubo-Reason: kind[:id]`, and whether it is to be printed: `Kirokubo-Output: print`.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use kirokubo_records::{Access, AccessKind, Reason};
use kirokubo_store::Actor;

use super::observe::RequestId;
use super::problem::ApiError;
use super::state::AppState;

const REASON: &str = "kirokubo-reason";
const OUTPUT: &str = "kirokubo-output";

/// What a request says about why it reads personal data.
pub(crate) struct Purpose {
    reason: Option<Reason>,
    prints: bool,
    request_id: Option<String>,
}

impl Purpose {
    /// The reading that an operation of the contract is, by this caller.
    pub(crate) fn access(self, kind: AccessKind, operation: &str, actor: &Actor) -> Access {
        // What is shown in order to be printed leaves the screen.
        let kind = if self.prints && kind == AccessKind::Reveal {
            AccessKind::Print
        } else {
            kind
        };
        Access {
            actor: actor.id.clone(),
            role: actor.role.as_str().to_owned(),
            request_id: self.request_id,
            reason: self.reason.unwrap_or_else(Reason::unstated),
            ..Access::of(kind, operation)
        }
    }
}

impl FromRequestParts<AppState> for Purpose {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let reason = read(&parts.headers, REASON, "Kirokubo-Reason", Reason::parse)?;
        let prints = read(&parts.headers, OUTPUT, "Kirokubo-Output", |text| match text {
            "screen" => Some(false),
            "print" => Some(true),
            _ => None,
        })?;
        Ok(Self {
            reason,
            prints: prints.unwrap_or(false),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
        })
    }
}

fn read<T>(
    headers: &HeaderMap,
    header: &str,
    name: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    let Some(value) = headers.get(header) else {
        return Ok(None);
    };
    let parsed = value.to_str().ok().and_then(parse);
    parsed.map(Some).ok_or(ApiError::Header { name })
}
