//! Suppressions (提供停止の求め): a principal demands that his data go to no third party any more.

use chrono::NaiveDate;
use kirokubo_rules::Basis;

use super::{Aside, Demand, MasterDraft, MasterVersion, past_day};
use crate::fault::{Code, Fault, Faults};
use crate::fold::SearchKeys;
use crate::form::{Choice, Form, screen_text};
use crate::given::Given;
use crate::japan::day_of_date;
use crate::json::{self, Node, ObjectText, Path};
use crate::private::Private;
use crate::query::PrincipalQuery;
use crate::text::{IDENTIFIER, NAME, PROSE, WORD};
use crate::wording;

const FIELDS: &[&str] = &["principal", "from", "basis", "received_on", "channel", "reason"];
const PRINCIPAL: &[&str] = &["ref", "name", "name_kana", "former_names", "birth_date"];

/// Former names that a demand may name.
const MAX_FORMER_NAMES: usize = 20;

/// What a demand stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopScope {
    /// Every provision that rests on the will of the principal or on an opt-out.
    ///
    /// Not one on art. 27(1)(i)–(vii), which the law allows or asks for whatever the principal wants, nor one within
    /// art. 27(5), which by law goes to no third party (derived).
    All,
    /// Every provision on this ground.
    Basis(Basis),
}

impl StopScope {
    const ALL: &'static str = "all";

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => Self::ALL,
            Self::Basis(basis) => basis.as_str(),
        }
    }

    /// The number kept in the database: 0 for all.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::All => 0,
            Self::Basis(basis) => match basis {
                Basis::Consent27 => 1,
                Basis::Consent28 => 2,
                Basis::Consent31 => 3,
                Basis::OptOut => 4,
                Basis::Exempt27_1_1 => 11,
                Basis::Exempt27_1_2 => 12,
                Basis::Exempt27_1_3 => 13,
                Basis::Exempt27_1_4 => 14,
                Basis::Exempt27_1_5 => 15,
                Basis::Exempt27_1_6 => 16,
                Basis::Exempt27_1_7 => 17,
                Basis::Entrustment => 21,
                Basis::Succession => 22,
                Basis::JointUse => 23,
                Basis::None => 99,
            },
        }
    }

    /// The scopes of demands that stop a provision on this ground.
    pub fn stopping(basis: Basis) -> impl Iterator<Item = Self> {
        let free = basis.is_exempt_item() || basis.is_within_article_27_5();
        let all = (!free).then_some(Self::All);
        all.into_iter().chain([Self::Basis(basis)])
    }
}

impl Choice for StopScope {
    fn parse_word(word: &str) -> Option<Self> {
        if word == Self::ALL {
            return Some(Self::All);
        }
        Basis::parse(word).map(Self::Basis)
    }

    fn words() -> Vec<&'static str> {
        let bases = Basis::ALL.iter().map(|basis| basis.as_str());
        std::iter::once(Self::ALL).chain(bases).collect()
    }
}

/// A demand to stop as it was posted.
#[derive(Debug, Clone)]
pub struct SuppressionPosting {
    draft: MasterDraft,
    warnings: Vec<Fault>,
}

impl SuppressionPosting {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of their pointers; `principal.not_identifiable` where there is neither a number nor a
    /// name with a birth date.
    pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let Some(form) = Form::open(&node, Path::ROOT, &faults, &[FIELDS]) else {
            return Err(faults.into_errors());
        };
        let keys = read_principal(&form, today);
        let from = form.day("from").present().unwrap_or(today);
        let scope = form
            .choice::<StopScope>("basis")
            .present()
            .unwrap_or(StopScope::All);
        past_day(&form, "received_on", today);
        form.text("channel", WORD);
        form.text("reason", PROSE);
        let warnings = faults.into_warnings()?;
        let mut json = ObjectText::default();
        json.text("from", &from.to_string()).text("basis", scope.as_str());
        for name in ["principal", "received_on", "channel", "reason"] {
            if let Some(value) = node.get(name) {
                json.json(name, &value.to_json());
            }
        }
        let from_day = day_of_date(from);
        let demand = Aside::Demand(Demand {
            keys,
            from_day,
            scope,
        });
        Ok(Self {
            draft: MasterDraft::new(from_day, json.finish().unwrap_or_default(), demand),
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

/// Reads who demands it; gives the keys that recording looks for.
fn read_principal(form: &Form<'_, '_>, today: NaiveDate) -> Vec<crate::fold::GuardKey> {
    let principal = match form.object("principal", PRINCIPAL) {
        Given::Absent => {
            form.faults().push(form.missing("principal"));
            return Vec::new();
        }
        Given::Faulty => return Vec::new(),
        Given::Present(principal) => principal,
    };
    let texts = [
        principal.text("ref", IDENTIFIER),
        principal.text("name", NAME),
        principal.text("name_kana", NAME),
    ];
    let former_names = read_former_names(&principal);
    let birth_date = principal.birth_date("birth_date", today);
    if texts.iter().any(Given::is_faulty) || birth_date.is_faulty() || !former_names {
        return Vec::new();
    }
    let names_somebody =
        |given: &Given<&str>| matches!(given, Given::Present(text) if !wording::is_nobody(text));
    let keys = SearchKeys::of_principal(principal.node());
    let keys: Vec<_> = keys.guards(birth_date.present()).collect();
    if keys.is_empty() || !texts.iter().any(names_somebody) {
        let fault = form.fault("principal", Code::PrincipalNotIdentifiable);
        form.faults().push(fault.hint(REF_OR_NAME_AND_BIRTH_DATE));
    }
    keys
}

const REF_OR_NAME_AND_BIRTH_DATE: crate::fault::Words = crate::fault::Words::of(
    "会員番号等(ref)か、氏名と生年月日の両方を入れてください。氏名だけでは同姓同名の別人も止めてしまいます。",
    "give `ref`, or a name together with `birth_date`; a name alone would stop everybody of that name",
);

fn read_former_names(principal: &Form<'_, '_>) -> bool {
    let names = match principal.list("former_names") {
        Given::Absent => return true,
        Given::Faulty => return false,
        Given::Present(names) => names,
    };
    if names.len() > MAX_FORMER_NAMES {
        let fault = principal.fault("former_names", Code::ListTooLong);
        principal
            .faults()
            .push(fault.fill("limit", &MAX_FORMER_NAMES.to_string()));
        return false;
    }
    let list = principal.at("former_names");
    let screened = names
        .iter()
        .enumerate()
        .map(|(index, name)| screen_text(name, list.index(index), NAME, principal.faults()));
    screened.filter(Given::is_faulty).count() == 0
}

/// The demand that these versions tell of, and the day (days since 1970-01-01) on which it was lifted; `None` for
/// versions that this program did not write.
#[must_use]
pub fn demand_of(versions: &[MasterVersion]) -> Option<(Demand, Option<i32>)> {
    let (first, last) = (versions.first()?, versions.last()?);
    let node = json::read(first.json.as_bytes()).ok()?;
    let text = |node: &Node<'_>, name: &str| Some(node.get(name)?.as_text()?.to_owned());
    let day = |node: &Node<'_>, name: &str| text(node, name)?.parse::<NaiveDate>().ok();
    let principal = node.get("principal")?;
    let demand = Demand {
        keys: SearchKeys::of_principal(principal)
            .guards(day(principal, "birth_date"))
            .collect(),
        from_day: day_of_date(day(&node, "from")?),
        scope: StopScope::parse_word(&text(&node, "basis")?)?,
    };
    let last = json::read(last.json.as_bytes()).ok()?;
    let lifted = last.get("lifted").and_then(|lifted| day(lifted, "on"));
    Some((demand, lifted.map(day_of_date)))
}

/// A stored version of a demand.
#[derive(Debug, Clone)]
pub struct SuppressionVersion {
    principal: Private<String>,
}

impl SuppressionVersion {
    /// Reads a stored version; `None` for what this program did not write.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let node = json::read(json.as_bytes()).ok()?;
        Some(Self {
            principal: Private::new(node.get("principal")?.to_json()),
        })
    }

    /// Searches that find everything recorded of this principal: by number, and by each name with the birth date.
    #[must_use]
    pub fn searches(&self, today: NaiveDate) -> Vec<PrincipalQuery> {
        let Ok(principal) = json::read(self.principal.get().as_bytes()) else {
            return Vec::new();
        };
        let text = |name: &str| principal.get(name).and_then(Node::as_text);
        let former = match principal.get("former_names") {
            Some(Node::List(names)) => names.as_slice(),
            _ => &[],
        };
        let mut asked = Vec::new();
        let mut ask = |field: &str, value: &str, birth_date: Option<&str>| {
            let mut json = ObjectText::default();
            json.text(field, value);
            if let Some(day) = birth_date {
                json.text("birth_date", day);
            }
            asked.extend(json.finish());
        };
        if let Some(reference) = text("ref") {
            ask("ref", reference, None);
        }
        // Without a birth date a name finds other people's records, too.
        if let Some(day) = text("birth_date") {
            let names = former.iter().filter_map(Node::as_text).chain(text("name"));
            names.for_each(|name| ask("name", name, Some(day)));
            if let Some(kana) = text("name_kana") {
                ask("name_kana", kana, Some(day));
            }
        }
        let query = |text: String| {
            let node = json::read(text.as_bytes()).ok()?;
            PrincipalQuery::parse(&node, "", today).ok()
        };
        asked.into_iter().filter_map(query).collect()
    }
}
