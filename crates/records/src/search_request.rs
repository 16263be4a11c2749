//! What `POST /v1/records/search` takes: who is looked for, why, and where.

use chrono::NaiveDate;

use crate::access::is_kind;
use crate::fault::{Code, Fault, Faults, Words};
use crate::form::Form;
use crate::given::Given;
use crate::japan::day_of_date;
use crate::json::{self, Node, Path};
use crate::query::PrincipalQuery;
use crate::text::IDENTIFIER;

/// Rows a page has at most.
const MAX_LIMIT: u32 = 500;

const USUAL_KINDS: Words = Words::of(
    "小文字の英単語で入れてください。例: disclosure_request(開示等の請求)、suppression(利用停止等)、correction(訂正等)、\
     inquiry(問い合わせ)、audit(監査)",
    "give one lower-case word, such as disclosure_request, suppression, correction, inquiry or audit",
);

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

    /// Why, in one word of at most 64 lower-case ASCII letters, digits and `_`: `disclosure_request`, `suppression` …
    /// It may be logged: a sentence, or a name as it is registered in Japan, is no such word.
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

pub(crate) fn reason(form: &Form<'_, '_>) -> Option<(String, Option<String>)> {
    let required = || {
        form.faults()
            .push(form.fault("reason", Code::SearchReasonRequired));
    };
    let reason = match form.object("reason", &["kind", "id"]) {
        Given::Absent => {
            required();
            return None;
        }
        Given::Faulty => return None,
        Given::Present(reason) => reason,
    };
    let id = reason.text("id", IDENTIFIER).present().map(str::to_owned);
    match reason.text("kind", IDENTIFIER) {
        Given::Present(kind) if is_kind(kind) => Some((kind.to_owned(), id)),
        Given::Present(_) => {
            let fault = unknown(&reason, "kind").hint(USUAL_KINDS);
            reason.faults().push(fault);
            None
        }
        Given::Absent => {
            required();
            None
        }
        Given::Faulty => None,
    }
}

/// The fault that the value of `name` is none that the field takes, with nothing like it to suggest.
fn unknown(form: &Form<'_, '_>, name: &str) -> Fault {
    form.fault(name, Code::ValueUnknown)
        .fill("near_ja", "")
        .fill("near_en", "")
}

pub(crate) fn principal(form: &Form<'_, '_>, today: NaiveDate) -> Option<PrincipalQuery> {
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

pub(crate) fn days(form: &Form<'_, '_>) -> (i32, i32) {
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
        form.faults().push(unknown(form, "limit"));
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
    fn a_kind_of_reason_is_one_word_that_may_be_logged() {
        let body = |kind: &str| format!(r#"{{"reason":{{"kind":"{kind}"}},"principal":{{"name":"山田"}}}}"#);
        for kind in ["disclosure_request", "audit", "x", "art_33_2", &"k".repeat(64)] {
            assert_eq!(parse(&body(kind)).unwrap().reason_kind(), kind);
        }
        for kind in [
            "山田太郎",
            "Audit",
            "an inquiry",
            "3",
            "_a",
            "a-b",
            "audit ",
            &"k".repeat(65),
        ] {
            let faults = parse(&body(kind)).unwrap_err();
            assert_eq!(faults, [("/reason/kind".to_owned(), "value.unknown")], "{kind}");
        }
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let fault = &SearchRequest::parse(body("山田太郎").as_bytes(), today).unwrap_err()[0];
        assert!(!format!("{fault:?}").contains("山田"));
        let hint = &fault.hint.as_ref().unwrap().en;
        for usual in [
            "disclosure_request",
            "suppression",
            "correction",
            "inquiry",
            "audit",
        ] {
            assert!(is_kind(usual) && hint.contains(usual), "{usual}");
        }
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
