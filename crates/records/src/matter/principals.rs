//! 本人を特定するに足りる事項: who the data is about, one row each.

use chrono::NaiveDate;

use crate::fault::{Code, Fault, Words};
use crate::fold::{GuardKey, SearchKeys};
use crate::form::{Form, screen_text};
use crate::given::{Checked, Given};
use crate::json::{Node, Path};
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

/// The principals of an event, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principals {
    rows: Vec<PrincipalRow>,
}

impl Principals {
    /// One row a principal, in the order posted; never empty.
    #[must_use]
    pub fn rows(&self) -> &[PrincipalRow] {
        &self.rows
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

/// What the principals of one event must keep to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PrincipalRule {
    /// Most of them that may stand inline.
    pub(crate) most: usize,
    /// No birth date lies behind this day.
    pub(crate) today: NaiveDate,
    /// Whether twelve-digit numbers in `ref` are known to be no Individual Numbers.
    pub(crate) numbers_confirmed: bool,
}

/// Reads `principals`.
pub(crate) fn read(form: &Form<'_, '_>, rule: PrincipalRule) -> Given<Checked<Principals>> {
    let in_a_list = form.get("principal_list").is_some();
    form.refuse_references("principal_list", &Words::of("名簿", "principal list"));
    let list = match form.list("principals") {
        // A list that is named but unknown is one fault, not also a missing matter.
        Given::Absent | Given::Present([]) if in_a_list => return Given::Faulty,
        Given::Absent | Given::Present([]) => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(list) => list,
    };
    if list.len() > rule.most {
        form.faults().push(
            form.fault("principals", Code::PrincipalsTooMany)
                .fill("limit", &rule.most.to_string()),
        );
        return Given::Faulty;
    }
    let mut rows = Vec::with_capacity(list.len());
    let mut concerns = Vec::new();
    let path = form.at("principals");
    for (index, node) in list.iter().enumerate() {
        let place = path.index(index);
        if let Some(principal) = Form::open(node, place, form.faults(), &[FIELDS]) {
            rows.extend(rule.read(&principal, place, &mut concerns));
        }
    }
    if rows.len() < list.len() {
        return Given::Faulty;
    }
    Given::Present(Checked::new(Principals { rows }, concerns))
}

impl PrincipalRule {
    /// Reads one principal; `None` where a part could not be used.
    fn read(self, form: &Form<'_, '_>, place: Path<'_>, concerns: &mut Vec<Fault>) -> Option<PrincipalRow> {
        let name = form.text("name", NAME);
        let reference = form.text("ref", IDENTIFIER);
        let others = [
            form.text("name_kana", NAME),
            form.text("common_name", NAME),
            form.text("phone", CONTACT),
            form.text("email", CONTACT),
        ];
        let address = form.text("address", ADDRESS);
        let birth_date = form.birth_date("birth_date", self.today);
        let confidential = form.flag("confidential");
        let usable = read_former_names(form)
            && postal_code::read(form)
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
            if field == "ref" && !self.numbers_confirmed && my_number::is_suspected(text) {
                form.faults().push(form.fault(field, Code::MyNumberSuspected));
            }
        }
        Some(PrincipalRow {
            json: Private::new(form.node().to_json()),
            keys: SearchKeys::of_principal(form.node()),
            birth_date: Private::new(birth_date.present()),
        })
    }
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
