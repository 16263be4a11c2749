//! From the parts of an event and the answer of the rules to what becomes of it.

use kirokubo_rules::{Answer, Basis, Case, Direction, Matter, Question, ThirdPartyStatus, Verdict, judge};

use super::parts::Parts;
use super::prohibited::{self, Told};
use super::{Context, NoDuty, Outcome, beside, required};
use crate::draft::{Beside, Draft, Head, Status};
use crate::fault::{Code, Fault};
use crate::form::Form;
use crate::given::Given;
use crate::matter::EventDay;
use crate::source::Source;
use crate::statutory::Statutory;

/// What becomes of an event, before its warnings are known.
pub(super) enum Conclusion {
    /// A record.
    Record(Box<(Head, Option<Statutory>, Beside)>),
    /// No record is due.
    NoDuty(Box<(Source, Question, Answer)>),
}

impl Conclusion {
    /// Adds the warnings, and the canonical bytes where they are needed.
    pub(super) fn into_outcome(self, warnings: Vec<Fault>, canonical: impl FnOnce() -> Vec<u8>) -> Outcome {
        match self {
            Self::Record(parts) => {
                let (head, statutory, beside) = *parts;
                Outcome::Record(Box::new(Draft::new(
                    head,
                    statutory,
                    beside,
                    warnings,
                    canonical(),
                )))
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
pub(super) fn conclude(form: &Form<'_, '_>, mut parts: Parts, context: &Context<'_>) -> Option<Conclusion> {
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
    let record = Record {
        form,
        context,
        question,
        answer,
    };
    match answer.verdict {
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
        let recording =
            parts
                .series
                .accept(self.form, &self.answer, event_day.unwrap_or(self.context.today))?;
        let periods = self.answer.rule_set.retention_periods();
        let retain_through = match status {
            Status::Voluntary => periods.end(kirokubo_rules::Method::Each, self.context.today, event_day),
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
        let beside = beside::gather(self.form, parts, &head, statutory.as_ref(), recording);
        Some(Conclusion::Record(Box::new((head, statutory, beside))))
    }
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
