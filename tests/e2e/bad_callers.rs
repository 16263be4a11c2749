//! Who may not call: no key, a wrong one, a revoked one, one of the wrong role or of another ledger.

use kirokubo_tests::{Client, DataFolder, Role, Server};
use serde_json::json;

use crate::events;
use crate::unchanged::Unchanged;

const RECORDING: [Role; 3] = [Role::Ingest, Role::Recorder, Role::Officer];
const REGISTERING: [Role; 2] = [Role::Recorder, Role::Officer];
const AUDITING: [Role; 3] = [Role::Recorder, Role::Officer, Role::Auditor];

/// Method and path of every route that needs a key, with the roles that may call it.
const GUARDED: [(&str, &str, &[Role]); 30] = [
    ("POST", "/v1/duty-checks", &Role::ALL),
    ("POST", "/v1/retention-checks", &Role::ALL),
    (
        "POST",
        "/v1/provisions",
        &[Role::Ingest, Role::Recorder, Role::Officer],
    ),
    (
        "POST",
        "/v1/receipts",
        &[Role::Ingest, Role::Recorder, Role::Officer],
    ),
    (
        "POST",
        "/v1/events",
        &[Role::Ingest, Role::Recorder, Role::Officer],
    ),
    (
        "GET",
        "/v1/records",
        &[Role::Recorder, Role::Officer, Role::Auditor],
    ),
    ("POST", "/v1/records/search", &[Role::Officer]),
    (
        "GET",
        "/v1/records/rec_x",
        &[Role::Ingest, Role::Recorder, Role::Officer, Role::Auditor],
    ),
    (
        "GET",
        "/v1/records/rec_x/proof",
        &[Role::Ingest, Role::Recorder, Role::Officer, Role::Auditor],
    ),
    ("GET", "/v1/records/rec_x/opening?fields=1", &[Role::Officer]),
    ("POST", "/v1/disclosure-proofs", &[Role::Officer]),
    ("POST", "/v1/audit-bundles", &[Role::Officer, Role::Auditor]),
    ("GET", "/v1/audit-bundles", &[Role::Officer, Role::Auditor]),
    (
        "GET",
        "/v1/audit-bundles/exp_x/content",
        &[Role::Officer, Role::Auditor],
    ),
    ("POST", "/v1/provision-checks", &RECORDING),
    ("POST", "/v1/third-parties", &REGISTERING),
    ("GET", "/v1/third-parties", &AUDITING),
    ("GET", "/v1/third-parties/pty_x", &AUDITING),
    ("POST", "/v1/third-parties/pty_x/versions", &REGISTERING),
    ("POST", "/v1/third-parties/pty_x/checks", &REGISTERING),
    ("POST", "/v1/third-parties/pty_x/confirmations", &REGISTERING),
    ("POST", "/v1/opt-out-filings", &REGISTERING),
    ("GET", "/v1/opt-out-filings", &AUDITING),
    ("POST", "/v1/suppressions", &REGISTERING),
    ("GET", "/v1/suppressions", &REGISTERING),
    ("POST", "/v1/suppressions/sup_x/lift", &REGISTERING),
    ("GET", "/v1/suppressions/sup_x/recipients", &[Role::Officer]),
    ("GET", "/v1/follow-ups", &REGISTERING),
    (
        "GET",
        "/v1/settings",
        &[Role::Recorder, Role::Officer, Role::Auditor, Role::Admin],
    ),
    ("PUT", "/v1/settings", &[Role::Admin]),
];

#[test]
fn every_route_is_closed_to_those_without_a_key_and_to_other_roles() {
    let server = Server::new();
    let unchanged = Unchanged::of(&server);
    let clients = Role::ALL.map(|role| (role, server.client(role)));
    for (method, path, roles) in GUARDED {
        let call = |client: &Client| {
            let request = client.request(method, path);
            if method == "GET" {
                request.send()
            } else {
                request.json(&events::provision("1"))
            }
        };
        let answer = call(&server.nobody());
        assert_eq!(answer.expect(401)["code"], "auth.required", "{method} {path}");
        for (role, client) in &clients {
            let answer = call(client);
            if roles.contains(role) {
                assert_ne!(answer.status(), 403, "{} {method} {path}", role.name());
            } else {
                assert_eq!(
                    answer.expect(403)["code"],
                    "auth.forbidden",
                    "{} {method} {path}",
                    role.name()
                );
            }
        }
    }
    // Of the calls above only those of the three roles that post were served: one event, posted once for all.
    assert_eq!(server.size(), 2);
    let ask = json!({"direction": "provision"});
    assert_eq!(server.nobody().post("/v1/duty-checks", &ask).status(), 401);
    drop(unchanged);
}

#[test]
fn rubbish_for_a_key_is_refused_whatever_it_looks_like() {
    let server = Server::new();
    let good = server.folder().create_key(Role::Ingest).key;
    let unchanged = Unchanged::of(&server);
    for header in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer kk_".to_owned(),
        good.clone(),
        format!("Basic {good}"),
        format!("Bearer {good}x"),
        format!("Bearer {}", &good[..good.len() - 1]),
        format!("Bearer {}", good.to_uppercase()),
        format!("Bearer {}", "x".repeat(4_000)),
        "Bearer ' OR 1=1 --".to_owned(),
        format!("Bearer {good},{good}"),
    ] {
        let answer = server
            .nobody()
            .request("POST", "/v1/provisions")
            .header("Authorization", &header)
            .json(&events::provision("1"));
        assert_eq!(answer.expect(401)["code"], "auth.invalid_key", "{header}");
    }
    unchanged.assert("twelve bad keys");
    let scheme = format!("bearer  {good}");
    let answer = server
        .nobody()
        .request("POST", "/v1/provisions")
        .header("Authorization", &scheme)
        .json(&events::provision("1"));
    assert_eq!(answer.status(), 201, "the scheme's case does not matter");
}

#[test]
fn a_revoked_key_is_refused_at_once_by_the_running_server() {
    let server = Server::new();
    let folder = server.folder();
    let (revoked, kept) = (folder.create_key(Role::Ingest), folder.create_key(Role::Ingest));
    let (revoked_client, kept_client) = (
        server.nobody().with_key(&revoked.key),
        server.nobody().with_key(&kept.key),
    );
    for client in [&revoked_client, &kept_client] {
        let _ = client.post("/v1/provisions", &events::provision("1"));
    }
    folder.revoke_key(&revoked);
    let unchanged = Unchanged::of(&server);
    let problem = revoked_client
        .post("/v1/provisions", &events::provision("2"))
        .expect(401);
    assert_eq!(problem["code"], "auth.invalid_key");
    unchanged.assert("a post with a revoked key");
    let _ = kept_client
        .post("/v1/provisions", &events::provision("2"))
        .expect(201);

    let again = folder.run(&["key", "revoke", &revoked.id]);
    assert_eq!(again.status.code(), Some(1), "there is nothing left to revoke");
}

#[test]
fn a_key_that_was_made_better_in_the_database_opens_nothing() {
    let folder = DataFolder::new();
    let promoted = folder.create_key(Role::Ingest);
    let revived = folder.create_key(Role::Officer);
    folder.revoke_key(&revived);
    let (exchanged, officer) = (folder.create_key(Role::Auditor), folder.create_key(Role::Officer));
    let untouched = folder.create_key(Role::Officer);
    let statements = format!(
        "UPDATE api_keys SET role = 'officer' WHERE id = '{}';
         UPDATE api_keys SET revoked_at = NULL WHERE id = '{}';
         UPDATE api_keys SET id = 'key_gone' WHERE id = '{officer}';
         UPDATE api_keys SET id = '{officer}', role = 'officer' WHERE id = '{}';",
        promoted.id,
        revived.id,
        exchanged.id,
        officer = officer.id,
    );
    crate::database::open(&folder).execute_batch(&statements).unwrap();
    let server = Server::on(folder);
    for key in [&promoted, &revived, &exchanged, &officer] {
        let answer = server.nobody().with_key(&key.key).get("/v1/records");
        assert_eq!(answer.expect(500)["code"], "server.internal");
    }
    assert_eq!(
        server
            .nobody()
            .with_key(&untouched.key)
            .get("/v1/records")
            .status(),
        200
    );
}

#[test]
fn keys_are_listed_without_their_text() {
    let server = Server::new();
    let folder = server.folder();
    let key = folder.create_key(Role::Officer);
    folder.revoke_key(&key);
    let output = folder.run(&["key", "list", "--json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let listed = text.lines().find(|line| line.contains(&key.id)).unwrap();
    let listed: serde_json::Value = serde_json::from_str(listed).unwrap();
    assert_eq!(
        (&listed["role"], &listed["name"]),
        (&json!("officer"), &json!("test officer"))
    );
    assert!(listed["revoked_at"].is_string(), "{listed}");
    assert!(!text.contains("kk_"), "{text}");
}

#[test]
fn a_key_of_another_ledger_opens_nothing_here() {
    let (server, other) = (Server::new(), Server::new());
    let theirs = server
        .nobody()
        .with_key(&other.folder().create_key(Role::Officer).key);
    let mine = other.client(Role::Officer);
    let said = mine.post("/v1/provisions", &events::provision("1")).expect(201);
    let path = format!("/v1/records/{}", said["id"].as_str().unwrap());
    assert_eq!(theirs.get("/v1/records").status(), 401);
    assert_eq!(
        theirs.post("/v1/provisions", &events::provision("1")).status(),
        401
    );
    // And a record of another ledger is not here either, even for the right officer.
    let officer = server.client(Role::Officer);
    assert_eq!(officer.get(&path).expect(404)["code"], "request.not_found");
    assert_eq!(officer.get(&format!("{path}/proof")).status(), 404);
    assert_eq!(mine.get(&path).status(), 200);
}
