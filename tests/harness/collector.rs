//! A collector of traces behind HTTP on the loopback device, which keeps what it is sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Collected {
    /// Its path.
    pub path: String,
    /// Its headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Value,
}

/// A server that goes on until the test's process ends.
#[derive(Clone, Debug)]
pub struct Collector {
    address: SocketAddr,
    collected: Arc<Mutex<Vec<Collected>>>,
}

impl Collector {
    /// Listens on a free port.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "nobody expects a default to listen")]
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback device has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let collected = Arc::default();
        let collector = Self { address, collected };
        let shared = collector.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A caller that hangs up is no matter.
                drop(shared.serve(stream));
            }
        });
        collector
    }

    /// What the standard variable says.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that came until now.
    #[must_use]
    pub fn collected(&self) -> Vec<Collected> {
        self.collected
            .lock()
            .expect("nobody panics while collecting")
            .clone()
    }

    /// All spans that came, once there are some that the test waits for.
    #[must_use]
    pub fn spans_once(&self, are_there: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let started = Instant::now();
        loop {
            let spans: Vec<Value> = self
                .collected()
                .iter()
                .flat_map(|request| spans(&request.body))
                .collect();
            if are_there(&spans) {
                return spans;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "{spans:#?}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let mut body = vec![0; length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)];
        reader.read_exact(&mut body)?;
        let body = serde_json::from_slice(&body)?;
        let request = Collected { path, headers, body };
        self.collected
            .lock()
            .expect("nobody panics while collecting")
            .push(request);
        stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        )
    }
}

/// The spans of an `ExportTraceServiceRequest`.
fn spans(body: &Value) -> Vec<Value> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let scopes = list(&body["resourceSpans"])
        .into_iter()
        .flat_map(|of| list(&of["scopeSpans"]));
    scopes.flat_map(|scope| list(&scope["spans"])).collect()
}
