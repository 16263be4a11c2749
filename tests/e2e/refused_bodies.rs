//! Requests that are refused before their body has been read: the answer arrives all the same.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use kirokubo_tests::{Role, Server};

use crate::unchanged::Unchanged;

#[test]
fn a_refusal_reaches_a_client_that_still_sends() {
    let server = Server::new();
    let unchanged = Unchanged::of(&server);
    let body = vec![b' '; 10 << 20];
    let (nobody, auditor) = (server.nobody(), server.client(Role::Auditor));
    for (client, path, status) in [
        (&nobody, "/v1/provisions", 401),
        (&nobody, "/v1/events", 401),
        (&nobody.with_key("kk_wrong"), "/v1/provisions", 401),
        (&auditor, "/v1/provisions", 403),
        (&auditor, "/v1/nothing", 404),
        (&auditor, "/v1/records", 405),
    ] {
        for media_type in ["application/json", "application/x-ndjson"] {
            let request = client.request("POST", path).header("Content-Type", media_type);
            assert_eq!(request.body(&body).status(), status, "{path}");
        }
    }
    unchanged.assert("large bodies of strangers");
}

#[test]
fn a_refused_request_leaves_its_connection_to_the_next_one() {
    let server = Server::new();
    for path in ["/v1/provisions", "/v1/events", "/v1/nothing", "/livez"] {
        let mut tcp = TcpStream::connect(server.address()).unwrap();
        tcp.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut answers = BufReader::new(tcp.try_clone().unwrap());
        write!(
            tcp,
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
        )
        .unwrap();
        // The body comes late, as it does over any network: by now the server has made up its mind.
        thread::sleep(Duration::from_millis(50));
        tcp.write_all(b"{  }").unwrap();
        let (status, headers) = answer(&mut answers);
        assert!((400..500).contains(&status), "{path}: {status}");
        assert!(!headers.contains("connection: close"), "{path}: {headers}");
        write!(tcp, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert_eq!(answer(&mut answers).0, 200, "{path}");
    }
}

/// Reads one answer to its end; its status and headers.
fn answer(from: &mut impl BufRead) -> (u16, String) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(
            from.read_line(&mut head).unwrap(),
            0,
            "the connection ended: {head}"
        );
    }
    let head = head.to_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    let mut body = vec![0; length.expect("the answer has a length").parse().unwrap()];
    from.read_exact(&mut body).unwrap();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status line has a status"), head)
}
