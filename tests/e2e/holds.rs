//! Holds and extensions over HTTP: who may, what is refused, and validation 35.

use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

use crate::events::provision;
use crate::scenario_19::{listed, long_over};
use crate::telling::{read, recorded, told};

fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().unwrap().iter();
    errors.map(|error| error["code"].as_str().unwrap()).collect()
}

/// 35: a purge of what is held, cited by another, or within its term.
#[test]
pub(crate) fn v35_what_is_held_relied_on_or_within_its_term_is_not_erased() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let officer = server.client(Role::Officer);
    let young = recorded(&recorder, &provision("young"));
    let held = recorded(&recorder, &long_over("held"));
    let base = recorded(&recorder, &long_over("base"));
    let body = json!({"records": [held["id"]], "reason": "litigation", "review_on": "2030-03-31"});
    let hold = officer.post("/v1/holds", &body).expect(201);
    // What relies on it is kept for three years, so the base is kept as long, and an extension says so.
    let mut citer = provision("citer");
    citer.as_object_mut().unwrap().remove("third_party");
    citer["same_as"] = json!({"record": base["id"], "fields": ["third_party"]});
    let citer = recorded(&recorder, &citer);
    let asked = json!({"records": [young["id"], held["id"], base["id"], citer["id"]]});
    let refused = recorder.post("/v1/erasures", &asked).expect(409);
    assert_eq!(refused["code"], "retention.blocked");
    assert_eq!(codes(&refused), ["retention.blocked"; 4]);
    for id in [&young["id"], &held["id"], &base["id"], &citer["id"]] {
        assert!(
            refused.to_string().contains(id.as_str().unwrap()),
            "{id} is named"
        );
    }
    let of_base = read(&recorder, &base);
    assert_eq!(of_base["retain_through"], citer["retain_through"]);
    let of_held = &listed(&recorder, "held")[0];
    assert_eq!(
        (&of_held["id"], &of_held["overdue"]),
        (&held["id"], &json!(false))
    );
    assert_eq!(of_held["blocked_by"][0]["hold"], hold["id"]);
    let nothing = recorder.post("/v1/erasures", &json!({})).expect(422);
    assert_eq!(codes(&nothing), ["retention.nothing"]);
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn v34_nobody_lifts_his_own_hold_or_approves_his_own_erasure() {
    let server = Server::new();
    let (one, other) = (server.client(Role::Officer), server.client(Role::Officer));
    let recorder = server.client(Role::Recorder);
    let said = recorded(&recorder, &long_over("1"));
    let body = json!({"records": [said["id"]], "reason": "audit", "review_on": "2030-03-31"});
    let hold = one.post("/v1/holds", &body).expect(201);
    let path = format!("/v1/holds/{}/release", hold["id"].as_str().unwrap());
    assert_eq!(
        codes(&one.post(&path, &json!({})).expect(422)),
        ["sod.self_approval"]
    );
    assert_eq!(recorder.post(&path, &json!({})).status(), 403);
    let released = other.post(&path, &json!({})).expect(200);
    assert_eq!(released["state"], "released");
    assert_eq!(
        other.post(&path, &json!({})).expect(409)["code"],
        "approval.decided"
    );

    let proposed = one
        .post("/v1/erasures", &json!({"records": [said["id"]]}))
        .expect(201);
    let path = format!("/v1/erasures/{}/decision", proposed["id"].as_str().unwrap());
    let accept = json!({"decision": "accept"});
    assert_eq!(
        codes(&one.post(&path, &accept).expect(422)),
        ["sod.self_approval"]
    );
    let _ = other.post(&path, &accept).expect(200);
    assert_eq!(
        codes(&other.post(&path, &accept).expect(422)),
        ["sod.self_approval"]
    );
    assert_eq!(recorder.post(&path, &accept).status(), 403);
    assert_eq!(
        told(&other.post(&path, &json!({"decision": "reject"})).expect(422)["errors"]),
        ["/note json.missing"]
    );
    let third = server.client(Role::Officer);
    assert_eq!(third.post(&path, &accept).expect(200)["state"], "erased");
    assert_eq!(third.post(&path, &accept).expect(409)["code"], "approval.decided");
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn holds_are_listed_and_cover_a_period() {
    let server = Server::new();
    let (officer, auditor) = (server.client(Role::Officer), server.client(Role::Auditor));
    let recorder = server.client(Role::Recorder);
    for n in 0..3 {
        let _ = recorded(&recorder, &provision(&n.to_string()));
    }
    let later = json!({"from": "2026-04-11", "reason": "audit", "review_on": "2030-03-31"});
    assert_eq!(
        codes(&officer.post("/v1/holds", &later).expect(422)),
        ["retention.nothing"]
    );
    let all = json!({"from": "2026-04-01", "to": "2026-04-30", "reason": "authority_request", "review_on": "2030-03-31"});
    let hold = officer.post("/v1/holds", &all).expect(201);
    assert_eq!(hold["records"], 3);
    let bad =
        json!({"records": ["rec_1"], "to": "2026-04-30", "reason": "because", "review_on": "2020-01-01"});
    assert_eq!(
        told(&officer.post("/v1/holds", &bad).expect(422)["errors"]),
        [
            "/reason value.unknown",
            "/records value.conflict",
            "/records/0 reference.unknown",
            "/review_on date.out_of_range"
        ]
    );
    for (state, count) in [("standing", 1), ("released", 0)] {
        let page = auditor.get(&format!("/v1/holds?state={state}")).expect(200);
        assert_eq!(page["data"].as_array().unwrap().len(), count, "{state}");
    }
    let path = format!("/v1/holds/{}", hold["id"].as_str().unwrap());
    assert_eq!(auditor.get(&path).expect(200), hold);
    assert_eq!(auditor.post("/v1/holds", &all).status(), 403);
    assert_eq!(recorder.post("/v1/holds", &all).status(), 403);
    let metrics = server.nobody().get("/metrics");
    assert!(
        metrics.text().contains("kirokubo_records_held 3\n"),
        "{}",
        metrics.text()
    );
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn a_record_is_kept_longer_and_never_shorter() {
    let server = Server::new();
    let (officer, recorder) = (server.client(Role::Officer), server.client(Role::Recorder));
    let said = recorded(&recorder, &long_over("1"));
    let longer = |day: &str| json!({"records": [said["id"]], "retain_through": day});
    let moved = officer.post("/v1/extensions", &longer("2032-03-31")).expect(201);
    assert_eq!(moved, json!({"records": 1, "retain_through": "2032-03-31"}));
    assert_eq!(read(&recorder, &said)["retain_through"], "2032-03-31");
    let refused = officer.post("/v1/extensions", &longer("2031-03-31")).expect(422);
    assert_eq!(told(&refused["errors"]), ["/records/0 retention.not_later"]);
    let refused = officer.post("/v1/extensions", &longer("2020-03-31")).expect(422);
    assert_eq!(told(&refused["errors"]), ["/retain_through date.out_of_range"]);
    assert_eq!(
        recorder.post("/v1/extensions", &longer("2033-03-31")).status(),
        403
    );
    assert_eq!(listed(&recorder, "ended"), Vec::<Value>::new());
    server.into_folder().assert_valid();
}
