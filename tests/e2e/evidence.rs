//! Files of evidence: sent once, read back byte by byte, and never shown by a browser.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::Duration;

use kirokubo_tests::{Answer, Client, DataFolder, Role, Server};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::personal;

/// `同意書.pdf` as RFC 8187 writes it.
const TITLE: &str = "attachment; filename*=UTF-8''%E5%90%8C%E6%84%8F%E6%9B%B8.pdf";

/// A file that is a PDF by its first bytes, told apart by its filling.
pub(crate) fn pdf(length: usize, seed: usize) -> Vec<u8> {
    let filling = (0..length).map(|n| ((n * 31 + seed) % 251).to_le_bytes()[0]);
    b"%PDF-1.7\n".iter().copied().chain(filling).collect()
}

/// Sends a file without a title.
pub(crate) fn send(client: &Client, media_type: &str, file: &[u8]) -> Answer {
    client
        .request("POST", "/v1/evidence")
        .header("Content-Type", media_type)
        .body(file)
}

fn send_titled(client: &Client, disposition: &str, file: &[u8]) -> Answer {
    client
        .request("POST", "/v1/evidence")
        .header("Content-Type", "application/pdf")
        .header("Content-Disposition", disposition)
        .body(file)
}

pub(crate) fn content(client: &Client, evidence: &Value) -> Answer {
    let id = evidence["id"].as_str().unwrap();
    client.get(&format!("/v1/evidence/{id}/content"))
}

fn codes(problem: &Value) -> Vec<&str> {
    let faults = problem["errors"].as_array().unwrap();
    faults
        .iter()
        .map(|fault| fault["code"].as_str().unwrap())
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[test]
pub(crate) fn a_file_is_kept_once_and_comes_back_as_it_was() {
    let server = Server::new();
    let recorder = server.client(Role::Recorder);
    let file = pdf(200_000, 1);
    let kept = send_titled(&recorder, TITLE, &file).expect(201);
    assert!(kept["id"].as_str().unwrap().starts_with("evd_"), "{kept}");
    assert_eq!(kept["sha256"], sha256(&file));
    assert_eq!(kept["size"], file.len());
    assert_eq!(kept["media_type"], "application/pdf");
    assert_eq!(kept["title"], "同意書.pdf");
    assert_eq!(kept["cited"], false);
    assert_eq!(
        send_titled(&recorder, "attachment; filename=other.pdf", &file).expect(200),
        kept
    );

    let id = kept["id"].as_str().unwrap();
    assert_eq!(recorder.get(&format!("/v1/evidence/{id}")).expect(200), kept);
    let answer = content(&recorder, &kept);
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes() == file, "another file came back");
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let name = format!("filename=\"{id}.pdf\"; filename*=UTF-8''%E5%90%8C%E6%84%8F%E6%9B%B8.pdf");
    assert_eq!(
        answer.header("content-disposition"),
        format!("attachment; {name}")
    );

    let folder = server.into_folder();
    let report = folder.verify();
    assert_eq!(
        (&report["exit"], &report["evidence"]),
        (&0.into(), &1.into()),
        "{report:#}"
    );
}

#[test]
fn what_is_not_what_it_says_or_not_on_the_list_is_refused() {
    let server = Server::new();
    let client = server.client(Role::Ingest);
    for (media_type, file) in [
        ("application/pdf", b"plain text".as_slice()),
        ("image/png", b"\xFF\xD8\xFF\xE0 a photo"),
        ("text/plain", b"%PDF-1.7\n"),
        ("text/plain", b"<!DOCTYPE html><script>alert(1)</script>"),
        (
            "text/csv",
            b"\xEF\xBB\xBF<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        ),
        ("text/plain", b"\x7FELF\x02\x01\x01\0"),
        ("application/json", b"name,address\n"),
    ] {
        let problem = send(&client, media_type, file).expect(422);
        assert_eq!(codes(&problem), ["evidence.type_mismatch"], "{media_type}");
    }
    for media_type in ["text/html", "image/svg+xml", "application/octet-stream", ""] {
        let problem = send(&client, media_type, b"<p>").expect(415);
        assert_eq!(problem["code"], "request.media_type");
        assert!(
            problem["detail"].as_str().unwrap().contains("application/pdf"),
            "{problem}"
        );
    }
    assert_eq!(
        codes(&send(&client, "text/plain", b"").expect(422)),
        ["evidence.empty"]
    );
    assert_eq!(
        server.client(Role::Officer).get("/v1/evidence").expect(200)["data"],
        Value::Array(vec![])
    );
    assert_eq!(objects(server.folder()), [""; 0]);
}

#[test]
fn a_page_hidden_in_a_text_is_only_ever_saved() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let file = b"minutes\n<!DOCTYPE html><script>alert(1)</script><svg onload=alert(1)>";
    for media_type in ["text/plain; charset=utf-8", "text/csv"] {
        let kept = send(&client, media_type, file);
        assert!([200, 201].contains(&kept.status()));
        let answer = content(&client, &kept.json());
        assert_eq!(answer.header("content-type"), "text/plain");
        assert!(answer.header("content-disposition").starts_with("attachment; "));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_announced_or_not() {
    let server = Server::with_settings(
        DataFolder::new(),
        "info",
        &[("KIROKUBO_EVIDENCE_MAX_BYTES", "100000")],
    );
    let client = server.client(Role::Ingest);
    let problem = send(&client, "application/pdf", &pdf(100_000, 1)).expect(413);
    assert_eq!(problem["code"], "request.too_large");
    assert!(
        problem["detail"].as_str().unwrap().contains("100000"),
        "{problem}"
    );
    let fits = pdf(100_000 - 9, 2);
    let _ = send(&client, "application/pdf", &fits).expect(201);

    let key = server.folder().create_key(Role::Ingest).key;
    let mut tcp = open(&server, &key, "Transfer-Encoding: chunked");
    for _ in 0..3 {
        write!(tcp, "{:x}\r\n", 50_000).unwrap();
        tcp.write_all(&pdf(50_000 - 9, 3)).unwrap();
        tcp.write_all(b"\r\n").unwrap();
    }
    tcp.write_all(b"0\r\n\r\n").unwrap();
    assert!(status_line(tcp).contains(" 413 "));
    assert_eq!(objects(server.folder()).len(), 1);
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    let server = Server::new();
    let key = server.folder().create_key(Role::Ingest).key;
    // More than one part, so that some of it is on disk when the client hangs up.
    let mut tcp = open(&server, &key, "Content-Length: 9000000");
    tcp.write_all(&pdf(6_000_000, 1)).unwrap();
    tcp.flush().unwrap();
    wait_until(|| !objects(server.folder()).is_empty());
    drop(tcp);
    wait_until(|| objects(server.folder()).is_empty());
    let list = server.client(Role::Officer).get("/v1/evidence").expect(200);
    assert_eq!(list["data"], Value::Array(vec![]));
}

#[test]
fn a_title_is_read_from_its_header_or_refused() {
    let server = Server::with_log(DataFolder::new(), "debug");
    let client = server.client(Role::Ingest);
    for (n, disposition) in [
        "inline",
        "attachment; filename*=UTF-8''%E5",
        "attachment; filename=\"a",
    ]
    .into_iter()
    .enumerate()
    {
        let problem = send_titled(&client, disposition, &pdf(9, n)).expect(400);
        assert_eq!(problem["code"], "request.header", "{disposition}");
    }
    for (disposition, code) in [
        ("attachment; filename*=UTF-8''a%00b", "text.unassigned"),
        (
            "attachment; filename*=UTF-8''%E5%80%8B%E4%BA%BA%E7%95%AA%E5%8F%B7",
            "my_number.forbidden",
        ),
    ] {
        let problem = send_titled(&client, disposition, &pdf(9, 9)).expect(422);
        assert_eq!(codes(&problem), [code], "{disposition}");
        assert_eq!(problem["errors"][0]["pointer"], "/title");
    }
    let untitled = send(&client, "application/pdf", &pdf(9, 10)).expect(201);
    assert!(untitled.get("title").is_none(), "{untitled}");

    // 印鑰 is a marked name.
    let marked = "attachment; filename*=UTF-8''%E5%8D%B0%E9%91%B0.pdf";
    let kept = send_titled(&client, marked, &pdf(9, 11)).expect(201);
    assert_eq!(kept["title"], "印鑰.pdf");
    let _ = content(&server.client(Role::Officer), &kept);
    personal::assert_none_in(&server.log(), "the log");
}

#[test]
fn each_role_may_do_its_part() {
    let server = Server::new();
    let sender = server.client(Role::Ingest);
    let kept = send_titled(&sender, TITLE, &pdf(9, 1)).expect(201);
    assert_eq!(kept["title"], "同意書.pdf");
    let path = format!("/v1/evidence/{}", kept["id"].as_str().unwrap());
    for (role, post, list, get, download) in [
        (Role::Ingest, 201, 403, 404, 403),
        (Role::Recorder, 201, 200, 200, 200),
        (Role::Officer, 201, 200, 200, 200),
        (Role::Auditor, 403, 200, 200, 403),
        (Role::Admin, 403, 403, 403, 403),
    ] {
        let client = server.client(role);
        let file = pdf(99, role.name().len());
        assert_eq!(send(&client, "application/pdf", &file).status(), post, "{role:?}");
        assert_eq!(client.get("/v1/evidence").status(), list, "{role:?}");
        let seen = client.get(&path);
        assert_eq!(seen.status(), get, "{role:?}");
        assert_eq!(content(&client, &kept).status(), download, "{role:?}");
        if role == Role::Auditor {
            assert!(seen.json().get("title").is_none(), "{}", seen.text());
        }
    }
    assert_eq!(sender.get(&path).expect(200), kept, "a system sees what it sent");
    let nobody = server.nobody();
    assert_eq!(send(&nobody, "application/pdf", &pdf(9, 2)).status(), 401);
    assert_eq!(content(&nobody, &kept).status(), 401);

    // Another system that has the same file learns that it is kept, and not what somebody else calls it.
    let again = send(&server.client(Role::Ingest), "application/pdf", &pdf(9, 1)).expect(200);
    assert_eq!((&again["id"], again.get("title")), (&kept["id"], None));
}

#[test]
pub(crate) fn files_are_listed_page_by_page() {
    let server = Server::new();
    let client = server.client(Role::Recorder);
    let ids: Vec<Value> = (0..5)
        .map(|n| send(&client, "application/pdf", &pdf(9, n)).expect(201)["id"].clone())
        .collect();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client
            .get(&format!("/v1/evidence?cited=false&limit=2{cursor}"))
            .expect(200);
        seen.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|file| file["id"].clone()),
        );
        if page["has_more"] == false {
            break;
        }
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap());
    }
    assert_eq!(seen, ids);
    for query in ["cited=true", "uploaded_before=2020-01-01"] {
        let page = client.get(&format!("/v1/evidence?{query}")).expect(200);
        assert_eq!(page["data"], Value::Array(vec![]), "{query}");
    }
    for query in [
        "cited=maybe",
        "uploaded_before=20200101",
        "cursor=rec_1",
        "limit=0",
        "title=x",
    ] {
        let answer = client.get(&format!("/v1/evidence?{query}"));
        assert_eq!(answer.expect(400)["code"], "request.query", "{query}");
    }
    for id in [
        "evd_1",
        "rec_0190f3c0-aaaa-7bbb-8ccc-0123456789ab",
        "evd_0190f3c0-aaaa-7bbb-8ccc-0123456789ab",
    ] {
        assert_eq!(client.get(&format!("/v1/evidence/{id}")).status(), 404);
        assert_eq!(client.get(&format!("/v1/evidence/{id}/content")).status(), 404);
    }
}

#[test]
fn no_file_of_a_data_folder_holds_evidence_in_clear() {
    let mut server = Server::new();
    let client = server.client(Role::Recorder);
    let text = "印鑰 守は第三者提供に同意します。\n".repeat(9_000);
    for file in [&text[..], &text[..60]] {
        let kept = client
            .request("POST", "/v1/evidence")
            .header("Content-Type", "text/plain")
            .header(
                "Content-Disposition",
                "attachment; filename*=UTF-8''%E5%8D%B0%E9%91%B0.txt",
            )
            .body(file.as_bytes());
        assert_eq!(kept.status(), 201, "{}", kept.text());
    }
    assert_tells_nobody(&server.folder().path());
    assert!(server.terminate().success());
    assert_tells_nobody(&server.folder().path());
    assert_eq!(objects(server.folder()).len(), 2);
}

fn assert_tells_nobody(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_tells_nobody(&path);
        } else {
            let bytes = fs::read(&path).unwrap();
            personal::assert_none_in_bytes(&bytes, &path.display().to_string());
            let digest = sha256("印鑰 守は第三者提供に同意します。\n".repeat(9_000).as_bytes());
            assert!(
                !personal::occurs(&digest, &bytes),
                "{}: the SHA-256",
                path.display()
            );
        }
    }
}

/// Names of the files in the folder of evidence.
pub(crate) fn objects(folder: &DataFolder) -> Vec<String> {
    fs::read_dir(folder.path().join("evidence"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Sends the head of an upload by hand.
fn open(server: &Server, key: &str, length: &str) -> TcpStream {
    let mut tcp = TcpStream::connect(server.address()).unwrap();
    tcp.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(
        tcp,
        "POST /v1/evidence HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/pdf\r\n\
         {length}\r\n\r\n"
    )
    .unwrap();
    tcp
}

fn status_line(tcp: TcpStream) -> String {
    use std::io::{BufRead, BufReader};
    let mut line = String::new();
    BufReader::new(tcp).read_line(&mut line).unwrap();
    line
}

#[track_caller]
fn wait_until(so: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if so() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("it did not come to that");
}
