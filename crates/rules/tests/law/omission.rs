//! The worked cases M12–M16: what may be left out of a record, and what of a confirmation.

use kirokubo_rules::Direction::{self, Provision, Receipt};
use kirokubo_rules::methods::{
    BaseRecord, Confirmation, EarlierConfirmation, OmissionFault, check_omission, confirm, omissible_matters,
};
use kirokubo_rules::{Answer, Matter, judge};

use crate::worked_case::question;

fn answer(direction: Direction, differing: &str) -> Answer {
    judge(&question(direction, "2026-11-20", differing))
}

#[test]
fn m12_all_of_a_consent_record_may_be_left_out_while_its_base_is_kept() {
    let answer = answer(Provision, "basis=consent_27");
    let omissible: Vec<Matter> = omissible_matters(&answer).collect();
    assert_eq!(
        omissible,
        [
            Matter::ThirdParty,
            Matter::Principals,
            Matter::Items,
            Matter::Consent
        ]
    );
    let base = BaseRecord {
        kept: true,
        same: &omissible,
    };
    assert_eq!(check_omission(&answer, &base, &omissible), Ok(()));
}

#[test]
fn m13_nothing_may_be_left_out_once_the_base_is_gone() {
    let answer = answer(Provision, "basis=consent_27");
    let base = BaseRecord {
        kept: false,
        same: Matter::ALL,
    };
    let fault = check_omission(&answer, &base, &[Matter::Items]);
    assert_eq!(
        fault,
        Err(OmissionFault::BaseNotKept {
            citation: "規則20(2)".to_owned()
        })
    );
    assert_eq!(check_omission(&answer, &base, &[]), Ok(()));
}

#[test]
fn m14_an_opt_out_always_states_its_date() {
    for (direction, paragraph) in [(Provision, "規則20(2)"), (Receipt, "規則24(2)")] {
        let answer = answer(direction, "basis=opt_out");
        let base = BaseRecord {
            kept: true,
            same: Matter::ALL,
        };
        let rest: Vec<Matter> = omissible_matters(&answer).collect();
        assert_eq!(rest.len(), answer.matters.len() - 1);
        assert_eq!(check_omission(&answer, &base, &rest), Ok(()));
        let fault = check_omission(&answer, &base, &[Matter::Date]);
        assert_eq!(
            fault,
            Err(OmissionFault::DateNeverOmitted {
                citation: paragraph.to_owned()
            })
        );
    }
}

#[test]
fn what_the_base_does_not_hold_the_same_is_written_anew() {
    let answer = answer(Provision, "data=personally_referable basis=consent_31");
    let base = BaseRecord {
        kept: true,
        same: &[Matter::ThirdParty],
    };
    let fault = check_omission(&answer, &base, &[Matter::ThirdParty, Matter::Items]);
    let citation = "規則28(2)".to_owned();
    assert_eq!(
        fault,
        Err(OmissionFault::NotInBase {
            matter: Matter::Items,
            citation
        })
    );
}

#[test]
fn m15_and_m16_only_an_unchanged_and_kept_confirmation_is_a_shortcut() {
    let earlier = |record_kept, same_content| {
        Some(EarlierConfirmation {
            record_kept,
            same_content,
        })
    };
    assert_eq!(confirm(earlier(true, true)), Confirmation::SamenessOnly, "M15");
    assert_eq!(confirm(earlier(true, false)), Confirmation::Anew, "M16");
    assert_eq!(confirm(earlier(false, true)), Confirmation::Anew);
    assert_eq!(confirm(None), Confirmation::Anew);
}
