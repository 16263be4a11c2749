//! How the record is made: each time, in batch over a period, or by a contract in its place.

mod agreement;

use chrono::NaiveDate;
use kirokubo_rules::methods::{Delegation, MethodFacts, MethodFault, choose_method};
use kirokubo_rules::{Answer, Method, Verdict};

use crate::fault::{Code, Words};
use crate::form::Form;
use crate::given::Given;
use crate::json::ObjectText;
use agreement::Agreement;

/// What was posted about the way of recording.
#[derive(Debug)]
pub(crate) struct Series {
    method: Given<Method>,
    period: Given<Period>,
    agreement: Given<Agreement>,
    delegation: Given<Delegation>,
}

/// The days a batch or contract series covers; it runs on where it has no last day.
#[derive(Debug)]
struct Period {
    to: Option<NaiveDate>,
    json: String,
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

/// Reads `recording_method`, `period`, `agreement` and `delegation`.
pub(crate) fn read(form: &Form<'_, '_>) -> Series {
    Series {
        method: form.choice("recording_method"),
        period: read_period(form),
        agreement: agreement::read(form),
        delegation: form.choice("delegation"),
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
        if self.method.is_faulty()
            || self.period.is_faulty()
            || self.agreement.is_faulty()
            || self.delegation.is_faulty()
        {
            return None;
        }
        let asked = self.method.as_ref().copied().present().unwrap_or(Method::Each);
        let period = self.period.as_ref().present();
        let agreement = self.agreement.as_ref().present();
        let delegation = self.delegation.as_ref().copied().present();
        let shown = agreement.map_or_else(
            || MethodFacts::new(asked),
            |agreement| agreement.shows(asked, answer),
        );
        let facts = MethodFacts {
            continuous: added || period.is_some() || shown.continuous,
            delegation: delegation.unwrap_or(Delegation::None),
            ..shown
        };
        let method = choose_method(answer, &facts)
            .or_else(|fault| note(form, answer, agreement, &fault))
            .ok()?;
        if let (Method::Contract, Some(agreement)) = (method, agreement)
            && answer.verdict != Verdict::None
        {
            agreement.note_evidence(form);
        }
        let mut json = ObjectText::default();
        json.text("method", method.as_str());
        if method != asked {
            json.text("asked", asked.as_str());
        }
        // The record that opened the batch holds its agreement.
        if let Some(agreement) = agreement.filter(|_| !added) {
            json.json("agreement", &agreement.json);
        }
        if let Some(Delegation::Arranged) = delegation {
            json.text("delegation", Delegation::Arranged.as_str());
        }
        let ends_at_once = period.is_none()
            && method == Method::Contract
            && agreement.is_some_and(Agreement::is_for_one_event);
        let last_of_series = match period {
            Some(period) => period.to,
            None => ends_at_once.then_some(event_day),
        };
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

/// Notes why the method asked for is not open; gives the method the same event is a record by all the same.
fn note(
    form: &Form<'_, '_>,
    answer: &Answer,
    agreement: Option<&Agreement>,
    fault: &MethodFault,
) -> Result<Method, NotOpen> {
    let code = match fault {
        MethodFault::NotAllowedForOptOut { .. } => Code::MethodNotAllowedForOptOut,
        MethodFault::BatchNotContinuous { .. } => Code::MethodBatchConditions,
        MethodFault::OnlyEach { .. } => Code::MethodOnlyEach,
        MethodFault::NotDurable { .. } => Code::MethodNotDurable,
        MethodFault::DelegationUnarranged => Code::MethodDelegationUnarranged,
        MethodFault::ContractConditions { missing, .. } => {
            // The event itself has to hold every matter whatever the paper holds, so it is a record made each time.
            if let Some(agreement) = agreement {
                agreement.note_conditions(form, answer, missing);
                return Ok(Method::Each);
            }
            Code::MethodContractConditions
        }
    };
    let field = match fault {
        MethodFault::DelegationUnarranged => "delegation",
        _ => "recording_method",
    };
    form.faults().push(form.fault(field, code));
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
