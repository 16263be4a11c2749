//! 第三者の氏名又は名称、住所、代表者の氏名: the other side of the event.

use chrono::NaiveDate;
use kirokubo_rules::{Direction, ThirdPartyParticulars, ThirdPartyStatus};

use super::registered_party;
use crate::corporate_number::{BadCorporateNumber, CorporateNumber};
use crate::country::{self, Country};
use crate::fault::{Code, Fault};
use crate::form::{Form, choice};
use crate::given::{Checked, Given};
use crate::postal_code;
use crate::private::Private;
use crate::text::{ADDRESS, IDENTIFIER, NAME, PROSE};
use crate::wording;

pub(super) const FIELDS: &[&str] = &[
    "id",
    "kind",
    "name",
    "address",
    "postal_code",
    "country",
    "representative",
    "corporate_number",
    "status",
    "described",
];

/// Members that describe a third party, without the id of a registered one.
pub(crate) const PARTICULARS: &[&str] = FIELDS.split_at(1).1;

/// What kind of person the other side is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyKind {
    /// A legal person.
    Corporation,
    /// A body without legal personality that has a representative or administrator.
    Association,
    /// A natural person.
    Individual,
    /// 不特定かつ多数の者, to whom something is published.
    UnspecifiedMany,
}

impl PartyKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Corporation,
        Self::Association,
        Self::Individual,
        Self::UnspecifiedMany,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Corporation => "corporation",
            Self::Association => "association",
            Self::Individual => "individual",
            Self::UnspecifiedMany => "unspecified_many",
        }
    }

    /// The kind with exactly this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

choice!(PartyKind);

/// The other side of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThirdParty {
    json: Private<String>,
    kind: PartyKind,
    name: Given<Private<String>>,
    corporate_number: Option<CorporateNumber>,
}

impl ThirdParty {
    /// The text that is stored: the third party as it was posted.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// What kind of person it is.
    #[must_use]
    pub const fn kind(&self) -> PartyKind {
        self.kind
    }

    /// Its name; `None` for 不特定かつ多数の者.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.name {
            Given::Present(name) => Some(name.get()),
            Given::Absent | Given::Faulty => None,
        }
    }

    /// Whether it says who it is: by a name, be it one that cannot be used, or that it is 不特定かつ多数の者.
    pub(crate) fn is_named(&self) -> bool {
        !self.name.is_absent() || self.kind == PartyKind::UnspecifiedMany
    }

    /// Its corporate number, where one was given.
    #[must_use]
    pub const fn corporate_number(&self) -> Option<CorporateNumber> {
        self.corporate_number
    }
}

/// What the duty check has to know about the other side.
#[derive(Debug, Default)]
pub(crate) struct PartyFacts {
    pub(crate) status: Given<ThirdPartyStatus>,
    pub(crate) kind: Given<PartyKind>,
    pub(crate) country: Given<Country>,
}

/// What matter (b) has to hold for this event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PartyRule {
    pub(crate) direction: Direction,
    pub(crate) particulars: ThirdPartyParticulars,
}

/// Reads `third_party` of an event of `day`.
pub(crate) fn read(
    form: &Form<'_, '_>,
    rule: PartyRule,
    day: NaiveDate,
) -> (Given<Checked<ThirdParty>>, PartyFacts) {
    let party = match form.object("third_party", FIELDS) {
        Given::Absent => return (Given::Absent, PartyFacts::default()),
        Given::Faulty => return (Given::Faulty, PartyFacts::default()),
        Given::Present(party) => party,
    };
    if party.get("id").is_some() {
        return registered_party::read(&party, rule, day);
    }
    read_particulars(&party, rule, &party.node().to_json())
}

/// Reads who the other side is; `json` is the text that is stored of it.
///
/// A fault of any part refuses whatever it is posted with; what is lacking beside it is a concern all the same, so that
/// everything is told at once.
pub(crate) fn read_particulars(
    party: &Form<'_, '_>,
    rule: PartyRule,
    json: &str,
) -> (Given<Checked<ThirdParty>>, PartyFacts) {
    let facts = PartyFacts {
        status: party.choice("status"),
        kind: party.choice("kind"),
        country: country::read(party, "country"),
    };
    if facts.kind.is_absent() {
        party.faults().push(party.missing("kind"));
    }
    note_conflict(party, &facts);
    (read_named(party, &facts, rule, json), facts)
}

/// Notes a `status` that says something else than `kind` about 不特定かつ多数の者.
fn note_conflict(party: &Form<'_, '_>, facts: &PartyFacts) {
    let (Given::Present(status), Given::Present(kind)) = (&facts.status, &facts.kind) else {
        return;
    };
    if (*status == ThirdPartyStatus::UnspecifiedMany) != (*kind == PartyKind::UnspecifiedMany) {
        party
            .faults()
            .push(party.fault("status", Code::ValueConflict).fill("field", "kind"));
    }
}

fn read_named(
    party: &Form<'_, '_>,
    facts: &PartyFacts,
    rule: PartyRule,
    json: &str,
) -> Given<Checked<ThirdParty>> {
    let name = party.text("name", NAME);
    let address = party.text("address", ADDRESS);
    party.text("described", PROSE);
    postal_code::read(party, false);
    let representative = read_representative(party);
    let corporate_number = read_corporate_number(party);
    let Given::Present(kind) = facts.kind else {
        return Given::Faulty;
    };
    let mut concerns = Vec::new();
    if kind == PartyKind::UnspecifiedMany {
        // A receipt always comes from someone.
        if rule.direction == Direction::Receipt {
            concerns.push(party.fault("name", Code::PartyNameRequired));
        }
    } else {
        let nameless = match name {
            Given::Present(name) => wording::is_nobody(name),
            Given::Absent => true,
            Given::Faulty => false,
        };
        if nameless {
            concerns.push(party.fault("name", Code::PartyNameRequired));
        }
        if rule.particulars == ThirdPartyParticulars::NameAddressAndRepresentative {
            concerns.extend(address_concern(party, &address));
            if kind != PartyKind::Individual && representative.is_absent() {
                let pointer = party.at("representative").name("name").pointer();
                concerns.push(Fault::new(Code::PartyRepresentativeRequired, pointer));
            }
        }
    }
    let value = ThirdParty {
        json: Private::new(json.to_owned()),
        kind,
        name: match name {
            Given::Present(name) if kind != PartyKind::UnspecifiedMany => {
                Given::Present(Private::new(name.to_owned()))
            }
            Given::Faulty => Given::Faulty,
            Given::Absent | Given::Present(_) => Given::Absent,
        },
        corporate_number: corporate_number.present(),
    };
    Given::Present(Checked::new(value, concerns))
}

fn address_concern(party: &Form<'_, '_>, address: &Given<&str>) -> Option<Fault> {
    match address {
        Given::Present(address) if wording::is_nobody(address) => {
            Some(party.fault("address", Code::PartyAddressIncomplete))
        }
        Given::Present(address) if wording::is_prefecture_only(address) => {
            Some(party.fault("address", Code::PartyAddressIncomplete).as_warning())
        }
        Given::Present(_) | Given::Faulty => None,
        Given::Absent => Some(party.fault("address", Code::PartyAddressIncomplete)),
    }
}

/// Reads the representative's name; one without a name counts as left out.
fn read_representative<'n>(party: &Form<'_, 'n>) -> Given<&'n str> {
    match party.object("representative", &["title", "name"]) {
        Given::Absent => Given::Absent,
        Given::Faulty => Given::Faulty,
        Given::Present(representative) => {
            let title = representative.text("title", NAME);
            let name = representative.text("name", NAME);
            if title.is_faulty() { Given::Faulty } else { name }
        }
    }
}

fn read_corporate_number(party: &Form<'_, '_>) -> Given<CorporateNumber> {
    const FIELD: &str = "corporate_number";
    let text = match party.text(FIELD, IDENTIFIER) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(text) => text,
    };
    let fault = match CorporateNumber::parse(text) {
        Ok(number) => return Given::Present(number),
        Err(BadCorporateNumber::Invalid) => party.fault(FIELD, Code::HoujinBangouInvalid),
        Err(BadCorporateNumber::TwelveDigits { candidate }) => party
            .fault(FIELD, Code::HoujinBangouTwelveDigits)
            .fill("candidate", &candidate),
    };
    party.faults().push(fault);
    Given::Faulty
}
