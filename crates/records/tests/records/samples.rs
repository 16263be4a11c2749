//! Sixty invented events of all nine legal cases, as other systems send them.

use kirokubo_records::{Draft, Expect, Outcome, Status, matter_field, parse_event};
use kirokubo_rules::{Case, Matter};

use crate::support::CONTEXT;

const EVENTS: &str = include_str!("../data/events.ndjson");

fn draft(line: &str) -> Draft {
    match parse_event(line.as_bytes(), Expect::Line, &CONTEXT) {
        Ok(Outcome::Record(draft)) => *draft,
        other => panic!("{line}\n{other:#?}"),
    }
}

#[test]
fn every_event_becomes_a_regular_record_without_a_warning() {
    assert_eq!(EVENTS.lines().count(), 60);
    for line in EVENTS.lines() {
        let draft = draft(line);
        assert_eq!(draft.status(), Status::Regular, "{line}");
        assert!(draft.warnings().is_empty(), "{line}\n{:#?}", draft.warnings());
    }
}

#[test]
fn all_cases_the_law_asks_for_are_among_them() {
    let cases: Vec<Case> = EVENTS.lines().map(|line| draft(line).case()).collect();
    for case in Case::ALL.iter().filter(|case| case.code() <= 8) {
        assert!(cases.contains(case), "{}", case.as_str());
    }
}

#[test]
fn a_record_holds_every_statutory_matter_of_its_case() {
    for line in EVENTS.lines() {
        let draft = draft(line);
        for matter in draft.matters() {
            let held = match matter {
                Matter::Principals => !draft.rows().is_empty(),
                matter => draft.field(matter_field(*matter)).is_some(),
            };
            assert!(
                held && draft.is_statutory(matter_field(*matter)),
                "{matter:?} {line}"
            );
        }
    }
}
