//! What `POST /v1/audit-bundles` takes: what a bundle is to open, for whom and why.

use chrono::NaiveDate;
use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::Scope;

use crate::fault::{Code, Fault, Faults};
use crate::form::Form;
use crate::json::{self, Node, Path};
use crate::query::PrincipalQuery;
use crate::search_request::{days, principal, reason};
use crate::text::IDENTIFIER;

/// The names of the scopes, as they are asked for.
const SCOPES: [Scope; 4] = [Scope::Structure, Scope::Period, Scope::Principal, Scope::Full];

/// An order for a bundle. Its `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct BundleRequest {
    /// What is to be opened.
    pub content: RequestedContent,
    /// For a delta: the size that it goes on from.
    pub from_size: Option<Size>,
    /// Why, in one word; always given where anything is opened.
    pub reason_kind: Option<String>,
}

/// What a bundle is to open. Days are since 1970-01-01, both inclusive.
#[derive(Debug, Clone)]
pub enum RequestedContent {
    /// Nothing.
    Structure,
    /// Records whose event lies in these days.
    Period(i32, i32),
    /// One person's records whose events lie in these days.
    Principal(PrincipalQuery, i32, i32),
    /// Everything.
    Full,
}

impl BundleRequest {
    /// Reads a request; `today` bounds the birth date.
    ///
    /// # Errors
    ///
    /// Every fault. A period has `from` or `to`, a bundle of one person has `principal`, and the others have neither.
    pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let known: &[&[&'static str]] = &[&["scope", "from", "to", "principal", "from_size", "reason"]];
        let Some(form) = Form::open(&node, Path::ROOT, &faults, known) else {
            return Err(faults.into_errors());
        };
        let scope = scope(&form);
        let reason = match scope {
            Some(Scope::Structure) if form.get("reason").is_none() => None,
            _ => reason(&form),
        };
        let content = scope.and_then(|scope| content(&form, scope, today));
        let from_size = form.get("from_size").and_then(|node| size(&form, node));
        faults.into_warnings()?;
        Ok(Self {
            content: content.ok_or_else(Vec::new)?,
            from_size,
            reason_kind: reason.map(|(kind, _)| kind),
        })
    }
}

impl RequestedContent {
    /// The scope that the bundle will have.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Structure => Scope::Structure,
            Self::Period(..) => Scope::Period,
            Self::Principal(..) => Scope::Principal,
            Self::Full => Scope::Full,
        }
    }
}

fn scope(form: &Form<'_, '_>) -> Option<Scope> {
    if form.get("scope").is_none() {
        form.faults().push(form.missing("scope"));
        return None;
    }
    let name = form.text("scope", IDENTIFIER).present()?;
    let scope = SCOPES.into_iter().find(|scope| scope.name() == name);
    if scope.is_none() {
        form.faults().push(unusable(form, "scope"));
    }
    scope
}

fn content(form: &Form<'_, '_>, scope: Scope, today: NaiveDate) -> Option<RequestedContent> {
    let refuse = |names: &[&str]| {
        for name in names.iter().filter(|name| form.get(name).is_some()) {
            form.faults()
                .push(form.fault(name, Code::ValueConflict).fill("field", "scope"));
        }
    };
    match scope {
        Scope::Structure | Scope::Full => {
            refuse(&["from", "to", "principal"]);
            Some(match scope {
                Scope::Full => RequestedContent::Full,
                _ => RequestedContent::Structure,
            })
        }
        Scope::Period => {
            refuse(&["principal"]);
            if form.get("from").is_none() && form.get("to").is_none() {
                form.faults().push(form.missing("from"));
            }
            let (from, to) = days(form);
            Some(RequestedContent::Period(from, to))
        }
        Scope::Principal => {
            let (from, to) = days(form);
            Some(RequestedContent::Principal(principal(form, today)?, from, to))
        }
    }
}

fn size(form: &Form<'_, '_>, node: &Node<'_>) -> Option<Size> {
    let number = match node {
        Node::Number(number) => number.as_u64(),
        _ => None,
    };
    let size = number.filter(|number| *number > 0).and_then(Size::new);
    if size.is_none() {
        form.faults().push(unusable(form, "from_size"));
    }
    size
}

fn unusable(form: &Form<'_, '_>, name: &str) -> Fault {
    form.fault(name, Code::ValueUnknown)
        .fill("near_ja", "")
        .fill("near_en", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<BundleRequest, Vec<(String, &'static str)>> {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let told = |faults: Vec<Fault>| faults.into_iter().map(|f| (f.pointer, f.code.as_str())).collect();
        BundleRequest::parse(body.as_bytes(), today).map_err(told)
    }

    #[test]
    fn each_scope_has_what_it_needs() {
        let structure = parse(r#"{"scope":"structure","from_size":12}"#).unwrap();
        assert_eq!(
            (structure.from_size, structure.reason_kind),
            (Size::new(12), None)
        );
        let period = parse(r#"{"scope":"period","from":"2026-01-01","reason":{"kind":"audit"}}"#).unwrap();
        assert!(matches!(
            period.content,
            RequestedContent::Period(20_454, i32::MAX)
        ));
        let one = r#"{"scope":"principal","principal":{"name":"山田 太郎"},"reason":{"kind":"audit"}}"#;
        let one = parse(one).unwrap();
        assert_eq!(one.content.scope(), Scope::Principal);
        assert!(!format!("{one:?}").contains("山田"));
        assert_eq!(one.reason_kind.as_deref(), Some("audit"));
    }

    #[test]
    fn what_does_not_go_with_a_scope_is_refused() {
        for (body, pointer, code) in [
            ("{}", "/scope", "json.missing"),
            (r#"{"scope":"all"}"#, "/scope", "value.unknown"),
            (r#"{"scope":"full"}"#, "/reason", "search.reason_required"),
            (
                r#"{"scope":"structure","from":"2026-01-01"}"#,
                "/from",
                "value.conflict",
            ),
            (
                r#"{"scope":"period","reason":{"kind":"audit"}}"#,
                "/from",
                "json.missing",
            ),
            (
                r#"{"scope":"principal","reason":{"kind":"audit"}}"#,
                "/principal",
                "json.missing",
            ),
            (
                r#"{"scope":"structure","from_size":0}"#,
                "/from_size",
                "value.unknown",
            ),
            (
                r#"{"scope":"structure","from_size":"1"}"#,
                "/from_size",
                "value.unknown",
            ),
            (r#"{"scope":"structure","size":1}"#, "/size", "json.unknown_field"),
        ] {
            let faults = parse(body).unwrap_err();
            assert!(faults.contains(&(pointer.to_owned(), code)), "{body}: {faults:?}");
        }
    }
}
