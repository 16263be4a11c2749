//! The contract or other paper that a record leans on: what it shows of the conditions under which it stands for the
//! record (規則19条3項, 23条3項, 27条3項), and where each statutory matter is in it.

use kirokubo_rules::methods::{ContractCondition, MethodFacts};
use kirokubo_rules::{Answer, Matter, Method};

use crate::fault::{Code, Words};
use crate::form::{Form, choice};
use crate::given::Given;
use crate::matter::check_evidence;
use crate::text::{IDENTIFIER, NAME, PROSE};

/// A base contract or another paper, or several that count as one.
#[derive(Debug)]
pub(super) struct Agreement {
    pub(super) json: String,
    continuous: Option<bool>,
    goods_or_services: bool,
    made_for_event: bool,
    medium: Medium,
    /// The matters that the paper is said to hold.
    clauses: Vec<Matter>,
    /// Whether the paper itself is kept as evidence.
    evidenced: bool,
}

/// What the paper is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Medium {
    /// 文書.
    Document,
    /// 電磁的記録; a stored e-mail is one.
    Electronic,
    /// マイクロフィルム.
    Microfilm,
    /// Nothing that lasts: word of mouth.
    Oral,
}

impl Medium {
    const ALL: &[Self] = &[Self::Document, Self::Electronic, Self::Microfilm, Self::Oral];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Electronic => "electronic",
            Self::Microfilm => "microfilm",
            Self::Oral => "oral",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|medium| medium.as_str() == word)
    }
}

choice!(Medium);

impl Agreement {
    /// What the paper shows of the conditions of `method` for the judged event.
    pub(super) fn shows(&self, method: Method, answer: &Answer) -> MethodFacts {
        MethodFacts {
            // Naming a base contract is to say that it governs a series and this event in it; that it concerns goods
            // or services for the principal, and where it holds each matter, has to be said.
            continuous: self.continuous.unwrap_or(true),
            made_for_event: self.made_for_event,
            goods_or_services: self.goods_or_services,
            document_complete: self.lacking(answer).next().is_none(),
            // Only where the paper is the record does it matter what it is made of.
            durable_form: method != Method::Contract || self.medium != Medium::Oral,
            ..MethodFacts::new(method)
        }
    }

    /// Whether the paper is said to be about this one event and no series.
    pub(super) fn is_for_one_event(&self) -> bool {
        self.continuous == Some(false)
    }

    /// Notes that the paper that now stands for the record is not kept with it.
    pub(super) fn note_evidence(&self, form: &Form<'_, '_>) {
        if !self.evidenced {
            let pointer = form.at("agreement").name("evidence").pointer();
            form.faults()
                .push(crate::fault::Fault::new(Code::AgreementEvidenceMissing, pointer));
        }
    }

    /// Says what keeps the paper from standing for the record, and what becomes of the event instead.
    pub(super) fn note_conditions(
        &self,
        form: &Form<'_, '_>,
        answer: &Answer,
        missing: &[ContractCondition],
    ) {
        let joined = |words: Vec<&'static str>, comma| match words.as_slice() {
            [] => String::new(),
            words => format!("({})", words.join(comma)),
        };
        let lacking_ja = joined(self.lacking(answer).map(Matter::label_ja).collect(), "、");
        let lacking_en = joined(self.lacking(answer).map(Matter::as_str).collect(), ", ");
        let labels: Vec<&str> = missing.iter().map(|condition| condition.label_ja()).collect();
        let words: Vec<&str> = missing.iter().map(|condition| condition.as_str()).collect();
        let hint = Words::made(
            format!(
                "足りない条件: {}{lacking_ja}。その都度の記録として3年間保存します。",
                labels.join("、")
            ),
            format!(
                "not met: {}{lacking_en}; kept as a record made each time, for three years",
                words.join(", ")
            ),
        );
        let fault = form.fault("recording_method", Code::MethodContractConditions);
        form.faults().push(fault.hint(hint).as_warning());
    }

    /// The statutory matters of the case for which no clause is named.
    fn lacking(&self, answer: &Answer) -> impl Iterator<Item = Matter> {
        let matters = answer.matters.iter().copied();
        matters.filter(|matter| !self.clauses.contains(matter))
    }
}

/// Reads `agreement`.
pub(super) fn read(form: &Form<'_, '_>) -> Given<Agreement> {
    const FIELDS: &[&str] = &[
        "title",
        "number",
        "concluded_on",
        "continuous",
        "goods_or_services",
        "made_for_event",
        "medium",
        "clauses",
        "described",
        "evidence",
    ];
    let agreement = match form.object("agreement", FIELDS) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(agreement) => agreement,
    };
    let texts = [
        agreement.text("title", NAME),
        agreement.text("number", IDENTIFIER),
        agreement.text("described", PROSE),
    ];
    let concluded_on = agreement.day("concluded_on");
    let flags = ["continuous", "goods_or_services", "made_for_event"].map(|name| agreement.flag(name));
    let medium = agreement.choice::<Medium>("medium");
    let clauses = read_clauses(&agreement);
    let shown = check_evidence(&agreement);
    let unusable = [
        concluded_on.is_faulty(),
        medium.is_faulty(),
        clauses.is_faulty(),
        !shown,
    ];
    if unusable.contains(&true) || texts.iter().any(Given::is_faulty) || flags.iter().any(Given::is_faulty) {
        return Given::Faulty;
    }
    let [continuous, goods_or_services, made_for_event] = flags.map(Given::present);
    Given::Present(Agreement {
        json: agreement.node().to_json(),
        continuous,
        goods_or_services: goods_or_services.unwrap_or(false),
        made_for_event: made_for_event.unwrap_or(true),
        medium: medium.present().unwrap_or(Medium::Document),
        clauses: clauses.present().unwrap_or_default(),
        evidenced: matches!(agreement.list("evidence"), Given::Present([_, ..])),
    })
}

/// Reads `clauses`: by statutory matter, where it stands in the paper. A place left blank is none.
fn read_clauses(agreement: &Form<'_, '_>) -> Given<Vec<Matter>> {
    let names: Vec<&'static str> = Matter::ALL.iter().map(|matter| matter.as_str()).collect();
    let clauses = match agreement.object("clauses", &names) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(clauses) => clauses,
    };
    let mut held = Vec::new();
    for matter in Matter::ALL {
        match clauses.text(matter.as_str(), PROSE) {
            Given::Absent => {}
            Given::Faulty => return Given::Faulty,
            Given::Present(_) => held.push(*matter),
        }
    }
    Given::Present(held)
}
