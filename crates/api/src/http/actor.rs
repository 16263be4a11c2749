//! Who may call a route: extractors that authenticate the key and check its role before anything else.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use kirokubo_store::{Actor, Role};

use super::problem::ApiError;
use super::state::AppState;

/// An authenticated caller.
pub(crate) trait Caller {
    /// Roles that may call.
    const ROLES: &'static [Role];

    /// Wraps the actor once its role is known to be one of them.
    fn new(actor: Actor) -> Self;
}

/// Defines an extractor for a set of roles.
macro_rules! caller {
    ($(#[$doc:meta])* $name:ident, [$($role:ident),+]) => {
        $(#[$doc])*
        pub(crate) struct $name(pub(crate) Actor);

        impl Caller for $name {
            const ROLES: &'static [Role] = &[$(Role::$role),+];

            fn new(actor: Actor) -> Self {
                Self(actor)
            }
        }

        impl FromRequestParts<AppState> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
                authenticate(parts, state).await
            }
        }
    };
}

/// Defines an extractor for a set of roles where nobody asks which actor it is.
macro_rules! anybody {
    ($(#[$doc:meta])* $name:ident, $roles:expr) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl Caller for $name {
            const ROLES: &'static [Role] = $roles;

            fn new(_: Actor) -> Self {
                Self
            }
        }

        impl FromRequestParts<AppState> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
                authenticate(parts, state).await
            }
        }
    };
}

anybody!(
    /// Anybody with a key: questions that hold nothing personal.
    AnyActor,
    &Role::ALL
);
anybody!(
    /// Those who may know what was settled.
    Settled,
    &[Role::Recorder, Role::Officer, Role::Auditor, Role::Admin]
);
anybody!(
    /// Those who may have the ledger stamped.
    Stamper,
    &[Role::Officer, Role::Admin]
);
caller!(
    /// Those who post events.
    Recording, [Ingest, Recorder, Officer]
);
caller!(
    /// Those who may read records, each as much of them as its role allows.
    Reading, [Ingest, Recorder, Officer, Auditor]
);
caller!(
    /// Those whose word approves.
    Approving, [Officer]
);
caller!(
    /// Those who correct what was recorded.
    Correcting, [Recorder, Officer]
);
caller!(
    /// Those who page through the book.
    Auditing, [Recorder, Officer, Auditor]
);
caller!(
    /// Those who read files of evidence: nothing in them can be masked.
    ReadingFiles, [Recorder, Officer]
);
caller!(
    /// Those who see who read what.
    Overseeing, [Officer, Auditor]
);
caller!(
    /// Those who look for a person.
    Searching, [Officer]
);
caller!(
    /// Those who may hand out what a record says, with its proof.
    Disclosing, [Officer]
);
caller!(
    /// Those who are given audit bundles, each in the scopes that its role may see.
    Examining, [Officer, Auditor]
);

caller!(
    /// Those who register third parties, filings and demands to stop.
    Registering, [Recorder, Officer]
);
caller!(
    /// Those who settle it.
    Settling, [Admin]
);

async fn authenticate<C: Caller>(parts: &Parts, state: &AppState) -> Result<C, ApiError> {
    let header = parts
        .headers
        .get(AUTHORIZATION)
        .ok_or(ApiError::Unauthenticated)?;
    let text = header.to_str().map_err(|_| ApiError::BadKey)?;
    let (scheme, key) = text.split_once(' ').ok_or(ApiError::BadKey)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ApiError::BadKey);
    }
    let actor = state
        .authenticator
        .authenticate(key.trim())
        .await?
        .ok_or(ApiError::BadKey)?;
    tracing::Span::current().record("actor", actor.id.as_str());
    if !C::ROLES.contains(&actor.role) {
        return Err(ApiError::Forbidden);
    }
    Ok(C::new(actor))
}
