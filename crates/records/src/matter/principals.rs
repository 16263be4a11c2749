//! 本人を特定するに足りる事項: who the data is about, one row each.

use chrono::NaiveDate;

use crate::fault::{Code, Fault, Faults, Words};
use crate::fold::{GuardKey, SearchKeys};
use crate::form::{Form, screen_text, wrong_type};
use crate::given::{Checked, Given};
use crate::ids::{IdKind, parse_id};
use crate::json::{Node, Path};
use crate::known::{IdBytes, Known};
use crate::my_number;
use crate::postal_code;
use crate::private::Private;
use crate::text::{ADDRESS, CONTACT, IDENTIFIER, NAME};
use crate::wording;

/// Most former names of one principal.
const MAX_FORMER_NAMES: usize = 20;

const FIELDS: &[&str] = &[
    "ref",
    "name",
    "name_kana",
    "common_name",
    "former_names",
    "birth_date",
    "address",
    "postal_code",
    "phone",
    "email",
    "confidential",
];

/// The principals of an event, at least one: named in it, in a list that it cites, or by a record that it relies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principals {
    rows: Vec<PrincipalRow>,
    list: Option<CitedList>,
}

/// An uploaded list that an event cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedList {
    id: IdBytes,
    principals: String,
}

impl Principals {
    /// Those that another record holds.
    pub(crate) const fn left_out() -> Self {
        Self {
            rows: Vec::new(),
            list: None,
        }
    }

    /// One row a principal, in the order posted; empty only where a list or another record holds them.
    #[must_use]
    pub fn rows(&self) -> &[PrincipalRow] {
        &self.rows
    }

    /// The list that holds them instead.
    #[must_use]
    pub const fn list(&self) -> Option<&CitedList> {
        self.list.as_ref()
    }
}

impl CitedList {
    /// The bytes behind `lst_`.
    #[must_use]
    pub const fn id(&self) -> &IdBytes {
        &self.id
    }

    /// The text of field 4 that commits to its rows.
    #[must_use]
    pub fn principals(&self) -> &str {
        &self.principals
    }
}

/// One principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalRow {
    json: Private<String>,
    keys: SearchKeys,
    birth_date: Private<Option<NaiveDate>>,
}

impl PrincipalRow {
    /// The text that is stored and hashed: the principal as posted.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// The keys under which the principal can be found.
    #[must_use]
    pub fn keys(&self) -> &SearchKeys {
        &self.keys
    }

    /// The birth date, where one was given.
    #[must_use]
    pub fn birth_date(&self) -> Option<NaiveDate> {
        *self.birth_date.get()
    }

    /// The keys under which a demand to stop would meet the principal.
    pub fn guards(&self) -> impl Iterator<Item = GuardKey> + '_ {
        self.keys.guards(self.birth_date())
    }
}

/// What one principal may be like beside what the law asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PrincipalRule {
    /// Bounds birth dates.
    pub(crate) today: NaiveDate,
    /// Whether a postal code may have lost its leading zeros in a spreadsheet.
    pub(crate) short_postal_code: bool,
    /// Whether twelve-digit numbers in `ref` are known to be no Individual Numbers.
    pub(crate) numbers_confirmed: bool,
}

/// What the principals of one event must keep to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PrincipalsRule {
    /// Most of them that may stand inline.
    pub(crate) most: usize,
    /// Bounds birth dates.
    pub(crate) today: NaiveDate,
    /// Whether twelve-digit numbers in `ref` are known to be no Individual Numbers.
    pub(crate) numbers_confirmed: bool,
}

/// Reads `principals`, or the list that stands for them.
pub(crate) fn read(form: &Form<'_, '_>, rule: PrincipalsRule, known: &Known) -> Given<Checked<Principals>> {
    let cited = read_cited(form, known);
    let list = match form.list("principals") {
        Given::Absent | Given::Present([]) => return cited.map(Principals::of_list),
        Given::Faulty => return Given::Faulty,
        Given::Present(list) => list,
    };
    if !cited.is_absent() {
        let fault = form.fault("principal_list", Code::ValueConflict);
        form.faults().push(fault.fill("field", "principals"));
        return Given::Faulty;
    }
    if list.len() > rule.most {
        form.faults().push(
            form.fault("principals", Code::PrincipalsTooMany)
                .fill("limit", &rule.most.to_string()),
        );
        return Given::Faulty;
    }
    let rule = PrincipalRule {
        today: rule.today,
        short_postal_code: false,
        numbers_confirmed: rule.numbers_confirmed,
    };
    let mut concerns = Vec::new();
    let path = form.at("principals");
    let rows: Vec<PrincipalRow> = list
        .iter()
        .enumerate()
        .filter_map(|(index, node)| read_one(node, path.index(index), rule, form.faults(), &mut concerns))
        .collect();
    if rows.len() < list.len() {
        return Given::Faulty;
    }
    Given::Present(Checked::new(Principals { rows, list: None }, concerns))
}

/// Reads one row of a list, whose faults alone are in `faults`. Every concern is a fault here: nobody knows yet what the list
/// will be cited for.
pub(crate) fn read_row(
    node: &Node<'_>,
    place: Path<'_>,
    rule: PrincipalRule,
    faults: &Faults,
) -> Option<PrincipalRow> {
    let mut concerns = Vec::new();
    let row = read_one(node, place, rule, faults, &mut concerns);
    faults.extend(concerns);
    row.filter(|_| !faults.has_errors())
}

impl Principals {
    fn of_list(list: CitedList) -> Checked<Self> {
        let principals = Self {
            rows: Vec::new(),
            list: Some(list),
        };
        Checked::new(principals, Vec::new())
    }
}

/// The list that the event cites, where it is known and no other record has it.
fn read_cited(form: &Form<'_, '_>, known: &Known) -> Given<CitedList> {
    const FIELD: &str = "principal_list";
    let text = match form.get(FIELD) {
        None => return Given::Absent,
        Some(Node::Text(text)) => text,
        Some(other) => {
            form.faults().push(wrong_type(other, form.at(FIELD), "string"));
            return Given::Faulty;
        }
    };
    let found = parse_id(IdKind::PrincipalList, text).and_then(|id| Some((id, known.lists.get(&id)?)));
    let Some((id, list)) = found else {
        form.refuse_references(FIELD, &Words::of("名簿", "principal list"));
        return Given::Faulty;
    };
    if list.used {
        form.faults().push(form.fault(FIELD, Code::ListUsed));
        return Given::Faulty;
    }
    Given::Present(CitedList {
        id,
        principals: list.principals.clone(),
    })
}

fn read_one(
    node: &Node<'_>,
    place: Path<'_>,
    rule: PrincipalRule,
    faults: &Faults,
    concerns: &mut Vec<Fault>,
) -> Option<PrincipalRow> {
    let principal = Form::open(node, place, faults, &[FIELDS])?;
    read_principal(&principal, place, rule, concerns)
}

/// Reads one principal; `None` where a part could not be used.
fn read_principal(
    form: &Form<'_, '_>,
    place: Path<'_>,
    rule: PrincipalRule,
    concerns: &mut Vec<Fault>,
) -> Option<PrincipalRow> {
    let name = form.text("name", NAME);
    let reference = form.text("ref", IDENTIFIER);
    let others = [
        form.text("name_kana", NAME),
        form.text("common_name", NAME),
        form.text("phone", CONTACT),
        form.text("email", CONTACT),
    ];
    let address = form.text("address", ADDRESS);
    let birth_date = form.birth_date("birth_date", rule.today);
    let confidential = form.flag("confidential");
    let usable = read_former_names(form)
        && postal_code::read(form, rule.short_postal_code)
        && !others
            .iter()
            .chain([&name, &reference, &address])
            .any(Given::is_faulty)
        && !birth_date.is_faulty()
        && !confidential.is_faulty();
    if !usable {
        return None;
    }
    let identifying =
        |given: &Given<&str>| matches!(given, Given::Present(text) if !wording::is_nobody(text));
    if !others.iter().chain([&name, &reference]).any(identifying) {
        concerns.push(Fault::new(Code::PrincipalNotIdentifiable, place.pointer()));
    }
    for (field, given) in [("name", name), ("ref", reference)] {
        let Given::Present(text) = given else { continue };
        if wording::is_collective(text) {
            concerns.push(form.fault(field, Code::PrincipalCollective));
        }
        if field == "ref" && !rule.numbers_confirmed && my_number::is_suspected(text) {
            form.faults().push(form.fault(field, Code::MyNumberSuspected));
        }
    }
    Some(PrincipalRow {
        json: Private::new(form.node().to_json()),
        keys: SearchKeys::of_principal(form.node()),
        birth_date: Private::new(birth_date.present()),
    })
}

fn read_former_names(form: &Form<'_, '_>) -> bool {
    const FIELD: &str = "former_names";
    let names: &[Node<'_>] = match form.list(FIELD) {
        Given::Absent => return true,
        Given::Faulty => return false,
        Given::Present(names) => names,
    };
    if names.len() > MAX_FORMER_NAMES {
        form.faults().push(
            form.fault(FIELD, Code::ListTooLong)
                .fill("limit", &MAX_FORMER_NAMES.to_string()),
        );
        return false;
    }
    let path = form.at(FIELD);
    let read = |(index, node)| screen_text(node, path.index(index), NAME, form.faults());
    names
        .iter()
        .enumerate()
        .map(read)
        .filter(Given::is_faulty)
        .count()
        == 0
}
