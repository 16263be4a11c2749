//! A running `kirokubo witness`.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use crate::binaries::binaries;
use crate::client::Client;
use crate::scratch::Scratch;

/// A witness on a folder of its own. Dropping it kills it.
#[derive(Debug)]
pub struct Witness {
    folder: Scratch,
    logs: Vec<String>,
    child: Child,
    vkey: String,
    address: SocketAddr,
}

impl Witness {
    /// Starts a witness that follows the logs with these keys.
    #[must_use]
    pub fn new(logs: &[&str]) -> Self {
        let folder = Scratch::new();
        let logs: Vec<String> = logs.iter().map(|log| (*log).to_owned()).collect();
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let (child, vkey, address) = start(&folder, &logs, any_port);
        Self {
            folder,
            logs,
            child,
            vkey,
            address,
        }
    }

    /// The key that its cosignatures verify under.
    #[must_use]
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// Where checkpoints are submitted.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Somebody who asks it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.url(), None)
    }

    /// Ends it as a power cut does.
    pub fn kill9(&mut self) {
        self.child.kill().expect("the witness runs");
        self.child.wait().expect("a child can be waited for");
    }

    /// Starts it again on the same folder, with the same key, at the same address.
    pub fn restart(&mut self) {
        let (child, vkey, address) = start(&self.folder, &self.logs, self.address);
        assert_eq!((&vkey, address), (&self.vkey, self.address));
        self.child = child;
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        // Already gone is as good as killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn start(folder: &Scratch, logs: &[String], listen: SocketAddr) -> (Child, String, SocketAddr) {
    let mut command = binaries().kirokubo();
    command.args(["witness", "--log-level", "warn", "--data"]);
    command.arg(folder.path().join("witness"));
    command.args(["--listen", &listen.to_string()]);
    for log in logs {
        command.args(["--log", log]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("kirokubo starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut said = |start: &str| {
        let line = lines
            .next()
            .expect("the witness starts")
            .expect("it writes UTF-8");
        let rest = line.strip_prefix(start);
        rest.unwrap_or_else(|| panic!("the witness said {line}"))
            .to_owned()
    };
    let vkey = said("vkey ");
    let address = said("listening on http://").parse().expect("an address");
    (child, vkey, address)
}
