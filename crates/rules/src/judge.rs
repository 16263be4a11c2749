//! From a question to an answer.

use crate::answer::{Answer, Verdict};
use crate::case::Case;
use crate::gates::{Ruling, SafeSet};
use crate::matter::Matter;
use crate::methods::Method;
use crate::periods::CaseRule;
use crate::question::Question;
use crate::rule_set::RuleSet;
use crate::vocabulary::{Basis, Data, SelfStatus, ThirdPartyStatus};

/// Answers a question by the law of the event's day: the first gate that matches wins.
///
/// Total and pure: it never fails, never panics and allocates nothing.
#[must_use]
pub fn judge(question: &Question) -> Answer {
    judge_among(RuleSet::all(), question)
}

/// Answers a question by the one of `sets` that governs its day.
pub(crate) fn judge_among(sets: &'static [RuleSet], question: &Question) -> Answer {
    let rule_set = RuleSet::in_force(sets, question.event_date);
    let rule = rule_set.first_match(question);
    let text = &rule.text;
    let record = Record::of(rule_set, rule.row.ruling, question);
    Answer {
        direction: question.direction,
        verdict: record.verdict,
        case: record.case,
        gate: rule.row.gate,
        matters: record.matters,
        methods: record.methods,
        citations: text.citations,
        explanation: text.explanation,
        mark: text.mark,
        rule_set,
        follow_up: text.follow_up(question.place),
    }
}

/// The part of an answer that says what to write down.
struct Record {
    verdict: Verdict,
    case: Option<Case>,
    matters: &'static [Matter],
    methods: &'static [Method],
}

impl Record {
    fn of(rule_set: &'static RuleSet, ruling: Ruling, question: &Question) -> Self {
        match ruling {
            Ruling::Required(case) => {
                let rule = rule_set.case_rule(case);
                Self {
                    verdict: Verdict::Required,
                    case: Some(case),
                    matters: rule.matters,
                    methods: rule.methods,
                }
            }
            Ruling::None => Self::without(Verdict::None),
            Ruling::Prohibited => Self::without(Verdict::Prohibited),
            Ruling::Review(safe_set) => {
                let (matters, methods) = safe_default(rule_set, safe_set, question);
                Self {
                    verdict: Verdict::Review,
                    case: Some(Case::review(question.direction)),
                    matters,
                    methods,
                }
            }
        }
    }

    const fn without(verdict: Verdict) -> Self {
        Self {
            verdict,
            case: None,
            matters: &[],
            methods: &[],
        }
    }
}

/// What to record until a person has decided.
fn safe_default(
    rule_set: &'static RuleSet,
    safe_set: SafeSet,
    question: &Question,
) -> (&'static [Matter], &'static [Method]) {
    let case = match safe_set {
        SafeSet::AsOrdinary => match rule_set.first_match(&as_ordinary(question)).row.ruling {
            Ruling::Required(case) => Some(case),
            Ruling::None | Ruling::Prohibited | Ruling::Review(_) => None,
        },
        // An opt-out is a filing under art. 27(2), which one who is not under the Act cannot make.
        SafeSet::AsReceiptFromOverseas if question.basis == Basis::OptOut => None,
        SafeSet::AsReceiptFromOverseas if question.basis.is_consent() => Some(Case::ReceiptConsent),
        SafeSet::AsReceiptFromOverseas => Some(Case::ReceiptNonHandler),
    };
    match case.map(|case| rule_set.case_rule(case)) {
        Some(CaseRule { matters, methods, .. }) => (matters, methods),
        None => (question.nearest_matters(), &[Method::Each]),
    }
}

/// The same event, had every party and the data an ordinary standing.
fn as_ordinary(question: &Question) -> Question {
    Question {
        self_status: SelfStatus::Handler,
        third_party_status: ThirdPartyStatus::Handler,
        data: match question.data {
            Data::PseudonymizedPersonalData | Data::PseudonymizedNonPersonal => Data::PersonalData,
            settled => settled,
        },
        ..*question
    }
}
