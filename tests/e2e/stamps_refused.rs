//! Authorities that are gone, slow, broken or dishonest: nothing of theirs is kept, and recording goes on.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use kirokubo_tests::{Leaf, Reply};
use serde_json::Value;

use crate::stamps_served::{Made, Stamping, answer};

impl Stamping {
    /// Asks for a stamp, and checks that none came of it.
    #[track_caller]
    fn refused(&self, why: &str) {
        let before = self.stamps(0).len();
        let said = self.officer.post("/v1/timestamps", &Value::Null);
        assert_eq!(said.status(), 503, "{why}: {}", said.text());
        assert_eq!(said.json()["code"], "timestamp.unavailable", "{why}");
        assert!(!said.header("retry-after").is_empty());
        assert_eq!(self.stamps(0).len(), before, "{why}: nothing is stored");
    }
}

#[test]
fn whatever_a_bad_authority_sends_nothing_is_stored_and_records_are_taken() {
    let stage = Stamping::new();
    let _ = stage.stamps(1);
    let _ = stage.record("first");
    let replies = [
        ("an error", Reply::Status(500)),
        ("another place", Reply::Status(302)),
        ("garbage", Reply::Answer(b"<html>no</html>".to_vec())),
        ("nothing", Reply::Answer(Vec::new())),
        ("no end", Reply::Endless),
        ("a closed connection", Reply::Silence(Duration::ZERO)),
    ];
    for (number, (why, reply)) in replies.into_iter().enumerate() {
        stage.authority.answer_with(move |_| reply.clone());
        stage.refused(why);
        let _ = stage.record(&format!("after {number}"));
    }
    let log = stage.server.log();
    for said in ["status 500", "status 302", "DER", "longer than 65536 bytes"] {
        assert!(log.contains(said), "{said} is not in the log:\n{log}");
    }
    let metrics = stage.server.nobody().get("/metrics").text().to_owned();
    assert!(
        metrics.contains("kirokubo_timestamps_total{outcome=\"failed\"} 6"),
        "{metrics}"
    );
    // Once it does as it should, all is well.
    let good = Arc::clone(&stage.made_of);
    stage.authority.answer_with(move |query| answer(&good, query));
    let _ = stage.stamp();
    stage.server.into_folder().assert_valid();
}

#[test]
fn a_dishonest_answer_is_thrown_away() {
    let stage = Stamping::new();
    let _ = stage.stamps(1);
    let _ = stage.record("first");
    let made = Arc::clone(&stage.made_of);
    // An old answer again, whatever is asked.
    let old = made
        .authority
        .answer(&made.authority.query(b"old", &["-sha256"]), &made.signer, "");
    stage.authority.answer_with(move |_| Reply::Answer(old.clone()));
    stage.refused("an old answer");
    // A root of the same name that nobody trusts.
    let other = Made::new();
    stage.authority.answer_with(move |query| answer(&other, query));
    stage.refused("another root");
    // A certificate for something else.
    let leaf = Leaf {
        purpose: "critical,codeSigning",
        ..Leaf::default()
    };
    let unfit = made.authority.issue("unfit", leaf);
    let by = Arc::clone(&made);
    stage.authority.answer_with(move |query| {
        let stamp = by
            .authority
            .stamp_of(&by.authority.answer(query, &by.signer, "tsa_name = no\n"));
        Reply::Answer(by.authority.sign(&stamp, &[&unfit], &["-cades"]))
    });
    stage.refused("another purpose");
    // Right in everything, but its clock is a year behind, or ahead.
    for year in [b'5', b'7'] {
        let by = Arc::clone(&made);
        stage.authority.answer_with(move |query| {
            let mut stamp = by.authority.stamp_of(&by.authority.answer(query, &by.signer, ""));
            let time = stamp
                .windows(4)
                .position(|bytes| bytes == [0x18, 0x0f, b'2', b'0']);
            let last_digit = time.unwrap() + 5;
            stamp[last_digit] = if stamp[last_digit] == year { year + 1 } else { year };
            Reply::Answer(by.authority.sign(&stamp, &[&by.signer], &["-cades"]))
        });
        stage.refused("another year");
    }
    let log = stage.server.log();
    for said in [
        "something else than this checkpoint",
        "pinned root",
        "for time stamping alone",
        "differ by",
    ] {
        assert!(log.contains(said), "{said} is not in the log:\n{log}");
    }
}

#[test]
fn recording_does_not_wait_for_an_authority_that_hangs() {
    let stage = Stamping::new();
    let _ = stage.stamps(1);
    let _ = stage.record("first");
    stage
        .authority
        .answer_with(|_| Reply::Silence(Duration::from_secs(5)));
    thread::scope(|scope| {
        let asking = scope.spawn(|| stage.officer.post("/v1/timestamps", &Value::Null).status());
        let started = Instant::now();
        for number in 0..20 {
            let _ = stage.record(&format!("meanwhile {number}"));
        }
        let took = started.elapsed();
        assert!(
            !asking.is_finished(),
            "the authority answered too early for this to show anything: {took:?}"
        );
        assert_eq!(asking.join().unwrap(), 503);
    });
}

#[test]
fn a_server_whose_authority_is_down_comes_up_and_says_so() {
    // A port on which nobody listens any more.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let stage = Stamping::with_urls(|_| format!("http://{nobody}/"));
    let _ = stage.record("first");
    let started = Instant::now();
    loop {
        let ready = stage.server.nobody().get("/readyz");
        assert_eq!(ready.status(), 200);
        if ready.text().contains("timestamps: overdue") {
            break;
        }
        assert!(
            started.elapsed() < Duration::from_mins(1),
            "{}",
            stage.server.log()
        );
        thread::sleep(Duration::from_millis(50));
    }
    assert!(stage.server.log().contains("time stamps are overdue"));
    let metrics = stage.server.nobody().get("/metrics").text().to_owned();
    assert!(
        metrics.contains("kirokubo_timestamp_age_seconds NaN"),
        "{metrics}"
    );
    assert!(stage.stamps(0).is_empty());
}

#[test]
fn the_next_authority_is_asked_when_one_gives_nothing_that_counts() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let stage = Stamping::with_urls(|url| format!("http://{nobody}/,{url}"));
    let stamp = stage.stamps(1).remove(0);
    assert_eq!(stamp["tsa"], stage.authority.url());
}
