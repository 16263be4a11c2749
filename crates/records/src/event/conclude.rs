//! From the parts of an event and the answer of the rules to what becomes of it.

use kirokubo_ledger::commitment::Field;
use kirokubo_rules::{
    Answer, Basis, Case, Direction, Matter, Method, Question, ThirdPartyStatus, Verdict, judge,
};

use super::parts::Parts;
use super::prohibited::{self, Told};
use super::relied::Relied;
use super::{Context, Links, NoDuty, Outcome, abroad, beside, links, required};
use crate::draft::{Beside, Draft, Head, Kept, Status};
use crate::fault::{Code, Fault, Words};
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::json::Node;
use crate::matter::{EventDay, Principals};
use crate::relation::{Relation, references_json};
use crate::source::Source;
use crate::statutory::Statutory;

/// What becomes of an event, before its warnings are known.
pub(super) enum Conclusion {
    /// A record.
    Record(Box<(Head, Option<Statutory>, Beside, Links)>),
    /// No record is due.
    NoDuty(Box<(Source, Question, Answer)>),
}

impl Conclusion {
    /// Adds the warnings, and the canonical bytes where they are needed.
    pub(super) fn into_outcome(self, warnings: Vec<Fault>, canonical: impl FnOnce() -> Vec<u8>) -> Outcome {
        match self {
            Self::Record(parts) => {
                let (head, statutory, beside, links) = *parts;
                let kept = Kept {
                    statutory,
                    beside,
                    links,
                };
                Outcome::Record(Box::new(Draft::new(head, kept, warnings, canonical())))
            }
            Self::NoDuty(parts) => {
                let (source, question, answer) = *parts;
                Outcome::NoDuty(Box::new(NoDuty {
                    source,
                    question,
                    answer,
                    warnings,
                }))
            }
        }
    }
}

/// Judges the event; `None` where it is refused, which is noted then.
pub(super) fn conclude(
    form: &Form<'_, '_>,
    mut parts: Parts,
    relied: Option<&Relied<'_>>,
    posted: &Node<'_>,
    context: &Context<'_>,
) -> Option<Conclusion> {
    if relied.is_some_and(|relied| relied.fields().contains(&Field::PRINCIPALS)) {
        parts.principals = Given::Present(Checked::new(Principals::left_out(), Vec::new()));
    }
    // Settled while the parts are whole: building the record takes them away.
    parts.links = links::settle(form, relied, &parts);
    let mut question = parts.question.take()?;
    if question.basis == Basis::OptOut
        && parts
            .items
            .as_ref()
            .present()
            .is_some_and(|items| !items.value().sensitive().is_empty())
    {
        question.sensitive = true;
    }
    let answer = judge(&question);
    note_claims(form, &question, &answer, &parts);
    abroad::note(form, &question, &answer, &parts);
    let record = Record {
        form,
        context,
        relied,
        posted,
        question,
        answer,
    };
    match answer.verdict {
        Verdict::Required if answer.case == Some(Case::ReceiptOptOut) && is_unconfirmed(&parts) => {
            let pointer = form.at("ppc_publication").pointer();
            form.faults()
                .push(Fault::new(Code::OptOutPublicationUnconfirmed, pointer));
            record.review(parts)
        }
        Verdict::Required => record.regular(parts),
        Verdict::Review => record.review(parts),
        Verdict::None if parts.wishes.keep_voluntarily => record.voluntary(parts),
        Verdict::None => Some(Conclusion::NoDuty(Box::new((parts.source?, question, answer)))),
        Verdict::Prohibited if parts.wishes.non_conforming => record.non_conforming(parts),
        Verdict::Prohibited => {
            let items = parts.items.as_ref().present();
            let other = parts.third_party.as_ref().present();
            let told = Told {
                sensitive: items.map_or(&[], |items| items.value().sensitive()),
                other: other.map(|other| other.value().kind()),
            };
            prohibited::note(form, &question, &answer, told);
            None
        }
    }
}

/// Notes where the sender claims another standing of the record than the law gives it.
fn note_claims(form: &Form<'_, '_>, question: &Question, answer: &Answer, parts: &Parts) {
    match (answer.verdict, parts.wishes.statutory) {
        (Verdict::None, Some(true)) => form.faults().push(form.fault("statutory", Code::ExemptConflict)),
        (Verdict::Required, Some(false)) => {
            form.faults().push(
                form.fault("statutory", Code::ValueConflict)
                    .fill("field", "basis"),
            );
        }
        _ => {}
    }
    let to_public_body = question.third_party_status == ThirdPartyStatus::PublicBody
        && question.direction == Direction::Provision;
    if answer.verdict == Verdict::None && to_public_body && !parts.wishes.keep_voluntarily {
        let pointer = form.at("third_party").name("status").pointer();
        form.faults().push(Fault::new(Code::PartyPublicBody, pointer));
    }
}

/// One event that is to be recorded.
#[derive(Clone, Copy)]
struct Record<'a, 'p, 'n> {
    form: &'a Form<'p, 'n>,
    context: &'a Context<'a>,
    relied: Option<&'a Relied<'a>>,
    posted: &'a Node<'a>,
    question: Question,
    answer: Answer,
}

impl Record<'_, '_, '_> {
    /// The law asks for it.
    fn regular(self, mut parts: Parts) -> Option<Conclusion> {
        let case = self.answer.case?;
        let statutory = required::build(self.form, &self.answer, &mut parts);
        beside::note_not_statutory(self.form, &self.answer, &parts);
        self.finish(parts, case, Status::Regular, self.answer.matters, statutory)
    }

    /// A person decides; until then the safe set must be there, complete or not.
    fn review(self, parts: Parts) -> Option<Conclusion> {
        let before = self
            .answer
            .matters
            .iter()
            .filter(|matter| is_absent(&parts, **matter));
        before.for_each(|matter| {
            self.form
                .faults()
                .push(required::missing(self.form, &self.answer, *matter));
        });
        let case = Case::review(self.question.direction);
        self.finish(parts, case, Status::Review, self.answer.matters, None)
    }

    /// Nobody asks for it, the sender wants it.
    fn voluntary(self, parts: Parts) -> Option<Conclusion> {
        let case = Case::voluntary(self.question.direction);
        self.finish(parts, case, Status::Voluntary, &[], None)
    }

    /// It should not have happened: whatever is known is kept, and the other side must be.
    fn non_conforming(self, parts: Parts) -> Option<Conclusion> {
        let named = matches!(parts.third_party.as_ref(), Given::Present(other) if other.value().is_named());
        if !named && !parts.third_party.is_faulty() {
            let pointer = self.form.at("third_party").name("name").pointer();
            self.form
                .faults()
                .push(Fault::new(Code::PartyNameRequired, pointer));
        }
        let case = Case::review(self.question.direction);
        let matters = self.question.nearest_matters();
        self.finish(parts, case, Status::NonConforming, matters, None)
    }

    fn finish(
        self,
        mut parts: Parts,
        case: Case,
        status: Status,
        matters: &'static [Matter],
        statutory: Option<Statutory>,
    ) -> Option<Conclusion> {
        let event_day = parts.date.as_ref().present().map(EventDay::day);
        let added = self
            .relied
            .is_some_and(|relied| relied.relation() == Relation::Series);
        let recording = parts.series.accept(
            self.form,
            &self.answer,
            event_day.unwrap_or(self.context.today),
            added,
        )?;
        // (a) of a batch is its first and last day, told by the record that opens it; the last may still be to come
        // (規則28条1項).
        if recording.method == Method::Batch
            && self.answer.matters.contains(&Matter::Date)
            && recording.period.is_none()
            && !added
        {
            let missing = required::missing_field(self.form, &self.answer, "period", &PERIOD);
            self.form.faults().push(missing);
        }
        let periods = self.answer.rule_set.retention_periods();
        let retain_through = match status {
            Status::Voluntary => periods.end(Method::Each, self.context.today, event_day),
            _ => periods.end(recording.method, self.context.today, recording.last_event_on),
        };
        event_day?;
        if status == Status::Regular && statutory.is_none() {
            return None;
        }
        let head = Head {
            source: parts.source.take()?,
            question: self.question,
            answer: self.answer,
            case,
            status,
            method: recording.method,
            retain_through,
            matters,
        };
        let links = parts.links.take();
        let mut beside = beside::gather(self.form, parts, &head, statutory.as_ref(), recording);
        let mut links = links?;
        beside.set(Field::EVIDENCE, links.cite(self.posted, self.context.known));
        beside.set(Field::REFERENCES, references_json(&links.references));
        Some(Conclusion::Record(Box::new((head, statutory, beside, links))))
    }
}

const PERIOD: Words = Words::of(
    "提供の期間の初日と末日",
    "the first and the last day of the series",
);

/// Whether the provider's filing was looked up and not found: then what arrived may have been acquired improperly, and a
/// person decides.
fn is_unconfirmed(parts: &Parts) -> bool {
    let publication = parts.publication.as_ref().present();
    let filing = parts.filing.as_ref().present();
    publication.is_some_and(|publication| !publication.value().is_found())
        || filing.is_some_and(|filing| !filing.value().is_published())
}

fn is_absent(parts: &Parts, matter: Matter) -> bool {
    match matter {
        Matter::Date => parts.date.is_absent(),
        Matter::ThirdParty => parts.third_party.is_absent(),
        Matter::Acquisition => parts.acquisition.is_absent(),
        Matter::Principals => parts.principals.is_absent(),
        Matter::Items => parts.items.is_absent(),
        Matter::PpcPublication => parts.publication.is_absent(),
        Matter::Consent => parts.consent.is_absent() && parts.confirmation.is_absent(),
    }
}
