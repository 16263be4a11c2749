//! What a fault may say: never the data of a person.

use kirokubo_records::{Expect, Outcome, PrincipalQuery, json as tree, parse_event};
use serde_json::{Value, json};

use crate::support::{CONTEXT, opt_out, provision, receipt, referable, with};

/// A text that no message, code or suggestion holds by itself.
const MARKER: &str = "秘密XQ7";

/// Spoils a text in every way a text can be wrong.
fn spoilt() -> Vec<Value> {
    let mut values: Vec<Value> = [
        "",
        "\u{0}",
        "\u{E000}",
        "縺",
        "全員",
        "\n",
        "/",
        "一式",
        "平成33年",
        "2026/11/21",
    ]
    .iter()
    .map(|fault| json!(format!("{MARKER}{fault}")))
    .collect();
    values.push(json!(MARKER.repeat(5_000)));
    values.push(json!({ "inner": MARKER }));
    values.push(json!([MARKER]));
    values
}

const PERSONAL: &[&str] = &[
    "/principals/0/ref",
    "/principals/0/name",
    "/principals/0/name_kana",
    "/principals/0/common_name",
    "/principals/0/former_names",
    "/principals/0/birth_date",
    "/principals/0/address",
    "/principals/0/postal_code",
    "/principals/0/phone",
    "/principals/0/email",
    "/principals/0/confidential",
    "/third_party/name",
    "/third_party/address",
    "/third_party/postal_code",
    "/third_party/representative",
    "/third_party/corporate_number",
    "/third_party/country",
    "/third_party/status",
    "/third_party/kind",
    "/third_party/described",
    "/consent/statement",
    "/consent/obtained_on",
    "/consent/method",
    "/basis",
    "/provided_on",
    "/source/event_id",
    "/source/system",
    "/type",
    "/recording_method",
    "/place",
    "/items",
];

fn assert_silent(event: &[u8]) {
    match parse_event(event, Expect::Line, &CONTEXT) {
        Ok(Outcome::Record(draft)) => {
            assert!(
                !format!("{draft:?}").contains(MARKER) || draft.source_holds_marker(),
                "a draft prints its data"
            );
            draft.warnings().iter().for_each(assert_fault_is_silent);
        }
        Ok(Outcome::NoDuty(answer)) => answer.warnings().iter().for_each(assert_fault_is_silent),
        Err(faults) => {
            assert!(!faults.is_empty());
            faults.iter().for_each(assert_fault_is_silent);
        }
    }
}

/// The source is no person's data and may be printed.
trait SourceHoldsMarker {
    fn source_holds_marker(&self) -> bool;
}

impl SourceHoldsMarker for kirokubo_records::Draft {
    fn source_holds_marker(&self) -> bool {
        self.source().system().contains(MARKER) || self.source().event_id().contains(MARKER)
    }
}

fn assert_fault_is_silent(fault: &kirokubo_records::Fault) {
    let hint = fault
        .hint
        .as_ref()
        .map(|hint| format!("{}{}", hint.ja, hint.en))
        .unwrap_or_default();
    let said = format!("{}{}{hint}", fault.detail_ja, fault.detail_en);
    assert!(!said.contains(MARKER), "{fault:?}");
    assert!(!said.contains('{'), "a slot was left open: {fault:?}");
}

#[test]
fn no_fault_repeats_what_was_posted_about_a_person() {
    for event in [provision(), opt_out(), referable(), receipt()] {
        for pointer in PERSONAL {
            let parent = pointer
                .rsplit_once('/')
                .map(|(parent, _)| parent)
                .filter(|parent| !parent.is_empty());
            if parent.is_some_and(|parent| event.pointer(parent).is_none()) {
                continue;
            }
            for value in spoilt() {
                assert_silent(with(event.clone(), pointer, value).to_string().as_bytes());
            }
        }
    }
}

#[test]
fn no_fault_of_broken_json_repeats_it() {
    let whole = with(provision(), "/principals/0/name", json!(MARKER)).to_string();
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        assert_silent(&whole.as_bytes()[..end]);
    }
    assert_silent(whole.replace(MARKER, &format!("{MARKER}\\ud800")).as_bytes());
}

#[test]
fn no_fault_of_a_search_repeats_whom_it_is_for() {
    for field in ["name", "name_kana", "ref", "phone", "email", "birth_date", MARKER] {
        for value in spoilt() {
            let text = json!({ field: value }).to_string();
            let node = tree::read(text.as_bytes()).expect("it is JSON");
            if let Err(faults) = PrincipalQuery::parse(&node, "/principal", CONTEXT.today) {
                faults.iter().for_each(assert_fault_is_silent);
            }
        }
    }
}
