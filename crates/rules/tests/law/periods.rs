//! What differs between the periods of the law.

use chrono::NaiveDate;
use kirokubo_rules::Direction::{Provision, Receipt};
use kirokubo_rules::{
    Answer, Basis, Direction, Gate, Place, Question, RuleSet, Source, ThirdPartyParticulars, Verdict, judge,
};

use crate::worked_case::{letters, question};

#[test]
fn each_day_has_the_rule_set_of_its_period() {
    for (date, id) in [
        ("1999-12-31", "before-2017-05-30"),
        ("2017-05-29", "before-2017-05-30"),
        ("2017-05-30", "2017-05-30"),
        ("2022-03-31", "2017-05-30"),
        ("2022-04-01", "2022-04-01"),
        ("2023-03-31", "2022-04-01"),
        ("2023-04-01", "2023-04-01"),
        ("2026-11-20", "2023-04-01"),
    ] {
        assert_eq!(RuleSet::for_date(date.parse().unwrap()).id(), id, "{date}");
    }
    assert_eq!(RuleSet::for_date(NaiveDate::MIN).id(), "before-2017-05-30");
    assert_eq!(RuleSet::for_date(NaiveDate::MAX), RuleSet::all().last().unwrap());
}

#[test]
fn rule_sets_are_listed_oldest_first_and_named_by_their_day() {
    let (before, dated) = RuleSet::all().split_first().unwrap();
    assert_eq!(before.effective_from(), None);
    let names: Vec<&str> = dated.iter().map(RuleSet::id).collect();
    let days: Vec<String> = dated
        .iter()
        .map(|set| set.effective_from().unwrap().to_string())
        .collect();
    assert_eq!(names, days);
    assert!(days.is_sorted());
}

#[test]
fn before_the_duty_there_was_none() {
    for direction in Direction::ALL {
        let answer = judge(&question(*direction, "2017-05-29", "basis=consent_27"));
        assert_eq!((answer.verdict, answer.gate), (Verdict::None, Gate::T0));
        assert!(answer.explanation.ja.contains("2017年5月30日"));
    }
}

#[test]
fn every_period_cites_its_own_numbers() {
    for (date, direction, differing, wanted) in [
        (
            "2017-05-30",
            Provision,
            "basis=consent_27",
            ["法25(1)", "規則13(1)(ii)"],
        ),
        (
            "2022-04-01",
            Provision,
            "basis=consent_27",
            ["法29(1)", "規則20(1)(ii)"],
        ),
        (
            "2023-04-01",
            Provision,
            "basis=consent_27",
            ["法29(1)", "規則20(1)(ii)"],
        ),
        (
            "2017-05-30",
            Receipt,
            "basis=opt_out",
            ["法26(3)", "規則17(1)(i)"],
        ),
        (
            "2022-04-01",
            Receipt,
            "basis=opt_out",
            ["法30(3)", "規則24(1)(i)"],
        ),
        (
            "2017-05-30",
            Provision,
            "basis=entrustment",
            ["法23(5)(i)", "法25(1)ただし書"],
        ),
        (
            "2017-05-30",
            Provision,
            "basis=exempt_27_1_1",
            ["法23(1)(i)", "法25(1)ただし書"],
        ),
    ] {
        let answer = judge(&question(direction, date, differing));
        assert_eq!(answer.citations, wanted, "{date} {differing}");
    }
}

#[test]
fn explanations_speak_in_the_numbers_of_the_period() {
    let old = judge(&question(Provision, "2021-06-01", "basis=consent_27")).explanation;
    assert!(
        old.ja.contains("法25条1項") && old.ja.contains("規則13条1項2号"),
        "{}",
        old.ja
    );
    assert!(
        old.en.contains("Article 25(1)") && old.en.contains("Rule 13(1)(ii)"),
        "{}",
        old.en
    );
    let new = judge(&question(Provision, "2024-06-01", "basis=consent_27")).explanation;
    assert!(
        new.ja.contains("法29条1項") && new.ja.contains("規則20条1項2号"),
        "{}",
        new.ja
    );
}

/// No answer of the first period names an article by a number it did not have: 27–31 stood at 23–26.
#[test]
fn the_first_period_never_names_a_later_article() {
    let later = [
        "法27",
        "法28",
        "法29",
        "法30",
        "法31",
        "Article 27",
        "Article 28",
        "Article 29",
        "Article 30",
    ];
    let date = "2020-06-01".parse().unwrap();
    for direction in Direction::ALL {
        for basis in Basis::ALL {
            for place in Place::ALL {
                let plain = Question::new(*direction, date);
                let answer = judge(&Question {
                    basis: *basis,
                    place: *place,
                    ..plain
                });
                for text in texts(&answer) {
                    assert!(!later.iter().any(|number| text.contains(number)), "{text}");
                }
            }
        }
    }
}

fn texts(answer: &Answer) -> Vec<&'static str> {
    let mut texts = vec![answer.explanation.ja, answer.explanation.en];
    texts.extend(answer.citations);
    for follow_up in answer.follow_up {
        texts.extend([follow_up.citation, follow_up.ja, follow_up.en]);
    }
    texts
}

#[test]
fn personally_referable_information_has_no_duty_before_2022() {
    for direction in Direction::ALL {
        for basis in ["consent_31", "none"] {
            let differing = format!("data=personally_referable basis={basis}");
            let before = judge(&question(*direction, "2022-03-31", &differing));
            assert_eq!((before.verdict, before.gate), (Verdict::None, Gate::L1));
            assert!(!before.citations.is_empty() && !before.rule_set.has_article_31());
        }
        let after = judge(&question(
            *direction,
            "2022-04-01",
            "data=personally_referable basis=consent_31",
        ));
        assert_eq!((after.verdict, after.gate), (Verdict::Required, Gate::L6));
    }
}

#[test]
fn the_academic_items_are_no_ground_before_2022() {
    for item in ["exempt_27_1_5", "exempt_27_1_6", "exempt_27_1_7"] {
        let differing = format!("basis={item}");
        let provision = judge(&question(Provision, "2022-03-31", &differing));
        assert_eq!(
            (provision.verdict, provision.gate),
            (Verdict::Prohibited, Gate::P10)
        );
        let receipt = judge(&question(Receipt, "2022-03-31", &differing));
        assert_eq!((receipt.verdict, receipt.gate), (Verdict::Prohibited, Gate::R13));
        let after = judge(&question(Provision, "2022-04-01", &differing));
        assert_eq!((after.verdict, after.gate), (Verdict::None, Gate::G4));
    }
    let earlier = judge(&question(Provision, "2022-03-31", "basis=exempt_27_1_4"));
    assert_eq!((earlier.verdict, earlier.gate), (Verdict::None, Gate::G4));
}

#[test]
fn the_bans_on_passing_opt_out_data_on_came_in_2022() {
    let sensitive = judge(&question(Provision, "2022-03-31", "basis=opt_out sensitive=true"));
    assert_eq!(sensitive.verdict, Verdict::Prohibited);
    let before = judge(&question(
        Provision,
        "2022-03-31",
        "basis=opt_out from_opt_out=true",
    ));
    assert_eq!(
        (before.verdict, letters(&before).as_str()),
        (Verdict::Required, "abcd")
    );
    let after = judge(&question(
        Provision,
        "2022-04-01",
        "basis=opt_out from_opt_out=true",
    ));
    assert_eq!(after.verdict, Verdict::Prohibited);
}

#[test]
fn a_standing_the_period_did_not_know_is_left_to_a_person() {
    for (date, differing, wanted) in [
        (
            "2022-03-31",
            "third_party_status=schedule2 basis=consent_27",
            Verdict::Review,
        ),
        (
            "2022-03-31",
            "self_status=schedule2 basis=consent_27",
            Verdict::Review,
        ),
        (
            "2022-04-01",
            "third_party_status=schedule2 basis=consent_27",
            Verdict::Required,
        ),
        (
            "2023-03-31",
            "self_status=deemed_handler basis=consent_27",
            Verdict::Review,
        ),
        (
            "2023-04-01",
            "self_status=deemed_handler basis=consent_27",
            Verdict::Required,
        ),
        (
            "2022-03-31",
            "data=pseudonymized_personal_data basis=consent_27",
            Verdict::Review,
        ),
    ] {
        let answer = judge(&question(Provision, date, differing));
        assert_eq!(answer.verdict, wanted, "{date} {differing}");
        assert_eq!(letters(&answer), "bcde", "{date} {differing}");
        assert_eq!(
            answer.mark == Source::FromMemory,
            wanted == Verdict::Review,
            "{date} {differing}"
        );
    }
}

#[test]
fn address_and_representative_are_asked_for_since_2022() {
    let particulars = |date: &str| RuleSet::for_date(date.parse().unwrap()).third_party_particulars();
    assert_eq!(
        particulars("2022-03-31"),
        ThirdPartyParticulars::NameOrIdentifyingMatter
    );
    assert_eq!(
        particulars("2022-04-01"),
        ThirdPartyParticulars::NameAddressAndRepresentative
    );
}

#[test]
fn the_duties_towards_foreign_recipients_came_in_2022() {
    let follow_ups = |date| {
        judge(&question(
            Provision,
            date,
            "place=equivalent_system basis=entrustment",
        ))
        .follow_up
    };
    assert!(follow_ups("2022-03-31").is_empty());
    assert_eq!(follow_ups("2022-04-01")[0].id, "foreign_system_measures");
}

#[test]
fn a_number_known_from_memory_marks_the_answer() {
    let mark = |date, differing| judge(&question(Provision, date, differing)).mark;
    assert_eq!(mark("2026-11-20", "basis=consent_27"), Source::Statute);
    assert_eq!(mark("2021-06-01", "basis=consent_27"), Source::Statute);
    assert_eq!(mark("2021-06-01", "basis=entrustment"), Source::FromMemory);
    assert_eq!(mark("2026-11-20", "interpretation=on_behalf"), Source::FromMemory);
    assert_eq!(
        mark("2026-11-20", "third_party_status=deemed_handler"),
        Source::Derived
    );
}
