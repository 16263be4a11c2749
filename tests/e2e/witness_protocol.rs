//! `kirokubo witness` as any log finds it: C2SP `tlog-witness` over HTTP, by a log of the test's own.

use std::sync::{Arc, Barrier};
use std::thread;

use kirokubo_ledger::Size;
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::hash::{Digest, leaf_hash};
use kirokubo_ledger::note::{Note, SigningKey, WitnessKey};
use kirokubo_ledger::tree::{ConsistencyPlan, NodeId, root};
use kirokubo_ledger::witness::{AddCheckpoint, origin_hash};
use kirokubo_tests::{Answer, Client, Witness};

const ORIGIN: &str = "log.example.jp/of/a/test";

/// A log that can tell more than one story.
struct Log {
    leaves: Vec<Digest>,
}

impl Log {
    fn new(story: &str) -> Self {
        let leaf = |n: usize| leaf_hash(format!("{story} {n}").as_bytes());
        Self {
            leaves: (0..100).map(leaf).collect(),
        }
    }

    fn note(&self, size: usize, seed: u8) -> String {
        let checkpoint =
            Checkpoint::new(ORIGIN.parse().unwrap(), at(size), root(&self.leaves[..size])).unwrap();
        checkpoint.sign(&key(seed)).unwrap()
    }

    fn request(&self, old: usize, size: usize) -> String {
        let plan = ConsistencyPlan::new(at(old), at(size));
        let request = AddCheckpoint {
            old: at(old),
            proof: plan.map_or(Vec::new(), |plan| plan.resolve(|id| Some(self.node(id))).unwrap()),
            checkpoint: &self.note(size, 7),
        };
        request.to_string()
    }

    fn node(&self, id: NodeId) -> Digest {
        let width = 1_usize << id.level();
        let first = usize::try_from(id.index()).unwrap() * width;
        root(&self.leaves[first..first + width])
    }
}

fn at(size: usize) -> Size {
    Size::new(size.try_into().unwrap()).unwrap()
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(ORIGIN.parse().unwrap(), [seed; 32])
}

fn witness() -> Witness {
    Witness::new(&[&key(7).verifier_key().to_string()])
}

fn add(client: &Client, body: &str) -> Answer {
    client.request("POST", "/add-checkpoint").body(body.as_bytes())
}

fn newest(client: &Client) -> Answer {
    client.get(&format!("/{}/checkpoint", origin_hash(&ORIGIN.parse().unwrap())))
}

#[test]
fn every_answer_is_the_one_that_the_specification_names() {
    let witness = witness();
    let client = witness.client();
    let (log, fork) = (Log::new("a"), Log::new("b"));
    assert_eq!(newest(&client).status(), 404);
    let answer = add(&client, &log.request(0, 10));
    assert_eq!(answer.status(), 200);
    assert!(answer.text().starts_with("— ") && answer.text().ends_with('\n'));
    let note = format!("{}{}", log.note(10, 7), answer.text());
    let vkey: WitnessKey = witness.vkey().parse().unwrap();
    let cosignature = Note::parse(note.as_bytes()).unwrap().cosignature(&vkey).unwrap();
    assert!(cosignature.time() > 1_700_000_000);
    assert_eq!(
        (newest(&client).status(), newest(&client).text()),
        (200, note.as_str())
    );
    assert_eq!(
        newest(&client).header("Content-Type"),
        "text/plain; charset=utf-8"
    );

    let conflict = add(&client, &log.request(0, 20));
    assert_eq!((conflict.status(), conflict.text()), (409, "10\n"));
    assert_eq!(conflict.header("Content-Type"), "text/x.tlog.size");
    for (body, status) in [
        (log.request(10, 10), 200),
        (log.request(10, 15), 200),
        (fork.request(15, 15), 422),
        (fork.request(15, 20), 422),
        (log.request(20, 15), 400),
        (
            log.request(15, 16).replacen(ORIGIN, "log.example.jp/another", 1),
            404,
        ),
        (format!("old 15\n\n{}", log.note(16, 8)), 403),
        (log.request(15, 16).replacen("\n16\n", "\n17\n", 1), 403),
        ("old 15\n\ntext\n".to_owned(), 400),
        ("old 015\n".to_owned(), 400),
        (String::new(), 400),
        ("a".repeat(70_000), 413),
        (log.request(15, 16), 200),
    ] {
        let answer = add(&client, &body);
        assert_eq!(answer.status(), status, "{}\n{body:.200}", answer.text());
    }
    assert_eq!(client.get("/add-checkpoint").status(), 405);
    assert_eq!(client.get("/somewhere/checkpoint").status(), 404);
}

#[test]
fn a_killed_witness_remembers_what_it_cosigned() {
    let mut witness = witness();
    let (log, fork) = (Log::new("a"), Log::new("b"));
    let mut old = 0;
    for size in [3, 8, 20, 21] {
        assert_eq!(add(&witness.client(), &log.request(old, size)).status(), 200);
        let note = newest(&witness.client()).text().to_owned();
        witness.kill9();
        witness.restart();
        assert_eq!(newest(&witness.client()).text(), note);
        for other in [&log, &fork] {
            let answer = add(&witness.client(), &other.request(old, size + 5));
            assert_eq!(
                (answer.status(), answer.text()),
                (409, format!("{size}\n").as_str())
            );
        }
        assert_eq!(add(&witness.client(), &fork.request(size, size)).status(), 422);
        old = size;
    }
}

#[test]
fn of_many_requests_at_once_from_one_size_one_wins() {
    let witness = witness();
    let client = witness.client();
    let log = Arc::new(Log::new("a"));
    assert_eq!(add(&client, &log.request(0, 5)).status(), 200);
    let barrier = Arc::new(Barrier::new(16));
    let racers: Vec<_> = (0..16)
        .map(|n| {
            let (client, log, barrier) = (witness.client(), Arc::clone(&log), Arc::clone(&barrier));
            thread::spawn(move || {
                let (size, body) = (50 - n, log.request(5, 50 - n));
                barrier.wait();
                (size, add(&client, &body))
            })
        })
        .collect();
    let answers: Vec<_> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
    let won: Vec<_> = answers
        .iter()
        .filter(|(_, answer)| answer.status() == 200)
        .collect();
    assert_eq!(won.len(), 1);
    let size = won[0].0;
    for (_, answer) in answers.iter().filter(|(_, answer)| answer.status() != 200) {
        assert_eq!(
            (answer.status(), answer.text()),
            (409, format!("{size}\n").as_str())
        );
    }
    assert_eq!(
        newest(&client).text().lines().nth(1),
        Some(size.to_string().as_str())
    );
}
