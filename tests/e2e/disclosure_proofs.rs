//! One person's part of the ledger in one file: complete, provable, and silent about everybody else.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kirokubo_tests::{Answer, Client, DataFolder, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::lists::{PEOPLE, provision_of, upload, uploaded};
use crate::reports::{audit, audit_with};

const PATH: &str = "/v1/disclosure-proofs";

fn ask(officer: &Client, principal: &Value) -> Answer {
    let question = json!({"reason": {"kind": "disclosure_request", "id": "req_1"}, "principal": principal});
    officer.post(PATH, &question)
}

/// The proof as a file beside the data folder.
fn saved(folder: &DataFolder, name: &str, proof: &str) -> PathBuf {
    let path = folder.beside().join(name);
    std::fs::write(&path, proof).unwrap();
    path
}

fn check(folder: &DataFolder, proof: &str) -> Value {
    audit(&saved(folder, "proof.ndjson", proof), folder.vkey())
}

#[track_caller]
fn assert_holds(folder: &DataFolder, proof: &str, records: u64) {
    let report = check(folder, proof);
    assert_eq!(
        (&report["exit"], &report["findings"]),
        (&11.into(), &json!([])),
        "{report:#}"
    );
    assert_eq!(
        (&report["kind"], &report["records"]),
        (&"disclosure_proof".into(), &records.into())
    );
}

fn of_three(event_id: &str) -> Value {
    let mut event = events::provision(event_id);
    event["principals"] = json!([
        {"ref": "crm:1", "name": "渡邉 一郎", "birth_date": "1970-01-31"},
        events::hanako(),
        {"ref": "crm:3", "name": "齋藤 健", "phone": "03-9999-8888"},
    ]);
    event
}

#[test]
pub(crate) fn all_records_of_one_person_are_in_one_file_that_the_auditor_accepts() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let _ = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let _ = officer.post("/v1/provisions", &of_three("2")).expect(201);
    let _ = officer.post("/v1/receipts", &events::receipt("3")).expect(201);
    let answer = ask(&officer, &json!({"name": "高橋花子", "birth_date": "1985-04-02"}));
    assert_eq!(answer.header("Content-Type"), "application/x-ndjson");
    assert_eq!(answer.header("Cache-Control"), "no-store");
    assert_eq!(answer.status(), 200);
    let proof = answer.text();
    for other in [
        "渡邉",
        "齋藤",
        "crm:1\\\"",
        "crm:3",
        "1970-01-31",
        "03-9999-8888",
        "hr:42",
    ] {
        assert!(!proof.contains(other), "{other}: {proof}");
    }
    let fields: BTreeSet<(u64, u64)> = proof
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|line| Some((line["index"].as_u64()?, line["field"].as_u64()?)))
        .collect();
    let statutory = [(1, 3), (1, 4), (1, 5), (1, 6), (2, 3), (2, 4), (2, 5), (2, 6)];
    assert_eq!(
        fields,
        BTreeSet::from(statutory),
        "matters of consent, and no date"
    );
    assert_eq!(proof.matches("髙橋 花子").count(), 2);
    let folder = server.into_folder();
    assert_holds(&folder, proof, 2);

    let plain = kirokubo_tests::binaries()
        .kirokubo_verify()
        .arg(folder.beside().join("proof.ndjson"))
        .args(["--vkey", folder.vkey()])
        .output()
        .unwrap();
    let text = String::from_utf8(plain.stdout).unwrap();
    assert_eq!(plain.status.code(), Some(11), "{text}");
    assert!(text.contains("記録 2 件、項目 8、本人の行 2"), "{text}");
    assert!(!text.contains("花子"), "{text}");
}

#[test]
fn from_a_list_of_100_000_one_row_is_shown_and_no_other_name_number_or_salt() {
    const ROWS: u32 = 100_000;
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let mut csv = "会員番号,氏名,電話番号\n".to_owned();
    for n in 0..ROWS {
        writeln!(
            csv,
            "crm:{n:06},山田 第{n:06}番,03-{:04}-{:04}",
            n / 10_000,
            n % 10_000
        )
        .unwrap();
    }
    let list = upload(&officer, "text/csv", csv.as_bytes()).expect(201)["id"].clone();
    let said = officer
        .post("/v1/provisions", &provision_of(&list, "1"))
        .expect(201);
    let record = format!("/v1/records/{}", said["id"].as_str().unwrap());
    let asked = 54_321;
    let answer = ask(&officer, &json!({"ref": format!("crm:{asked:06}")}));
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let proof = answer.text();
    assert!(proof.len() < 10_000, "{} bytes", proof.len());
    assert!(proof.contains("山田 第054321番"));
    for n in (0..ROWS).filter(|n| *n != asked) {
        assert!(!proof.contains(&format!("crm:{n:06}")), "{n}");
        assert!(!proof.contains(&format!("第{n:06}番")), "{n}");
    }
    // Every salt in the file is one of the fields shown or of the one row; those of a hundred others are not in it.
    let own = officer.get(&format!("{record}/opening?row={asked}")).expect(200);
    assert!(proof.contains(own["row"]["salt"].as_str().unwrap()));
    for n in (0..ROWS)
        .step_by(1_013)
        .chain([asked - 1, asked + 1, 0, ROWS - 1])
    {
        let other = officer.get(&format!("{record}/opening?row={n}")).expect(200);
        assert_eq!(other["row"]["count"], ROWS);
        assert!(!proof.contains(other["row"]["salt"].as_str().unwrap()), "{n}");
    }
    let salts = proof.matches("\"salt\":").count();
    let fields = proof.matches("\"field\":").count();
    assert_eq!(salts, fields + 1);
    assert_holds(&server.into_folder(), proof, 1);
}

#[test]
fn sc_21_of_a_household_each_is_disclosed_alone() {
    // As it stands in a value, with its quotation mark: the two letters alone stand in some hash by chance.
    const REF: &str = "k1\\\"";
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let text = "会員番号,氏名,フリガナ,配偶者氏名,配偶者フリガナ,住所,電話番号\n\
        k1,髙橋 一,タカハシ ハジメ,髙橋 花子,タカハシ ハナコ,東京都港区1-1,03-1111-2222\n\
        k2,山田 太郎,,,,大阪府大阪市北区1,\n";
    let list = uploaded(&officer, text);
    let _ = officer
        .post("/v1/provisions", &provision_of(&list, "1"))
        .expect(201);
    let folder_of = |proof: &str, own: &str, others: &[&str]| {
        assert!(proof.contains(own), "{proof}");
        for other in others {
            assert!(!proof.contains(other), "{other}: {proof}");
        }
    };
    let wife = ask(&officer, &json!({"name": "高橋花子"}));
    folder_of(
        wife.text(),
        "髙橋 花子",
        &["髙橋 一", "ハジメ", REF, "03-1111", "山田"],
    );
    let husband = ask(&officer, &json!({"ref": "k1"}));
    assert!(husband.text().contains(REF), "as he is called in his own");
    folder_of(
        husband.text(),
        "髙橋 一",
        &["花子", "ハナコ", "山田", "大阪府大阪市北区1"],
    );
    let folder = server.into_folder();
    assert_holds(&folder, wife.text(), 1);
    assert_holds(&folder, husband.text(), 1);
}

#[test]
fn what_a_record_leaves_to_an_earlier_one_is_shown_there() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let first = officer.post("/v1/provisions", &of_three("1")).expect(201);
    let mut later = events::without(of_three("2"), "items");
    let _ = later.as_object_mut().unwrap().remove("principals");
    later["provided_on"] = "2026-05-10".into();
    later["same_as"] = json!({"record": first["id"], "fields": ["principals", "items"]});
    let said = officer.post("/v1/provisions", &later);
    assert_eq!(said.status(), 201, "{}", said.text());
    let answer = ask(&officer, &json!({"ref": "crm:000123"}));
    let lines: Vec<Value> = answer
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let has = |index: u64, field: u64| {
        lines
            .iter()
            .any(|line| line["index"] == index && line["field"] == field && line["value"] != "")
    };
    assert!(has(1, 4) && has(1, 5), "the first holds them");
    assert!(
        has(2, 13) && !has(2, 5) && !has(2, 4),
        "the later one says where they are"
    );
    assert!(
        lines
            .iter()
            .all(|line| line["row"].is_null() || line["index"] == 1)
    );
    assert_holds(&server.into_folder(), answer.text(), 2);
}

#[test]
fn several_people_nobody_and_a_search_without_a_reason_give_no_file() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let _ = officer.post("/v1/provisions", &of_three("1")).expect(201);
    let mut namesake = events::provision("2");
    namesake["principals"] = json!([{"ref": "crm:77", "name": "髙橋 花子", "birth_date": "1999-09-09"}]);
    let _ = officer.post("/v1/provisions", &namesake).expect(201);
    let refused = ask(&officer, &json!({"name": "髙橋 花子"})).expect(422);
    assert_eq!(
        (&refused["errors"][0]["code"], &refused["errors"][0]["pointer"]),
        (&"search.several_people".into(), &"/principal".into())
    );
    let one = ask(
        &officer,
        &json!({"name": "髙橋 花子", "birth_date": "1999-09-09"}),
    );
    assert_eq!(one.status(), 200);
    assert!(!one.text().contains("1985-04-02") && !one.text().contains("crm:000123"));
    assert_eq!(ask(&officer, &json!({"name": "誰 某"})).status(), 404);
    let unreasoned = officer
        .post(PATH, &json!({"principal": {"name": "髙橋 花子"}}))
        .expect(422);
    assert_eq!(unreasoned["errors"][0]["code"], "search.reason_required");
    let question =
        json!({"reason": {"kind": "inquiry"}, "principal": {"ref": "crm:3"}, "from": "2027-01-01"});
    assert_eq!(
        officer.post(PATH, &question).status(),
        404,
        "outside the days asked for"
    );
}

#[test]
fn a_record_kept_voluntarily_is_not_one_that_the_law_discloses() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let mut voluntary = events::provision("1");
    voluntary["basis"] = "exempt_27_1_1".into();
    voluntary["keep_voluntarily"] = true.into();
    let said = officer.post("/v1/provisions", &voluntary);
    assert_eq!(said.status(), 201, "{}", said.text());
    assert_eq!(ask(&officer, &json!({"ref": "crm:000123"})).status(), 404);
}

#[test]
fn a_false_proof_is_named_by_the_program_and_a_held_checkpoint_is_compared() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    let _ = officer.post("/v1/provisions", &of_three("1")).expect(201);
    let held_before = server.checkpoint();
    let _ = officer.post("/v1/provisions", &of_three("2")).expect(201);
    let proof = ask(&officer, &json!({"ref": "crm:000123"})).text().to_owned();
    let held = server.checkpoint();
    let list = uploaded(&officer, PEOPLE);
    let _ = officer
        .post("/v1/provisions", &provision_of(&list, "3"))
        .expect(201);
    let folder = server.into_folder();
    let (same, older) = (
        saved(&folder, "same", &held),
        saved(&folder, "older", &held_before),
    );
    let file = saved(&folder, "good.ndjson", &proof);
    let with = |held: &Path| {
        audit_with(&file, folder.vkey(), &["--checkpoint", held.to_str().unwrap()])["held"]["outcome"].clone()
    };
    assert_eq!(
        (with(&same), with(&older)),
        ("agrees".into(), "not_compared".into())
    );

    let lines: Vec<&str> = proof.lines().collect();
    let change = |at: usize, from: &str, to: &str| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        assert!(lines[at].contains(from), "{}: {from}", lines[at]);
        lines[at] = lines[at].replacen(from, to, 1);
        lines.join("\n") + "\n"
    };
    let older = lines[0].replace(&json!(held).to_string(), &json!(held_before).to_string());
    for (what, proof, code, index) in [
        ("value", change(2, "物流", "運輸"), "OPENING_MISMATCH", Some(1)),
        (
            "row",
            change(6, "\"row\":1", "\"row\":0"),
            "OPENING_MISMATCH",
            Some(1),
        ),
        (
            "row's value",
            change(6, "花子", "華子"),
            "OPENING_MISMATCH",
            Some(1),
        ),
        (
            "record",
            change(1, "\"index\":1", "\"index\":0"),
            "ENTRY_MODIFIED",
            Some(0),
        ),
        (
            "checkpoint",
            change(0, lines[0], &older),
            "ENTRY_MODIFIED",
            Some(2),
        ),
        ("end", change(lines.len() - 1, "2", "3"), "SCHEMA", None),
        ("cut", lines[..7].join("\n") + "\n", "SCHEMA", None),
    ] {
        let report = check(&folder, &proof);
        assert_eq!(report["exit"], 40, "{what}: {report:#}");
        let findings = report["findings"].as_array().unwrap();
        let is_named = |finding: &Value| finding["code"] == code && finding["index"].as_u64() == index;
        assert!(findings.iter().any(is_named), "{what}: {report:#}");
    }
}
