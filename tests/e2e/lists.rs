//! A list of principals from its upload to the record that cites it, and whoever looks for one of its people.

use encoding_rs::SHIFT_JIS;
use kirokubo_tests::{Answer, Client, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::reports::audit;

/// 1,000 invented people under a header row, in the code page that Excel writes in Japan.
const SAMPLE: &[u8] = include_bytes!("../data/list-cp932.csv");

pub(crate) const PATH: &str = "/v1/principal-lists";

/// Three people; the second is hard to spell.
pub(crate) const PEOPLE: &str = "会員番号,氏名,フリガナ,旧姓,生年月日,電話番号\r\n\
    crm:1,渡邉 一郎,ワタナベ イチロウ,,1970-01-31,03-1111-2222\r\n\
    crm:2,髙橋 花子,タカハシ ハナコ,鈴木,昭和60年4月2日,090-1234-5678\r\n\
    crm:3,齋藤 健,サイトウ ケン,,2001/12/3,\r\n";

/// Uploads a list as `media_type`.
pub(crate) fn upload(client: &Client, media_type: &str, body: &[u8]) -> Answer {
    client
        .request("POST", PATH)
        .header("Content-Type", media_type)
        .body(body)
}

/// Uploads CSV in UTF-8; gives the list's id.
pub(crate) fn uploaded(client: &Client, csv: &str) -> Value {
    upload(client, "text/csv", csv.as_bytes()).expect(201)["id"].clone()
}

/// A provision that cites a list.
pub(crate) fn provision_of(list: &Value, event_id: &str) -> Value {
    let mut event = events::without(events::provision(event_id), "principals");
    event["principal_list"] = list.clone();
    event
}

pub(crate) fn search(officer: &Client, principal: &Value) -> Value {
    let question = json!({"reason": {"kind": "inquiry"}, "principal": principal});
    officer.post("/v1/records/search", &question).expect(200)
}

#[test]
pub(crate) fn a_list_is_cited_by_one_event_and_each_of_its_people_is_found_by_every_spelling() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let said = upload(&officer, "text/csv", PEOPLE.as_bytes()).expect(201);
    assert_eq!((&said["count"], &said["rows"]), (&3.into(), &3.into()));
    assert_eq!((&said["skipped"], &said["warnings"]), (&json!([]), &json!([])));
    assert!(said["id"].as_str().unwrap().starts_with("lst_"), "{said}");
    assert_eq!(server.size(), 1, "a list alone is no record");
    let found = search(&officer, &json!({"ref": "crm:2"}));
    assert_eq!(
        (&found["data"], &found["searched"]["lists"]),
        (&json!([]), &1.into())
    );

    let record = officer
        .post("/v1/provisions", &provision_of(&said["id"], "1"))
        .expect(201);
    assert_eq!(server.size(), 2);
    for principal in [
        json!({"name": "髙橋 花子"}),
        json!({"name": "高橋花子"}),
        json!({"name": "鈴木花子"}),
        json!({"name_kana": "たかはし はなこ"}),
        json!({"phone": "09012345678"}),
        json!({"ref": "crm:2", "birth_date": "1985-04-02"}),
    ] {
        let found = search(&officer, &principal);
        let [hit] = found["data"].as_array().unwrap().as_slice() else {
            panic!("{principal}: {found}")
        };
        assert_eq!((&hit["id"], &hit["row"]), (&record["id"], &1.into()));
        assert_eq!(hit["principals"].as_array().unwrap().len(), 1);
        assert_eq!(hit["principals"][0]["former_names"], json!(["鈴木 花子"]));
        for stranger in ["渡邉", "齋藤"] {
            assert!(!found.to_string().contains(stranger), "{found}");
        }
    }
    let shown = officer
        .get(&format!("/v1/records/{}", record["id"].as_str().unwrap()))
        .expect(200);
    assert_eq!(shown["content"]["principals"]["value"]["count"], 3);
    assert_eq!(shown["principals_total"], 3);
    assert_eq!(shown["principals"][2]["birth_date"], "2001-12-03");
    server.into_folder().assert_valid();
}

#[test]
fn a_list_is_read_in_every_encoding_and_as_ndjson() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let (cp932, ..) = SHIFT_JIS.encode(PEOPLE);
    let bom = format!("\u{FEFF}{PEOPLE}");
    let ndjson = events::hanako().to_string() + "\n\n{\"ref\":\"crm:9\",\"name\":\"渡邉 一郎\"}\n";
    for (number, (media_type, body, count)) in (0..).zip([
        ("text/csv", PEOPLE.as_bytes(), 3),
        ("text/csv; charset=utf-8", bom.as_bytes(), 3),
        ("text/csv", &*cp932, 3),
        ("text/csv; charset=Shift_JIS", &*cp932, 3),
        ("text/csv;charset=\"windows-31j\"", &*cp932, 3),
        ("application/x-ndjson", ndjson.as_bytes(), 2),
    ]) {
        let said = upload(&officer, media_type, body).expect(201);
        assert_eq!(said["count"], count, "{media_type}");
        let event = provision_of(&said["id"], &number.to_string());
        let record = officer.post("/v1/provisions", &event).expect(201);
        let found = search(&officer, &json!({"name": "髙橋 花子", "phone": "090-1234-5678"}));
        let ids: Vec<&Value> = found["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hit| &hit["id"])
            .collect();
        assert!(ids.contains(&&record["id"]), "{media_type}: {found}");
    }
    for media_type in [
        "application/json",
        "text/csv; charset=euc-jp",
        "multipart/form-data",
    ] {
        assert_eq!(upload(&officer, media_type, b"x").status(), 415, "{media_type}");
    }
}

#[test]
pub(crate) fn a_list_from_a_spreadsheet_is_one_record_that_the_auditor_accepts() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let said = upload(&officer, "text/csv", SAMPLE).expect(201);
    assert_eq!(said["count"], 1_000);
    let event = provision_of(&said["id"], "1");
    let record = officer.post("/v1/provisions", &event).expect(201);
    let path = format!("/v1/records/{}", record["id"].as_str().unwrap());

    let mut rows = Vec::new();
    let mut page = officer.get(&format!("{path}/principals?limit=300")).expect(200);
    loop {
        rows.extend(page["data"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        page = officer
            .get(&format!("{path}/principals?limit=300&cursor={cursor}"))
            .expect(200);
    }
    assert_eq!(rows.len(), 1_000);
    assert_eq!(
        (&rows[776]["row"], &rows[776]["principal"]["ref"]),
        (&776.into(), &"crm:00000776".into())
    );
    let masked = server
        .client(Role::Auditor)
        .get(&format!("{path}/principals?cursor=776&limit=1"))
        .expect(200);
    let name = masked["data"][0]["principal"]["name"].as_str().unwrap();
    assert!(name.contains("●"), "{masked}");
    assert_eq!(
        server
            .client(Role::Ingest)
            .get(&format!("{path}/principals"))
            .status(),
        403
    );

    let found = search(&officer, &json!({"ref": "crm:00000776"}));
    assert_eq!(
        (&found["data"][0]["id"], &found["data"][0]["row"]),
        (&record["id"], &776.into())
    );
    let folder = server.into_folder();
    folder.assert_valid();
    let report = audit(&folder.export("full"), folder.vkey());
    assert_eq!(
        (&report["exit"], &report["findings"]),
        (&10.into(), &json!([])),
        "{report:#}"
    );
    assert_eq!(report["openings"]["opened"], 1_016, "every row and every field");
}

#[test]
pub(crate) fn a_list_belongs_to_one_record_and_a_repeated_event_gets_its_first_answer() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let list = uploaded(&officer, PEOPLE);
    let event = provision_of(&list, "1");
    let dry = officer.post("/v1/provisions?dry_run=true", &event).expect(200);
    assert_eq!(dry["recorded"], false);
    let first = officer.post("/v1/provisions", &event).expect(201);

    let again = officer.post("/v1/provisions", &event);
    assert_eq!(again.header("Idempotent-Replayed"), "true");
    assert_eq!(again.expect(200)["id"], first["id"]);
    assert_eq!(
        officer.post("/v1/provisions?dry_run=true", &event).expect(200)["id"],
        first["id"]
    );
    let line = officer.post_lines(events::line("provision", &event));
    let line: Value = serde_json::from_str(line.text().trim()).unwrap();
    assert_eq!((&line["status"], &line["id"]), (&200.into(), &first["id"]));

    let refused = officer
        .post("/v1/provisions", &provision_of(&list, "2"))
        .expect(422);
    assert_eq!(
        (&refused["errors"][0]["code"], &refused["errors"][0]["pointer"]),
        (&"list.used".into(), &"/principal_list".into())
    );
    let mut other = event.clone();
    other["items"] = json!(["氏名"]);
    assert_eq!(
        officer.post("/v1/provisions", &other).expect(409)["id"],
        first["id"]
    );
    assert_eq!(server.size(), 2);
    server.into_folder().assert_valid();
}

#[test]
pub(crate) fn of_two_events_that_cite_one_list_at_once_one_has_it() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let list = uploaded(&officer, PEOPLE);
    let lines: String = (0..20)
        .map(|n| events::line("provision", &provision_of(&list, &n.to_string())))
        .collect();
    let answers = officer.post_lines(lines);
    let statuses: Vec<u64> = answers
        .text()
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["status"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|status| [201, 422].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(server.size(), 2);
    server.into_folder().assert_valid();
}

#[test]
fn an_event_cites_a_list_that_is_there_and_names_nobody_besides() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let list = uploaded(&officer, PEOPLE);
    let code = |event: &Value| {
        let refused = officer.post("/v1/provisions", event).expect(422);
        assert_eq!(refused["errors"].as_array().unwrap().len(), 1, "{refused}");
        let fault = &refused["errors"][0];
        (fault["pointer"].clone(), fault["code"].clone())
    };
    let unknown = json!("lst_0190f3c0-aaaa-7bbb-8ccc-0123456789ab");
    for (list, expected) in [
        (unknown, "reference.unknown"),
        (json!("lst_1"), "reference.unknown"),
        (json!(7), "json.wrong_type"),
    ] {
        assert_eq!(
            code(&provision_of(&list, "1")),
            ("/principal_list".into(), expected.into())
        );
    }
    let mut both = provision_of(&list, "1");
    both["principals"] = json!([events::hanako()]);
    assert_eq!(code(&both), ("/principal_list".into(), "value.conflict".into()));
}

#[test]
fn sc_21_of_a_household_each_is_found_and_none_shows_the_other() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let text = "世帯番号,x\n";
    assert_eq!(upload(&officer, "text/csv", text.as_bytes()).status(), 422);
    let text = "会員番号,氏名,フリガナ,配偶者氏名,配偶者フリガナ,住所,電話番号\n\
        k1,髙橋 一,タカハシ ハジメ,髙橋 花子,タカハシ ハナコ,東京都港区1-1,03-1111-2222\n\
        k2,山田 太郎,,,,大阪府大阪市北区1,\n";
    let said = upload(&officer, "text/csv", text.as_bytes()).expect(201);
    assert_eq!((&said["count"], &said["rows"]), (&3.into(), &2.into()));
    let _ = officer
        .post("/v1/provisions", &provision_of(&said["id"], "1"))
        .expect(201);
    for (key, value, own, other) in [
        ("name", "高橋花子", "花子", "髙橋 一"),
        ("name_kana", "たかはしはなこ", "花子", "ハジメ"),
        ("name", "高橋一", "髙橋 一", "花子"),
        ("phone", "0311112222", "髙橋 一", "花子"),
        ("ref", "k1", "髙橋 一", "花子"),
    ] {
        let found = search(&officer, &json!({key: value}));
        assert_eq!(found["data"].as_array().unwrap().len(), 1, "{key}: {found}");
        let text = found.to_string();
        assert!(text.contains(own) && !text.contains(other), "{key}: {text}");
    }
    let hanako = &search(&officer, &json!({"name": "高橋花子"}))["data"][0]["principals"][0];
    assert_eq!(
        hanako["address"], "東京都港区1-1",
        "what all of the household share"
    );
}

#[test]
pub(crate) fn people_of_several_lists_and_events_come_in_the_order_of_the_ledger_and_page_by_page() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let lists: Vec<Value> = (0..3).map(|_| uploaded(&officer, PEOPLE)).collect();
    let mut expected = Vec::new();
    // The last list is cited first, and events with names of their own stand between.
    for (number, list) in lists.iter().rev().enumerate() {
        for event in [
            provision_of(list, &format!("l{number}")),
            events::provision(&format!("e{number}")),
        ] {
            let said = officer.post("/v1/provisions", &event).expect(201);
            expected.push(said["index"].as_u64().unwrap());
        }
    }
    let mut question = json!({"reason": {"kind": "inquiry"}, "principal": {"name": "高橋花子"}, "limit": 2});
    let mut indexes = Vec::new();
    loop {
        let page = officer.post("/v1/records/search", &question).expect(200);
        let hits = page["data"].as_array().unwrap();
        indexes.extend(hits.iter().map(|hit| hit["index"].as_u64().unwrap()));
        assert_eq!(page["searched"]["lists"], 3);
        if page["has_more"] == false {
            break;
        }
        question["cursor"] = page["next_cursor"].clone();
    }
    assert_eq!(indexes, expected);
    server.into_folder().assert_valid();
}

#[test]
fn a_list_names_its_people_in_no_clear_byte() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let csv = "氏名,電話番号\n印鑰 守,090-8765-4321\n全員,\n";
    let refused = upload(&officer, "text/csv", csv.as_bytes());
    assert_eq!(refused.status(), 422);
    crate::personal::assert_none_in(refused.text(), "the answer");
    let list = uploaded(&officer, "氏名,電話番号\n印鑰 守,090-8765-4321\n");
    let _ = officer
        .post("/v1/provisions", &provision_of(&list, "1"))
        .expect(201);
    crate::personal::assert_none_in(&server.log(), "the log");
    let folder = server.into_folder();
    let database = std::fs::read(folder.database()).unwrap();
    crate::personal::assert_none_in_bytes(&database, "the database");
}
