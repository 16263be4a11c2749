//! Bodies made to be dear: whatever 4 MiB hold, the answer stays small.
//!
//! Nothing here looks at a clock. A reader whose work is not in proportion to the body does not come to an end with
//! these bodies, or asks for more memory than there is.

use kirokubo_records::{Expect, Fault, Outcome, SearchRequest, json as tree, parse_event};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{CONTEXT, draft, provision, with};

/// The longest body that is ever read.
const BODY: usize = 4 * 1024 * 1024;

/// Faults of one event: a thousand, that there are more, and that the event is prohibited.
const MOST_FAULTS: usize = 1_002;

/// Bytes of the pointers and texts of all faults of one event: a thousand for each fault, and one more that may be
/// long itself.
const MOST_BYTES: usize = 1_000 * 1_000 + 10_000;

/// What is said about `body`, as an event and as a search.
fn answers(body: &str) -> Vec<Vec<Fault>> {
    let mut answers: Vec<Vec<Fault>> = [Expect::Provision, Expect::Receipt, Expect::Line]
        .into_iter()
        .map(|expect| match parse_event(body.as_bytes(), expect, &CONTEXT) {
            Ok(Outcome::Record(draft)) => draft.warnings().to_vec(),
            Ok(Outcome::NoDuty(answer)) => answer.warnings().to_vec(),
            Err(faults) => faults,
        })
        .collect();
    answers.extend(SearchRequest::parse(body.as_bytes(), CONTEXT.today).err());
    answers
}

fn bytes(faults: &[Fault]) -> usize {
    let hint = |fault: &Fault| {
        fault
            .hint
            .as_ref()
            .map_or(0, |hint| hint.ja.len() + hint.en.len())
    };
    faults
        .iter()
        .map(|fault| fault.pointer.len() + fault.detail_ja.len() + fault.detail_en.len() + hint(fault))
        .sum()
}

fn is_bounded(faults: &[Fault]) -> bool {
    faults.len() <= MOST_FAULTS && bytes(faults) <= MOST_BYTES
}

/// Posts `body` and gives the codes of the first answer, none twice.
fn refused(body: &str) -> Vec<&'static str> {
    assert!(body.len() <= BODY, "{} bytes would not be read", body.len());
    let answers = answers(body);
    for faults in &answers {
        assert!(
            is_bounded(faults),
            "{} faults, {} bytes",
            faults.len(),
            bytes(faults)
        );
    }
    let mut codes: Vec<&str> = answers[0].iter().map(|fault| fault.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// `count` times `piece`.
fn many(piece: &str, count: usize) -> String {
    vec![piece; count].join(",")
}

/// `piece` as often as it fits a body beside `rest` other bytes.
fn fill(piece: &str, rest: usize) -> String {
    many(piece, (BODY - rest) / (piece.len() + 1))
}

#[test]
fn a_long_name_above_many_duplicates_is_refused_once() {
    for (name, duplicates) in [(3_900_000, 48_000), (2_000_000, 350_000)] {
        let body = format!(
            r#"{{"{}":{{{}}}}}"#,
            "k".repeat(name),
            many(r#""a":1"#, duplicates)
        );
        assert_eq!(refused(&body), ["json.name_too_long"]);
    }
    let long = format!(r#""{}":0"#, "k".repeat(2_000));
    assert_eq!(
        refused(&format!("{{{}}}", fill(&long, 10))),
        ["json.name_too_long"]
    );
}

#[test]
fn duplicates_of_one_object_are_told_a_few_times() {
    let body = format!("{{{}}}", many(r#""a":1"#, 99_000));
    assert_eq!(refused(&body), ["json.duplicate_field"]);
    assert_eq!(tree::read(body.as_bytes()).unwrap_err().len(), 3);
}

#[test]
fn duplicates_below_long_names_are_bounded_by_their_bytes() {
    let name = "/".repeat(128);
    let levels = 13;
    let objects = many(r#"{"a":1,"a":1}"#, 30_000);
    let body = format!(
        "{}[{objects}]{}",
        format!(r#"{{"{name}":"#).repeat(levels),
        "}".repeat(levels)
    );
    assert_eq!(refused(&body), ["faults.more", "json.duplicate_field"]);
}

#[test]
fn unknown_fields_of_any_length_are_bounded() {
    let short: Vec<String> = (0..99_000).map(|n| format!(r#""u{n}":0"#)).collect();
    let long: Vec<String> = (0..30_000).map(|n| format!(r#""consent_{n:0>120}":0"#)).collect();
    for members in [short, long] {
        let codes = refused(&format!("{{{}}}", members.join(",")));
        assert!(
            codes.contains(&"faults.more") && codes.contains(&"json.unknown_field"),
            "{codes:?}"
        );
    }
}

#[test]
fn lists_of_the_wrong_type_are_bounded() {
    for field in ["principals", "items", "evidence", "principal_list"] {
        for piece in ["0", "[]", "{}", "\"\""] {
            refused(&format!(
                r#"{{"type":"provision","{field}":[{}]}}"#,
                many(piece, 99_000)
            ));
        }
    }
    let principals = |count| format!(r#"{{"principals":[{}]}}"#, many("0", count));
    assert!(refused(&principals(99_000)).contains(&"principals.too_many"));
    assert_eq!(refused(&principals(350_000)), ["json.too_many_values"]);
}

#[test]
fn nesting_and_numbers_are_bounded() {
    assert_eq!(refused(&"[".repeat(BODY)), ["json.too_deep"]);
    let allowed = format!("{}{}", "[".repeat(15), "]".repeat(15));
    for piece in [allowed.as_str(), "0", "1e9", "[]", "{}", "\"\"", r#"{"a":0}"#] {
        assert_eq!(
            refused(&format!("[{}]", fill(piece, 10))),
            ["json.too_many_values"]
        );
    }
    assert_eq!(
        refused(&format!("[{}]", many("-1.5", 99_000))),
        ["json.wrong_type"]
    );
}

#[test]
fn long_values_are_compared_with_nothing() {
    let text = "provision".repeat(BODY / 10);
    for field in ["type", "basis", "provided_on", "recording_method", "place"] {
        let codes = refused(&with(json!({}), &format!("/{field}"), json!(text)).to_string());
        assert!(codes.iter().all(|code| !code.contains("more")), "{codes:?}");
    }
}

#[test]
fn a_prohibited_event_is_told_so_below_a_thousand_other_faults() {
    let strange: Vec<Value> = (0..1_000)
        .map(|n| json!({"name": "山田太郎", "a": n, "b": n}))
        .collect();
    let event = with(
        with(provision(), "/principals", json!(strange)),
        "/basis",
        json!("none"),
    );
    let codes = refused(&event.to_string());
    assert!(
        codes.contains(&"event.prohibited") && codes.contains(&"faults.more"),
        "{codes:?}"
    );
}

#[test]
fn a_thousand_warnings_and_more_refuse_nothing() {
    let garbled = json!({"ref": "crm:1", "name": "縺薙ｓ", "name_kana": "縺薙ｓ"});
    let record = draft(&with(provision(), "/principals", json!(vec![garbled; 1_000])));
    let codes: Vec<&str> = record
        .warnings()
        .iter()
        .map(|fault| fault.code.as_str())
        .collect();
    assert_eq!((codes.len(), codes[0]), (1_001, "warnings.more"));
}

proptest! {
    #[test]
    fn no_body_is_answered_with_more_than_the_bound(
        name in "[a-z~/\u{6771}]{1,160}", levels in 0_usize..14, pieces in 1_usize..4_000,
        piece in prop::sample::select(vec![
            "0", "null", "\"縺\"", "[]", r#"{"a":1,"a":1}"#, r#"{"name":"縺","x":1}"#, r#"{"ref":"会員全員"}"#,
        ]),
        field in prop::sample::select(vec!["principals", "items", "evidence", "consent", "x"]),
    ) {
        let list = vec![piece; pieces].join(",");
        let below = format!("{}[{list}]{}", format!(r#"{{"{name}":"#).repeat(levels), "}".repeat(levels));
        for faults in answers(&format!(r#"{{"type":"provision","{field}":{below}}}"#)) {
            prop_assert!(is_bounded(&faults), "{} faults, {} bytes", faults.len(), bytes(&faults));
        }
    }
}
