//! `/v1/third-parties`: registered once, in versions, and looked at again.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events;

#[test]
fn a_third_party_is_registered_and_read_back() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let said = recorder.post("/v1/third-parties", &party()).expect(201);
    assert_eq!(
        (&said["version"], &said["holds_from"], &said["warnings"]),
        (&json!(1), &json!("2026-04-01"), &json!([]))
    );
    let one = recorder.get(&path(&said)).expect(200);
    assert_eq!(one["in_force"], true);
    for (name, value) in party().as_object().unwrap() {
        assert_eq!(&one[name], value, "{name}: {one}");
    }
    assert_eq!(one["versions"].as_array().unwrap().len(), 1);
    assert!(one["made_by"].as_str().unwrap().starts_with("key_"));
    assert_eq!(
        recorder
            .get("/v1/third-parties/pty_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")
            .status(),
        404
    );
}

#[test]
pub(crate) fn a_change_of_the_representative_is_a_version_from_its_day_on() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let said = recorder.post("/v1/third-parties", &party()).expect(201);
    let mut later = party();
    later["holds_from"] = "2999-01-01".into();
    later["representative"]["name"] = "後任 次郎".into();
    let versions = format!("{}/versions", path(&said));
    let changed = recorder.post(&versions, &later).expect(201);
    assert_eq!(
        (&changed["version"], &changed["warnings"]),
        (&json!(2), &json!([]))
    );

    let one = recorder.get(&path(&said)).expect(200);
    assert_eq!((&one["version"], &one["in_force"]), (&json!(1), &json!(true)));
    assert_eq!(one["representative"]["name"], "見本 太郎");
    assert_eq!(one["versions"][1]["representative"]["name"], "後任 次郎");

    later["holds_from"] = "2026-05-01".into();
    let _ = recorder.post(&versions, &later).expect(201);
    let one = recorder.get(&path(&said)).expect(200);
    assert_eq!(
        (&one["version"], &one["representative"]["name"]),
        (&json!(3), &json!("後任 次郎"))
    );
}

#[test]
fn particulars_must_be_complete_and_every_fault_is_told_at_once() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let bad = json!({
        "kind": "corporation", "name": "株式会社例\u{7}", "country": "日本", "corporate_number": "000012050002",
        "equivalent_system": {"kind": "promise"}, "last_confirmed_on": "2999-01-01", "adress": "東京都",
    });
    let problem = recorder.post("/v1/third-parties", &bad).expect(422);
    assert_eq!(
        faults(&problem),
        [
            "/address party.address_incomplete",
            "/adress json.unknown_field",
            "/corporate_number houjin_bangou.twelve_digits",
            "/country country.format",
            "/equivalent_system/kind value.unknown",
            "/equivalent_system/since json.missing",
            "/last_confirmed_on date.out_of_range",
            "/name text.unassigned",
            "/representative/name party.representative_required",
        ]
    );
    let nobody = json!({"kind": "unspecified_many"});
    assert_eq!(
        faults(&recorder.post("/v1/third-parties", &nobody).expect(422)),
        ["/name party.name_required"]
    );
}

#[test]
fn a_faulty_name_hides_nothing_else_that_is_wrong_with_the_party_of_an_event() {
    let server = Server::new();
    let mut event = events::provision("1");
    event["third_party"] = json!({"kind": "corporation", "name": "株式会社例\u{7}"});
    let problem = server
        .client(Role::Ingest)
        .post("/v1/provisions", &event)
        .expect(422);
    assert_eq!(
        faults(&problem),
        [
            "/third_party/address party.address_incomplete",
            "/third_party/name text.unassigned",
            "/third_party/representative/name party.representative_required",
        ]
    );
}

#[test]
fn a_look_alike_is_told_by_its_id() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let first = recorder.post("/v1/third-parties", &party()).expect(201);
    let mut alike = party();
    alike["name"] = "㈱ｻﾝﾌﾟﾙ物流".into();
    let by_name = recorder.post("/v1/third-parties", &alike).expect(201);
    let warning = &by_name["warnings"][0];
    assert_eq!(warning["code"], "party.look_alike");
    assert!(
        warning["detail"]
            .as_str()
            .unwrap()
            .contains(first["id"].as_str().unwrap()),
        "{warning}"
    );

    let mut numbered = party();
    numbered["name"] = "株式会社別名".into();
    numbered["corporate_number"] = "7000012050002".into();
    assert_eq!(
        recorder.post("/v1/third-parties", &numbered).expect(201)["warnings"],
        json!([])
    );
    numbered["name"] = "株式会社改名".into();
    let by_number = recorder.post("/v1/third-parties", &numbered).expect(201);
    assert_eq!(by_number["warnings"][0]["code"], "party.look_alike");
}

#[test]
fn a_name_that_speaks_for_another_status_is_told() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let warned = |name: &str, status: Option<&str>| {
        let mut body = party();
        body["name"] = name.into();
        if let Some(status) = status {
            body["status"] = status.into();
        }
        let said = recorder.post("/v1/third-parties", &body).expect(201);
        said["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|warning| warning["code"] == "party.status_suspected")
    };
    assert!(warned("国立大学法人見本大学", None));
    assert!(warned("国立研究開発法人見本研究所", Some("handler")));
    assert!(warned("見本市役所", None));
    assert!(!warned("国立大学法人例示大学", Some("schedule2")));
    assert!(!warned("株式会社見本", None));
}

#[test]
fn a_confirmation_moves_the_day_and_keeps_the_particulars() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let said = recorder.post("/v1/third-parties", &party()).expect(201);
    let confirmations = format!("{}/confirmations", path(&said));
    let confirmed = json!({"confirmed_on": "2026-06-30", "method": "registry"});
    let version = recorder.post(&confirmations, &confirmed).expect(201);
    assert_eq!(
        (&version["version"], &version["holds_from"]),
        (&json!(2), &json!("2026-06-30"))
    );
    let one = recorder.get(&path(&said)).expect(200);
    assert_eq!(
        (&one["last_confirmed_on"], &one["confirmed_by"], &one["name"]),
        (
            &json!("2026-06-30"),
            &json!("registry"),
            &json!("株式会社サンプル物流")
        )
    );
    let future = json!({"confirmed_on": "2999-01-01"});
    assert_eq!(
        faults(&recorder.post(&confirmations, &future).expect(422)),
        ["/confirmed_on date.out_of_range"]
    );
    let check = json!({"checked_on": "2026-06-30", "result": "良"});
    let problem = recorder
        .post(&format!("{}/checks", path(&said)), &check)
        .expect(422);
    assert_eq!(faults(&problem), [" party.no_equivalent_system"]);
}

/// SC-08: a recipient abroad on the ground of its 体制 is looked at every year.
#[test]
fn sc_08_recipients_abroad_are_followed_up_yearly_and_overdue_ones_come_first() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let register = |name: &str, system: Value| {
        let mut body = party();
        body["name"] = name.into();
        body["country"] = "SGP".into();
        body["equivalent_system"] = system;
        body["holds_from"] = "2020-01-01".into();
        officer.post("/v1/third-parties", &body).expect(201)
    };
    let checked = register(
        "Sample Logistics Pte",
        json!({"kind": "contract", "since": "2020-01-01", "last_checked_on": "2026-01-15"}),
    );
    let never = register(
        "Example Holdings Pte",
        json!({"kind": "group_rules", "since": "2020-04-01"}),
    );
    let _ = officer.post("/v1/third-parties", &party()).expect(201);

    let list = officer.get("/v1/follow-ups").expect(200);
    let due: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|next| (next["third_party"].clone(), next["due_on"].clone()))
        .collect();
    assert_eq!(
        due,
        [
            (never["id"].clone(), json!("2021-04-01")),
            (checked["id"].clone(), json!("2027-01-15"))
        ]
    );
    assert_eq!(list["data"][0]["overdue"], true);
    assert_eq!(list["data"][0]["country"], "SGP");

    let look = json!({"checked_on": "2026-02-01", "result": "措置は続いている", "note": "現地の法改正なし"});
    let _ = officer
        .post(&format!("{}/checks", path(&never)), &look)
        .expect(201);
    let list = officer.get("/v1/follow-ups").expect(200);
    let last = &list["data"][1];
    assert_eq!(
        (&last["third_party"], &last["last_checked_on"], &last["due_on"]),
        (&never["id"], &json!("2026-02-01"), &json!("2027-02-01"))
    );
    let one = officer.get(&path(&never)).expect(200);
    assert_eq!(one["equivalent_system"]["last_result"], "措置は続いている");
    assert_eq!(one["equivalent_system"]["since"], "2020-04-01");
}

#[test]
pub(crate) fn third_parties_are_listed_page_by_page() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let mut made = Vec::new();
    for n in 0..5 {
        let mut body = party();
        body["name"] = format!("株式会社例{n}").into();
        made.push(recorder.post("/v1/third-parties", &body).expect(201)["id"].clone());
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = recorder
            .get(&format!("/v1/third-parties?limit=2{cursor}"))
            .expect(200);
        let data = page["data"].as_array().unwrap();
        assert!(data.len() <= 2 && data.iter().all(|one| one.get("versions").is_none()));
        seen.extend(data.iter().map(|one| one["id"].clone()));
        if page["has_more"] == false {
            break;
        }
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap());
    }
    assert_eq!(seen, made);
    assert_eq!(recorder.get("/v1/third-parties?cursor=here").status(), 400);
}

#[test]
fn an_auditor_sees_companies_and_no_private_persons() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let company = recorder.post("/v1/third-parties", &party()).expect(201);
    let mut person = json!({
        "kind": "individual", "name": "中島 直子", "address": "静岡県静岡市葵区1-1", "status": "non_handler",
        "note": "中島さんの紹介",
    });
    person["holds_from"] = "2026-04-01".into();
    let person = recorder.post("/v1/third-parties", &person).expect(201);
    let auditor = server.client(Role::Auditor);
    let seen = auditor.get(&path(&company)).expect(200);
    assert_eq!(
        (&seen["name"], &seen["masked"]),
        (&json!("株式会社サンプル物流"), &json!(true))
    );
    assert_eq!(seen["representative"]["name"], "見本 ●●");
    let seen = auditor.get(&path(&person)).expect(200).to_string();
    assert!(
        !seen.contains("直子") && !seen.contains("静岡") && !seen.contains("紹介"),
        "{seen}"
    );
}

#[test]
fn what_is_registered_survives_a_restart_and_is_in_no_file_in_clear() {
    let mut server = Server::new();
    let key = server.folder().create_key(Role::Officer).key;
    let client = |server: &Server| -> Client { server.nobody().with_key(&key) };
    let mut body = party();
    body["name"] = "株式会社鑰商店".into();
    body["representative"]["name"] = "鑰代表 正".into();
    let said = client(&server).post("/v1/third-parties", &body).expect(201);
    let stop = json!({"principal": {"name": "印鑰 守", "birth_date": "1931-12-29"}, "reason": "備考鑰文"});
    let stopped = client(&server).post("/v1/suppressions", &stop).expect(201);
    assert!(server.terminate().success());
    for name in ["kirokubo.db", "kirokubo.db-wal"] {
        let bytes = std::fs::read(server.folder().path().join(name)).unwrap_or_default();
        for mark in crate::personal::MARKS {
            assert!(!crate::personal::occurs(mark, &bytes), "{mark} in {name}");
        }
    }
    server.restart();
    assert_eq!(
        client(&server).get(&path(&said)).expect(200)["name"],
        "株式会社鑰商店"
    );
    let path = format!("/v1/suppressions/{}", stopped["id"].as_str().unwrap());
    assert_eq!(
        client(&server).get(&path).expect(200)["principal"]["name"],
        "印鑰 守"
    );
    crate::personal::assert_none_in(&server.log(), "the log");
}

/// A company with every particular the law asks for.
pub(crate) fn party() -> Value {
    json!({
        "kind": "corporation", "name": "株式会社サンプル物流", "address": "東京都千代田区千代田1-1", "country": "JPN",
        "representative": {"title": "代表取締役", "name": "見本 太郎"}, "holds_from": "2026-04-01",
    })
}

fn path(said: &Value) -> String {
    format!("/v1/third-parties/{}", said["id"].as_str().unwrap())
}

/// Pointer and code of every fault of a problem.
pub(crate) fn faults(problem: &Value) -> Vec<String> {
    let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
    problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| format!("{} {}", text(error, "pointer"), text(error, "code")))
        .collect()
}
