//! A provision abroad: the country, and what the principals were told of it before they consented (art. 28(2),
//! 31(1)(ii), 規則17条). Neither is a matter of the record, so what is missing is only told.

use kirokubo_rules::{Answer, Case, Direction, Place, Question, Verdict};

use super::parts::Parts;
use crate::cross_border::CrossBorder;
use crate::fault::{Code, Fault};
use crate::form::Form;
use crate::json::Node;

/// Notes what a record of a provision abroad should hold beside its matters.
pub(super) fn note(form: &Form<'_, '_>, question: &Question, answer: &Answer, parts: &Parts) {
    if question.direction != Direction::Provision || question.place == Place::Japan {
        return;
    }
    if concerns_the_country(answer) && !parts.country_named {
        let pointer = form.at("cross_border").name("country").pointer();
        form.faults()
            .push(Fault::new(Code::CrossBorderCountryMissing, pointer));
    }
    let asked = question.place == Place::OtherForeign && answer.rule_set.asks_foreign_information();
    if let Some(object) = answer.case.filter(|_| asked).and_then(object_of)
        && !is_informed(form, parts)
    {
        let pointer = form.at(object).name("information_given").pointer();
        form.faults()
            .push(Fault::new(Code::CrossBorderInformationMissing, pointer));
    }
}

/// Whether the country matters: a record is due, or the recipient's measures are to be followed up (art. 28(3)).
fn concerns_the_country(answer: &Answer) -> bool {
    let followed_up = || {
        answer
            .follow_up
            .iter()
            .any(|next| next.id == "foreign_system_measures")
    };
    match answer.verdict {
        Verdict::Required | Verdict::Review => true,
        Verdict::None => followed_up(),
        Verdict::Prohibited => false,
    }
}

/// Where such a record says that the principals were informed.
const fn object_of(case: Case) -> Option<&'static str> {
    match case {
        Case::ProvisionConsent28 => Some("cross_border"),
        Case::ProvisionPersonallyReferable => Some("consent_confirmation"),
        _ => None,
    }
}

/// Whether it is said anywhere that the principals were informed, or of what.
fn is_informed(form: &Form<'_, '_>, parts: &Parts) -> bool {
    let abroad = parts.cross_border.as_ref().present();
    let confirmed = parts.confirmation.as_ref().present();
    matches!(form.get("information_given"), Some(Node::Bool(true)))
        || abroad.is_some_and(CrossBorder::tells_of_information)
        || confirmed.is_some_and(|given| given.value().information_given() == Some(true))
}
