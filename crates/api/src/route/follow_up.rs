//! `GET /v1/follow-ups`: recipients abroad with a 基準適合体制, and when each must be looked at again (規則18条1項).

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use kirokubo_records::master::{EquivalentSystem, LookUp, PartyVersion, in_force};
use kirokubo_records::{Access, AccessKind, id_text, japan_date, japan_day};
use kirokubo_store::Master;
use serde::Serialize;
use utoipa::ToSchema;

use super::third_party::THIRD_PARTIES;
use crate::http::{ApiError, AppState, Disclosed, Page, Problem, Purpose, Registering};

/// A recipient that must be looked at again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FollowUp {
    /// The third party's id.
    #[schema(example = "pty_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    third_party: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Its country, ISO 3166-1 alpha-3.
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    /// What its 基準適合体制 rests on: `contract`, `group_rules` or `cbpr`.
    kind: &'static str,
    /// Since when.
    since: String,
    /// When it was last looked at; absent if never.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_checked_on: Option<String>,
    /// The day by which it must be looked at: a year after the last look, or after it began.
    #[schema(example = "2027-04-01")]
    due_on: String,
    /// Whether that day has passed.
    overdue: bool,
    /// The provision that asks for it.
    law: &'static str,
}

/// Lists the recipients abroad whose measures must be looked at regularly, overdue ones first.
#[utoipa::path(
    get, path = "/v1/follow-ups", tag = "masters", operation_id = "list_follow_ups",
    responses(
        (status = 200, description = "all of them", body = Page<FollowUp>),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Registering(actor): Registering,
    purpose: Purpose,
) -> Result<Disclosed<Json<Page<FollowUp>>>, ApiError> {
    let now = state.store.clock().now_ms();
    let ids = state
        .store
        .masters_like(THIRD_PARTIES.kind, &[LookUp::equivalent_systems()])
        .await?;
    let masters = state
        .store
        .master_versions(THIRD_PARTIES.kind, &ids)
        .await?
        .into_iter()
        .map(|(id, versions)| Master { id, versions });
    let mut due: Vec<(NaiveDate, FollowUp)> = masters
        .filter_map(|master| FollowUp::of(&master, japan_day(now), japan_date(now)))
        .collect();
    due.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.third_party.cmp(&b.third_party)));
    let data: Vec<FollowUp> = due.into_iter().map(|(_, next)| next).collect();
    // A recipient abroad may be a private person.
    let access = (!data.is_empty()).then(|| Access {
        others: data.iter().map(|next| next.third_party.clone()).collect(),
        count: u64::try_from(data.len()).unwrap_or(u64::MAX),
        ..purpose.access(AccessKind::Reveal, "list_follow_ups", &actor)
    });
    let page = Json(Page {
        data,
        has_more: false,
        next_cursor: None,
    });
    match access {
        Some(access) => Disclosed::once_written(&state, access, page).await,
        None => Ok(Disclosed::nothing_personal(page)),
    }
}

impl FollowUp {
    /// What the version in force asks for; nothing where it has no 基準適合体制 any more.
    fn of(master: &Master, day: i32, today: NaiveDate) -> Option<(NaiveDate, Self)> {
        let version = in_force(&master.versions, day).or_else(|| master.versions.last())?;
        let party = PartyVersion::parse(&version.json)?;
        let system = party.system()?;
        // A look is kept in the version of its day; a later one with another address need not repeat it.
        let looks = master
            .versions
            .iter()
            .filter_map(|version| PartyVersion::parse(&version.json)?.system()?.last_checked_on);
        let system = EquivalentSystem {
            last_checked_on: looks.max(),
            ..system
        };
        let due_on = system.due_on();
        let next = Self {
            third_party: id_text(THIRD_PARTIES.id, &master.id),
            name: party.name().map(str::to_owned),
            country: party.country().map(str::to_owned),
            kind: system.kind.as_str(),
            since: system.since.to_string(),
            last_checked_on: system.last_checked_on.map(|day| day.to_string()),
            due_on: due_on.to_string(),
            overdue: due_on < today,
            law: "法28条3項・規則18条1項",
        };
        Some((due_on, next))
    }
}
