//! Questions about the duty and the clock that touch no person: what `POST /v1/duty-checks` and
//! `POST /v1/retention-checks` take.

use chrono::NaiveDate;
use kirokubo_rules::retention::retention;
use kirokubo_rules::{Direction, Method, Question, RetainThrough};

use crate::fault::{Fault, Faults};
use crate::form::{Choice, Form};
use crate::inputs::{self, INPUTS, take};
use crate::json::{self, Path};

/// A question about the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionQuestion {
    /// How the record is made.
    pub method: Method,
    /// The day the record, or its last addition, was made.
    pub made_on: NaiveDate,
    /// The day of the event, or of the last of a series; a batch or contract without one still runs.
    pub last_event_on: Option<NaiveDate>,
}

impl RetentionQuestion {
    /// The last day the record must be kept.
    #[must_use]
    pub fn answer(&self) -> RetainThrough {
        retention(self.method, self.made_on, self.last_event_on)
    }
}

/// Reads a duty check. Every key but `direction` has its default; an event without a date is one of `today`.
///
/// # Errors
///
/// Every fault, in the order of the pointers.
pub fn parse_duty_question(bytes: &[u8], today: NaiveDate) -> Result<Question, Vec<Fault>> {
    let node = json::read(bytes)?;
    let faults = Faults::default();
    let Some(form) = Form::open(
        &node,
        Path::ROOT,
        &faults,
        &[&["direction", "event_date", "third_party_status"], INPUTS],
    ) else {
        return Err(faults.into_errors());
    };
    let direction = required_choice::<Direction>(&form, "direction");
    let mut question = Question::new(direction.unwrap_or(Direction::Provision), today);
    let mut readable = true;
    take(form.day("event_date"), &mut question.event_date, &mut readable);
    take(
        form.choice("third_party_status"),
        &mut question.third_party_status,
        &mut readable,
    );
    inputs::read(&form, &mut question);
    faults.into_warnings().map(|_| question)
}

/// Reads a retention check.
///
/// # Errors
///
/// Every fault, in the order of the pointers.
pub fn parse_retention_question(bytes: &[u8]) -> Result<RetentionQuestion, Vec<Fault>> {
    let node = json::read(bytes)?;
    let faults = Faults::default();
    let Some(form) = Form::open(
        &node,
        Path::ROOT,
        &faults,
        &[&["method", "made_on", "last_event_on"]],
    ) else {
        return Err(faults.into_errors());
    };
    let method = required_choice::<Method>(&form, "method");
    let made_on = form.day("made_on");
    if made_on.is_absent() {
        faults.push(form.missing("made_on"));
    }
    let last_event_on = form.day("last_event_on").present();
    let question = method.zip(made_on.present());
    match question {
        Some((method, made_on)) => faults.into_warnings().map(|_| RetentionQuestion {
            method,
            made_on,
            last_event_on,
        }),
        None => Err(faults.into_errors()),
    }
}

/// A word that must be given.
fn required_choice<T: Choice>(form: &Form<'_, '_>, name: &str) -> Option<T> {
    let given = form.choice(name);
    if given.is_absent() {
        form.faults().push(form.missing(name));
    }
    given.present()
}

#[cfg(test)]
mod tests {
    use kirokubo_rules::{Basis, Place, ThirdPartyStatus, Verdict, judge};

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
    }

    fn faults(faults: Vec<Fault>) -> Vec<(String, &'static str)> {
        faults
            .into_iter()
            .map(|fault| (fault.pointer, fault.code.as_str()))
            .collect()
    }

    #[test]
    fn only_the_direction_must_be_given() {
        let question = parse_duty_question(br#"{"direction":"provision"}"#, today()).unwrap();
        assert_eq!(question, Question::new(Direction::Provision, today()));
    }

    #[test]
    fn every_input_reaches_the_question() {
        let asked = br#"{"direction":"provision","event_date":"2026-11-20","self_status":"schedule2",
            "data":"personal_data","third_party_status":"overseas","place":"other_foreign","basis":"consent_28",
            "interpretation":"none","sensitive":true,"illicit":true,"from_opt_out":true,"filed":false,
            "as_personal_data":false,"information_given":false,"recipient_view":"not_personal"}"#;
        let question = parse_duty_question(asked, today()).unwrap();
        assert_eq!(
            (question.basis, question.place),
            (Basis::Consent28, Place::OtherForeign)
        );
        assert_eq!(question.third_party_status, ThirdPartyStatus::Overseas);
        assert!(question.sensitive && question.illicit && question.from_opt_out);
        assert!(!question.filed && !question.as_personal_data && !question.information_given);
        assert_eq!(judge(&question).verdict, Verdict::Required);
    }

    #[test]
    fn all_faults_of_a_question_are_told_at_once() {
        let asked = br#"{"event_date":"2026/11/20","basis":"consent27","filed":"yes","basiss":"none"}"#;
        assert_eq!(
            faults(parse_duty_question(asked, today()).unwrap_err()),
            [
                ("/basis".to_owned(), "value.unknown"),
                ("/basiss".to_owned(), "json.unknown_field"),
                ("/direction".to_owned(), "json.missing"),
                ("/event_date".to_owned(), "date.format"),
                ("/filed".to_owned(), "json.wrong_type"),
            ]
        );
    }

    #[test]
    fn the_clock_is_asked_with_its_method_and_days() {
        let asked = br#"{"method":"each","made_on":"2025-02-28"}"#;
        let end = NaiveDate::from_ymd_opt(2028, 2, 29).unwrap();
        assert_eq!(
            parse_retention_question(asked).unwrap().answer(),
            RetainThrough::Through(end)
        );
        let running = br#"{"method":"batch","made_on":"2025-02-28"}"#;
        assert_eq!(
            parse_retention_question(running).unwrap().answer(),
            RetainThrough::Open
        );
        assert_eq!(
            faults(parse_retention_question(br#"{"method":"monthly"}"#).unwrap_err()),
            [
                ("/made_on".to_owned(), "json.missing"),
                ("/method".to_owned(), "value.unknown")
            ]
        );
        assert_eq!(
            faults(parse_retention_question(b"[]").unwrap_err()),
            [(String::new(), "json.wrong_type")]
        );
    }
}
