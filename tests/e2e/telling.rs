//! Posting an event and reading what is said of it: recorded, or refused and why.

use kirokubo_tests::Client;
use serde_json::Value;

/// The pointers and codes of faults or warnings.
pub(crate) fn told(list: &Value) -> Vec<String> {
    let line = |fault: &Value| {
        let text = |name: &str| fault[name].as_str().expect("a fault has it").to_owned();
        format!("{} {}", text("pointer"), text("code"))
    };
    list.as_array()
        .expect("a list of faults")
        .iter()
        .map(line)
        .collect()
}

/// Posts an event that must be refused, and gives why.
#[track_caller]
pub(crate) fn refused(client: &Client, event: &Value) -> Vec<String> {
    told(&client.post(path_of(event), event).expect(422)["errors"])
}

/// Posts an event that must be recorded, and gives the answer.
#[track_caller]
pub(crate) fn recorded(client: &Client, event: &Value) -> Value {
    client.post(path_of(event), event).expect(201)
}

/// What is stored about the way of recording.
pub(crate) fn method_of(client: &Client, said: &Value) -> Value {
    read(client, said)["content"]["method"]["value"].clone()
}

pub(crate) fn path_of(event: &Value) -> &'static str {
    if event.get("received_on").is_some() {
        "/v1/receipts"
    } else {
        "/v1/provisions"
    }
}

/// `event` with these members instead of, or beside, its own.
pub(crate) fn with(mut event: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().expect("members come in an object") {
        event[name] = value.clone();
    }
    event
}

/// The record of an answer, read back.
#[track_caller]
pub(crate) fn read(client: &Client, said: &Value) -> Value {
    let id = said["id"].as_str().expect("an id");
    client.get(&format!("/v1/records/{id}")).expect(200)
}

/// The names of the fields that a record shows as statutory.
pub(crate) fn statutory_fields(record: &Value) -> Vec<&str> {
    let content = record["content"].as_object().expect("a record with content");
    let statutory = content.iter().filter(|(_, field)| field["statutory"] == true);
    statutory.map(|(name, _)| name.as_str()).collect()
}
