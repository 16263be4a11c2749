//! `POST /v1/provision-checks`: may these principals' items go to this party on this ground?
//!
//! The same readers and the same rules as for an event, and nothing is written. Whether a principal demanded a stop is
//! for the store to find by the guard keys that the check gives.

use chrono::NaiveDate;
use kirokubo_rules::{Answer, Basis, Direction, Question, RuleSet, Verdict, judge};

use super::parts::read_question;
use super::prohibited::{self, Told};
use crate::cross_border;
use crate::fault::{Code, Fault, Faults, Level, Words};
use crate::fold::GuardKey;
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::ids::{IdKind, parse_id};
use crate::inputs::INPUTS;
use crate::json::{Node, Path};
use crate::known::{Known, in_force};
use crate::master::FilingVersion;
use crate::matter::{self, Items, PartyKind, PartyRule, PrincipalRow, PrincipalsRule};

const FIELDS: &[&str] = &[
    "on",
    "third_party",
    "items",
    "principals",
    "opt_out_filing",
    "cross_border",
];

/// What the check of a provision found before any demand to stop was looked for.
#[derive(Debug, Clone)]
pub struct ProvisionCheck {
    question: Question,
    answer: Answer,
    reasons: Vec<Fault>,
    warnings: Vec<Fault>,
    principals: Vec<PrincipalRow>,
}

impl ProvisionCheck {
    /// Reads and judges a check of at most `most` principals; `known` holds what its ids stand for. A check without a
    /// day is one of `today`.
    ///
    /// # Errors
    ///
    /// Every fault of what was posted. That the law forbids the provision is no such fault but a reason of the answer.
    pub fn parse(node: &Node<'_>, today: NaiveDate, most: usize, known: &Known) -> Result<Self, Vec<Fault>> {
        let faults = Faults::default();
        let asked = Form::open(node, Path::ROOT, &faults, &[FIELDS, INPUTS])
            .and_then(|form| Asked::read(&form.citing(known), today, most));
        let Some(asked) = asked else {
            return Err(faults.into_errors());
        };
        let mut warnings = faults.into_warnings()?;
        let found = Faults::default();
        let answer = judge(&asked.question);
        // It was opened before, so nothing is noted about its fields a second time.
        if let Some(form) = Form::open(node, Path::ROOT, &found, &[FIELDS, INPUTS]) {
            asked.note_reasons(&form, &answer);
        }
        let is_reason = |fault: &Fault| fault.level == Level::Error;
        let (reasons, told): (Vec<_>, Vec<_>) = found.into_sorted().into_iter().partition(is_reason);
        warnings.extend(told);
        Ok(Self {
            question: asked.question,
            answer,
            reasons,
            warnings,
            principals: asked.principals,
        })
    }

    /// The facts that were judged.
    #[must_use]
    pub const fn question(&self) -> &Question {
        &self.question
    }

    /// What the rules answered.
    #[must_use]
    pub const fn answer(&self) -> &Answer {
        &self.answer
    }

    /// Why the provision may not take place, apart from demands to stop; empty where nothing stands against it.
    #[must_use]
    pub fn reasons(&self) -> &[Fault] {
        &self.reasons
    }

    /// What is worth saying all the same.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The keys under which demands to stop would meet its principals, each with the principal's place.
    pub fn guards(&self) -> impl Iterator<Item = (u64, GuardKey)> + '_ {
        let rows = (0_u64..).zip(&self.principals);
        rows.flat_map(|(n, row)| row.guards().map(move |key| (n, key)))
    }
}

/// What was posted.
struct Asked {
    question: Question,
    other: Option<PartyKind>,
    items: Given<Checked<Items>>,
    filing: Option<Cited>,
    principals: Vec<PrincipalRow>,
}

/// The filing that the check names, and the version of it that holds on the day.
struct Cited {
    version: Option<FilingVersion>,
}

impl Asked {
    /// Reads every part, noting every fault; `None` where the facts could not be read, which is noted then.
    fn read(form: &Form<'_, '_>, today: NaiveDate, most: usize) -> Option<Self> {
        let on = form.day("on").present().unwrap_or(today);
        if form.get("basis").is_none() {
            form.faults().push(form.missing("basis"));
        }
        let rule = PartyRule {
            direction: Direction::Provision,
            particulars: RuleSet::for_date(on).third_party_particulars(),
        };
        let (party, facts) = matter::read_party(form, rule, on);
        let cross_border = cross_border::read(form);
        let mut question = Question::new(Direction::Provision, on);
        let readable = read_question(form, &mut question, &facts, &cross_border, &Given::Absent);
        let items = matter::read_items(form);
        question.sensitive |= question.basis == Basis::OptOut && !sensitive(&items).is_empty();
        let asked = Self {
            question,
            other: party.as_ref().present().map(|party| party.value().kind()),
            items,
            filing: read_filing(form, on),
            principals: read_principals(form, today, most),
        };
        readable.then_some(asked)
    }

    /// Notes what stands against the provision, and what is worth saying.
    fn note_reasons(&self, form: &Form<'_, '_>, answer: &Answer) {
        if answer.verdict == Verdict::Prohibited {
            let told = Told {
                sensitive: sensitive(&self.items),
                other: self.other,
            };
            prohibited::note(form, &self.question, answer, told);
        }
        if self.question.basis == Basis::OptOut {
            note_filing(form, self.filing.as_ref(), self.question.event_date);
        }
        note_incomparable(form, &self.principals);
    }
}

fn read_filing(form: &Form<'_, '_>, on: NaiveDate) -> Option<Cited> {
    let id = form.text("opt_out_filing", crate::text::IDENTIFIER).present()?;
    let versions = parse_id(IdKind::Filing, id).and_then(|id| form.known().filings.get(&id));
    let Some(versions) = versions else {
        form.refuse_references("opt_out_filing", &FILING);
        return None;
    };
    let version = in_force(versions, on);
    Some(Cited {
        version: version.and_then(|version| FilingVersion::parse(version.json())),
    })
}

const FILING: Words = Words::of("届出", "opt-out filing");

/// Reads the principals; what identifies nobody cannot be checked, and is refused.
fn read_principals(form: &Form<'_, '_>, today: NaiveDate, most: usize) -> Vec<PrincipalRow> {
    let rule = PrincipalsRule {
        most,
        today,
        numbers_confirmed: true,
    };
    let given = matter::read_principals(form, rule, form.known());
    if given.is_absent() {
        return Vec::new();
    }
    let complete = given.complete(form.faults(), || form.missing("principals"));
    complete.map_or_else(Vec::new, |principals| principals.get().rows().to_vec())
}

/// Notes where the filing does not carry the provision.
fn note_filing(form: &Form<'_, '_>, filing: Option<&Cited>, on: NaiveDate) {
    let Some(filing) = filing else {
        form.faults()
            .push(form.fault("opt_out_filing", Code::OptOutFilingMissing));
        return;
    };
    let not_effective = || form.fault("opt_out_filing", Code::OptOutFilingNotEffective);
    let Some(version) = &filing.version else {
        form.faults().push(not_effective());
        return;
    };
    form.faults().extend(matter::filing_concerns(form, version, on));
}

/// Notes principals whom no demand to stop could meet.
fn note_incomparable(form: &Form<'_, '_>, principals: &[PrincipalRow]) {
    let path = form.at("principals");
    for (n, row) in principals.iter().enumerate() {
        if row.guards().next().is_none() {
            let fault = Fault::new(Code::PrincipalNotComparable, path.index(n).pointer());
            form.faults().push(fault);
        }
    }
}

fn sensitive(items: &Given<Checked<Items>>) -> &[String] {
    match items {
        Given::Present(items) => items.value().sensitive(),
        Given::Absent | Given::Faulty => &[],
    }
}
