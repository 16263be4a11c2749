//! The alert rules in `deploy`: whatever they look at, a running server exposes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use kirokubo_tests::{Authority, DataFolder, Role, Server, Witness};
use serde_json::{Value, json};

use crate::events;

/// What an expression names: a metric, with a label, and its value where it is asked for literally.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    metric: String,
    label: Option<(String, Option<String>)>,
}

#[test]
fn every_metric_that_an_alert_looks_at_is_exposed() {
    let named: BTreeSet<Named> = expressions().iter().flat_map(|expr| named(expr)).collect();
    assert!(
        named.len() > 15,
        "the rules are no longer read rightly: {named:?}"
    );
    let metrics = metrics_of_a_busy_server();
    for Named { metric, label } in named {
        let samples = metrics.lines().filter(|line| {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            name == metric
        });
        let wanted = match &label {
            None => String::new(),
            Some((label, None)) => format!("{label}=\""),
            Some((label, Some(value))) => format!("{label}=\"{value}\""),
        };
        assert!(
            samples.clone().any(|sample| sample.contains(&wanted)),
            "no sample of {metric} has {wanted}:\n{metrics}"
        );
    }
}

#[test]
fn what_an_expression_names_is_read() {
    let expr = r#"sum by (le, witness) (rate(kirokubo_a_total{b="c", d=~"e|f"}[5m])) > kirokubo_g offset 2d"#;
    let label = |label: &str, value: Option<&str>| Named {
        metric: "kirokubo_a_total".to_owned(),
        label: Some((label.to_owned(), value.map(str::to_owned))),
    };
    let bare = |metric: &str| Named {
        metric: metric.to_owned(),
        label: None,
    };
    let expected = [
        bare("kirokubo_a_total"),
        label("b", Some("c")),
        label("d", None),
        bare("kirokubo_g"),
        label("le", None),
        label("witness", None),
    ];
    assert_eq!(
        named(expr).into_iter().collect::<BTreeSet<_>>(),
        expected.into_iter().collect()
    );
}

/// What a server exposes to whom everything has happened that is counted: records, readings, refusals, failing witnesses,
/// a time stamp authority that does not answer.
fn metrics_of_a_busy_server() -> String {
    let folder = DataFolder::new();
    let mut witness = Witness::new(&[folder.vkey()]);
    let (vkey, url) = (witness.vkey().to_owned(), witness.url());
    witness.kill9();
    let policy = format!("log {}\nwitness w {vkey} {url}\nquorum w\n", folder.vkey());
    fs::write(folder.path().join("witnesses.policy"), policy).unwrap();
    let authority = Authority::new();
    let settings = [
        ("KIROKUBO_TSA_URL", "http://127.0.0.1:1/"),
        ("KIROKUBO_TSA_ROOTS", authority.root().to_str().unwrap()),
        ("KIROKUBO_PUBLISH_EVERY", "0.1"),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let server = Server::with_settings(folder, "off", &settings);
    let officer = server.client(Role::Officer);
    let _system = server.client(Role::Ingest);
    let _ = officer
        .post("/v1/provisions", &events::provision("1"))
        .expect(201);
    let search = json!({"reason": {"kind": "disclosure_request"}, "principal": {"name": "見本"}});
    let _ = officer.post("/v1/records/search", &search).expect(200);
    // Turned away, since no authority answers.
    let _ = officer.post("/v1/timestamps", &Value::Null).expect(503);
    let started = Instant::now();
    loop {
        let metrics = server.nobody().get("/metrics").text().to_owned();
        if metrics.contains("kirokubo_witness_failures{") {
            return metrics;
        }
        assert!(started.elapsed() < Duration::from_mins(1), "{metrics}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// The expressions of all rules.
fn expressions() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/alerts.yaml");
    let rules: Value = yaml_serde::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let groups = rules["groups"].as_array().unwrap();
    let rules = groups.iter().flat_map(|group| group["rules"].as_array().unwrap());
    rules
        .map(|rule| {
            rule["expr"]
                .as_str()
                .expect("a rule has an expression")
                .to_owned()
        })
        .collect()
}

/// The metrics in an expression, with the labels that select or group them.
fn named(expr: &str) -> Vec<Named> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let grouped = expr
        .split("by (")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let grouped: Vec<&str> = grouped
        .flat_map(|labels| labels.split(','))
        .map(str::trim)
        .collect();
    let mut found = Vec::new();
    for (start, _) in expr.match_indices("kirokubo_") {
        let rest = &expr[start..];
        let (metric, behind) = rest.split_at(rest.find(|c| !is_name(c)).unwrap_or(rest.len()));
        let mut add = |label| {
            found.push(Named {
                metric: metric.to_owned(),
                label,
            });
        };
        add(None);
        let selected = behind.strip_prefix('{').and_then(|rest| rest.split('}').next());
        for matcher in selected.into_iter().flat_map(|selected| selected.split(',')) {
            let (label, wanted) = matcher.split_once(['=', '!']).expect("a matcher compares");
            let literal = wanted.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            add(Some((label.trim().to_owned(), literal.map(str::to_owned))));
        }
        // Groupings are about the metric behind them, which is the first one here.
        if expr.find("kirokubo_") == Some(start) {
            for label in &grouped {
                add(Some(((*label).to_owned(), None)));
            }
        }
    }
    found
}
