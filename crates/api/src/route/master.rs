//! What the routes of third parties, opt-out filings and demands to stop have in common.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use kirokubo_records::fault::Fault;
use kirokubo_records::master::MasterVersion;
use kirokubo_records::{Access, AccessKind, IdBytes, IdKind, japan_day, parse_id};
use kirokubo_store::{Actor, Master, MasterKind, Revised};

use super::master_view::{Looking, MasterView, PageQuery, Registered};
use crate::http::{ApiError, AppState, Disclosed, Language, Page, Purpose, limit};
use crate::recording::invalid;

/// A kind of masters that has routes: how the store and how ids call it.
#[derive(Clone, Copy)]
pub(super) struct Masters {
    /// What the store calls it.
    pub(super) kind: MasterKind,
    /// What its ids begin with.
    pub(super) id: IdKind,
}

/// The answer to something registered.
type Made = (StatusCode, Json<Registered>);

impl Masters {
    /// The id that a path names.
    pub(super) fn named(self, id: &str) -> Result<IdBytes, ApiError> {
        parse_id(self.id, id).ok_or(ApiError::NotFound)
    }

    /// A page of them, in the order in which they were registered.
    pub(super) async fn page(
        self,
        state: &AppState,
        (actor, purpose): (&Actor, Purpose),
        query: &PageQuery,
    ) -> Result<Disclosed<Json<Page<MasterView>>>, ApiError> {
        let limit = limit(query.limit)?;
        let after = query.after(self.id)?;
        let masters = state.store.masters(self.kind, after, limit + 1).await?;
        let page = looking(state, actor).page(self.id, masters, limit);
        let access = self.access(purpose, self.operations()[1], actor, &page.data);
        disclose(state, access, page).await
    }

    /// The one that a path names, with all its versions.
    pub(super) async fn one(
        self,
        state: &AppState,
        (actor, purpose): (&Actor, Purpose),
        id: &str,
    ) -> Result<Disclosed<Json<MasterView>>, ApiError> {
        let master = state.store.master(self.kind, &self.named(id)?).await?;
        let master = master.ok_or(ApiError::NotFound)?;
        let whole = looking(state, actor).whole(self.id, &master);
        let access = self.access(purpose, self.operations()[0], actor, std::slice::from_ref(&whole));
        disclose(state, access, whole).await
    }

    /// The reading that showing these is, if they show a person.
    fn access(
        self,
        purpose: Purpose,
        operation: &str,
        actor: &Actor,
        shown: &[MasterView],
    ) -> Option<Access> {
        let all_are_people = self.kind == MasterKind::Suppression;
        let people = shown.iter().filter(|view| view.shows_a_person(all_are_people));
        let others: Vec<String> = people.map(|view| view.id().to_owned()).collect();
        (!others.is_empty()).then(|| Access {
            count: u64::try_from(others.len()).unwrap_or(u64::MAX),
            others,
            ..purpose.access(AccessKind::Reveal, operation, actor)
        })
    }

    /// What the contract calls the operations that show one of them, and a page.
    const fn operations(self) -> [&'static str; 2] {
        match self.kind {
            MasterKind::Suppression => ["get_suppression", "list_suppressions"],
            MasterKind::Filing => ["get_opt_out_filing", "list_opt_out_filings"],
            MasterKind::ThirdParty => ["get_third_party", "list_third_parties"],
            MasterKind::Settings => ["get_settings", "get_settings"],
        }
    }

    /// The answer to a new one.
    pub(super) fn added(self, made: &Master, warnings: &[Fault], headers: &HeaderMap) -> Made {
        let first = made.versions.first().expect("it was made with a version");
        self.created(&made.id, first, warnings, headers)
    }

    /// The answer to a new version.
    pub(super) fn revised(
        self,
        revised: Revised<Vec<Fault>>,
        id: &IdBytes,
        warnings: &[Fault],
        headers: &HeaderMap,
    ) -> Result<Made, ApiError> {
        match revised {
            Revised::Version(version) => Ok(self.created(id, &version, warnings, headers)),
            Revised::Unknown => Err(ApiError::NotFound),
            Revised::Refused(faults) => Err(invalid(faults)),
        }
    }

    fn created(self, id: &IdBytes, version: &MasterVersion, warnings: &[Fault], headers: &HeaderMap) -> Made {
        let made = Registered::new((self.id, id), version, warnings, Language::of(headers));
        (StatusCode::CREATED, Json(made))
    }
}

async fn disclose<T: serde::Serialize>(
    state: &AppState,
    access: Option<Access>,
    shown: T,
) -> Result<Disclosed<Json<T>>, ApiError> {
    match access {
        Some(access) => Disclosed::once_written(state, access, Json(shown)).await,
        None => Ok(Disclosed::nothing_personal(Json(shown))),
    }
}

fn looking<'a>(state: &AppState, actor: &'a Actor) -> Looking<'a> {
    Looking {
        actor,
        today: japan_day(state.store.clock().now_ms()),
    }
}
