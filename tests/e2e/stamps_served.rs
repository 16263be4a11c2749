//! A server whose checkpoints are stamped: by itself, on demand, bound in the ledger, shown, and checked by an auditor.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use kirokubo_tests::{Authority, AuthorityServer, Client, DataFolder, Leaf, Reply, Role, Server, Signer};
use serde_json::Value;

use crate::events;
use crate::reports::{audit, audit_with};
use crate::stamps_good::now;

/// A ledger's server, the authority that stamps it, and who may ask for a stamp.
pub(crate) struct Stamping {
    pub(crate) server: Server,
    pub(crate) officer: Client,
    pub(crate) authority: AuthorityServer,
    /// The root that is trusted, PEM.
    pub(crate) root: PathBuf,
    /// What the authority is made of.
    pub(crate) made_of: std::sync::Arc<Made>,
}

/// An authority's root and signer.
pub(crate) struct Made {
    pub(crate) authority: Authority,
    pub(crate) signer: Signer,
}

impl Made {
    pub(crate) fn new() -> Self {
        let authority = Authority::new();
        let signer = authority.issue("tsa", Leaf::default());
        Self { authority, signer }
    }
}

impl Stamping {
    /// Starts both, with an authority that does as it should.
    pub(crate) fn new() -> Self {
        Self::with_urls(str::to_owned)
    }

    /// The same, told of other addresses before its own.
    pub(crate) fn with_urls(urls: impl FnOnce(&str) -> String) -> Self {
        Self::in_folder(DataFolder::new(), &[], urls)
    }

    /// The same over a folder that is there, with settings besides.
    pub(crate) fn in_folder(
        folder: DataFolder,
        more: &[(&str, &str)],
        urls: impl FnOnce(&str) -> String,
    ) -> Self {
        let made_of = std::sync::Arc::new(Made::new());
        let root = made_of.authority.root();
        let good = std::sync::Arc::clone(&made_of);
        let authority = AuthorityServer::new(move |query| answer(&good, query));
        let settings = [
            ("KIROKUBO_TSA_URL", urls(&authority.url())),
            ("KIROKUBO_TSA_ROOTS", root.to_str().unwrap().to_owned()),
        ];
        let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
        let server = Server::with_settings(folder, "info", &[&settings, more].concat());
        Self {
            officer: server.client(Role::Officer),
            server,
            authority,
            root,
            made_of,
        }
    }

    /// The stamps, the newest first, once there are this many.
    pub(crate) fn stamps(&self, count: usize) -> Vec<Value> {
        let started = Instant::now();
        loop {
            let list = self.officer.get("/v1/timestamps").expect(200);
            let stamps = list["data"].as_array().unwrap().clone();
            if stamps.len() >= count {
                return stamps;
            }
            assert!(
                started.elapsed() < Duration::from_mins(1),
                "{}",
                self.server.log()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Records a provision; gives the answer.
    pub(crate) fn record(&self, id: &str) -> Value {
        self.officer
            .post("/v1/provisions", &events::provision(id))
            .expect(201)
    }

    /// Has the newest checkpoint stamped; gives the answer.
    pub(crate) fn stamp(&self) -> Value {
        self.officer.post("/v1/timestamps", &Value::Null).expect(201)
    }
}

/// A good answer.
pub(crate) fn answer(made: &Made, query: &[u8]) -> Reply {
    Reply::Answer(made.authority.answer(query, &made.signer, ""))
}

/// One file of a bundle.
pub(crate) fn file_of(bundle: &Path, name: &str) -> Vec<u8> {
    let output = Command::new("tar").arg("-xOf").arg(bundle).arg(name).output();
    let output = output.expect("tar is here");
    assert!(output.status.success(), "{name} is not in the bundle");
    output.stdout
}

#[test]
fn checkpoints_are_stamped_by_themselves_and_on_demand_and_entries_get_their_bracket() {
    let stage = Stamping::new();
    // Nothing was ever stamped, so a stamp is due at once.
    let first = stage.stamps(1).remove(0);
    assert_eq!(
        (&first["size"], &first["anchor"]),
        (&1.into(), &1.into()),
        "{first:#}"
    );
    // What only binds the last stamp is no reason for another one.
    let again = stage.officer.post("/v1/timestamps", &Value::Null).expect(200);
    assert_eq!(again, first);
    let record = stage.record("one");
    assert_eq!(record["index"], 2);
    let path = format!("/v1/records/{}", record["id"].as_str().unwrap());
    let bracket = stage.officer.get(&path).expect(200)["time_bracket"].clone();
    assert_eq!(bracket["after"], first["earliest"]);
    assert_eq!(
        (&bracket["after_anchor"], bracket.get("before")),
        (&1.into(), None)
    );
    let second = stage.stamp();
    assert_eq!((&second["size"], &second["anchor"]), (&3.into(), &3.into()));
    let bracket = stage.officer.get(&path).expect(200)["time_bracket"].clone();
    assert_eq!(bracket["after"], first["earliest"], "{bracket:#}");
    assert_eq!(bracket["before"], second["latest"], "{bracket:#}");
    assert_eq!(bracket["before_size"], 3);
    // Both are RFC 3339 in UTC with milliseconds, so that the order of the texts is that of the times.
    let recorded_at = record["recorded_at"].as_str().unwrap();
    assert!(
        bracket["after"].as_str().unwrap() < recorded_at,
        "{bracket:#} {recorded_at}"
    );
    assert!(
        recorded_at < bracket["before"].as_str().unwrap(),
        "{bracket:#} {recorded_at}"
    );
    let metrics = stage.server.nobody().get("/metrics").text().to_owned();
    assert!(
        metrics.contains("kirokubo_timestamps_total{outcome=\"stamped\"} 2"),
        "{metrics}"
    );
    assert!(metrics.contains("kirokubo_timestamp_age_seconds "), "{metrics}");
    assert_eq!(stage.server.nobody().get("/readyz").text(), "ok\n");
    let answer = stage.officer.get("/v1/timestamps/3");
    assert_eq!(answer.header("content-type"), "application/timestamp-reply");
    assert_eq!(stage.officer.get("/v1/timestamps/2").status(), 404);
    let folder = stage.server.into_folder();
    let bundle = folder.export("structure");
    let note = file_of(&bundle, "checkpoints/3");
    assert_eq!(file_of(&bundle, "timestamps/3.tsr"), answer.bytes());
    assert!(
        stage
            .made_of
            .authority
            .openssl_accepts(answer.bytes(), &note, now())
    );
}

#[test]
fn an_auditor_judges_the_stamps_of_a_bundle_by_roots_of_his_own() {
    let stage = Stamping::new();
    let _ = stage.stamps(1);
    for id in ["one", "two", "three"] {
        let _ = stage.record(id);
    }
    let _ = stage.stamp();
    let _ = stage.record("four");
    let root = stage.root.clone();
    let folder = stage.server.into_folder();
    let bundle = folder.export("full");
    let root = ["--tsa-roots", root.to_str().unwrap()];
    let report = audit_with(&bundle, folder.vkey(), &root);
    assert_eq!(
        (&report["exit"], &report["findings_total"]),
        (&10.into(), &0.into()),
        "{report:#}"
    );
    let stamps = &report["timestamps"];
    assert_eq!((&stamps["present"], &stamps["judged"]), (&2.into(), &true.into()));
    let good = stamps["good"].as_array().unwrap();
    assert_eq!(good.len(), 2, "{stamps:#}");
    assert_eq!((&good[1]["size"], &good[1]["anchor"]), (&5.into(), &5.into()));
    // Entry 0, the binding of its stamp, three records, the second binding, the last record.
    let brackets = stamps["brackets"].as_array().unwrap();
    let ranges: Vec<_> = brackets
        .iter()
        .map(|cut| (cut["first"].as_u64().unwrap(), cut["last"].as_u64().unwrap()))
        .collect();
    assert_eq!(ranges, [(0, 0), (1, 1), (2, 4), (5, 5), (6, 6)]);
    let has = |cut: &Value| (cut.get("after").is_some(), cut.get("before").is_some());
    let sides: Vec<_> = brackets.iter().map(has).collect();
    assert_eq!(
        sides,
        [
            (false, true),
            (false, true),
            (true, true),
            (true, false),
            (true, false)
        ]
    );
    // Nobody is trusted unless the auditor says so.
    let report = audit(&bundle, folder.vkey());
    assert_eq!(
        (&report["exit"], &report["timestamps"]["judged"]),
        (&10.into(), &false.into())
    );
    assert_eq!(report["timestamps"]["present"], 2);
    let other = Authority::new();
    let report = audit_with(
        &bundle,
        folder.vkey(),
        &["--tsa-roots", other.root().to_str().unwrap()],
    );
    assert_eq!(report["exit"], 40, "{report:#}");
    let codes: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["code"])
        .collect();
    assert_eq!(codes, ["TIMESTAMP", "TIMESTAMP"]);
    // The operator's own verification, with and without roots.
    folder.assert_valid();
    let report = folder.verify_with(&[("KIROKUBO_TSA_ROOTS", root[1])]);
    assert_eq!(report["exit"], 0, "{report:#}");
    let report = folder.verify_with(&[("KIROKUBO_TSA_ROOTS", other.root().to_str().unwrap())]);
    assert_eq!(report["exit"], 40, "{report:#}");
}

#[test]
fn a_stamp_is_asked_for_by_officers_and_administrators_where_an_authority_is_named() {
    let stage = Stamping::new();
    let _ = stage.stamps(1);
    for role in Role::ALL {
        let client = stage.server.client(role);
        let may_ask = matches!(role, Role::Officer | Role::Admin);
        let asked = client.post("/v1/timestamps", &Value::Null).status();
        assert_eq!(asked, if may_ask { 200 } else { 403 }, "{role:?}");
        let listed = client.get("/v1/timestamps").status();
        assert_eq!(listed, if role == Role::Ingest { 403 } else { 200 }, "{role:?}");
    }
    assert_eq!(stage.server.nobody().get("/v1/timestamps").status(), 401);
    let plain = Server::new();
    let answer = plain.client(Role::Officer).post("/v1/timestamps", &Value::Null);
    assert_eq!(answer.expect(409)["code"], "timestamp.not_configured");
}

#[test]
fn the_list_of_stamps_is_paged_from_the_newest_on() {
    let stage = Stamping::new();
    let _ = stage.stamps(1);
    for id in ["one", "two"] {
        let _ = stage.record(id);
        let _ = stage.stamp();
    }
    let page = stage.officer.get("/v1/timestamps?limit=2").expect(200);
    let sizes = |page: &Value| -> Vec<u64> {
        let data = page["data"].as_array().unwrap();
        data.iter().map(|stamp| stamp["size"].as_u64().unwrap()).collect()
    };
    assert_eq!((sizes(&page), &page["has_more"]), (vec![5, 3], &true.into()));
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = stage
        .officer
        .get(&format!("/v1/timestamps?limit=2&cursor={cursor}"))
        .expect(200);
    assert_eq!((sizes(&page), &page["has_more"]), (vec![1], &false.into()));
    for wrong in ["limit=0", "limit=501", "cursor=x", "cursor=03", "other=1"] {
        let status = stage.officer.get(&format!("/v1/timestamps?{wrong}")).status();
        assert_eq!(status, 400, "{wrong}");
    }
}
