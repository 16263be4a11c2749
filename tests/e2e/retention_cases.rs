//! The worked dates of retention over HTTP: each by its number, D01 and so on.

use kirokubo_tests::{Client, Role, Server};
use serde_json::{Value, json};

use crate::contract::{CONSENTED, sale};
use crate::events::provision;
use crate::telling::{method_of, recorded, told, with};

/// Number, day made, last event, kept through, erasable from.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const EACH: [Row; 13] = [
    ("D01", "2018-02-01", "2018-02-01", "2021-02-01", "2021-02-02"),
    ("D02", "2019-02-01", "2019-02-01", "2022-02-01", "2022-02-02"),
    ("D03", "2024-04-01", "2024-04-01", "2027-04-01", "2027-04-02"),
    ("D04", "2025-01-01", "2025-01-01", "2028-01-01", "2028-01-02"),
    ("D05", "2024-12-31", "2024-12-31", "2027-12-31", "2028-01-01"),
    ("D06", "2024-02-28", "2024-02-28", "2027-02-28", "2027-03-01"),
    ("D07", "2024-02-29", "2024-02-29", "2027-02-28", "2027-03-01"),
    ("D08", "2025-02-28", "2025-02-28", "2028-02-29", "2028-03-01"),
    ("D09", "2021-02-28", "2021-02-28", "2024-02-29", "2024-03-01"),
    ("D10", "2023-02-28", "2023-02-28", "2026-02-28", "2026-03-01"),
    ("D11", "2028-02-29", "2028-02-29", "2031-02-28", "2031-03-01"),
    ("D12", "2022-04-30", "2022-04-30", "2025-04-30", "2025-05-01"),
    ("D26", "2025-02-28", "2025-02-28", "2028-02-29", "2028-03-01"),
];

const BATCH: [Row; 6] = [
    ("D13", "2024-04-01", "2024-04-01", "2027-04-01", "2027-04-02"),
    ("D14", "2024-04-01", "2024-03-31", "2027-04-01", "2027-04-02"),
    ("D15", "2020-04-01", "2024-03-31", "2027-03-30", "2027-03-31"),
    ("D16", "2020-04-01", "2024-02-29", "2027-02-28", "2027-03-01"),
    ("D17", "2020-04-01", "2024-02-28", "2027-02-27", "2027-02-28"),
    ("D18", "2020-04-01", "2025-03-01", "2028-02-29", "2028-03-01"),
];

const CONTRACT: [Row; 5] = [
    ("D20", "2024-04-01", "2024-04-01", "2025-03-31", "2025-04-01"),
    ("D21", "2024-02-29", "2024-02-29", "2025-02-28", "2025-03-01"),
    ("D22", "2027-03-01", "2027-03-01", "2028-02-29", "2028-03-01"),
    ("D23", "2025-01-01", "2025-01-01", "2025-12-31", "2026-01-01"),
    ("D24", "2015-04-01", "2026-07-17", "2027-07-16", "2027-07-17"),
];

fn ask(client: &Client, method: &str, made_on: &str, last_event_on: Option<&str>) -> Value {
    let mut question = json!({"method": method, "made_on": made_on});
    if let Some(last) = last_event_on {
        question["last_event_on"] = last.into();
    }
    client.post("/v1/retention-checks", &question).expect(200)
}

#[test]
fn d01_to_d24_and_d26_are_counted_as_written() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    for (method, rows) in [("each", &EACH[..]), ("batch", &BATCH), ("contract", &CONTRACT)] {
        for (id, made, last, through, erasable) in rows {
            assert_eq!(
                ask(&client, method, made, Some(last)),
                json!({"retain_through": through, "erasable_from": erasable}),
                "{id}"
            );
        }
    }
    for method in ["batch", "contract"] {
        assert_eq!(
            ask(&client, method, "2024-04-01", None),
            json!({"open": true}),
            "D19"
        );
    }
}

/// The clock of a contract runs from the last event alone, so a record made today has the dates of the table.
#[test]
fn d20_to_d24_hold_for_a_contract_that_stands_for_the_record() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    for (id, made, last, through, _) in CONTRACT {
        let mut paper = sale(&CONSENTED);
        paper["concluded_on"] = made.into();
        let event = with(
            provision(id),
            &json!({"provided_on": "2024-02-29", "recording_method": "contract", "agreement": paper,
                "period": {"from": "2017-05-30", "to": last}}),
        );
        assert_eq!(recorded(&client, &event)["retain_through"], through, "{id}");
    }
}

#[test]
fn d19_a_series_that_still_runs_has_no_end() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    for method in ["batch", "contract"] {
        let mut paper = sale(&CONSENTED);
        paper["continuous"] = true.into();
        let event = json!({"recording_method": method, "agreement": paper, "period": {"from": "2026-04-01"}});
        let said = recorded(&client, &with(provision(method), &event));
        assert_eq!(said.get("retain_through"), None, "{method}");
    }
}

#[test]
fn d26_a_paper_that_lacks_a_matter_is_kept_as_a_record_made_each_time() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let each = recorded(&client, &provision("each"));
    let paper = sale(&CONSENTED[1..]);
    let said = recorded(
        &client,
        &with(
            provision("d26"),
            &json!({"recording_method": "contract", "agreement": paper}),
        ),
    );
    assert_eq!(method_of(&client, &said)["method"], "each");
    assert_eq!(said["retain_through"], each["retain_through"]);
    assert_eq!(
        told(&said["warnings"]),
        ["/recording_method method.contract_conditions"]
    );
}
