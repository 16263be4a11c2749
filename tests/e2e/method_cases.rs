//! The worked cases of method over HTTP: each by its number, M01 and so on. Those of omission are where omission is.

use kirokubo_ledger::day::{format_day, parse_day};
use kirokubo_tests::{Role, Server};
use serde_json::{Value, json};

use crate::contract::{CONSENTED, clauses, sale};
use crate::events::{provision, receipt, without};
use crate::telling::{method_of, recorded, refused, told, with};

fn by_opt_out(event: Value) -> Value {
    let event = with(without(event, "consent"), &json!({"basis": "opt_out"}));
    if event.get("received_on").is_some() {
        with(
            event,
            &json!({"ppc_publication": {"number": "2024000001", "checked_on": "2026-05-10"}}),
        )
    } else {
        with(
            event,
            &json!({"opt_out_filing": {"number": "2024000001", "published_on": "2024-04-01"}}),
        )
    }
}

#[test]
fn m01_to_m04_an_opt_out_is_recorded_each_time() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    for (id, event, method) in [
        ("M01", provision("m01"), "batch"),
        ("M02", receipt("m02"), "batch"),
        ("M03", provision("m03"), "contract"),
        ("M04", receipt("m04"), "contract"),
    ] {
        let opted_out = by_opt_out(event);
        let series = json!({"recording_method": method, "period": {"from": "2026-04-01"}, "agreement": sale(&CONSENTED)});
        assert_eq!(
            refused(&client, &with(opted_out.clone(), &series)),
            ["/recording_method method.not_allowed_for_opt_out"],
            "{id}"
        );
        let said = recorded(&client, &opted_out);
        assert_eq!(method_of(&client, &said), json!({"method": "each"}), "{id}");
    }
}

#[test]
fn m05_and_m06_a_contract_that_falls_short_is_a_record_made_each_time() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let each = recorded(&client, &provision("each"));
    let unrelated = with(
        provision("m05"),
        &json!({"recording_method": "contract", "agreement": {"title": "提供契約", "clauses": clauses(&CONSENTED)}}),
    );
    // The paper of M06 lacks the representative, so matter (b) does not stand in it.
    let incomplete = with(
        provision("m06"),
        &json!({"recording_method": "contract", "agreement": sale(&["principals", "items", "consent"])}),
    );
    for (id, event, missing) in [
        ("M05", &unrelated, "goods_or_services"),
        ("M06", &incomplete, "document_complete(third_party)"),
    ] {
        let post = client
            .request("POST", "/v1/provisions")
            .header("Accept-Language", "en");
        let said = post.json(event).expect(201);
        assert_eq!(
            told(&said["warnings"]),
            ["/recording_method method.contract_conditions"],
            "{id}"
        );
        let hint = said["warnings"][0]["hint"].as_str().unwrap();
        assert!(hint.contains(missing), "{id}: {hint}");
        let method = method_of(&client, &said);
        assert_eq!(
            (&method["method"], &method["asked"]),
            (&json!("each"), &json!("contract")),
            "{id}"
        );
        assert_eq!(
            said["retain_through"], each["retain_through"],
            "{id}: three years"
        );
    }
    let mut asked = incomplete;
    asked["source"]["event_id"] = "m06-asked".into();
    asked["third_party"]["representative"] = json!({"title": "代表取締役"});
    assert_eq!(
        refused(&client, &asked),
        ["/third_party/representative/name party.representative_required"],
        "M06 asks for what the paper lacks"
    );
    let bare = with(provision("no-paper"), &json!({"recording_method": "contract"}));
    assert_eq!(
        refused(&client, &bare),
        ["/recording_method method.contract_conditions"]
    );
}

#[test]
fn m07_and_m08_a_linked_and_complete_contract_stands_for_the_record() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let abroad = with(
        provision("m07"),
        &json!({"basis": "consent_28", "place": "other_foreign", "provided_on": "2026-04-01",
            "cross_border": {"country": "SGP", "ground": "consent_28", "information_given": true},
            "recording_method": "contract", "agreement": sale(&CONSENTED)}),
    );
    let mut abroad = abroad;
    abroad["third_party"]["country"] = "SGP".into();
    let private = with(
        without(receipt("m08"), "consent"),
        &json!({"basis": "none", "received_on": "2026-04-01",
            "third_party": {"kind": "individual", "name": "中島 直子", "address": "静岡県静岡市葵区追手町1-1",
                "status": "non_handler"},
            "recording_method": "contract",
            "agreement": sale(&["third_party", "acquisition", "principals", "items"])}),
    );
    for (id, event) in [("M07", abroad), ("M08", private)] {
        let said = recorded(&client, &event);
        assert_eq!(
            said["retain_through"], "2027-03-31",
            "{id}: one year, the last event counted"
        );
        assert_eq!(method_of(&client, &said)["method"], "contract", "{id}");
        assert_eq!(
            told(&said["warnings"]),
            ["/agreement/evidence agreement.evidence_missing"],
            "{id}"
        );
    }
    server.into_folder().assert_valid();
}

#[test]
fn m09_to_m11_a_batch_is_for_what_goes_on() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let batch = |id: &str, members: Value| {
        with(
            with(provision(id), &json!({"recording_method": "batch"})),
            &members,
        )
    };
    assert_eq!(
        refused(&client, &batch("m09", json!({}))),
        ["/recording_method method.batch_conditions"],
        "M09"
    );
    let contracted = batch(
        "m10",
        json!({"agreement": {"title": "基本契約", "concluded_on": "2026-04-01"}}),
    );
    assert_eq!(
        recorded(&client, &contracted).get("retain_through"),
        None,
        "M10: it still runs"
    );
    let closed = batch(
        "m10-closed",
        json!({"period": {"from": "2026-04-01", "to": "2031-03-31"}}),
    );
    assert_eq!(
        recorded(&client, &closed)["retain_through"],
        "2034-03-30",
        "M10: the last day counts"
    );

    let referable = json!({"basis": "consent_31", "data": "personally_referable", "items": ["ウェブサイトの閲覧履歴"],
        "consent_confirmation": {"method": "written_pledge"}});
    let referable = |id, members| {
        with(
            without(without(batch(id, members), "consent"), "principals"),
            &referable,
        )
    };
    assert_eq!(
        refused(
            &client,
            &referable("m11-dayless", json!({"agreement": {"title": "基本契約"}}))
        ),
        ["/period field.required_for_basis"],
        "M11: (a) is the first day and the last"
    );
    let said = recorded(
        &client,
        &referable("m11", json!({"period": {"from": "2026-04-01"}})),
    );
    assert_eq!(
        said.get("retain_through"),
        None,
        "M11: the last day is still to come"
    );
    assert_eq!(said["fields"], json!(["a", "b", "d", "e"]));
    server.into_folder().assert_valid();
}

#[test]
fn m14_an_opt_out_always_has_its_date() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let first = by_opt_out(provision("m14-first"));
    let _ = recorded(&client, &first);
    let mut second = without(first, "provided_on");
    second["source"]["event_id"] = "m14".into();
    let refusal = client.post("/v1/provisions", &second).expect(422);
    assert_eq!(told(&refusal["errors"]), ["/provided_on json.missing"]);
}

#[test]
fn m17_the_other_side_may_write_the_record_under_an_arrangement() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let written = |id, by: &str| with(receipt(id), &json!({"delegation": by}));
    let said = recorded(&client, &written("m17", "arranged"));
    assert_eq!(
        method_of(&client, &said),
        json!({"method": "each", "delegation": "arranged"})
    );
    assert_eq!(
        said["fields"],
        json!(["b", "c", "d", "e", "g"]),
        "the duty stays with the recipient"
    );
    assert_eq!(
        refused(&client, &written("m17-unarranged", "unarranged")),
        ["/delegation method.delegation_unarranged"]
    );
}

#[test]
fn m18_word_of_mouth_is_no_record_and_a_stored_mail_is_one() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let on = |id, medium: &str| {
        let paper = with(sale(&CONSENTED), &json!({"medium": medium}));
        with(
            provision(id),
            &json!({"recording_method": "contract", "agreement": paper}),
        )
    };
    assert_eq!(
        refused(&client, &on("m18-oral", "oral")),
        ["/recording_method method.not_durable"]
    );
    for medium in ["document", "electronic", "microfilm"] {
        let said = recorded(&client, &on(medium, medium));
        assert_eq!(method_of(&client, &said)["method"], "contract", "{medium}");
    }
}

#[test]
fn m19_a_record_may_be_written_the_day_before_its_event() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let today = recorded(&client, &provision("today"));
    let tomorrow = format_day(day_made(&today) + 1);
    let ahead = with(provision("m19"), &json!({"provided_on": tomorrow}));
    assert_eq!(refused(&client, &ahead), ["/provided_on date.out_of_range"]);
    let said = recorded(&client, &with(ahead, &json!({"beforehand": true})));
    let kept = json!({"method": "each", "made_on": tomorrow});
    let kept = client.post("/v1/retention-checks", &kept).expect(200);
    assert_eq!(
        said["retain_through"], kept["retain_through"],
        "counted from the event"
    );
    server.into_folder().assert_valid();
}

/// The day in Japan on which this record was made.
fn day_made(said: &Value) -> i32 {
    let at = said["recorded_at"]
        .as_str()
        .expect("a time, such as 2026-11-21T22:00:55Z");
    let hour: u8 = at[11..13].parse().expect("two digits");
    parse_day(&at[..10]).expect("a day") + i32::from(hour >= 15)
}
