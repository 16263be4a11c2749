//! Several servers on one PostgreSQL: they take load together, and one that dies harms nobody.

use kirokubo_test_cluster::cluster;
use kirokubo_tests::{Client, DataFolder, Role, Server};
use serde_json::Value;

use crate::drill::Kept;
use crate::drill_load::Load;
use crate::events;
use crate::reports::audit;

/// Records that each node must have acknowledged before something is done to one of them.
const BEFORE: usize = 60;

/// A fresh ledger for several nodes; `None` where no PostgreSQL is installed, which is said elsewhere.
pub(crate) fn shared_ledger() -> Option<DataFolder> {
    Some(DataFolder::to_share(cluster()?.database()))
}

/// So many servers on it, each with a data folder of its own.
pub(crate) fn nodes<const N: usize>(first: DataFolder) -> [Server; N] {
    let mut folders = vec![first];
    for _ in 1..N {
        folders.push(folders[0].another());
    }
    let servers: Vec<Server> = folders.into_iter().map(Server::on).collect();
    servers.try_into().expect("as many as folders")
}

/// A ledger of several nodes is in order, and an auditor accepts it.
#[track_caller]
pub(crate) fn assert_whole(folder: &DataFolder, vkey: &str) {
    folder.assert_valid();
    let report = audit(&folder.export("full"), vkey);
    assert_eq!(report["exit"], 10, "{report:#}");
}

#[test]
fn three_nodes_take_load_together_and_one_that_is_killed_harms_nobody() {
    let Some(folder) = shared_ledger() else { return };
    let key = folder.create_key(Role::Ingest).key;
    let [first, second, mut third] = nodes(folder);
    let loads = [&first, &second, &third].map(|node| Load::start(node, &key, node_number(node)));
    for load in &loads {
        // None starves: each gets its turn at the head row.
        load.wait_for(BEFORE);
    }
    third.kill9();
    let [of_first, of_second, of_third] = loads;
    let kept = of_third.stop();
    for load in [&of_first, &of_second] {
        load.wait_for(BEFORE);
    }
    // One machine comes back while the others work.
    third.restart();
    let of_third = Load::start(&third, &key, node_number(&third) + 1);
    of_third.wait_for(BEFORE);
    assert_kept_and_whole([first, second, third], [of_first, of_second, of_third], kept);
}

/// Stops servers under their load, each of which has acknowledged something: what their clients keep, and `kept` from
/// before, is there on all of them, and the ledger is in order.
#[track_caller]
pub(crate) fn assert_kept_and_whole<const N: usize>(
    mut servers: [Server; N],
    loads: [Load; N],
    mut kept: Kept,
) {
    // All at once: those that are left would take the load of those that are gone.
    servers.iter().for_each(Server::ask_to_stop);
    for server in &mut servers {
        assert!(server.terminate().success(), "{}", server.log());
    }
    for load in loads {
        let of_node = load.stop();
        assert!(of_node.acknowledged_count() >= BEFORE);
        kept.extend(of_node);
    }
    servers.iter_mut().for_each(Server::restart);
    let mut servers = Vec::from(servers);
    kept.assert_kept(&servers[0]);
    let sizes: Vec<u64> = servers.iter().map(Server::size).collect();
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
    let folder = servers.swap_remove(0).into_folder();
    drop(servers);
    assert_whole(&folder, folder.vkey());
}

/// Events of different nodes have different names.
fn node_number(node: &Server) -> usize {
    usize::from(node.address().port()) * 10
}

#[test]
fn an_event_is_one_record_whichever_nodes_it_is_sent_to() {
    let Some(folder) = shared_ledger() else { return };
    let key = folder.create_key(Role::Ingest).key;
    let nodes: [Server; 3] = nodes(folder);
    let clients: Vec<Client> = nodes.iter().map(|node| node.nobody().with_key(&key)).collect();
    for n in 0..20 {
        let event = events::provision(&format!("twin-{n}"));
        // Two at the same moment, and one later.
        let answers: Vec<Value> = std::thread::scope(|scope| {
            let posts = clients[..2].iter().map(|client| {
                let event = &event;
                scope.spawn(move || {
                    let answer = client.post("/v1/provisions", event);
                    assert!(matches!(answer.status(), 200 | 201), "{}", answer.text());
                    (answer.status(), answer.json())
                })
            });
            let posts: Vec<_> = posts.collect();
            let answers: Vec<(u16, Value)> = posts.into_iter().map(|post| post.join().unwrap()).collect();
            let new = answers.iter().filter(|(status, _)| *status == 201).count();
            assert_eq!(new, 1, "one of them was first");
            answers.into_iter().map(|(_, answer)| answer).collect()
        });
        let later = clients[2].post("/v1/provisions", &event);
        assert_eq!(
            (later.status(), later.header("idempotent-replayed")),
            (200, "true")
        );
        for answer in &answers {
            for member in ["id", "index", "leaf", "checkpoint", "proof"] {
                assert_eq!(later.json()[member], answer[member], "{member}");
            }
        }
    }
    assert_eq!(nodes[0].size(), 21);
    let [first, ..] = nodes;
    let folder = first.into_folder();
    assert_whole(&folder, folder.vkey());
}

#[test]
fn a_node_that_is_new_on_its_machine_is_held_to_what_the_others_signed() {
    let Some(folder) = shared_ledger() else { return };
    let key = folder.create_key(Role::Ingest).key;
    let server = Server::on(folder);
    let client = server.nobody().with_key(&key);
    let _ = client.post("/v1/provisions", &events::provision("1")).expect(201);
    let folder = server.into_folder();
    let older = cluster().unwrap().database_like(folder.server().unwrap());
    let server = Server::on(folder);
    let client = server.nobody().with_key(&key);
    let _ = client.post("/v1/provisions", &events::provision("2")).expect(201);
    let folder = server.into_folder();

    // It has no mark of its own, and starts by the others'.
    let joined = Server::on(folder.another());
    assert_eq!(joined.size(), 3);
    drop(joined);
    // On an older database it does not.
    let rewound = folder.another_on(older);
    let started = rewound.run(&["serve", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&started.stderr);
    assert_eq!(started.status.code(), Some(30), "{said}");
    assert!(said.contains("nodes.high-water"), "{said}");
    // Nor where nobody has left one, though there are records.
    std::fs::remove_file(folder.shared().join("nodes.high-water")).unwrap();
    let started = folder.another().run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(started.status.code(), Some(30));
}

#[test]
fn what_must_be_done_alone_is_refused_while_a_node_runs_and_a_file_is_never_shared() {
    let Some(folder) = shared_ledger() else { return };
    let elsewhere = folder.another();
    let server = Server::on(folder);
    let sealing = elsewhere.run(&["key", "unseal"]);
    let said = String::from_utf8_lossy(&sealing.stderr);
    assert!(
        !sealing.status.success() && said.contains("another server"),
        "{said}"
    );
    drop(server);

    let file = DataFolder::new();
    let variables = [("KIROKUBO_SHARED_DIR", file.beside().to_str().unwrap())];
    let said = Server::refused_with(&file, &variables);
    assert!(said.contains("--shared-dir is for several servers"), "{said}");
}
