//! Proofs and checkpoints, checked offline with the verifier key that `init` printed.

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::proof::TlogProof;
use kirokubo_ledger::tree::verify_inclusion;
use kirokubo_ledger::{Index, Size};
use kirokubo_tests::{Role, Server};
use serde_json::Value;

use crate::events;

#[test]
fn the_receipt_of_every_record_proves_that_it_is_in_the_ledger() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    for n in 1..=9 {
        let said = client
            .post("/v1/provisions", &events::provision(&n.to_string()))
            .expect(201);
        let checkpoint = open(&server, said["checkpoint"].as_str().unwrap());
        assert_eq!(checkpoint.size().get(), n + 1);
        let index = said["index"].as_u64().and_then(Index::new).unwrap();
        let path: Vec<Digest> = said["proof"].as_array().unwrap().iter().map(digest).collect();
        let leaf = digest(&said["leaf"]);
        verify_inclusion(&leaf, index, checkpoint.size(), &path, &checkpoint.root()).unwrap();
    }
}

#[test]
fn the_proof_of_a_record_is_a_tlog_proof_for_the_newest_checkpoint() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    let posted: Vec<Value> = (0..20)
        .map(|n| {
            client
                .post("/v1/receipts", &events::receipt(&n.to_string()))
                .expect(201)
        })
        .collect();
    let auditor = server.client(Role::Auditor);
    for (n, said) in posted.iter().enumerate() {
        let answer = auditor.get(&format!("/v1/records/{}/proof", said["id"].as_str().unwrap()));
        assert_eq!(answer.status(), 200);
        assert!(
            answer.text().starts_with("c2sp.org/tlog-proof@v1\n"),
            "{}",
            answer.text()
        );
        let proof: TlogProof = answer.text().parse().unwrap();
        assert_eq!(proof.index().get(), said["index"].as_u64().unwrap());
        let checkpoint = proof.verify(&digest(&said["leaf"]), &vkey(&server)).unwrap();
        assert_eq!(checkpoint.size(), Size::new(21).unwrap());
        assert_eq!(proof.checkpoint(), server.checkpoint());
        let other = digest(&posted[(n + 1) % posted.len()]["leaf"]);
        assert!(
            proof.verify(&other, &vkey(&server)).is_err(),
            "it proves another record, too"
        );
    }
}

#[test]
fn a_proof_of_no_record_is_not_found() {
    let server = Server::new();
    let auditor = server.client(Role::Auditor);
    for id in ["rec_01a1ff97-504a-79d4-b049-b5209097f672", "rec_x", "1"] {
        assert_eq!(
            auditor.get(&format!("/v1/records/{id}/proof")).status(),
            404,
            "{id}"
        );
    }
}

fn vkey(server: &Server) -> VerifierKey {
    server.folder().vkey().parse().unwrap()
}

fn open(server: &Server, note: &str) -> Checkpoint {
    Checkpoint::open(note.as_bytes(), &vkey(server)).unwrap()
}

fn digest(hex: &Value) -> Digest {
    hex.as_str().unwrap().parse().unwrap()
}
