//! What else an answer asks for.

use kirokubo_rules::Direction::{self, Provision, Receipt};
use kirokubo_rules::{Matter, Verdict, judge};

use crate::worked_case::question;

fn follow_ups(direction: Direction, differing: &str) -> Vec<&'static str> {
    let answer = judge(&question(direction, "2026-11-20", differing));
    answer.follow_up.iter().map(|follow_up| follow_up.id).collect()
}

/// P40, P41 and P42: art. 28(3) follows whether or not a record is due.
#[test]
fn a_recipient_with_equivalent_measures_is_watched_even_without_a_record() {
    for basis in ["entrustment", "joint_use", "consent_27", "opt_out"] {
        let there = follow_ups(Provision, &format!("place=equivalent_system basis={basis}"));
        assert!(there.contains(&"foreign_system_measures"), "{basis}");
        let here = follow_ups(Provision, &format!("basis={basis}"));
        assert!(!here.contains(&"foreign_system_measures"), "{basis}");
    }
}

#[test]
fn consent_to_provision_abroad_keeps_what_was_told() {
    let asked = follow_ups(Provision, "place=other_foreign basis=consent_28");
    assert_eq!(asked, ["foreign_information", "keep_event_date"]);
}

#[test]
fn an_exemption_from_the_record_leaves_the_ground_to_be_checked() {
    let public = follow_ups(Provision, "third_party_status=public_body");
    assert_eq!(public, ["ground_still_needed"]);
    let on_behalf = follow_ups(Provision, "interpretation=on_behalf");
    assert_eq!(on_behalf, ["ground_still_needed"]);
}

#[test]
fn anonymised_information_is_published_instead() {
    assert_eq!(
        follow_ups(Provision, "data=anonymized"),
        ["anonymized_publication"]
    );
}

#[test]
fn every_receipt_with_a_duty_is_confirmed_first() {
    let confirmations = |differing| judge(&question(Receipt, "2026-11-20", differing)).confirmations();
    let both = [Matter::ThirdParty, Matter::Acquisition];
    for differing in [
        "basis=consent_27",
        "basis=opt_out",
        "third_party_status=non_handler",
    ] {
        assert_eq!(confirmations(differing), both, "{differing}");
        assert!(follow_ups(Receipt, differing).contains(&"confirm_third_party_and_acquisition"));
    }
    assert_eq!(
        confirmations("data=personally_referable basis=consent_31"),
        [Matter::ThirdParty]
    );
    assert!(confirmations("basis=entrustment").is_empty());
}

#[test]
fn a_provider_confirms_nothing() {
    let answer = judge(&question(Provision, "2026-11-20", "basis=consent_27"));
    assert_eq!(answer.verdict, Verdict::Required);
    assert!(answer.confirmations().is_empty());
}

#[test]
fn a_date_that_is_no_statutory_matter_is_kept_for_the_clock() {
    for (direction, article) in [(Provision, "規則21"), (Receipt, "規則25")] {
        let answer = judge(&question(direction, "2026-11-20", "basis=consent_27"));
        assert!(!answer.matters.contains(&Matter::Date));
        let kept = answer
            .follow_up
            .iter()
            .find(|follow_up| follow_up.id == "keep_event_date");
        assert_eq!(kept.map(|follow_up| follow_up.citation), Some(article));
    }
}
