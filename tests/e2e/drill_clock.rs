//! The machine's clock is set back, and ahead, while the server runs.

use kirokubo_tests::{DataFolder, FakeTime, Role, Server};
use serde_json::Value;

use crate::drill::Kept;
use crate::events;

#[test]
fn time_in_the_ledger_never_goes_back_whatever_the_clock_does() {
    let folder = DataFolder::new();
    let Some(clock) = FakeTime::beside(folder.beside()) else {
        return;
    };
    let variables = clock.variables();
    let mut server = Server::with_settings(folder, "info", &variables);
    let key = server.folder().create_key(Role::Officer).key;
    let client = server.nobody().with_key(&key);
    let mut kept = Kept::default();
    let mut times = Vec::new();
    let mut record = |server: &Server, name: &str| {
        let client = server.nobody().with_key(&key);
        let said = kept.post(&client, name).expect(201);
        times.push(said["recorded_at"].as_str().unwrap().to_owned());
        // A reading is dated, too, in a ledger of its own.
        let path = format!("/v1/records/{}", said["id"].as_str().unwrap());
        assert_eq!(client.get(&path).status(), 200, "{name}");
    };
    record(&server, "at first");
    for offset in ["-2h", "-40d", "+3d", "-1h", "+0"] {
        clock.set(offset);
        record(&server, offset);
        assert_eq!(client.get("/readyz").status(), 200, "{offset}");
    }
    // Started with a clock that is behind what the ledger says.
    clock.set("-10d");
    assert!(server.terminate().success());
    server.restart();
    record(&server, "after a restart");
    server.kill9();
    clock.set("-20d");
    server.restart();
    record(&server, "after a crash");

    let mut sorted = times.clone();
    sorted.sort();
    assert_eq!(times, sorted, "as text these times sort as times do");
    let days: Vec<&str> = times.iter().map(|time| &time[..10]).collect();
    assert_ne!(days[2], days[3], "a clock that goes ahead is followed: {times:?}");
    assert_eq!(times[3], *times.last().unwrap(), "and never back");
    kept.assert_kept(&server);
    let folder = server.into_folder();
    let report = folder.verify_with(&variables);
    assert_eq!(report["exit"], 0, "{report:#}");
    // An auditor, whose clock is right, finds no TIME_REGRESSION either.
    let report = folder.verify();
    assert_eq!(report["findings"], Value::Array(Vec::new()), "{report:#}");
}

/// Acknowledged with the clock ahead, sent again with the clock put right: it is the same record.
#[test]
fn an_event_sent_again_under_another_clock_is_the_same_record() {
    let folder = DataFolder::new();
    let Some(clock) = FakeTime::beside(folder.beside()) else {
        return;
    };
    let server = Server::with_settings(folder, "info", &clock.variables());
    let client = server.client(Role::Ingest);
    clock.set("+400d");
    let first = client.post("/v1/provisions", &events::provision("1")).expect(201);
    clock.set("-400d");
    let again = client.post("/v1/provisions", &events::provision("1")).expect(200);
    assert_eq!(first, again);
    server.into_folder().assert_valid();
}
