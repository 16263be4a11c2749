//! SC-01 and the clock of series: a batch that is opened once, added to night by night, and closed.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::reports::audit;

/// SC-01: members' applications go to a partner every night; the job sends no more than who went when.
#[test]
pub(crate) fn sc_01_a_nightly_job_adds_to_a_batch_and_one_search_shows_it_as_one() {
    let server = Server::new();
    let (officer, job) = (server.client(Role::Officer), server.client(Role::Ingest));
    let opening = officer.post("/v1/provisions", &opening()).expect(201);
    assert_eq!(
        opening.get("retain_through"),
        None,
        "the clock is open: {opening}"
    );
    for (n, day) in [(1, "2026-04-02"), (2, "2026-04-03"), (3, "2026-11-02")] {
        let said = job.post("/v1/provisions", &night(n, &opening, day)).expect(201);
        assert_eq!(said["case"], "provision_consent_27");
        assert_eq!(said["fields"], json!(["b", "c", "d", "e"]));
        assert_eq!(said.get("retain_through"), None);
    }

    let running = officer.get("/v1/series").expect(200);
    let series = &running["data"][0];
    assert_eq!((&series["id"], &series["additions"]), (&opening["id"], &json!(3)));
    assert_eq!(series["last_event_on"], "2026-11-02");

    // One line for the person, not one for each of 365 nights.
    let found = search(&officer);
    assert_eq!(found["data"].as_array().unwrap().len(), 1, "{found}");
    let hit = &found["data"][0];
    assert_eq!(
        hit["content"]["third_party"]["value"]["name"],
        "株式会社サンプル物流"
    );
    assert_eq!(
        hit["content"]["items"]["value"],
        json!(["氏名", "住所", "電話番号"])
    );
    assert!(
        hit["content"]["consent"]["value"]["statement"]
            .as_str()
            .unwrap()
            .contains("同意を得ている")
    );
    assert_eq!(
        hit["series"],
        json!({"opening": opening["id"], "from": "2026-04-01", "last_event_on": "2026-11-02", "records": 4,
               "running": true, "period": "2026-04-01～継続中"})
    );

    let path = format!("/v1/series/{}/close", opening["id"].as_str().unwrap());
    let early = officer.post(&path, &json!({"last_on": "2026-11-01"})).expect(422);
    assert_eq!(early["errors"][0]["code"], "series.later_event", "{early}");
    let closed = officer.post(&path, &json!({"last_on": "2026-11-02"})).expect(200);
    assert_eq!(closed["records"], 4);
    // Kept three years from the last addition, which was written today: later than three years from the last event.
    let record = read(&officer, &opening);
    assert_eq!(
        search(&officer)["data"][0]["series"]["period"],
        "2026-04-01～2026-11-02"
    );
    assert_eq!(record["retain_through"], closed["retain_through"]);
    assert!(closed["retain_through"].as_str() > Some("2029-11-01"), "{closed}");

    let late = job
        .post("/v1/provisions", &night(4, &opening, "2026-11-03"))
        .expect(422);
    assert_eq!(late["errors"][0]["code"], "series.not_open", "{late}");
    assert_eq!(officer.get("/v1/series").expect(200)["data"], json!([]));
    assert_eq!(
        officer.post(&path, &json!({"last_on": "2026-11-02"})).status(),
        422
    );
    server.folder().assert_valid();
    // The auditor follows the batch, its end and every clock with no database.
    let report = audit(&server.folder().export("full"), server.folder().vkey());
    assert_eq!(
        (&report["exit"], &report["findings"]),
        (&json!(10), &json!([])),
        "{report:#}"
    );
}

/// What every night has in common stands in the opening; the night's record shows it all the same.
#[test]
fn an_added_day_shows_what_the_batch_has_in_common() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let opening = officer.post("/v1/provisions", &opening()).expect(201);
    let said = officer
        .post("/v1/provisions", &night(1, &opening, "2026-04-02"))
        .expect(201);
    let record = read(&officer, &said);
    for field in ["third_party", "items", "consent"] {
        assert_eq!(record["content"][field]["held_by"], opening["id"], "{field}");
        assert_eq!(record["content"][field]["statutory"], true, "{field}");
    }
    assert_eq!(record["principals"], json!([{"ref": "crm:000123"}]));
}

#[test]
fn a_day_is_added_only_to_a_batch_that_runs_and_not_before_its_first_day() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let each = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let opening = officer.post("/v1/provisions", &opening()).expect(201);
    let added = officer
        .post("/v1/provisions", &night(1, &opening, "2026-04-02"))
        .expect(201);
    for (event, code) in [
        (night(2, &each, "2026-04-10"), "series.not_open"),
        (night(3, &added, "2026-04-10"), "series.not_open"),
        (night(4, &opening, "2026-03-31"), "date.out_of_range"),
    ] {
        let refused = officer.post("/v1/provisions", &event).expect(422);
        assert_eq!(refused["errors"][0]["code"], code, "{refused}");
    }
}

/// An addition may come a thousand times a second: it is told apart from a conflict by its own natural key.
#[test]
fn additions_come_by_stream_and_twice() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let opening = officer.post("/v1/provisions", &opening()).expect(201);
    let lines: String = (0..50)
        .map(|n| events::line("provision", &night(n, &opening, "2026-05-01")))
        .collect();
    for status in [201, 200] {
        let answers = officer.post_lines(&lines);
        for line in answers.text().lines() {
            let answer: Value = serde_json::from_str(line).unwrap();
            assert_eq!(answer["status"], status, "{answer}");
        }
    }
    assert_eq!(officer.get("/v1/series").expect(200)["data"][0]["additions"], 50);
    server.folder().assert_valid();
}

/// Pages of a search never cut a series in two.
#[test]
fn a_series_is_one_hit_whatever_the_length_of_a_page() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let opening = officer.post("/v1/provisions", &opening()).expect(201);
    let alone = officer
        .post("/v1/provisions", &events::provision("alone"))
        .expect(201);
    for n in 0..7 {
        let _ = officer
            .post("/v1/provisions", &night(n, &opening, "2026-05-01"))
            .expect(201);
    }
    for limit in 1..5 {
        let mut question =
            json!({"reason": {"kind": "audit"}, "principal": {"ref": "crm:000123"}, "limit": limit});
        let mut hits = Vec::new();
        loop {
            let page = officer.post("/v1/records/search", &question).expect(200);
            hits.extend(page["data"].as_array().unwrap().clone());
            if page["has_more"] == false {
                break;
            }
            question["cursor"] = page["next_cursor"].clone();
        }
        let told: Vec<(&Value, Option<&Value>)> = hits
            .iter()
            .map(|hit| (&hit["id"], hit.get("series").map(|series| &series["records"])))
            .collect();
        assert_eq!(
            told,
            [(&opening["id"], Some(&json!(8))), (&alone["id"], None)],
            "{limit}"
        );
    }
}

/// Who is left to an earlier record is found there and in every record that relies on it.
#[test]
pub(crate) fn principals_left_to_another_record_are_found_in_both() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let base = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let relying = json!({
        "source": {"system": "crm", "event_id": "2"}, "basis": "consent_27", "provided_on": "2026-06-01",
        "same_as": {"record": base["id"]},
    });
    let relying = officer.post("/v1/provisions", &relying).expect(201);
    let found = search(&officer);
    let ids: Vec<&Value> = found["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| &hit["id"])
        .collect();
    assert_eq!(ids, [&base["id"], &relying["id"]]);
    assert_eq!(found["data"][1]["principals"], json!([events::hanako()]));
}

fn search(officer: &Client) -> Value {
    let question = json!({"reason": {"kind": "audit"}, "principal": {"ref": "crm:000123"}});
    officer.post("/v1/records/search", &question).expect(200)
}

fn opening() -> Value {
    let mut event = events::provision("batch");
    event["recording_method"] = "batch".into();
    event["provided_on"] = "2026-04-01".into();
    event["consent"]["obtained_on"] = "2026-03-01".into();
    event["period"] = json!({"from": "2026-04-01"});
    event["items"] = json!(["氏名", "住所", "電話番号"]);
    event
}

fn night(n: u32, opening: &Value, day: &str) -> Value {
    json!({
        "source": {"system": "batch-job", "event_id": format!("night-{n}")},
        "series": opening["id"],
        "provided_on": day,
        "principals": [{"ref": "crm:000123"}],
    })
}

fn read(client: &Client, said: &Value) -> Value {
    let id = said["id"].as_str().unwrap();
    client.get(&format!("/v1/records/{id}")).expect(200)
}
