//! Where the other side is, in the terms of art. 28(1), when only its country was given.

use chrono::NaiveDate;
use kirokubo_rules::{Direction, Place, Question, is_equivalent_country};

use crate::country::Country;
use crate::cross_border::CrossBorder;
use crate::fault::Code;
use crate::form::Form;
use crate::given::Given;
use crate::matter::PartyFacts;

/// What tells where the other side is.
pub(super) struct PlaceFacts<'a> {
    pub(super) country: &'a Given<Country>,
    pub(super) cross_border: &'a Given<CrossBorder>,
    pub(super) event_date: NaiveDate,
}

/// The place that follows from the ground or the country; `readable` becomes false where they could not be read.
pub(super) fn infer(facts: &PlaceFacts<'_>, readable: &mut bool) -> Option<Place> {
    *readable &= !facts.country.is_faulty() && !facts.cross_border.is_faulty();
    let cross_border = facts.cross_border.as_ref().present();
    if let Some(ground) = cross_border.and_then(CrossBorder::ground) {
        return Some(ground.place());
    }
    let country = cross_border
        .and_then(CrossBorder::country)
        .or(facts.country.as_ref().present())?;
    Some(place_of(country, facts.event_date))
}

/// Notes where the place that was given contradicts the country.
pub(super) fn check(
    form: &Form<'_, '_>,
    question: &Question,
    party: &PartyFacts,
    cross_border: &Given<CrossBorder>,
) {
    let cross_border = cross_border.as_ref().present();
    let Some(country) = cross_border
        .and_then(CrossBorder::country)
        .or(party.country.as_ref().present())
    else {
        return;
    };
    let conflict = || form.fault("place", Code::ValueConflict).fill("field", "country");
    let fault = match (question.place, place_of(country, question.event_date)) {
        (Place::Japan, Place::Japan) => return,
        (Place::Japan, _) if question.direction == Direction::Provision => {
            form.fault("place", Code::CrossBorderGroundRequired)
        }
        // The law of this country does not make it equal: the ground that was claimed does not exist.
        (Place::EquivalentCountry, Place::OtherForeign) => conflict(),
        // The stricter reading was chosen, or the place does not matter: worth a look, no more.
        (Place::Japan, _) | (_, Place::Japan) => conflict().as_warning(),
        _ => return,
    };
    form.faults().push(fault);
}

fn place_of(country: &Country, event_date: NaiveDate) -> Place {
    if country.is_japan() {
        Place::Japan
    } else if is_equivalent_country(country.as_str(), event_date) {
        Place::EquivalentCountry
    } else {
        Place::OtherForeign
    }
}
