//! The contract: `openapi.yaml` is what the code gives, and keeps the shape that generators understand.

use std::path::Path;
use std::{env, fs};

/// Set, it rewrites the file instead of comparing it.
const WRITE: &str = "KIROKUBO_WRITE_OPENAPI";

#[test]
fn the_committed_contract_is_the_one_the_code_gives() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.yaml");
    let contract = kirokubo::http::openapi_yaml();
    if env::var_os(WRITE).is_some() {
        fs::write(&file, &contract).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == contract,
        "openapi.yaml is not what the code gives: run `make openapi`"
    );
}

#[test]
fn every_operation_has_an_id_a_summary_and_problems_for_its_credentials() {
    let contract = kirokubo::http::openapi();
    let mut ids = Vec::new();
    for (path, methods) in contract["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = format!("{method} {path}");
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
            assert!(
                operation["summary"].as_str().is_some_and(|text| !text.is_empty()),
                "{name}: summary"
            );
            let secured = operation.get("security").is_some();
            assert_eq!(secured, path.starts_with("/v1/"), "{name}: security");
            assert_eq!(
                operation["responses"].get("401").is_some(),
                secured,
                "{name}: 401"
            );
        }
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "operation ids are unique");
}

#[test]
fn no_schema_has_what_common_generators_stumble_over() {
    let contract = kirokubo::http::openapi().to_string();
    assert!(!contract.contains("\"oneOf\""), "oneOf");
    assert!(!contract.contains("\"null\""), "null unions");
}
