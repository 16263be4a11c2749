//! `POST /v1/duty-checks`: the decision table as a question. Touches no database.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use kirokubo_records::parse_duty_question;
use kirokubo_rules::retention::{PERIODS_IN_FORCE, RetainThrough, retention};
use kirokubo_rules::{Answer, Method, judge};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{AnyActor, ApiError, AppState, JsonBody, Problem};
use crate::recording::invalid;

/// The law's answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyAnswer {
    /// `required`, `none`, `prohibited` or `review`.
    verdict: &'static str,
    /// Letters of the statutory matters, in order.
    #[schema(example = json!(["b", "c", "d", "e"]))]
    fields: Vec<String>,
    /// The case of a record; absent where none is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "provision_consent_27")]
    case: Option<&'static str>,
    /// The gate of the decision table that answered.
    #[schema(example = "P9")]
    gate: &'static str,
    /// Methods the record may be made by.
    methods: Vec<&'static str>,
    /// How long the record is kept, by method.
    retention: BTreeMap<&'static str, MethodRetention>,
    /// Articles the answer rests on.
    citations: Vec<&'static str>,
    /// Why, in both languages.
    explanation: Explained,
    /// `statute`, `derived` or `from_memory`: how well the text behind the answer is known.
    basis_of_answer: &'static str,
    /// The rule set of the event's day.
    rule_set: &'static str,
    /// What else the law asks for.
    follow_up: Vec<FollowUpView>,
}

/// A text in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Explained {
    ja: &'static str,
    en: &'static str,
}

/// How long a method's record is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MethodRetention {
    /// Years.
    years: u8,
    /// The last day, if the record is made on the day of the event and the event is the last of its series.
    #[schema(example = "2029-11-21")]
    retain_through: Option<String>,
    /// From when, in both languages.
    counted_from: Explained,
}

/// Something else the law asks for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FollowUpView {
    /// A stable id.
    id: &'static str,
    /// The provision it comes from.
    citation: &'static str,
    ja: &'static str,
    en: &'static str,
}

/// Asks whether the law wants a record, and of what.
///
/// Nothing personal is in the question. `none` says only that there is no record duty, never that the
/// provision is lawful. All members but `direction` have defaults.
#[utoipa::path(
    post, path = "/v1/duty-checks", tag = "law", operation_id = "check_duty",
    request_body = super::question_shape::DutyQuestion,
    responses(
        (status = 200, description = "the answer", body = DutyAnswer),
        (status = 400, description = "not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "unknown members or values; every fault is listed", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn ask(
    State(state): State<AppState>,
    _: AnyActor,
    JsonBody(body): JsonBody,
) -> Result<Json<DutyAnswer>, ApiError> {
    let today = kirokubo_records::japan_date(state.store.clock().now_ms());
    let question = parse_duty_question(&body, today).map_err(invalid)?;
    Ok(Json(DutyAnswer::of(&judge(&question), question.event_date)))
}

impl DutyAnswer {
    fn of(answer: &Answer, event_date: NaiveDate) -> Self {
        Self {
            verdict: answer.verdict.as_str(),
            fields: answer.fields().map(String::from).collect(),
            case: answer.case.map(kirokubo_rules::Case::as_str),
            gate: answer.gate.as_str(),
            methods: answer.methods.iter().map(|method| method.as_str()).collect(),
            retention: answer
                .methods
                .iter()
                .map(|m| (m.as_str(), MethodRetention::of(*m, event_date)))
                .collect(),
            citations: answer.citations.to_vec(),
            explanation: Explained {
                ja: answer.explanation.ja,
                en: answer.explanation.en,
            },
            basis_of_answer: answer.mark.as_str(),
            rule_set: answer.rule_set.id(),
            follow_up: answer
                .follow_up
                .iter()
                .map(|next| FollowUpView {
                    id: next.id,
                    citation: next.citation,
                    ja: next.ja,
                    en: next.en,
                })
                .collect(),
        }
    }
}

impl MethodRetention {
    fn of(method: Method, event_date: NaiveDate) -> Self {
        let (years, ja, en) = match method {
            Method::Each => (
                PERIODS_IN_FORCE.each_years,
                "記録を作成した日(初日不算入)",
                "the day the record was made, that day not counted",
            ),
            Method::Batch => (
                PERIODS_IN_FORCE.batch_years,
                "最後に提供・受領した日(初日算入)。記録の作成日から数えて遅くなるときは遅い方",
                "the last provision or receipt, that day counted; or the making of the record, if that ends later",
            ),
            Method::Contract => (
                PERIODS_IN_FORCE.contract_years,
                "最後に提供・受領した日(初日算入)",
                "the last provision or receipt, that day counted",
            ),
        };
        let retain_through = match retention(method, event_date, Some(event_date)) {
            RetainThrough::Through(day) => Some(day.to_string()),
            RetainThrough::Open => None,
        };
        Self {
            years: years.get(),
            retain_through,
            counted_from: Explained { ja, en },
        }
    }
}
