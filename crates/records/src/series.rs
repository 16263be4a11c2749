//! How the record is made: each time, in batch over a period, or by a contract in its place.

use chrono::NaiveDate;
use kirokubo_rules::methods::{ContractCondition, MethodFacts, MethodFault, choose_method};
use kirokubo_rules::{Answer, Method};

use crate::fault::{Code, Words};
use crate::form::Form;
use crate::given::Given;
use crate::json::ObjectText;
use crate::matter::check_evidence;
use crate::text::{IDENTIFIER, NAME, PROSE};

/// What was posted about the way of recording.
#[derive(Debug)]
pub(crate) struct Series {
    method: Given<Method>,
    period: Given<Period>,
    agreement: Given<Agreement>,
}

/// The days a batch or contract series covers; it runs on where it has no last day.
#[derive(Debug)]
struct Period {
    to: Option<NaiveDate>,
    json: String,
}

/// A base contract or another paper the record leans on.
#[derive(Debug)]
struct Agreement {
    json: String,
    /// What it shows of the conditions; the method in it is not asked for.
    shown: MethodFacts,
}

/// The way of recording that the rules accept.
#[derive(Debug)]
pub(crate) struct Recording {
    /// How the record is made.
    pub(crate) method: Method,
    /// The last event the clock counts from; `None` while the series runs.
    pub(crate) last_event_on: Option<NaiveDate>,
    /// The stored text of the period.
    pub(crate) period: Option<String>,
    /// The stored text of the method and the agreement.
    pub(crate) method_json: String,
}

/// Reads `recording_method`, `period` and `agreement`.
pub(crate) fn read(form: &Form<'_, '_>) -> Series {
    Series {
        method: form.choice("recording_method"),
        period: read_period(form),
        agreement: read_agreement(form),
    }
}

impl Series {
    /// The way of recording, where the rules accept it for the judged event of `event_day`; `added` says that it is one
    /// more day of a batch that runs.
    pub(crate) fn accept(
        &self,
        form: &Form<'_, '_>,
        answer: &Answer,
        event_day: NaiveDate,
        added: bool,
    ) -> Option<Recording> {
        if self.method.is_faulty() || self.period.is_faulty() || self.agreement.is_faulty() {
            return None;
        }
        let asked = self.method.as_ref().copied().present().unwrap_or(Method::Each);
        let period = self.period.as_ref().present();
        let agreement = self.agreement.as_ref().present();
        let shown = agreement.map_or_else(|| MethodFacts::new(asked), |agreement| agreement.shown);
        let facts = MethodFacts {
            method: asked,
            continuous: added || period.is_some() || shown.continuous,
            ..shown
        };
        let method = choose_method(answer, &facts)
            .or_else(|fault| note(form, &fault))
            .ok()?;
        let mut json = ObjectText::default();
        json.text("method", method.as_str());
        if method != asked {
            json.text("asked", asked.as_str());
        }
        // The record that opened the batch holds its agreement.
        if let Some(agreement) = agreement.filter(|_| !added) {
            json.json("agreement", &agreement.json);
        }
        let last_of_series = period.and_then(|period| period.to);
        Some(Recording {
            method,
            last_event_on: if method == Method::Each {
                Some(event_day)
            } else {
                last_of_series
            },
            period: period.map(|period| period.json.clone()),
            method_json: json.finish()?,
        })
    }
}

/// Notes why the method asked for is not open; gives the method the same papers are a record by all the same.
fn note(form: &Form<'_, '_>, fault: &MethodFault) -> Result<Method, NotOpen> {
    let at = |code| form.fault("recording_method", code);
    let refusal = match fault {
        MethodFault::NotAllowedForOptOut { .. } => at(Code::MethodNotAllowedForOptOut),
        MethodFault::BatchNotContinuous { .. } => at(Code::MethodBatchConditions),
        MethodFault::OnlyEach { .. } | MethodFault::NotDurable { .. } | MethodFault::DelegationUnarranged => {
            at(Code::MethodOnlyEach)
        }
        MethodFault::ContractConditions { missing, .. } => {
            let labels: Vec<&str> = missing.iter().map(|condition| condition.label_ja()).collect();
            let words: Vec<&str> = missing.iter().map(|condition| condition.as_str()).collect();
            let refusal = at(Code::MethodContractConditions).hint(Words::made(
                format!("agreement で示されていない条件: {}", labels.join("、")),
                format!("not shown by `agreement`: {}", words.join(", ")),
            ));
            // A complete paper that concerns no goods or services is still a record, kept for the longer term.
            if !missing.contains(&ContractCondition::DocumentComplete)
                && let Some(fallback) = fault.fallback()
            {
                form.faults().push(refusal.as_warning());
                return Ok(fallback);
            }
            refusal
        }
    };
    form.faults().push(refusal);
    Err(NotOpen)
}

/// The method asked for is not open, and the fault is noted.
struct NotOpen;

fn read_period(form: &Form<'_, '_>) -> Given<Period> {
    let period = match form.object("period", &["from", "to"]) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(period) => period,
    };
    let (from, to) = (period.day("from"), period.day("to"));
    if from.is_absent() {
        period.faults().push(period.missing("from"));
    }
    match (from, to) {
        (Given::Present(from), Given::Present(to)) if to < from => {
            let hint = Words::of("末日が初日より前です。", "the last day is before the first");
            period
                .faults()
                .push(period.fault("to", Code::DateOutOfRange).hint(hint));
            Given::Faulty
        }
        (Given::Present(_), to) if !to.is_faulty() => Given::Present(Period {
            to: to.present(),
            json: period.node().to_json(),
        }),
        _ => Given::Faulty,
    }
}

fn read_agreement(form: &Form<'_, '_>) -> Given<Agreement> {
    const FIELDS: &[&str] = &[
        "title",
        "number",
        "concluded_on",
        "continuous",
        "goods_or_services",
        "made_for_event",
        "document_complete",
        "described",
        "evidence",
    ];
    let agreement = match form.object("agreement", FIELDS) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(agreement) => agreement,
    };
    let texts = [
        agreement.text("title", NAME),
        agreement.text("number", IDENTIFIER),
        agreement.text("described", PROSE),
    ];
    let concluded_on = agreement.day("concluded_on");
    let flags = [
        "continuous",
        "goods_or_services",
        "made_for_event",
        "document_complete",
    ];
    let flags = flags.map(|name| agreement.flag(name));
    let shown = check_evidence(&agreement);
    if !shown
        || texts.iter().any(Given::is_faulty)
        || concluded_on.is_faulty()
        || flags.iter().any(Given::is_faulty)
    {
        return Given::Faulty;
    }
    let [continuous, goods_or_services, made_for_event, document_complete] = flags.map(Given::present);
    let shown = MethodFacts {
        // Naming a base contract is to say that it governs a series and this event in it; that it concerns goods or
        // services for the principal and holds every matter has to be said.
        continuous: continuous.unwrap_or(true),
        made_for_event: made_for_event.unwrap_or(true),
        goods_or_services: goods_or_services.unwrap_or(false),
        document_complete: document_complete.unwrap_or(false),
        ..MethodFacts::new(Method::Each)
    };
    Given::Present(Agreement {
        json: agreement.node().to_json(),
        shown,
    })
}
