//! What holds for every question that can be asked: each test walks the whole closed product of inputs.

use std::collections::HashSet;
use std::thread;

use chrono::NaiveDate;
use kirokubo_rules::{
    Answer, Basis, Case, Data, Direction, Gate, Interpretation, Matter, Method, Place, Question,
    RecipientView, RuleSet, SelfStatus, ThirdPartyStatus, Verdict, judge,
};

/// The field sets of 規則20(1), 24(1) and 28(1), by the letters of each direction.
const STATUTORY_SETS: [(Case, &str); 8] = [
    (Case::ProvisionOptOut, "abcd"),
    (Case::ProvisionConsent27, "bcde"),
    (Case::ProvisionConsent28, "bcde"),
    (Case::ProvisionPersonallyReferable, "abde"),
    (Case::ReceiptOptOut, "abcdef"),
    (Case::ReceiptConsent, "bcdeg"),
    (Case::ReceiptPersonallyReferable, "bdeg"),
    (Case::ReceiptNonHandler, "bcde"),
];

#[test]
fn the_present_law_answers_every_question_soundly() {
    let gates = walk(day(2023, 4, 1), &every_flag());
    let reachable: HashSet<Gate> = Gate::ALL
        .iter()
        .copied()
        .filter(|gate| *gate != Gate::T0)
        .collect();
    assert_eq!(gates, reachable);
}

/// The earlier periods differ from the present in nothing that the flags of an opt-out and of
/// 個人関連情報 decide together, so each flag is tried alone there.
#[test]
fn earlier_law_answers_every_question_soundly() {
    for date in [day(2022, 4, 1), day(2017, 5, 30)] {
        walk(date, &single_flags());
    }
    assert_eq!(walk(day(2017, 5, 29), &single_flags()), HashSet::from([Gate::T0]));
}

/// The yes-or-no inputs, one bit each, and the recipient's view.
#[derive(Clone, Copy)]
struct Flags {
    bits: u32,
    recipient_view: RecipientView,
}

fn every_flag() -> Vec<Flags> {
    with_every_view(0..64)
}

fn single_flags() -> Vec<Flags> {
    with_every_view([0, 1, 2, 4, 8, 16, 32])
}

fn with_every_view(bits: impl IntoIterator<Item = u32>) -> Vec<Flags> {
    let views = RecipientView::ALL;
    let with_views = |bits| {
        views.iter().map(move |view| Flags {
            bits,
            recipient_view: *view,
        })
    };
    bits.into_iter().flat_map(with_views).collect()
}

/// The question with these flags; no bit set is the plain question.
fn with_flags(question: &Question, flags: Flags) -> Question {
    let bit = |position: u32| flags.bits >> position & 1 == 1;
    Question {
        sensitive: bit(0),
        illicit: bit(1),
        from_opt_out: bit(2),
        filed: !bit(3),
        as_personal_data: !bit(4),
        information_given: !bit(5),
        recipient_view: flags.recipient_view,
        ..*question
    }
}

/// Judges the whole product on one day, on every core, and returns the gates that settled something.
fn walk(date: NaiveDate, flags: &[Flags]) -> HashSet<Gate> {
    let mut parts = Vec::new();
    for direction in Direction::ALL {
        for self_status in SelfStatus::ALL {
            for data in Data::ALL {
                parts.push(Question {
                    self_status: *self_status,
                    data: *data,
                    ..Question::new(*direction, date)
                });
            }
        }
    }
    let cores = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|worker| {
                let mine = parts.iter().skip(worker).step_by(cores);
                scope.spawn(move || {
                    mine.flat_map(|part| walk_part(part, flags))
                        .collect::<HashSet<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("no question may panic"))
            .collect()
    })
}

fn walk_part(part: &Question, flags: &[Flags]) -> HashSet<Gate> {
    let mut gates = HashSet::new();
    let mut last_gate = None;
    for third_party_status in ThirdPartyStatus::ALL {
        for place in Place::ALL {
            for basis in Basis::ALL {
                for interpretation in Interpretation::ALL {
                    let question = Question {
                        third_party_status: *third_party_status,
                        place: *place,
                        basis: *basis,
                        interpretation: *interpretation,
                        ..*part
                    };
                    for flags in flags {
                        let question = with_flags(&question, *flags);
                        let answer = judge(&question);
                        check(&question, &answer);
                        if last_gate != Some(answer.gate) {
                            gates.insert(answer.gate);
                            last_gate = Some(answer.gate);
                        }
                    }
                }
            }
        }
    }
    gates
}

fn check(question: &Question, answer: &Answer) {
    let sound = match answer.verdict {
        Verdict::Required => is_sound_duty(question, answer),
        Verdict::None => is_without_record(answer) && !is_wrongly_exempt(question, answer),
        Verdict::Prohibited => is_without_record(answer) && !question.nearest_matters().is_empty(),
        Verdict::Review => is_sound_review(question, answer),
    };
    let explained = !answer.citations.is_empty()
        && !answer.explanation.ja.is_empty()
        && !answer.explanation.en.is_empty();
    assert!(sound && explained, "{question:?}\n{answer:?}");
}

fn is_without_record(answer: &Answer) -> bool {
    answer.case.is_none() && answer.matters.is_empty() && answer.methods.is_empty()
}

/// A duty has exactly the field set of its case, and an opt-out is open to no method but the first.
fn is_sound_duty(question: &Question, answer: &Answer) -> bool {
    let Some((case, set)) = STATUTORY_SETS.iter().find(|(case, _)| Some(*case) == answer.case) else {
        return false;
    };
    let only_each = answer.methods == [Method::Each];
    case.direction() == question.direction
        && answer.fields().eq(set.chars())
        && only_each == case.is_opt_out()
        && case.is_opt_out() == (question.basis == Basis::OptOut && *case != Case::ReceiptNonHandler)
        && answer.methods.contains(&Method::Each)
}

/// Of the gates that exempt a provision abroad under art. 28(1), none rests on art. 27(5): with such a
/// ground it is exempt only for what the parties or the data are. Nobody bound passes for unbound.
fn is_wrongly_exempt(question: &Question, answer: &Answer) -> bool {
    let under_28 = question.direction == Direction::Provision && question.place == Place::OtherForeign;
    let ordinary = question.data == Data::PersonalData
        && question.interpretation == Interpretation::None
        && matches!(
            question.third_party_status,
            ThirdPartyStatus::Handler | ThirdPartyStatus::Schedule2
        );
    let bound = matches!(
        question.self_status,
        SelfStatus::Handler | SelfStatus::Schedule2 | SelfStatus::DeemedHandler
    );
    match answer.gate {
        Gate::T0 => false,
        Gate::G0 => bound,
        Gate::P7 => under_28,
        _ => under_28 && ordinary && question.basis.is_within_article_27_5(),
    }
}

/// A review is kept as one, with something to write down and a method sure to be open.
fn is_sound_review(question: &Question, answer: &Answer) -> bool {
    answer.case == Some(Case::review(question.direction))
        && answer.matters.contains(&Matter::ThirdParty)
        && answer.matters.contains(&Matter::Items)
        && answer.methods.contains(&Method::Each)
        && (question.basis != Basis::OptOut
            || question.third_party_status == ThirdPartyStatus::NonHandler
            || answer.methods == [Method::Each])
}

#[test]
fn every_explanation_closes_as_its_verdict_demands() {
    for set in RuleSet::all() {
        let date = set.effective_from().unwrap_or(day(2000, 1, 1));
        for direction in Direction::ALL {
            for basis in Basis::ALL {
                for place in Place::ALL {
                    let answer = judge(&Question {
                        basis: *basis,
                        place: *place,
                        ..Question::new(*direction, date)
                    });
                    let (ja, en) = (answer.explanation.ja, answer.explanation.en);
                    assert_eq!(
                        ja.contains("適法だという判断ではありません"),
                        answer.verdict == Verdict::None
                    );
                    assert_eq!(en.contains("not that the"), answer.verdict == Verdict::None);
                    assert_eq!(
                        en.contains("mark it non-conforming"),
                        answer.verdict == Verdict::Prohibited
                    );
                    assert!(!ja.contains(['{', '}']) && !en.contains(['{', '}']), "{ja} {en}");
                }
            }
        }
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day that exists")
}
