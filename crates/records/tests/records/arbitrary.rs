//! Whatever is posted, the answer is an outcome or a fault: never a panic, and never a refusal without a reason.

use kirokubo_records::{Expect, Level, Outcome, json as tree, parse_event};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{CONTEXT, opt_out, provision, receipt, receipt_opt_out, receipt_private, referable};

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    for expect in [Expect::Provision, Expect::Receipt, Expect::Line] {
        match parse_event(bytes, expect, &CONTEXT) {
            Ok(Outcome::Record(draft)) => {
                prop_assert!(draft.warnings().iter().all(|fault| fault.level != Level::Error));
            }
            Ok(Outcome::NoDuty(_)) => {}
            Err(faults) => prop_assert!(faults.iter().any(|fault| fault.level == Level::Error)),
        }
    }
    Ok(())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "japan",
            "opt_out",
            "none",
            "2026-11-20",
            "全員",
            "JPN",
            "handler",
            "batch",
            "each"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,12}", inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

fn event() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        provision(),
        opt_out(),
        referable(),
        receipt(),
        receipt_opt_out(),
        receipt_private(),
    ])
}

/// Every place in `event`, deepest last.
fn pointers(event: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match event {
        Value::Object(members) => {
            members
                .iter()
                .for_each(|(name, value)| pointers(value, &format!("{here}/{name}"), all));
        }
        Value::Array(list) => {
            list.iter()
                .enumerate()
                .for_each(|(index, value)| pointers(value, &format!("{here}/{index}"), all));
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        check(&bytes)?;
    }

    #[test]
    fn json_is_answered(value in value()) {
        check(value.to_string().as_bytes())?;
    }

    #[test]
    fn an_event_with_something_else_in_one_place_is_answered(
        event in event(), place in any::<prop::sample::Index>(), value in value(),
    ) {
        let mut all = Vec::new();
        pointers(&event, "", &mut all);
        let mut event = event;
        if let Some(spot) = event.pointer_mut(&all[place.index(all.len())]) {
            *spot = value;
        }
        check(event.to_string().as_bytes())?;
    }

    #[test]
    fn the_order_of_members_does_not_change_the_canonical_bytes(event in event(), rotation in 0_usize..12) {
        let posted = event.to_string();
        let tree::Node::Object(members) = tree::read(posted.as_bytes()).expect("it is JSON") else {
            return Err(TestCaseError::fail("an event is an object"));
        };
        let mut turned = members.clone();
        turned.rotate_left(rotation % members.len());
        let turned = tree::Node::Object(turned).to_json();
        let canonical = |text: &str| match parse_event(text.as_bytes(), Expect::Line, &CONTEXT) {
            Ok(Outcome::Record(draft)) => draft.canonical().to_vec(),
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(canonical(&posted), canonical(&turned));
    }
}
