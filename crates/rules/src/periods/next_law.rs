//! How a law that is not in force yet is added: four periods and a fifth, judged on both sides of its day.
//!
//! The fifth is invented. It takes from the act of 令和8年法律56号 what is known of it, two headings: who provides by
//! opt-out confirms the recipient, and 特定生体個人情報 may not be provided by opt-out. Its day is the last on
//! which the main part can come into force.

use std::sync::LazyLock;

use super::{CASES, Concept, PERIODS, Period, SEVEN_ITEMS, day};
use crate::answer::{Answer, Verdict};
use crate::case::Case;
use crate::gate::Gate;
use crate::gates::{CHAPTERS, Row, Ruling};
use crate::judge::{judge, judge_among};
use crate::numbering;
use crate::question::Question;
use crate::retention::PERIODS_IN_FORCE;
use crate::rule_set::{RuleSet, ThirdPartyParticulars};
use crate::source::Source;
use crate::vocabulary::{Basis, Direction};

/// A gate that changes is a row of its own, in a chapter of its own.
const FACES: &[Row] = &[Row {
    gate: Gate::P8,
    direction: Some(Direction::Provision),
    when: |question, _| question.basis == Basis::OptOut && question.biometric,
    ruling: Ruling::Prohibited,
    mark: Source::Derived,
    citations: &["{27(2)}ただし書"],
    ja: "特定生体個人情報はオプトアウトでは提供できません。",
    en: "Biometric data is barred from opt-out.",
    follow_up: &[],
}];

/// The law of the sets in force, and the next one after them.
static LAWS: LazyLock<&'static [RuleSet]> = LazyLock::new(|| {
    let next: &'static Period = Box::leak(Box::new(Period {
        id: "2028-07-16",
        effective_from: Some(day(2028, 7, 16)),
        chapters: chapters(),
        numbering: numbering::PRESENT,
        concepts: &[
            Concept::PersonallyReferable,
            Concept::Pseudonymized,
            Concept::OptOutBarsReprovision,
            Concept::ForeignInformation,
            Concept::Schedule2Handlers,
            Concept::DeemedHandlers,
            Concept::RecipientConfirmation,
        ],
        exemptions: SEVEN_ITEMS,
        third_party_particulars: ThirdPartyParticulars::NameAddressAndRepresentative,
        cases: CASES,
        retention: PERIODS_IN_FORCE,
    }));
    let periods = PERIODS.iter().chain([next]);
    periods.map(RuleSet::render).collect::<Vec<_>>().leak()
});

/// The present chapters with the new one before the two that end every question.
fn chapters() -> &'static [&'static [Row]] {
    let (common, endings) = CHAPTERS.split_at(CHAPTERS.len() - 2);
    [common, &[FACES], endings].concat().leak()
}

fn opt_out(year: i32, month: u32, of_month: u32) -> Question {
    Question {
        basis: Basis::OptOut,
        ..Question::new(Direction::Provision, day(year, month, of_month))
    }
}

fn by_next_law(question: Question) -> Answer {
    judge_among(&LAWS, &question)
}

#[test]
fn an_event_is_judged_by_the_law_of_its_own_day() {
    let (before, after) = (opt_out(2028, 7, 15), opt_out(2028, 7, 16));
    assert_eq!(by_next_law(before).rule_set.id(), "2023-04-01");
    assert_eq!(by_next_law(after).rule_set.id(), "2028-07-16");
    assert!(!by_next_law(before).rule_set.asks_recipient_confirmation());
    assert!(by_next_law(after).rule_set.asks_recipient_confirmation());
    for question in [before, after] {
        let answer = by_next_law(question);
        assert_eq!(
            (answer.verdict, answer.case),
            (Verdict::Required, Some(Case::ProvisionOptOut))
        );
    }
}

#[test]
fn a_gate_that_the_next_law_adds_binds_from_its_first_day_on() {
    let faces = |question| Question {
        biometric: true,
        ..question
    };
    let before = by_next_law(faces(opt_out(2028, 7, 15)));
    assert_eq!((before.verdict, before.gate), (Verdict::Required, Gate::P8));
    let after = by_next_law(faces(opt_out(2028, 7, 16)));
    assert_eq!((after.verdict, after.gate), (Verdict::Prohibited, Gate::P8));
    assert!(
        after
            .explanation
            .en
            .starts_with("Biometric data is barred from opt-out.")
    );
    let consented = faces(Question {
        basis: Basis::Consent27,
        ..opt_out(2028, 7, 16)
    });
    assert_eq!(by_next_law(consented).verdict, Verdict::Required);
}

#[test]
fn earlier_events_stay_under_the_law_they_happened_under() {
    for year in [2016, 2018, 2022, 2024, 2028] {
        let question = opt_out(year, 6, 1);
        let (now, then) = (judge(&question), by_next_law(question));
        assert_eq!(now, then, "{year}");
    }
}

#[test]
fn the_law_in_force_asks_nothing_of_what_is_to_come() {
    for set in RuleSet::all() {
        assert!(!set.asks_recipient_confirmation(), "{}", set.id());
    }
    for direction in Direction::ALL {
        for basis in Basis::ALL {
            let plain = Question {
                basis: *basis,
                ..Question::new(*direction, day(2026, 11, 20))
            };
            let faces = Question {
                biometric: true,
                ..plain
            };
            assert_eq!(judge(&plain), judge(&faces), "{}", basis.as_str());
        }
    }
}
