//! SC-19: 「3年を過ぎたものを消したい。でも訴訟中のものは残す。」 What is over its term is listed, proposed, approved by two
//! and gone; what is held stays; the chain still verifies.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::contract::{CONSENTED, sale};
use crate::events::provision;
use crate::personal;
use crate::reports::audit;
use crate::telling::{read, recorded, told, with};

/// A contract that stands for the record, whose term is over since 2025: its clock runs from its last event alone.
pub(crate) fn long_over(event_id: &str) -> Value {
    over(provision(event_id))
}

/// The same of another provision.
pub(crate) fn over(event: Value) -> Value {
    let mut paper = sale(&CONSENTED);
    paper["concluded_on"] = "2024-04-01".into();
    with(
        event,
        &json!({"provided_on": "2024-02-29", "recording_method": "contract", "agreement": paper,
            "period": {"from": "2017-05-30", "to": "2024-04-01"}}),
    )
}

/// Proposes by one, approves by two others; gives the erasure.
pub(crate) fn erase(proposer: &Client, officers: [&Client; 2], body: &Value) -> Value {
    let proposed = proposer.post("/v1/erasures", body).expect(201);
    assert_eq!(proposed["state"], "proposed");
    let path = format!("/v1/erasures/{}/decision", proposed["id"].as_str().unwrap());
    let accept = json!({"decision": "accept"});
    let once = officers[0].post(&path, &accept).expect(200);
    assert_eq!((&once["state"], &once["erased"]), (&json!("approved"), &json!(0)));
    officers[1].post(&path, &accept).expect(200)
}

pub(crate) fn listed(client: &Client, state: &str) -> Vec<Value> {
    let page = client.get(&format!("/v1/retention?state={state}")).expect(200);
    page["data"].as_array().unwrap().clone()
}

fn ids(list: &[Value]) -> Vec<&Value> {
    list.iter().map(|item| &item["id"]).collect()
}

#[test]
pub(crate) fn sc_19_what_is_over_goes_and_what_is_held_stays() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let (one, other) = (server.client(Role::Officer), server.client(Role::Officer));
    let marked = recorded(&recorder, &over(personal::provision("over")));
    let in_court = recorded(&recorder, &long_over("in court"));
    let young = recorded(&recorder, &provision("young"));
    assert_eq!(marked["retain_through"], "2025-03-31");

    // The monthly list, with what it says of each: nothing of a person.
    let list = recorder.get("/v1/retention?state=due");
    for mark in personal::MARKS {
        assert!(!list.text().contains(mark), "{mark}");
    }
    assert_eq!(ids(&listed(&recorder, "due")), [&marked["id"], &in_court["id"]]);
    assert_eq!(listed(&recorder, "due")[0]["erasable_from"], "2025-04-01");

    let held = json!({"records": [in_court["id"]], "reason": "litigation", "review_on": "2030-03-31"});
    let hold = one.post("/v1/holds", &held).expect(201);
    assert_eq!(
        (&hold["records"], &hold["state"]),
        (&json!(1), &json!("standing"))
    );
    assert_eq!(ids(&listed(&recorder, "due")), [&marked["id"]]);
    let blocked = listed(&recorder, "blocked");
    assert_eq!(ids(&blocked), [&in_court["id"]]);
    assert_eq!(
        blocked[0]["blocked_by"],
        json!([{"reason": "hold", "hold": hold["id"]}])
    );
    assert_eq!(read(&recorder, &in_court)["holds"], json!([hold["id"]]));

    let erased = erase(&recorder, [&one, &other], &json!({}));
    assert_eq!(
        (&erased["state"], &erased["records"], &erased["erased"]),
        (&json!("erased"), &json!(1), &json!(1))
    );
    assert_eq!(erased["approvals"].as_array().unwrap().len(), 2);
    gone(&recorder, &one, &marked, &erased);
    for kept in [&in_court, &young] {
        assert!(read(&recorder, kept)["content"].is_object(), "{kept}");
    }
    let folder = server.into_folder();
    let report = folder.verify();
    assert_eq!(
        (&report["exit"], &report["erased"]),
        (&json!(0), &json!(1)),
        "{report:#}"
    );
    for scope in ["structure", "full"] {
        let report = audit(&folder.export(scope), folder.vkey());
        assert_eq!(report["findings"], json!([]), "{scope}: {report:#}");
        assert!(
            [0, 10, 11].map(Value::from).contains(&report["exit"]),
            "{report:#}"
        );
    }
}

/// What is left of an erased record: that it was there, and that it was erased.
fn gone(recorder: &Client, officer: &Client, marked: &Value, erased: &Value) {
    let left = read(recorder, marked);
    assert_eq!(left["erased"]["erasure"], erased["id"]);
    assert!(
        left["erased"]["at"].is_string() && left["erased"]["entry"].is_u64(),
        "{left}"
    );
    assert_eq!((left.get("content"), left.get("principals")), (None, None));
    assert_eq!(
        left["source"]["event_id"], "over",
        "its natural key is kept for ever"
    );
    for mark in personal::MARKS {
        assert!(!left.to_string().contains(mark), "{mark}");
    }
    let asked = json!({"reason": {"kind": "disclosure_request"}, "principal": {"ref": "crm:member-mark-77"}});
    let found = officer.post("/v1/records/search", &asked).expect(200);
    assert_eq!(found["data"], json!([]));

    // 廃棄記録: number, record, last day, why, two approvers, when, how, and what is left.
    let path = format!("/v1/erasures/{}", erased["id"].as_str().unwrap());
    let paper = recorder.get(&path).expect(200);
    assert_eq!(paper["basis"], "retention_ended");
    assert_eq!(paper["method"], "values_and_keys_destroyed");
    let row = &paper["data"][0];
    assert_eq!((&row["id"], &row["leaf"]), (&marked["id"], &left["leaf"]));
    assert_eq!(row["retain_through"], "2025-03-31");
    assert_eq!(row["erased_by_entry"], left["erased"]["entry"]);

    // Nothing can be hung on it, and the same event is no new one.
    let relying = with(
        provision("relying"),
        &json!({"same_as": {"record": marked["id"], "fields": ["third_party"]}}),
    );
    let mut relying = relying;
    relying.as_object_mut().unwrap().remove("third_party");
    let refused = recorder.post("/v1/provisions", &relying).expect(422);
    assert!(!told(&refused["errors"]).is_empty(), "{refused}");
    let amendment = json!({"reason": "誤記", "void": true});
    let path = format!("/v1/records/{}/amendments", marked["id"].as_str().unwrap());
    assert_eq!(
        recorder.post(&path, &amendment).expect(410)["code"],
        "record.erased"
    );
    let again = recorder
        .post("/v1/provisions", &over(personal::provision("over")))
        .expect(200);
    assert_eq!(again["id"], marked["id"]);
    let proof = recorder.get(&format!("/v1/records/{}/proof", marked["id"].as_str().unwrap()));
    assert_eq!(proof.status(), 200, "its proof still stands");
}
