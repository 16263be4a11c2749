//! The scrubber: damage below a running server is named within seconds, stops writing if it is the chain, and never
//! reading.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use kirokubo_tests::{Client, Role, Server};

use crate::database::{Pristine, flip_in, intrude};
use crate::{events, evidence};

/// As fast as it can.
const HASTE: [(&str, &str); 1] = [("KIROKUBO_SCRUB_RATE", "1000000")];

/// Longer than any pass over some records takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn a_changed_entry_is_named_and_stops_writing_until_it_is_mended() {
    let server = Server::with_settings(Pristine::new().folder().copy(), "info", &HASTE);
    let officer = server.client(Role::Officer);
    let flip = || {
        intrude(server.folder(), |db| {
            flip_in(db, "entries", "bytes", "idx = 6", 100);
        });
    };
    wait_until(&server, "a first pass", || {
        metric(&server, "kirokubo_scrub_passes") > 0
    });
    assert_eq!(metric(&server, "kirokubo_scrub_findings"), 0);

    flip();
    wait_until(&server, "the alarm", || {
        server.nobody().get("/readyz").status() == 503
    });
    let problem = server.nobody().get("/readyz").json();
    assert_eq!(problem["code"], "ledger.damaged", "{problem}");
    assert!(metric(&server, "kirokubo_scrub_findings") > 0);
    assert!(server.log().contains("index 6"), "{}", server.log());

    let refused = officer.post("/v1/provisions", &events::provision("new"));
    assert_eq!(
        (refused.status(), &refused.json()["code"]),
        (503, &"ledger.damaged".into())
    );
    let lines = officer.post_lines(events::lines(["new".to_owned()]));
    assert!(lines.text().contains("ledger.damaged"), "{}", lines.text());
    let page = officer.get("/v1/records?limit=5").expect(200);
    let id = page["data"][0]["id"].as_str().unwrap();
    let _ = officer.get(&format!("/v1/records/{id}")).expect(200);

    flip();
    wait_until(&server, "the all-clear", || {
        server.nobody().get("/readyz").status() == 200
    });
    let _ = officer
        .post("/v1/provisions", &events::provision("new"))
        .expect(201);
    server.into_folder().assert_valid();
}

#[test]
fn a_changed_content_or_file_is_named_and_writing_goes_on() {
    let server = Server::with_settings(Pristine::new().folder().copy(), "info", &HASTE);
    let recorder = server.client(Role::Recorder);
    let kept = evidence::send(&recorder, "application/pdf", &evidence::pdf(4_000, 2)).expect(201);
    let ready = || server.nobody().get("/readyz");
    wait_until(&server, "a first pass", || {
        metric(&server, "kirokubo_scrub_passes") > 0
    });
    assert_eq!(ready().text(), "ok\n");

    intrude(server.folder(), |db| {
        flip_in(db, "record_contents", "sealed", "idx = 4", 40);
    });
    let file = fs::read_dir(server.folder().path().join("evidence"))
        .unwrap()
        .next();
    let file = file.unwrap().unwrap().path();
    let mut bytes = fs::read(&file).unwrap();
    bytes[100] ^= 1;
    fs::write(&file, bytes).unwrap();
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    assert!(kept["id"].is_string());

    wait_until(&server, "both findings", || {
        server.log().contains("OPENING_MISMATCH") && server.log().contains(&name)
    });
    wait_until(&server, "degradation", || {
        ready().text().starts_with("degraded: ")
    });
    assert_eq!(ready().status(), 200);
    let _ = recorder
        .post("/v1/provisions", &events::provision("new"))
        .expect(201);
}

#[test]
fn nothing_is_found_while_many_records_come_in() {
    let server = Server::with_settings(kirokubo_tests::DataFolder::new(), "info", &HASTE);
    let client = server.client(Role::Recorder);
    let posting = thread::spawn({
        let client: Client = client.clone();
        move || {
            for round in 0..20 {
                let ids = (0..40).map(|n| format!("{round}-{n}"));
                assert_eq!(client.post_lines(events::lines(ids)).status(), 200);
            }
        }
    });
    while !posting.is_finished() {
        assert_eq!(metric(&server, "kirokubo_scrub_findings"), 0, "{}", server.log());
        thread::sleep(Duration::from_millis(100));
    }
    posting.join().unwrap();
    let passes = metric(&server, "kirokubo_scrub_passes");
    wait_until(&server, "two more passes", || {
        metric(&server, "kirokubo_scrub_passes") >= passes + 2
    });
    assert_eq!(metric(&server, "kirokubo_scrub_findings"), 0, "{}", server.log());
    assert!(metric(&server, "kirokubo_scrub_pass_age_seconds") < 60);
}

/// A gauge of the server's metrics.
fn metric(server: &Server, name: &str) -> u64 {
    let answer = server.nobody().get("/metrics");
    let line = answer.text().lines().find_map(|line| line.strip_prefix(name));
    let value = line.and_then(|rest| rest.strip_prefix(' '));
    value
        .unwrap_or_else(|| panic!("no {name} in {}", answer.text()))
        .parse()
        .unwrap()
}

#[track_caller]
fn wait_until(server: &Server, what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(
            started.elapsed() < PATIENCE,
            "{what} never came\n{}",
            server.log()
        );
        thread::sleep(Duration::from_millis(50));
    }
}
