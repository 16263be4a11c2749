//! Traces: a collector is told what a request waited for, and nothing of anybody.

use std::time::{Duration, Instant};

use kirokubo_tests::{Collector, DataFolder, Role, Server};
use serde_json::Value;

use crate::events;
use crate::personal;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// A server that tells this collector.
fn telling(endpoint: &str) -> Server {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=kiroku"),
        ("OTEL_SERVICE_NAME", "ledger"),
    ];
    Server::with_settings(DataFolder::new(), "info", &variables)
}

fn named<'a>(spans: &'a [Value], name: &str, trace: Option<&str>) -> Option<&'a Value> {
    let is_it = |span: &&Value| span["name"] == name && trace.is_none_or(|trace| span["traceId"] == trace);
    spans.iter().find(is_it)
}

fn attribute<'a>(span: &'a Value, key: &str) -> &'a Value {
    let attributes = span["attributes"].as_array().unwrap();
    let found = attributes.iter().find(|attribute| attribute["key"] == key);
    &found.unwrap_or_else(|| panic!("{key}: {span:#}"))["value"]
}

#[test]
fn a_collector_is_told_what_a_post_waited_for_and_nothing_of_anybody() {
    let collector = Collector::new();
    let server = telling(&collector.endpoint());
    let client = server.client(Role::Recorder);
    let parent = format!("00-{TRACE}-{CALLER}-01");
    let post = |parent: &str| {
        client
            .request("POST", "/v1/provisions")
            .header("traceparent", parent)
            .header("X-Request-Id", "request-mark-5")
            .json(&personal::provision("event-mark-5"))
    };
    assert_eq!(post(&parent).status(), 201);
    // What its caller does not sample is not told: this one would be there before the stop.
    let unsampled = parent
        .replace(TRACE, "11112222333344445555666677778888")
        .replace("-01", "-00");
    assert_eq!(post(&unsampled).status(), 200);
    drop(server.into_folder());

    let spans = collector.spans_once(|spans| named(spans, "append", None).is_some());
    let request = named(&spans, "POST /v1/provisions", Some(TRACE)).unwrap();
    assert_eq!(
        (&request["parentSpanId"], &request["kind"]),
        (&CALLER.into(), &2.into())
    );
    assert_eq!(attribute(request, "http.response.status_code")["intValue"], "201");
    for name in ["judge", "seal", "wait"] {
        let below = named(&spans, name, Some(TRACE)).unwrap_or_else(|| panic!("{name}: {spans:#?}"));
        assert_eq!(below["parentSpanId"], request["spanId"], "{below:#}");
        assert!(
            nanos(below, "start") >= nanos(request, "start") && nanos(below, "end") <= nanos(request, "end")
        );
    }
    let append = named(&spans, "append", None).unwrap();
    assert_eq!(attribute(append, "kirokubo.batch.records")["intValue"], "1");
    let wait = named(&spans, "wait", Some(TRACE)).unwrap();
    assert_eq!(
        (&append["links"][0]["traceId"], &append["links"][0]["spanId"]),
        (&TRACE.into(), &wait["spanId"]),
        "{append:#}"
    );
    let commit = named(&spans, "commit", None).unwrap();
    assert_eq!(
        (&commit["parentSpanId"], &commit["traceId"]),
        (&append["spanId"], &append["traceId"])
    );

    let requests = collector.collected();
    for request in &requests {
        assert_eq!(request.path, "/v1/traces");
        assert!(
            request
                .headers
                .contains(&("x-tenant".to_owned(), "kiroku".to_owned()))
        );
        assert!(
            request
                .headers
                .contains(&("content-type".to_owned(), "application/json".to_owned()))
        );
        let text = request.body.to_string();
        for mark in personal::MARKS
            .iter()
            .chain(&["event-mark-5", "request-mark-5", "kk_", "11112222"])
        {
            assert!(!text.contains(mark), "{mark}: {text}");
        }
        let service = &request.body["resourceSpans"][0]["resource"]["attributes"][0];
        assert_eq!(service["value"]["stringValue"], "ledger");
    }
}

#[test]
fn a_collector_that_is_away_stops_nobody_and_what_it_misses_is_counted() {
    let server = telling("http://127.0.0.1:1");
    let client = server.client(Role::Ingest);
    for n in 0..20 {
        let event = events::provision(&n.to_string());
        let _ = client.post("/v1/provisions", &event).expect(201);
    }
    let started = Instant::now();
    let dropped = loop {
        let metrics = server.nobody().get("/metrics").text().to_owned();
        let line = metrics
            .lines()
            .find(|line| line.starts_with("kirokubo_trace_spans_dropped_total "));
        let count: u64 = line.unwrap().rsplit(' ').next().unwrap().parse().unwrap();
        if count >= 20 {
            break count;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{metrics}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(dropped >= 20);
    let started = Instant::now();
    server.into_folder().assert_valid();
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "nobody waits for it at the end"
    );
}

#[test]
fn a_variable_that_cannot_be_used_is_named_without_its_value() {
    let said = Server::refused_with(
        &DataFolder::new(),
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "geheim"),
        ],
    );
    assert!(
        said.contains("OTEL_EXPORTER_OTLP_HEADERS") && !said.contains("geheim"),
        "{said}"
    );
}

fn nanos(span: &Value, which: &str) -> u64 {
    span[format!("{which}TimeUnixNano")]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}
