//! What `POST /v1/records/search` takes: who is looked for, why, and where.

use chrono::NaiveDate;

use crate::fault::{Code, Fault, Faults};
use crate::form::Form;
use crate::japan::day_of_date;
use crate::json::{self, Node, Path};
use crate::query::PrincipalQuery;
use crate::text::IDENTIFIER;

/// Rows a page has at most.
const MAX_LIMIT: u32 = 500;

/// A search for one person. A reason is part of it: nobody's records are looked up without one.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    principal: PrincipalQuery,
    reason_kind: String,
    reason_id: Option<String>,
    days: (i32, i32),
    limit: Option<u32>,
    cursor: Option<String>,
}

impl SearchRequest {
    /// Reads a request; `today` bounds the birth date.
    ///
    /// # Errors
    ///
    /// Every fault, `search.reason_required` and `search.key_required` among them.
    pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let known: &[&[&'static str]] = &[&["reason", "principal", "from", "to", "limit", "cursor"]];
        let Some(form) = Form::open(&node, Path::ROOT, &faults, known) else {
            return Err(faults.into_errors());
        };
        let reason = reason(&form);
        let principal = principal(&form, today);
        let days = days(&form);
        let limit = limit(&form);
        let cursor = form.text("cursor", IDENTIFIER).present().map(str::to_owned);
        faults.into_warnings()?;
        // Nothing was noted, so both were given and could be read.
        let ((reason_kind, reason_id), principal) = reason.zip(principal).ok_or_else(Vec::new)?;
        Ok(Self {
            principal,
            reason_kind,
            reason_id,
            days,
            limit,
            cursor,
        })
    }

    /// Who is looked for.
    #[must_use]
    pub const fn principal(&self) -> &PrincipalQuery {
        &self.principal
    }

    /// Why, in one word: `disclosure_request`, `suppression` …
    #[must_use]
    pub fn reason_kind(&self) -> &str {
        &self.reason_kind
    }

    /// The id of the request that is being answered, where there is one.
    #[must_use]
    pub fn reason_id(&self) -> Option<&str> {
        self.reason_id.as_deref()
    }

    /// First and last event day, both inclusive, days since 1970-01-01; all days where nothing was said.
    #[must_use]
    pub const fn days(&self) -> (i32, i32) {
        self.days
    }

    /// Rows a page, 1 to 500.
    #[must_use]
    pub const fn limit(&self) -> Option<u32> {
        self.limit
    }

    /// Where to go on, as the page before said.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

fn reason(form: &Form<'_, '_>) -> Option<(String, Option<String>)> {
    let given = form.object("reason", &["kind", "id"]);
    let kind = given
        .as_ref()
        .present()
        .and_then(|reason| reason.text("kind", IDENTIFIER).present());
    if kind.is_none() && !given.is_faulty() {
        form.faults()
            .push(form.fault("reason", Code::SearchReasonRequired));
    }
    let id = given
        .present()
        .and_then(|reason| reason.text("id", IDENTIFIER).present().map(str::to_owned));
    Some((kind?.to_owned(), id))
}

fn principal(form: &Form<'_, '_>, today: NaiveDate) -> Option<PrincipalQuery> {
    let Some(node) = form.get("principal") else {
        form.faults().push(form.missing("principal"));
        return None;
    };
    match PrincipalQuery::parse(node, "/principal", today) {
        Ok(query) => Some(query),
        Err(found) => {
            for fault in found {
                form.faults().push(fault);
            }
            None
        }
    }
}

fn days(form: &Form<'_, '_>) -> (i32, i32) {
    let (from, to) = (form.day("from").present(), form.day("to").present());
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        form.faults().push(form.fault("to", Code::DateOutOfRange));
    }
    (
        from.map_or(i32::MIN, day_of_date),
        to.map_or(i32::MAX, day_of_date),
    )
}

fn limit(form: &Form<'_, '_>) -> Option<u32> {
    let limit = match form.get("limit")? {
        Node::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    let limit = limit.filter(|limit| (1..=MAX_LIMIT).contains(limit));
    if limit.is_none() {
        form.faults().push(
            form.fault("limit", Code::ValueUnknown)
                .fill("near_ja", "")
                .fill("near_en", ""),
        );
    }
    limit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<SearchRequest, Vec<(String, &'static str)>> {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let told = |faults: Vec<Fault>| faults.into_iter().map(|f| (f.pointer, f.code.as_str())).collect();
        SearchRequest::parse(body.as_bytes(), today).map_err(told)
    }

    #[test]
    fn a_search_needs_a_reason_and_somebody_to_look_for() {
        let faults = parse("{}").unwrap_err();
        assert_eq!(
            faults,
            [
                ("/principal".to_owned(), "json.missing"),
                ("/reason".to_owned(), "search.reason_required"),
            ]
        );
        let faults = parse(r#"{"reason":{"id":"req_1"},"principal":{}}"#).unwrap_err();
        assert_eq!(
            faults,
            [
                ("/principal".to_owned(), "search.key_required"),
                ("/reason".to_owned(), "search.reason_required"),
            ]
        );
    }

    #[test]
    fn days_limit_and_cursor_are_read() {
        let body = r#"{"reason":{"kind":"inquiry"},"principal":{"name":"山田"},"from":"2026-01-01","limit":7,"cursor":"12.0"}"#;
        let request = parse(body).unwrap();
        assert_eq!(request.days(), (20_454, i32::MAX));
        assert_eq!(
            (request.limit(), request.cursor(), request.reason_kind()),
            (Some(7), Some("12.0"), "inquiry")
        );
        let faults =
            parse(r#"{"reason":{"kind":"inquiry"},"principal":{"name":"山田"},"limit":0}"#).unwrap_err();
        assert_eq!(faults, [("/limit".to_owned(), "value.unknown")]);
        let faults = parse(
            r#"{"reason":{"kind":"x"},"principal":{"name":"山田"},"from":"2026-02-01","to":"2026-01-01"}"#,
        )
        .unwrap_err();
        assert_eq!(faults, [("/to".to_owned(), "date.out_of_range")]);
    }
}
