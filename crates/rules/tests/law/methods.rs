//! The worked cases of method: M01–M11 and M17–M19. M12–M16 are in `omission`, M19's clock in `retention`.

use kirokubo_rules::Direction::{self, Provision, Receipt};
use kirokubo_rules::methods::{ContractCondition, Delegation, MethodFacts, MethodFault, choose_method};
use kirokubo_rules::{Answer, Method, judge};

use crate::worked_case::question;

fn answer(direction: Direction, differing: &str) -> Answer {
    judge(&question(direction, "2026-11-20", differing))
}

/// Facts that meet every condition of every method.
fn in_order(method: Method) -> MethodFacts {
    MethodFacts {
        goods_or_services: true,
        made_for_event: true,
        document_complete: true,
        continuous: true,
        ..MethodFacts::new(method)
    }
}

#[test]
fn m01_to_m04_an_opt_out_is_recorded_each_time_only() {
    for (id, direction, method, paragraph) in [
        ("M01", Provision, Method::Batch, "規則19(2)"),
        ("M02", Receipt, Method::Batch, "規則23(2)"),
        ("M03", Provision, Method::Contract, "規則19(3)"),
        ("M04", Receipt, Method::Contract, "規則23(2)"),
    ] {
        let fault = choose_method(&answer(direction, "basis=opt_out"), &in_order(method)).unwrap_err();
        assert_eq!(
            fault,
            MethodFault::NotAllowedForOptOut {
                method,
                citation: paragraph.to_owned()
            },
            "{id}"
        );
        assert_eq!(fault.fallback(), None, "{id}");
    }
    for direction in [Provision, Receipt] {
        let each = choose_method(
            &answer(direction, "basis=opt_out"),
            &MethodFacts::new(Method::Each),
        );
        assert_eq!(each, Ok(Method::Each));
    }
}

#[test]
fn m05_a_complete_paper_without_goods_or_services_is_a_record_made_each_time() {
    let facts = MethodFacts {
        goods_or_services: false,
        ..in_order(Method::Contract)
    };
    let fault = choose_method(&answer(Provision, "basis=consent_27"), &facts).unwrap_err();
    let missing = vec![ContractCondition::GoodsOrServices];
    assert_eq!(
        fault,
        MethodFault::ContractConditions {
            missing,
            citation: "規則19(3)".to_owned()
        }
    );
    assert_eq!(fault.fallback(), Some(Method::Each));
}

#[test]
fn m06_an_incomplete_paper_is_no_record_at_all() {
    let facts = MethodFacts {
        document_complete: false,
        ..in_order(Method::Contract)
    };
    let fault = choose_method(&answer(Provision, "basis=consent_27"), &facts).unwrap_err();
    let missing = vec![ContractCondition::DocumentComplete];
    assert_eq!(
        fault,
        MethodFault::ContractConditions {
            missing,
            citation: "規則19(3)".to_owned()
        }
    );
    assert_eq!(fault.fallback(), None);
}

#[test]
fn every_unmet_contract_condition_is_named() {
    let fault = choose_method(
        &answer(Receipt, "basis=consent_27"),
        &MethodFacts::new(Method::Contract),
    )
    .unwrap_err();
    let missing = ContractCondition::ALL.to_vec();
    assert_eq!(
        fault,
        MethodFault::ContractConditions {
            missing,
            citation: "規則23(3)".to_owned()
        }
    );
}

#[test]
fn m07_and_m08_a_linked_and_complete_contract_is_accepted() {
    for (id, answer) in [
        ("M07", answer(Provision, "place=other_foreign basis=consent_28")),
        ("M08", answer(Receipt, "third_party_status=non_handler")),
    ] {
        assert_eq!(
            choose_method(&answer, &in_order(Method::Contract)),
            Ok(Method::Contract),
            "{id}"
        );
    }
}

#[test]
fn m09_a_single_sale_is_no_batch() {
    let facts = MethodFacts {
        continuous: false,
        ..in_order(Method::Batch)
    };
    let fault = choose_method(&answer(Provision, "basis=consent_27"), &facts).unwrap_err();
    assert_eq!(
        fault,
        MethodFault::BatchNotContinuous {
            citation: "規則19(2)".to_owned()
        }
    );
    assert_eq!(fault.fallback(), Some(Method::Each));
}

#[test]
fn m10_and_m11_a_continuous_series_is_a_batch() {
    for (id, differing) in [
        ("M10", "basis=consent_27"),
        ("M11", "data=personally_referable basis=consent_31"),
    ] {
        let chosen = choose_method(&answer(Provision, differing), &in_order(Method::Batch));
        assert_eq!(chosen, Ok(Method::Batch), "{id}");
    }
}

#[test]
fn m17_the_other_side_may_write_the_record_under_an_arrangement() {
    let answer = answer(Receipt, "basis=consent_27");
    let written_by = |delegation| MethodFacts {
        delegation,
        ..in_order(Method::Each)
    };
    assert_eq!(
        choose_method(&answer, &written_by(Delegation::Arranged)),
        Ok(Method::Each)
    );
    let fault = choose_method(&answer, &written_by(Delegation::Unarranged));
    assert_eq!(fault, Err(MethodFault::DelegationUnarranged));
}

#[test]
fn m18_what_is_not_durable_is_no_record() {
    let facts = MethodFacts {
        durable_form: false,
        ..in_order(Method::Each)
    };
    for (direction, differing, paragraph) in [
        (Provision, "basis=consent_27", "規則19(1)"),
        (
            Provision,
            "data=personally_referable basis=consent_31",
            "規則27(1)",
        ),
        (Receipt, "basis=consent_27", "規則23(1)"),
    ] {
        let fault = choose_method(&answer(direction, differing), &facts);
        assert_eq!(
            fault,
            Err(MethodFault::NotDurable {
                citation: paragraph.to_owned()
            })
        );
    }
}

#[test]
fn m19_a_record_may_be_written_beforehand() {
    let chosen = choose_method(
        &answer(Provision, "basis=opt_out"),
        &MethodFacts::new(Method::Each),
    );
    assert_eq!(chosen, Ok(Method::Each));
}

#[test]
fn a_non_conforming_event_is_recorded_each_time_and_a_voluntary_one_as_one_likes() {
    let prohibited = answer(Provision, "basis=none");
    assert_eq!(
        choose_method(&prohibited, &in_order(Method::Each)),
        Ok(Method::Each)
    );
    let fault = choose_method(&prohibited, &in_order(Method::Batch)).unwrap_err();
    assert!(matches!(
        fault,
        MethodFault::OnlyEach {
            method: Method::Batch,
            ..
        }
    ));
    assert_eq!(fault.fallback(), None);
    let no_duty = answer(Provision, "basis=entrustment");
    assert_eq!(
        choose_method(&no_duty, &MethodFacts::new(Method::Batch)),
        Ok(Method::Batch)
    );
}

#[test]
fn faults_cite_the_articles_of_the_event_s_period() {
    let old = judge(&question(Receipt, "2021-06-01", "basis=opt_out"));
    let fault = choose_method(&old, &in_order(Method::Batch)).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "an event by opt-out is recorded each time, not by batch (規則16(2))"
    );
}
