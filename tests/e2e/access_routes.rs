//! Every operation of the contract either writes down who reads, or is known to show nothing of anybody. A new one fails
//! here until somebody has decided.

use std::collections::BTreeSet;
use std::fs;

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::events;
use crate::evidence;
use crate::readings::{log, path_of, search};

/// Those that show personal data to somebody.
const WRITTEN_DOWN: [&str; 20] = [
    "get_audit_bundle_content",
    "get_evidence",
    "get_evidence_content",
    "get_record",
    "get_record_opening",
    "get_suppression",
    "get_third_party",
    "list_access_log",
    "list_evidence",
    "list_follow_ups",
    "list_recipients",
    "list_record_access",
    "list_record_principals",
    "list_records",
    "list_series",
    "list_suppressions",
    "list_third_parties",
    "make_audit_bundle",
    "make_disclosure_proof",
    "search_records",
];

/// Those that show a caller nothing of a person that he did not send himself.
const NOTHING_PERSONAL: [&str; 49] = [
    // Witnesses, and how they stand.
    "get_witnesses",
    // Stamps over checkpoints.
    "create_timestamp",
    "get_timestamp",
    "list_timestamps",
    // What is kept until when, held and erased: ids, days and codes.
    "decide_erasure",
    "extend_retention",
    "get_erasure",
    "get_hold",
    "list_erasures",
    "list_holds",
    "list_retention",
    "propose_erasure",
    "release_hold",
    "set_hold",
    // Who recorded what, and what was decided; no content.
    "amend_record",
    "close_series",
    "confirm_third_party",
    "check_third_party",
    "decide_approval",
    "lift_suppression",
    "list_approvals",
    "post_events",
    "post_evidence",
    "post_opt_out_filing",
    "post_opt_out_filing_version",
    "post_principal_list",
    "post_provision",
    "post_receipt",
    "post_suppression",
    "post_third_party",
    "post_third_party_version",
    // Questions about what is in the question; `check_provision` answers with places in it.
    "check_duty",
    "check_provision",
    "check_retention",
    // Filings are published by the commission.
    "get_opt_out_filing",
    "list_opt_out_filings",
    // The ledger, the service and its settings.
    "contract",
    "docs",
    "get_audit_bundle",
    "list_audit_bundles",
    "get_checkpoint",
    "get_record_proof",
    "get_settings",
    "get_tile",
    "list_ledgers",
    "livez",
    "metrics",
    "put_settings",
    "readyz",
];

#[test]
fn every_operation_is_known_to_write_down_who_reads_or_to_show_nobody() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml");
    let contract = fs::read_to_string(path).unwrap();
    let operations: BTreeSet<&str> = contract
        .lines()
        .filter_map(|line| line.trim().strip_prefix("operationId: "))
        .collect();
    assert!(operations.len() > 40, "{operations:?}");
    let known: BTreeSet<&str> = WRITTEN_DOWN.into_iter().chain(NOTHING_PERSONAL).collect();
    let undecided: Vec<&&str> = operations.difference(&known).collect();
    assert!(undecided.is_empty(), "does it show personal data? {undecided:?}");
}

#[test]
fn every_operation_that_shows_personal_data_writes_down_who_reads() {
    let server = Server::new();
    let officer = server.client(Role::Officer);
    read_everything(&officer, &server.client(Role::Officer));
    // The first reading of the log does not see itself.
    let _ = log(&officer, "");
    let lines = log(&officer, "");
    let seen: BTreeSet<&str> = lines
        .iter()
        .map(|line| line["operation"].as_str().unwrap())
        .collect();
    assert_eq!(seen, BTreeSet::from(WRITTEN_DOWN));
    for line in &lines {
        let shows = ["records", "others"].map(|member| line[member].as_array().map_or(0, Vec::len));
        let of_log = line["kind"] == "access_log";
        assert_eq!(shows.iter().sum::<usize>() == 0, of_log, "{line}");
        assert_ne!(line["count"], 0, "{line}");
    }
    server.into_folder().assert_valid();
}

fn read_everything(officer: &Client, other: &Client) {
    let record = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let mut batch = events::provision("batch");
    batch["recording_method"] = "batch".into();
    batch["period"] = json!({"from": "2026-04-01"});
    let _ = officer.post("/v1/provisions", &batch).expect(201);
    let file = officer
        .request("POST", "/v1/evidence")
        .header("Content-Type", "application/pdf")
        .header("Content-Disposition", "attachment; filename=\"consent.pdf\"")
        .body(&evidence::pdf(100, 1))
        .expect(201);
    let demand = json!({
        "principal": {"ref": "crm:000123"}, "from": "2026-04-01", "basis": "all", "received_on": "2026-04-01",
        "channel": "phone", "reason": "DMが来る",
    });
    let stop = officer.post("/v1/suppressions", &demand).expect(201);
    let person = json!({
        "kind": "individual", "name": "山田 太郎", "address": "東京都千代田区千代田1-1", "country": "SGP",
        "status": "handler", "holds_from": "2020-01-01",
        "equivalent_system": {"kind": "contract", "since": "2020-01-01", "last_checked_on": "2026-01-15"},
    });
    let person = officer.post("/v1/third-parties", &person).expect(201);

    let _ = search(officer, &json!({"ref": "crm:000123"}));
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    for path in [
        path_of(&record),
        format!("{}/principals", path_of(&record)),
        format!("{}/access", path_of(&record)),
        format!("{}/opening?fields=items", path_of(&record)),
        "/v1/records".to_owned(),
        "/v1/series".to_owned(),
        "/v1/evidence".to_owned(),
        "/v1/suppressions".to_owned(),
        format!("/v1/suppressions/{}", id(&stop)),
        format!("/v1/suppressions/{}/recipients", id(&stop)),
        "/v1/third-parties".to_owned(),
        format!("/v1/third-parties/{}", id(&person)),
        "/v1/follow-ups".to_owned(),
    ] {
        let answer = officer.get(&path);
        assert_eq!(answer.status(), 200, "{path}: {}", answer.text());
    }
    let reason = json!({"kind": "disclosure_request"});
    let proof = json!({"reason": reason, "principal": {"ref": "crm:000123"}});
    assert_eq!(officer.post("/v1/disclosure-proofs", &proof).status(), 200);
    let full = json!({"reason": reason, "scope": "full"});
    let bundle = officer.post("/v1/audit-bundles", &full).expect(202);
    let content = format!("/v1/audit-bundles/{}/content", id(&bundle));
    while officer.get(&content).status() == 404 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // What the sender of a file is told of it is its own; another officer reads it.
    let _ = other.get(&format!("/v1/evidence/{}", id(&file))).expect(200);
    assert_eq!(evidence::content(officer, &file).status(), 200);
}
