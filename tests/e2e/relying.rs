//! Leaving out what an earlier record holds (規則20条2項, 24条2項), and resting on an earlier confirmation (規則22条3項).

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events::{self, without};

/// M12: the second provision of the same data to the same party says only what is new, and shows everything.
#[test]
fn m12_a_second_provision_leaves_out_what_the_first_holds() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let base = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let second = relying("2", &base, &["third_party", "items", "consent"]);
    let said = officer.post("/v1/provisions", &second).expect(201);
    assert_eq!(said["fields"], json!(["b", "c", "d", "e"]));

    let record = read(&officer, &said);
    for field in ["third_party", "items", "consent"] {
        let shown = &record["content"][field];
        assert_eq!(shown["value"], events::provision("1")[field], "{field}");
        assert_eq!(shown["statutory"], true);
        assert_eq!(shown["held_by"], base["id"], "{field}");
    }
    assert_eq!(
        record["content"]["references"]["value"],
        json!([{"record": base["id"], "relation": "same_as", "fields": ["third_party", "items", "consent"]}])
    );
    server.folder().assert_valid();
}

/// Without a list of fields, everything that the base holds and the event does not say is left out.
#[test]
fn what_is_not_said_is_taken_from_the_base() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let base = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let event = json!({
        "source": {"system": "crm", "event_id": "2"}, "basis": "consent_27", "provided_on": "2026-06-01",
        "same_as": {"record": base["id"]},
    });
    let said = officer.post("/v1/provisions", &event).expect(201);
    let record = read(&officer, &said);
    assert_eq!(record["content"]["items"]["held_by"], base["id"]);
    assert_eq!(record["content"]["principals"]["held_by"], base["id"]);
    // One who relies on a record that relies on another is told where each thing really stands.
    let event = json!({
        "source": {"system": "crm", "event_id": "3"}, "basis": "consent_27", "provided_on": "2026-06-02",
        "same_as": {"record": said["id"]},
    });
    let third = officer.post("/v1/provisions", &event).expect(201);
    assert_eq!(read(&officer, &third)["content"]["items"]["held_by"], base["id"]);
    server.folder().assert_valid();
}

/// M14: the date of an opt-out is recorded each time; the rest may be left out.
#[test]
fn m14_an_opt_out_leaves_out_everything_but_its_date() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let sale = |id: &str| {
        let sold =
            json!({"basis": "opt_out", "opt_out_filing": {"number": "第1号", "published_on": "2026-01-05"}});
        merged(&without(events::provision(id), "consent"), &sold)
    };
    let base = officer.post("/v1/provisions", &sale("1")).expect(201);
    let mut second = without(without(sale("2"), "items"), "third_party");
    second["same_as"] = json!({"record": base["id"], "fields": ["third_party", "items", "date"]});
    let refused = officer.post("/v1/provisions", &second).expect(422);
    assert_eq!(refused["errors"][0]["code"], "omission.date", "{refused}");
    second["same_as"] = json!({"record": base["id"], "fields": ["third_party", "items"]});
    let said = officer.post("/v1/provisions", &second).expect(201);
    assert_eq!(said["fields"], json!(["a", "b", "c", "d"]));
    assert_eq!(read(&officer, &said)["content"]["date"]["value"], "2026-04-10");
}

/// M15 and M16: the seller confirmed before need only be the same; with another representative it is confirmed anew.
#[test]
fn m15_m16_a_confirmation_serves_again_while_the_third_party_is_the_same() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let base = officer.post("/v1/receipts", &events::receipt("1")).expect(201);
    let mut again = events::receipt("2");
    again["third_party_confirmation"] =
        json!({"method": "same_as_before", "same_as": base["id"], "confirmed_on": "2026-05-11"});
    let said = officer.post("/v1/receipts", &again).expect(201);
    let references = read(&officer, &said)["content"]["references"]["value"].clone();
    assert_eq!(
        references,
        json!([{"record": base["id"], "relation": "confirmation"}])
    );

    again["source"]["event_id"] = "3".into();
    again["third_party"]["representative"]["name"] = "交代 三郎".into();
    let refused = officer.post("/v1/receipts", &again).expect(422);
    assert_eq!(codes(&refused), ["omission.other_party"]);
    assert_eq!(
        refused["errors"][0]["pointer"],
        "/third_party_confirmation/same_as"
    );
    server.folder().assert_valid();
}

/// A record holds its third party as it was on the day of its event; where that has changed since, nothing of it is left
/// to the earlier record.
#[test]
fn a_record_pins_the_version_of_its_day_and_m16_a_changed_one_is_told_anew() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let mut party = events::provision("1")["third_party"].clone();
    party["holds_from"] = "2026-04-01".into();
    let party_id = officer.post("/v1/third-parties", &party).expect(201)["id"].clone();
    party["holds_from"] = "2026-06-01".into();
    party["representative"]["name"] = "交代 三郎".into();
    let path = format!("/v1/third-parties/{}/versions", party_id.as_str().unwrap());
    assert_eq!(officer.post(&path, &party).expect(201)["version"], 2);

    let event = |id: &str, day: &str| {
        let mut event = merged(&events::provision(id), &json!({"provided_on": day}));
        event["third_party"] = json!({"id": party_id});
        event
    };
    let may = officer
        .post("/v1/provisions", &event("1", "2026-05-31"))
        .expect(201);
    let june = officer
        .post("/v1/provisions", &event("2", "2026-06-01"))
        .expect(201);
    for (said, version, name) in [(&may, 1, "見本 太郎"), (&june, 2, "交代 三郎")] {
        let pinned = &read(&officer, said)["content"]["third_party"]["value"];
        assert_eq!((&pinned["id"], &pinned["version"]), (&party_id, &json!(version)));
        assert_eq!(pinned["representative"]["name"], name);
    }

    let relying = json!({
        "source": {"system": "crm", "event_id": "3"}, "basis": "consent_27", "provided_on": "2026-06-02",
        "same_as": {"record": may["id"]},
    });
    let refused = officer.post("/v1/provisions", &relying).expect(422);
    assert_eq!(codes(&refused), ["omission.other_party"], "{refused}");
    let relying = merged(&relying, &json!({"same_as": {"record": june["id"]}}));
    let said = officer.post("/v1/provisions", &relying).expect(201);
    assert_eq!(
        read(&officer, &said)["content"]["third_party"]["held_by"],
        june["id"]
    );
    server.folder().assert_valid();
}

/// The representative changes while a batch runs: the next day says so itself, and leaves out the rest.
#[test]
fn a_batch_tells_a_changed_third_party_from_the_day_it_changed() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let mut party = events::provision("1")["third_party"].clone();
    party["holds_from"] = "2026-04-01".into();
    let party_id = officer.post("/v1/third-parties", &party).expect(201)["id"].clone();
    party["holds_from"] = "2026-06-01".into();
    party["representative"]["name"] = "交代 三郎".into();
    let path = format!("/v1/third-parties/{}/versions", party_id.as_str().unwrap());
    let _ = officer.post(&path, &party).expect(201);
    let opening = merged(
        &events::provision("batch"),
        &json!({"recording_method": "batch", "period": {"from": "2026-04-10"}, "third_party": {"id": party_id}}),
    );
    let opening = officer.post("/v1/provisions", &opening).expect(201);
    for (id, day, held_by) in [
        ("a", "2026-05-31", Some(&opening["id"])),
        ("b", "2026-06-01", None),
    ] {
        let night = json!({
            "source": {"system": "job", "event_id": id}, "series": opening["id"], "provided_on": day,
            "principals": [{"ref": "crm:000123"}],
        });
        let said = officer.post("/v1/provisions", &night).expect(201);
        let content = &read(&officer, &said)["content"];
        assert_eq!(content["third_party"].get("held_by"), held_by, "{day}");
        assert_eq!(content["items"]["held_by"], opening["id"]);
    }
    server.folder().assert_valid();
}

#[test]
fn nothing_is_left_out_in_reliance_on_what_does_not_hold_it() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let base = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let receipt = officer.post("/v1/receipts", &events::receipt("2")).expect(201);
    let conflicting = merged(&relying("3", &base, &["items"]), &json!({"items": ["氏名"]}));
    let mut other_party = relying("4", &base, &["items"]);
    other_party["third_party"]["name"] = "株式会社べつの会社".into();
    let unknown = json!({"id": "rec_0190f3c0-aaaa-7bbb-8ccc-0123456789ab"});
    for (event, code, pointer) in [
        (
            relying("5", &unknown, &["items"]),
            "reference.unknown",
            "/same_as/record",
        ),
        (
            relying("6", &receipt, &["items"]),
            "omission.base_unfit",
            "/same_as/record",
        ),
        (
            relying("7", &base, &["acquisition"]),
            "omission.not_in_base",
            "/same_as/fields/0",
        ),
        (
            relying("8", &base, &["colour"]),
            "value.unknown",
            "/same_as/fields/0",
        ),
        (conflicting, "value.conflict", "/same_as/fields/0"),
        (other_party, "omission.other_party", "/same_as/record"),
    ] {
        let refused = officer.post("/v1/provisions", &event).expect(422);
        assert_eq!(codes(&refused), [code], "{refused}");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
}

/// A provision that leaves `fields` to `base`.
fn relying(event_id: &str, base: &Value, fields: &[&str]) -> Value {
    let mut event = events::provision(event_id);
    for field in fields {
        event.as_object_mut().unwrap().remove(*field);
    }
    event["same_as"] = json!({"record": base["id"], "fields": fields});
    event
}

fn merged(event: &Value, changes: &Value) -> Value {
    let mut event = event.clone();
    for (name, value) in changes.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

fn read(client: &Client, said: &Value) -> Value {
    let id = said["id"].as_str().unwrap();
    client.get(&format!("/v1/records/{id}")).expect(200)
}

fn codes(refused: &Value) -> Vec<&str> {
    let errors = refused["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|fault| fault["code"].as_str().unwrap())
        .collect()
}
