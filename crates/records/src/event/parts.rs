//! Everything an event may hold, read one part after the other before any of it is judged.

use kirokubo_rules::{Direction, Question, RuleSet, ThirdPartyStatus};

use super::place::{self, PlaceFacts};
use super::{Context, Links, date_field};
use crate::cross_border::{self, CrossBorder};
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::inputs::{self, take};
use crate::matter::{
    self, Acquisition, Consent, ConsentConfirmation, EventDay, Filing, Items, PartyFacts, PartyKind,
    PartyRule, PpcPublication, Principals, PrincipalsRule, RecipientConfirmation, ThirdParty,
};
use crate::my_number;
use crate::series::{self, Series};
use crate::source::{self, Source};
use crate::voluntary;

/// The parts of one event.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) source: Option<Source>,
    pub(super) date: Given<EventDay>,
    pub(super) third_party: Given<Checked<ThirdParty>>,
    pub(super) principals: Given<Checked<Principals>>,
    pub(super) items: Given<Checked<Items>>,
    pub(super) consent: Given<Checked<Consent>>,
    pub(super) confirmation: Given<Checked<ConsentConfirmation>>,
    pub(super) acquisition: Given<Checked<Acquisition>>,
    pub(super) publication: Given<Checked<PpcPublication>>,
    pub(super) filing: Given<Checked<Filing>>,
    pub(super) recipient_confirmation: Given<Checked<RecipientConfirmation>>,
    pub(super) cross_border: Given<CrossBorder>,
    /// Whether the country of the other side is said anywhere.
    pub(super) country_named: bool,
    pub(super) series: Series,
    /// The stored text of the notes nobody asks for.
    pub(super) voluntary: Option<String>,
    pub(super) wishes: Wishes,
    /// The facts to judge; `None` where one of them could not be read.
    pub(super) question: Option<Question>,
    /// What the record may leave to others; `None` where it may not rely on one it names.
    pub(super) links: Option<Links>,
}

/// What the sender wishes to be done with an event that the law does not simply ask to be recorded.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// Record it although no duty exists.
    pub(super) keep_voluntarily: bool,
    /// Record it although it should not have happened.
    pub(super) non_conforming: bool,
    /// What the sender takes the record for.
    pub(super) statutory: Option<bool>,
}

impl Parts {
    /// Reads every part, noting every fault.
    pub(super) fn read(form: &Form<'_, '_>, direction: Direction, context: &Context<'_>) -> Self {
        let date = matter::read_event_day(form, date_field(direction), context.today);
        let event_day = date.as_ref().present().map(EventDay::day);
        // A date that could not be read is taken for today, so that the other faults can be told as well.
        let judged_on = event_day.unwrap_or(context.today);
        let particulars = RuleSet::for_date(judged_on).third_party_particulars();
        let (third_party, party) = matter::read_party(
            form,
            PartyRule {
                direction,
                particulars,
            },
            judged_on,
        );
        let items = matter::read_items(form);
        let confirmation = matter::read_confirmation(form);
        let cross_border = cross_border::read(form);

        let mut question = Question::new(direction, judged_on);
        let readable = read_question(form, &mut question, &party, &cross_border, &confirmation);
        matter::check_evidence(form);
        let source = source::read(form);
        let confirms = |source: &Source| context.settings.confirms(source.system(), "ref");
        let rule = PrincipalsRule {
            most: context.max_principals,
            today: context.today,
            numbers_confirmed: source.as_ref().is_some_and(confirms) || my_number::is_denied(form),
        };
        // Looked at where numbers are; read here, so that a wrong type is told, once.
        form.flag(my_number::DENIAL);
        Self {
            source,
            principals: matter::read_principals(form, rule, context.known),
            consent: matter::read_consent(form, event_day),
            acquisition: matter::read_acquisition(form),
            publication: matter::read_publication(form, context.today),
            filing: matter::read_filing(form, direction, event_day),
            recipient_confirmation: matter::read_recipient_confirmation(form, context.today),
            series: series::read(form),
            voluntary: voluntary::read(form),
            wishes: Wishes {
                keep_voluntarily: form.flag("keep_voluntarily").present().unwrap_or(false),
                non_conforming: form.flag("non_conforming").present().unwrap_or(false),
                statutory: form.flag("statutory").present(),
            },
            question: readable.then_some(question),
            links: None,
            country_named: names_country(&party, &cross_border),
            date,
            third_party,
            items,
            confirmation,
            cross_border,
        }
    }
}

/// Puts the facts to judge together; `false` where one could not be read.
pub(super) fn read_question(
    form: &Form<'_, '_>,
    question: &mut Question,
    party: &PartyFacts,
    cross_border: &Given<CrossBorder>,
    confirmation: &Given<Checked<ConsentConfirmation>>,
) -> bool {
    let mut readable = true;
    let informed = cross_border
        .as_ref()
        .present()
        .and_then(CrossBorder::information_given);
    let confirmed = confirmation
        .as_ref()
        .present()
        .and_then(|given| given.value().information_given());
    if let Some(information_given) = informed.or(confirmed) {
        question.information_given = information_given;
    }
    if matches!(party.kind, Given::Present(PartyKind::UnspecifiedMany)) {
        question.third_party_status = ThirdPartyStatus::UnspecifiedMany;
    }
    take(
        party.status.as_ref().copied(),
        &mut question.third_party_status,
        &mut readable,
    );
    let inferred = place::infer(
        &PlaceFacts {
            country: &party.country,
            cross_border,
            event_date: question.event_date,
        },
        &mut readable,
    );
    if let Some(place) = inferred {
        question.place = place;
    }
    let given = inputs::read(form, question);
    if form.get("place").is_some() && given {
        place::check(form, question, party, cross_border);
    }
    readable && given && !party.kind.is_faulty()
}

/// Whether the country is said, with the other side or with the ground.
fn names_country(party: &PartyFacts, cross_border: &Given<CrossBorder>) -> bool {
    let abroad = cross_border.as_ref().present();
    matches!(party.country, Given::Present(_)) || abroad.is_some_and(|abroad| abroad.country().is_some())
}
