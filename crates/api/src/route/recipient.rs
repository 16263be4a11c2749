//! `GET /v1/suppressions/{id}/recipients`: who was given the data of a principal before he demanded a stop.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use kirokubo_ledger::commitment::Field;
use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::master::SuppressionVersion;
use kirokubo_records::{Access, AccessKind, Direction, PrincipalQuery, japan_date, record_id_text};
use kirokubo_store::{Hit, SearchRange, StoreError};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::suppression::SUPPRESSIONS;
use crate::http::{ApiError, AppState, Disclosed, Problem, Purpose, Searching, Segments};
use crate::time::date;

/// Rows searched at once.
const PAGE: u32 = 500;

/// Who was given the data, one line a third party.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recipients {
    /// The third parties, the last provision first.
    data: Vec<Recipient>,
    /// How far was searched, so that "none" is evidence, too.
    searched: Searched,
}

/// How far was searched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Searched {
    /// Index of the last entry searched.
    through_index: u64,
    /// Indexes of records that may be this person's and are damaged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<u64>,
}

/// One third party that was given the data.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recipient {
    /// The third party, as the last of the records names it.
    third_party: Value,
    /// Day of the last provision.
    #[schema(example = "2026-11-20")]
    last_provided_on: String,
    /// The records, oldest first.
    records: Vec<String>,
}

/// Lists who was given this principal's data, so that they can be told.
#[utoipa::path(
    get, path = "/v1/suppressions/{id}/recipients", tag = "masters", operation_id = "list_recipients",
    params(("id" = String, Path, description = "a demand's id, `sup_…`")),
    responses(
        (status = 200, description = "the recipients", body = Recipients),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such demand", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Searching(actor): Searching,
    purpose: Purpose,
    Segments(text): Segments<String>,
) -> Result<Disclosed<Json<Recipients>>, ApiError> {
    let id = SUPPRESSIONS.named(&text)?;
    let master = state.store.master(SUPPRESSIONS.kind, &id).await?;
    let master = master.ok_or(ApiError::NotFound)?;
    let first = master
        .versions
        .first()
        .expect("a master is never without a version");
    let demand = SuppressionVersion::parse(&first.json).ok_or(StoreError::Corrupt {
        index: None,
        what: "a demand to stop cannot be read",
    })?;
    let mut found = Found::default();
    for query in demand.searches(japan_date(state.store.clock().now_ms())) {
        found.search(&state, &query).await?;
    }
    tracing::info!(
        records = found.seen.len(),
        "recipients of a person's data were listed"
    );
    let access = Access {
        records: found.shown.clone(),
        others: vec![text],
        count: u64::try_from(found.shown.len()).unwrap_or(u64::MAX),
        ..purpose.access(AccessKind::Search, "list_recipients", &actor)
    };
    Disclosed::once_written(&state, access, Json(found.into_recipients())).await
}

/// What several searches for one person found together.
#[derive(Default)]
struct Found {
    /// By what tells a third party from another.
    recipients: BTreeMap<String, Given>,
    /// Records that were counted; one record may match in several ways.
    seen: BTreeSet<Index>,
    /// Their ids.
    shown: Vec<RecordId>,
    unreadable: BTreeSet<u64>,
    through_index: u64,
}

/// What one third party was given.
#[derive(Default)]
struct Given {
    third_party: Value,
    last_day: i32,
    records: BTreeMap<Index, String>,
}

impl Found {
    async fn search(&mut self, state: &AppState, query: &PrincipalQuery) -> Result<(), ApiError> {
        let mut range = SearchRange {
            from: i32::MIN,
            to: i32::MAX,
            after: None,
            limit: PAGE,
        };
        loop {
            let page = state.store.search(query, range).await?;
            self.through_index = page.through.get().saturating_sub(1);
            self.unreadable
                .extend(page.unreadable.iter().map(|index| index.get()));
            page.hits.iter().for_each(|hit| self.add(hit));
            if page.next.is_none() {
                return Ok(());
            }
            range.after = page.next;
        }
    }

    fn add(&mut self, hit: &Hit) {
        if hit.header.direction != Direction::Provision || !self.seen.insert(hit.header.index) {
            return;
        }
        self.shown.push(hit.header.record_id);
        let text = hit
            .opened
            .content
            .present()
            .find(|(field, _)| *field == Field::THIRD_PARTY);
        let third_party = text.and_then(|(_, text)| serde_json::from_str(text).ok());
        let third_party: Value = third_party.unwrap_or(Value::Null);
        let given = self.recipients.entry(key(&third_party)).or_default();
        given
            .records
            .insert(hit.header.index, record_id_text(&hit.header.record_id));
        if given.third_party.is_null() || hit.header.event_day >= given.last_day {
            given.last_day = hit.header.event_day;
            given.third_party = third_party;
        }
    }

    fn into_recipients(self) -> Recipients {
        let mut given: Vec<Given> = self.recipients.into_values().collect();
        given.sort_by_key(|given| std::cmp::Reverse(given.last_day));
        let recipient = |given: Given| Recipient {
            third_party: given.third_party,
            last_provided_on: date(given.last_day),
            records: given.records.into_values().collect(),
        };
        Recipients {
            data: given.into_iter().map(recipient).collect(),
            searched: Searched {
                through_index: self.through_index,
                unreadable: self.unreadable.into_iter().collect(),
            },
        }
    }
}

/// What tells a third party from another: its id, its corporate number, or its name with its address.
fn key(third_party: &Value) -> String {
    let text = |name: &str| third_party.get(name).and_then(Value::as_str).map(str::to_owned);
    text("id")
        .or_else(|| text("corporate_number"))
        .unwrap_or_else(|| {
            let (name, address) = (text("name"), text("address"));
            format!("{}\n{}", name.unwrap_or_default(), address.unwrap_or_default())
        })
}
