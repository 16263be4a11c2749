//! Files of evidence that somebody changed or took away: never sent as if they were whole, and named by `verify`.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use kirokubo_tests::{Role, Server};

use crate::evidence::{content, objects, pdf, send};

/// Bytes of an encrypted chunk with its tag.
const SEALED_CHUNK: usize = (64 << 10) + 16;

#[test]
fn a_changed_file_is_an_error_or_breaks_off_and_is_never_whole() {
    let server = Server::new();
    let key = server.folder().create_key(Role::Officer).key;
    let client = server.nobody().with_key(&key);
    let file = pdf(5 * (64 << 10), 1);
    let kept = send(&client, "application/pdf", &file).expect(201);
    let names = objects(server.folder());
    let object = server.folder().path().join("evidence").join(&names[0]);
    let sealed = fs::read(&object).unwrap();

    let mut changed = sealed.clone();
    changed[100] ^= 1;
    fs::write(&object, &changed).unwrap();
    assert_eq!(content(&client, &kept).expect(500)["code"], "server.internal");

    let mut changed = sealed.clone();
    changed[4 * SEALED_CHUNK + 9] ^= 1;
    for damaged in [&changed[..], &sealed[..4 * SEALED_CHUNK]] {
        fs::write(&object, damaged).unwrap();
        let path = format!("/v1/evidence/{}/content", kept["id"].as_str().unwrap());
        let got = raw(&server, &key, &path);
        // The server may notice before it has sent anything at all.
        let end_of_head = got.windows(4).position(|end| end == b"\r\n\r\n");
        let body = end_of_head.map_or(&[][..], |end| &got[end + 4..]);
        assert!(got.is_empty() || got.starts_with(b"HTTP/1.1 200"));
        assert!(body.len() < file.len(), "the answer is whole");
        assert!(file.starts_with(body), "what came was never in the file");
    }

    fs::remove_file(&object).unwrap();
    assert_eq!(content(&client, &kept).status(), 500);
    assert_eq!(findings(&server), ["EVIDENCE_MISSING"]);
    fs::write(&object, &changed).unwrap();
    assert_eq!(findings(&server), ["EVIDENCE_CHANGED"]);
    fs::write(&object, &sealed).unwrap();
    server.folder().assert_valid();
    assert!(content(&client, &kept).bytes() == file);
}

fn findings(server: &Server) -> Vec<String> {
    let report = server.folder().verify();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(report["exit"], 40, "{report:#}");
    findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .collect()
}

/// Everything that comes before the server hangs up.
fn raw(server: &Server, key: &str, path: &str) -> Vec<u8> {
    let mut tcp = TcpStream::connect(server.address()).unwrap();
    tcp.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(
        tcp,
        "GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n"
    )
    .unwrap();
    let mut got = Vec::new();
    // Breaking off is not an orderly end.
    drop(tcp.read_to_end(&mut got));
    got
}
