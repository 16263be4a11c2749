//! Opt-out filings (オプトアウト届出, 法27条2項・3項): our own, and those of providers whose data we take.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use super::{Aside, LookUp, LookUpKind, MasterDraft, in_order, past_day};
use crate::fault::{Code, Fault, Faults, Words};
use crate::form::{Form, choice, screen_text};
use crate::given::Given;
use crate::ids::{IdKind, parse_id};
use crate::japan::day_of_date;
use crate::json::{self, Node, Path};
use crate::known::{IdBytes, Known};
use crate::matter::read_items;
use crate::text::{IDENTIFIER, PROSE, URL};

/// Most ways of provision that one filing names.
const MAX_METHODS: usize = 100;

const FIELDS: &[&str] = &[
    "owner",
    "third_party",
    "number",
    "filed_on",
    "published_on",
    "starts_on",
    "ended_on",
    "items",
    "methods",
    "url",
    "checked_on",
    "holds_from",
    "note",
];

/// Whose filing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Ours: we provide under it.
    Own,
    /// A provider's, from whom we take data.
    Provider,
}

impl Owner {
    const ALL: &[Self] = &[Self::Own, Self::Provider];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Provider => "provider",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|owner| owner.as_str() == word)
    }
}

choice!(Owner);

/// A filing as it was posted to be registered, or a new version of one.
#[derive(Debug, Clone)]
pub struct FilingPosting {
    draft: MasterDraft,
    warnings: Vec<Fault>,
}

impl FilingPosting {
    /// Reads one; `known` holds the provider that it may name.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of their pointers.
    pub fn parse(node: &Node<'_>, today: NaiveDate, known: &Known) -> Result<Self, Vec<Fault>> {
        let faults = Faults::default();
        let Some(form) = Form::open(node, Path::ROOT, &faults, &[FIELDS]) else {
            return Err(faults.into_errors());
        };
        let holds_from = form.day("holds_from").present().unwrap_or(today);
        read_owner(&form, known);
        let number = form.text("number", IDENTIFIER);
        if number.is_absent() {
            faults.push(form.missing("number"));
        }
        read_days(&form, today);
        let items = read_items(&form);
        if let Given::Present(items) = &items {
            // 要配慮個人情報 can be in no filing, since it can never be provided under one.
            let sensitive = items.value().sensitive().iter();
            sensitive.for_each(|at| faults.push(Fault::new(Code::ItemsSensitiveInOptOut, at.clone())));
        }
        let items = items.complete(&faults, || form.missing("items"));
        read_methods(&form);
        form.text("url", URL);
        form.text("note", PROSE);
        let number = number.present().map(str::to_owned);
        let warnings = faults.into_warnings()?;
        let Some((number, _)) = number.zip(items) else {
            return Err(warnings);
        };
        let look_up = look_up(&number);
        let json = super::party::without(node, "holds_from");
        Ok(Self {
            draft: MasterDraft::new(day_of_date(holds_from), json, Aside::LookUps(vec![look_up])),
            warnings,
        })
    }

    /// The version to store.
    #[must_use]
    pub const fn draft(&self) -> &MasterDraft {
        &self.draft
    }

    /// What is worth saying although it is accepted.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }
}

/// Reads whose filing it is: a provider must be registered and named, and our own names nobody.
fn read_owner(form: &Form<'_, '_>, known: &Known) {
    let owner = form.choice::<Owner>("owner");
    let party = form.text("third_party", IDENTIFIER);
    match owner {
        Given::Absent => form.faults().push(form.missing("owner")),
        Given::Present(Owner::Own) if !party.is_absent() => {
            let fault = form.fault("third_party", Code::ValueConflict);
            form.faults().push(fault.fill("field", "owner"));
            return;
        }
        Given::Present(Owner::Provider) if party.is_absent() => {
            form.faults().push(form.missing("third_party"));
        }
        Given::Present(_) | Given::Faulty => {}
    }
    let is_known =
        |id: &str| parse_id(IdKind::ThirdParty, id).is_some_and(|id| known.parties.contains_key(&id));
    if matches!(party, Given::Present(id) if !is_known(id)) {
        form.refuse_references("third_party", &Words::of("相手方", "third party"));
    }
}

/// Reads the days of a filing: filed, then published, then in use, then ended.
fn read_days(form: &Form<'_, '_>, today: NaiveDate) {
    let filed = past_day(form, "filed_on", today);
    let published = past_day(form, "published_on", today);
    let starts = form.day("starts_on").present();
    let ended = form.day("ended_on").present();
    past_day(form, "checked_on", today);
    in_order(form, filed, "published_on", published);
    in_order(form, filed, "starts_on", starts);
    in_order(form, starts.or(published).or(filed), "ended_on", ended);
}

fn read_methods(form: &Form<'_, '_>) {
    let Given::Present(methods) = form.list("methods") else {
        return;
    };
    let list = form.at("methods");
    if methods.len() > MAX_METHODS {
        let fault = form.fault("methods", Code::ListTooLong);
        form.faults().push(fault.fill("limit", &MAX_METHODS.to_string()));
        return;
    }
    for (index, method) in methods.iter().enumerate() {
        screen_text(method, list.index(index), PROSE, form.faults());
    }
}

/// A stored version of a filing.
#[derive(Debug, Clone)]
pub struct FilingVersion {
    owner: Owner,
    third_party: Option<IdBytes>,
    number: String,
    published_on: Option<NaiveDate>,
    starts_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    items: Vec<String>,
}

impl FilingVersion {
    /// Reads a stored version; `None` for what this program did not write.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let node = json::read(json.as_bytes()).ok()?;
        let text = |name: &str| node.get(name)?.as_text();
        let day = |name: &str| text(name)?.parse().ok();
        let items = match node.get("items") {
            Some(Node::List(items)) => items
                .iter()
                .filter_map(Node::as_text)
                .map(str::to_owned)
                .collect(),
            _ => return None,
        };
        Some(Self {
            owner: Owner::parse(text("owner")?)?,
            third_party: text("third_party").and_then(|id| parse_id(IdKind::ThirdParty, id)),
            number: text("number")?.to_owned(),
            published_on: day("published_on"),
            starts_on: day("starts_on"),
            ended_on: day("ended_on"),
            items,
        })
    }

    /// The number the Commission (委員会) gave it (届出番号).
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// What the filing is found by, as far as this version says.
    #[must_use]
    pub fn look_up(&self) -> LookUp {
        look_up(&self.number)
    }

    /// Whether it is our own, so that we provide under it.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.owner == Owner::Own
    }

    /// The provider whose filing it is; `None` for our own.
    #[must_use]
    pub const fn third_party(&self) -> Option<IdBytes> {
        self.third_party
    }

    /// The day the Commission published it, where that is known.
    #[must_use]
    pub const fn published_on(&self) -> Option<NaiveDate> {
        self.published_on
    }

    /// The first day of provision it names (提供開始予定日, 規則11条4項).
    #[must_use]
    pub const fn starts_on(&self) -> Option<NaiveDate> {
        self.starts_on
    }

    /// The day on which provision under it ended: from that day on it carries nothing.
    #[must_use]
    pub const fn ended_on(&self) -> Option<NaiveDate> {
        self.ended_on
    }

    /// The data items it names.
    #[must_use]
    pub fn items(&self) -> &[String] {
        &self.items
    }

    /// Whether the Commission had published it by `day`.
    #[must_use]
    pub fn is_published_on(&self, day: NaiveDate) -> bool {
        self.published_on.is_some_and(|published| published <= day)
    }

    /// Whether data may go under it on `day`: it is published, its first day has come, and it has not ended.
    #[must_use]
    pub fn is_effective_on(&self, day: NaiveDate) -> bool {
        self.is_published_on(day)
            && self.starts_on.is_none_or(|starts| starts <= day)
            && self.ended_on.is_none_or(|ended| day < ended)
    }

    /// The places in `items` of those that the filing does not name. Width and white space do not matter.
    #[must_use]
    pub fn items_outside(&self, items: &[&str]) -> Vec<usize> {
        let named: Vec<String> = self.items.iter().map(|item| plain(item)).collect();
        let outside = |(at, item): (usize, &&str)| (!named.contains(&plain(item))).then_some(at);
        items.iter().enumerate().filter_map(outside).collect()
    }
}

fn look_up(number: &str) -> LookUp {
    LookUp::new(LookUpKind::FilingNumber, plain(number))
}

/// NFKC without white space.
fn plain(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn posted() -> serde_json::Value {
        json!({"owner": "own", "number": "2026-000123", "filed_on": "2026-03-01", "published_on": "2026-03-20",
               "starts_on": "2026-04-01", "items": ["氏名", "住 所"], "methods": ["DVD"]})
    }

    fn parse(body: &serde_json::Value) -> Result<FilingPosting, Vec<(String, &'static str)>> {
        let text = body.to_string();
        let node = json::read(text.as_bytes()).unwrap();
        let told = |faults: Vec<Fault>| faults.into_iter().map(|f| (f.pointer, f.code.as_str())).collect();
        FilingPosting::parse(&node, day("2026-11-21"), Known::NOTHING).map_err(told)
    }

    #[test]
    fn a_filing_carries_data_from_its_publication_and_first_day_until_it_ends() {
        let mut body = posted();
        body["ended_on"] = "2026-10-01".into();
        let filing = FilingVersion::parse(parse(&body).unwrap().draft().json()).unwrap();
        assert!(filing.is_own() && filing.number() == "2026-000123");
        let on = |text| {
            (
                filing.is_published_on(day(text)),
                filing.is_effective_on(day(text)),
            )
        };
        assert_eq!(on("2026-03-19"), (false, false));
        assert_eq!(on("2026-03-20"), (true, false));
        assert_eq!(on("2026-04-01"), (true, true));
        assert_eq!(on("2026-09-30"), (true, true));
        assert_eq!(on("2026-10-01"), (true, false));
    }

    #[test]
    fn a_filing_that_was_never_published_carries_nothing() {
        let mut body = posted();
        body.as_object_mut().unwrap().remove("published_on");
        let filing = FilingVersion::parse(parse(&body).unwrap().draft().json()).unwrap();
        assert!(!filing.is_effective_on(day("2026-11-21")));
    }

    #[test]
    fn items_outside_the_filing_are_found_whatever_their_width() {
        let filing = FilingVersion::parse(parse(&posted()).unwrap().draft().json()).unwrap();
        assert_eq!(filing.items_outside(&["氏　名", "住所", "年収", "電話"]), [2, 3]);
        assert_eq!(filing.items_outside(&[]), [0; 0]);
    }

    #[test]
    fn all_faults_of_a_filing_are_told_at_once() {
        let body = json!({"owner": "provider", "filed_on": "2026-03-01", "published_on": "2026-02-01",
            "starts_on": "2026-01-01", "items": ["氏名", "病歴"], "nmber": "1"});
        assert_eq!(
            parse(&body).unwrap_err(),
            [
                ("/items/1".to_owned(), "items.sensitive_in_opt_out"),
                ("/nmber".to_owned(), "json.unknown_field"),
                ("/number".to_owned(), "json.missing"),
                ("/published_on".to_owned(), "date.out_of_range"),
                ("/starts_on".to_owned(), "date.out_of_range"),
                ("/third_party".to_owned(), "json.missing"),
            ]
        );
        let own = json!({"owner": "own", "third_party": "pty_x", "number": "1", "items": []});
        assert_eq!(
            parse(&own).unwrap_err(),
            [
                ("/items".to_owned(), "items.empty"),
                ("/third_party".to_owned(), "value.conflict"),
            ]
        );
    }
}
