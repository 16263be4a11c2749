//! Third parties (相手方) as masters: the particulars of an event's `third_party`, and what is known of them besides.

use chrono::{Months, NaiveDate};
use kirokubo_rules::{Direction, RuleSet, ThirdPartyStatus, suspected_status};

use super::{Aside, LookUp, LookUpKind, MasterDraft, past_day};
use crate::corporate_number::CorporateNumber;
use crate::fault::{Code, Fault, Faults};
use crate::fold::party_name;
use crate::form::{Form, choice};
use crate::given::Given;
use crate::japan::day_of_date;
use crate::json::{self, Node, ObjectText, Path};
use crate::matter::{PARTICULARS, PartyFacts, PartyRule, read_particulars};
use crate::text::{PROSE, WORD};

/// A 体制 recipient is looked at this often (規則18条1項1号 says regularly; yearly is the guideline's measure).
const CHECKED_EVERY: Months = Months::new(12);

/// How a recipient abroad keeps to the standards (規則16条).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemKind {
    /// A contract with it.
    Contract,
    /// Rules of the group it belongs to.
    GroupRules,
    /// A certificate of the APEC CBPR system.
    Cbpr,
}

impl SystemKind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Contract, Self::GroupRules, Self::Cbpr];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::GroupRules => "group_rules",
            Self::Cbpr => "cbpr",
        }
    }

    /// The kind with exactly this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

choice!(SystemKind);

/// A recipient's 基準適合体制, and when it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EquivalentSystem {
    /// What it rests on.
    pub kind: SystemKind,
    /// Since when.
    pub since: NaiveDate,
    /// When it was last looked at; never, if `None`.
    pub last_checked_on: Option<NaiveDate>,
}

impl EquivalentSystem {
    /// The day by which it must be looked at again: a year after the last look, or after it began.
    #[must_use]
    pub fn due_on(&self) -> NaiveDate {
        let from = self.last_checked_on.unwrap_or(self.since).max(self.since);
        from.checked_add_months(CHECKED_EVERY).unwrap_or(NaiveDate::MAX)
    }
}

/// A third party as it was posted to be registered, or a new version of one.
#[derive(Debug, Clone)]
pub struct PartyPosting {
    draft: MasterDraft,
    warnings: Vec<Fault>,
}

impl PartyPosting {
    /// Reads one. Complete particulars are demanded: whatever cites it later must be complete by it.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of their pointers.
    pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Self, Vec<Fault>> {
        let node = json::read(bytes)?;
        let faults = Faults::default();
        let known: &[&[&'static str]] = &[PARTICULARS, PartyVersion::BESIDE, &["holds_from"]];
        let Some(form) = Form::open(&node, Path::ROOT, &faults, known) else {
            return Err(faults.into_errors());
        };
        let holds_from = form.day("holds_from").present().unwrap_or(today);
        let rule = PartyRule {
            // A registered party is somebody, never 不特定かつ多数の者: as the other side of a receipt is.
            direction: Direction::Receipt,
            particulars: RuleSet::for_date(today).third_party_particulars(),
        };
        let (party, facts) = read_particulars(&form, rule, "");
        let party = party.complete(&faults, || form.missing("name"));
        let is_named = party
            .as_ref()
            .and_then(|party| party.get().name().map(str::to_owned));
        note_status(&form, is_named.as_deref(), &facts, holds_from);
        read_beside(&form, today);
        let warnings = faults.into_warnings()?;
        let json = without(&node, "holds_from");
        let (_, version) = party
            .zip(PartyVersion::parse(&json))
            .ok_or_else(|| warnings.clone())?;
        let look_ups = version.look_ups();
        Ok(Self {
            draft: MasterDraft::new(day_of_date(holds_from), json, Aside::LookUps(look_ups)),
            warnings,
        })
    }

    /// The version to store.
    #[must_use]
    pub const fn draft(&self) -> &MasterDraft {
        &self.draft
    }

    /// What another registered party would share with a look-alike: the folded name and the corporate number.
    #[must_use]
    pub fn likeness(&self) -> Vec<LookUp> {
        let Aside::LookUps(look_ups) = self.draft.aside() else {
            return Vec::new();
        };
        let is_likeness = |look_up: &&LookUp| look_up.kind() != LookUpKind::EquivalentSystem;
        look_ups.iter().filter(is_likeness).cloned().collect()
    }

    /// What is worth saying although it is accepted.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The warning that the third party with this id looks like the one that was posted.
    #[must_use]
    pub fn look_alike(id: &str) -> Fault {
        Fault::new(Code::PartyLookAlike, "/name".to_owned()).fill("id", id)
    }
}

/// What a stored version of a third party says besides its particulars.
#[derive(Debug, Clone)]
pub struct PartyVersion {
    name: Option<crate::private::Private<String>>,
    corporate_number: Option<CorporateNumber>,
    country: Option<String>,
    last_confirmed_on: Option<NaiveDate>,
    system: Option<EquivalentSystem>,
}

impl PartyVersion {
    /// Members of a version beside the particulars.
    const BESIDE: &[&str] = &["last_confirmed_on", "confirmed_by", "equivalent_system", "note"];

    /// Reads a stored version; `None` for what this program did not write.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let node = json::read(json.as_bytes()).ok()?;
        if !matches!(node, Node::Object(_)) {
            return None;
        }
        let text = |node: &Node<'_>, name: &str| Some(node.get(name)?.as_text()?.to_owned());
        let day = |node: &Node<'_>, name: &str| text(node, name)?.parse().ok();
        let system = node.get("equivalent_system").and_then(|system| {
            Some(EquivalentSystem {
                kind: SystemKind::parse(system.get("kind")?.as_text()?)?,
                since: day(system, "since")?,
                last_checked_on: day(system, "last_checked_on"),
            })
        });
        Some(Self {
            name: text(&node, "name").map(crate::private::Private::new),
            corporate_number: text(&node, "corporate_number")
                .and_then(|number| CorporateNumber::parse(&number).ok()),
            country: text(&node, "country"),
            last_confirmed_on: day(&node, "last_confirmed_on"),
            system,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|name| name.get().as_str())
    }

    /// Its country (ISO 3166-1 alpha-3), where one was given.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.country.as_deref()
    }

    /// When somebody last looked whether the particulars are right.
    #[must_use]
    pub const fn last_confirmed_on(&self) -> Option<NaiveDate> {
        self.last_confirmed_on
    }

    /// Its 基準適合体制, where it has one.
    #[must_use]
    pub const fn system(&self) -> Option<EquivalentSystem> {
        self.system
    }

    /// What the third party is found by, as far as this version says.
    #[must_use]
    pub fn look_ups(&self) -> Vec<LookUp> {
        let name = self
            .name()
            .map(|name| LookUp::new(LookUpKind::PartyName, party_name(name)));
        let number = self
            .corporate_number
            .map(|number| LookUp::new(LookUpKind::CorporateNumber, number.as_str().to_owned()));
        let system = self.system.map(|_| LookUp::equivalent_systems());
        name.into_iter().chain(number).chain(system).collect()
    }
}

/// Reads what is known of a third party besides its particulars.
fn read_beside(form: &Form<'_, '_>, today: NaiveDate) {
    past_day(form, "last_confirmed_on", today);
    form.text("confirmed_by", WORD);
    form.text("note", PROSE);
    let Given::Present(system) = form.object("equivalent_system", &["kind", "since", "last_checked_on"])
    else {
        return;
    };
    if system.choice::<SystemKind>("kind").is_absent() {
        system.faults().push(system.missing("kind"));
    }
    super::required_day(&system, "since");
    past_day(&system, "last_checked_on", today);
}

/// Notes a name that says another status than the one that was given.
fn note_status(form: &Form<'_, '_>, name: Option<&str>, facts: &PartyFacts, on: NaiveDate) {
    let handler = match facts.status {
        Given::Absent => true,
        Given::Present(status) => status == ThirdPartyStatus::Handler,
        Given::Faulty => false,
    };
    let suspected = name.and_then(|name| suspected_status(name, on));
    if let Some(suspected) = suspected.filter(|_| handler) {
        form.faults().push(
            form.fault("status", Code::PartyStatusSuspected)
                .fill_words("status_ja", suspected.label_ja(), suspected.label_ja())
                .fill("status_en", suspected.as_str()),
        );
    }
}

/// The object without one of its members.
pub(super) fn without(node: &Node<'_>, left_out: &str) -> String {
    let mut json = ObjectText::default();
    if let Node::Object(members) = node {
        for (name, value) in members.iter().filter(|(name, _)| name != left_out) {
            json.json(name, &value.to_json());
        }
    }
    json.finish().unwrap_or_default()
}
