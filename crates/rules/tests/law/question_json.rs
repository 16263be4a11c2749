//! The question as a client posts it.

use chrono::NaiveDate;
use kirokubo_rules::{
    Basis, Case, Data, Direction, Gate, Interpretation, Matter, Method, Place, Question, RecipientView,
    SelfStatus, Source, ThirdPartyStatus, Verdict,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[test]
fn all_but_direction_and_date_have_defaults() {
    let read: Question =
        serde_json::from_str(r#"{"direction":"receipt","event_date":"2026-11-20"}"#).unwrap();
    let plain = Question::new(Direction::Receipt, NaiveDate::from_ymd_opt(2026, 11, 20).unwrap());
    assert_eq!(read, plain);
    assert!(plain.filed && plain.as_personal_data && plain.information_given);
    assert!(!plain.sensitive && !plain.illicit && !plain.from_opt_out);
}

#[test]
fn what_is_written_is_read_back() {
    let question = Question {
        basis: Basis::Exempt27_1_7,
        data: Data::PseudonymizedNonPersonal,
        place: Place::EquivalentSystem,
        filed: false,
        ..Question::new(Direction::Provision, NaiveDate::from_ymd_opt(2022, 4, 1).unwrap())
    };
    let text = serde_json::to_string(&question).unwrap();
    assert!(text.contains(r#""basis":"exempt_27_1_7""#), "{text}");
    assert!(text.contains(r#""event_date":"2022-04-01""#), "{text}");
    assert_eq!(serde_json::from_str::<Question>(&text).unwrap(), question);
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let text = r#"{"direction":"receipt","event_date":"2026-11-20","bassis":"none"}"#;
    let error = serde_json::from_str::<Question>(text).unwrap_err().to_string();
    assert!(error.contains("bassis"), "{error}");
}

#[test]
fn a_missing_direction_and_an_unknown_value_are_refused() {
    assert!(serde_json::from_str::<Question>(r#"{"event_date":"2026-11-20"}"#).is_err());
    let text = r#"{"direction":"receipt","event_date":"2026-11-20","basis":"consent27"}"#;
    let error = serde_json::from_str::<Question>(text).unwrap_err().to_string();
    assert!(error.contains("consent_27"), "{error}");
}

#[test]
fn wire_names_agree_everywhere() {
    agree(Direction::ALL, Direction::as_str, Direction::parse);
    agree(SelfStatus::ALL, SelfStatus::as_str, SelfStatus::parse);
    agree(Data::ALL, Data::as_str, Data::parse);
    agree(
        ThirdPartyStatus::ALL,
        ThirdPartyStatus::as_str,
        ThirdPartyStatus::parse,
    );
    agree(Place::ALL, Place::as_str, Place::parse);
    agree(Basis::ALL, Basis::as_str, Basis::parse);
    agree(Interpretation::ALL, Interpretation::as_str, Interpretation::parse);
    agree(RecipientView::ALL, RecipientView::as_str, RecipientView::parse);
    agree(Verdict::ALL, Verdict::as_str, Verdict::parse);
    agree(Matter::ALL, Matter::as_str, Matter::parse);
    agree(Case::ALL, Case::as_str, Case::parse);
    agree(Method::ALL, Method::as_str, Method::parse);
    agree(Gate::ALL, Gate::as_str, Gate::parse);
    agree(Source::ALL, Source::as_str, Source::parse);
}

fn agree<T>(all: &[T], as_str: fn(T) -> &'static str, parse: fn(&str) -> Option<T>)
where
    T: Copy + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned,
{
    for value in all {
        let name = as_str(*value);
        assert_eq!(parse(name), Some(*value));
        assert_eq!(serde_json::to_value(value).expect("a name is JSON"), name);
        assert_eq!(
            serde_json::from_value::<T>(name.into()).expect("a known name"),
            *value
        );
    }
    assert_eq!(parse(""), None);
}
