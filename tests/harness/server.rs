//! A running `kirokubo serve`.

mod drilled;

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::data_folder::{DataFolder, Role};

/// Longer than a server drains.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server on a data folder of its own. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    folder: DataFolder,
    process: Process,
    settings: Settings,
    /// What servers on this folder logged before.
    earlier_logs: String,
}

/// What a server is told beside its folder.
#[derive(Clone, Debug)]
struct Settings {
    /// What starts it, if anything does.
    tool: Vec<String>,
    level: &'static str,
    /// Variables of the environment.
    variables: Vec<(String, String)>,
}

/// The child process and the thread that collects its standard error.
#[derive(Debug)]
struct Process {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<Vec<u8>>>,
    collector: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on a fresh ledger.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "starting a server is not what anybody expects of a default"
    )]
    pub fn new() -> Self {
        Self::on(DataFolder::new())
    }

    /// Starts a server on a folder.
    #[must_use]
    pub fn on(folder: DataFolder) -> Self {
        Self::with_log(folder, "info")
    }

    /// Starts a server that logs at this level.
    #[must_use]
    pub fn with_log(folder: DataFolder, level: &'static str) -> Self {
        Self::with_settings(folder, level, &[])
    }

    /// Starts a server with some variables in its environment.
    #[must_use]
    pub fn with_settings(folder: DataFolder, level: &'static str, variables: &[(&str, &str)]) -> Self {
        Self::with(folder, Settings::of(&[], level, variables))
    }

    fn with(folder: DataFolder, settings: Settings) -> Self {
        Self {
            process: Process::start(&folder, &settings),
            folder,
            settings,
            earlier_logs: String::new(),
        }
    }

    /// Starts a server that must not come up, and gives what it said instead.
    #[must_use]
    #[track_caller]
    pub fn refused(folder: &DataFolder) -> String {
        Self::refused_with(folder, &[])
    }

    /// The same with some variables in its environment.
    #[must_use]
    #[track_caller]
    pub fn refused_with(folder: &DataFolder, variables: &[(&str, &str)]) -> String {
        let settings = Settings::of(&[], "info", variables);
        let mut child = spawn(folder, &settings);
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        stdout.read_line(&mut line).expect("the server writes UTF-8");
        if !line.is_empty() {
            // It listens, and would not end by itself.
            child.kill().expect("the server runs");
        }
        let output = child.wait_with_output().expect("a child can be waited for");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((line.as_str(), output.status.code()), ("", Some(1)), "{said}");
        said
    }

    /// Its data folder.
    #[must_use]
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.process.address
    }

    /// Bytes of memory that its process holds.
    #[must_use]
    pub fn resident_memory(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// A client without a key.
    #[must_use]
    pub fn nobody(&self) -> Client {
        Client::new(format!("http://{}", self.process.address), None)
    }

    /// A client with a fresh key of a role.
    #[must_use]
    pub fn client(&self, role: Role) -> Client {
        self.nobody().with_key(&self.folder.create_key(role).key)
    }

    /// How many entries the ledger has, as its checkpoint says.
    #[must_use]
    pub fn size(&self) -> u64 {
        let note = self.checkpoint();
        let size = note.lines().nth(1).expect("a checkpoint has three lines");
        size.parse().expect("the second line is the size")
    }

    /// The signed checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> String {
        let path = format!("/ledgers/{}/checkpoint", self.folder.ledger_id());
        let answer = self.nobody().get(&path);
        assert_eq!(answer.status(), 200, "{}", answer.text());
        answer.text().to_owned()
    }

    /// Everything that servers on this folder have logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        format!("{}{}", self.earlier_logs, self.process.log())
    }

    /// Ends the server as a power cut ends a process.
    pub fn kill9(&mut self) {
        self.process.child.kill().expect("the server runs");
        self.process.wait();
    }

    /// Asks the server to stop, and waits until it has.
    pub fn terminate(&mut self) -> ExitStatus {
        self.ask_to_stop();
        self.process.wait()
    }

    /// Sends SIGTERM.
    pub fn ask_to_stop(&self) {
        // The standard library sends no signal but SIGKILL; every shell does.
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.process.child.id())])
            .status();
        assert!(sent.expect("sh runs").success(), "SIGTERM was not sent");
    }

    /// Starts a server on the same folder again, once the one before is gone.
    pub fn restart(&mut self) {
        self.earlier_logs = self.log();
        self.process = Process::start(&self.folder, &self.settings);
    }

    /// Stops the server gently and gives its folder back.
    #[must_use]
    pub fn into_folder(mut self) -> DataFolder {
        let status = self.terminate();
        assert!(status.success(), "{status}\n{}", self.log());
        self.folder
    }
}

impl Settings {
    fn of(tool: &[&str], level: &'static str, variables: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            tool: tool.iter().map(|&part| part.to_owned()).collect(),
            level,
            variables: variables.iter().map(owned).collect(),
        }
    }
}

impl Process {
    fn start(folder: &DataFolder, settings: &Settings) -> Self {
        let mut child = spawn(folder, settings);
        let log = Arc::default();
        let collector = collect(child.stderr.take().expect("it is piped"), Arc::clone(&log));
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        stdout.read_line(&mut line).expect("the server writes UTF-8");
        let address = line
            .trim_end()
            .strip_prefix("listening on http://")
            .and_then(|address| address.parse().ok());
        let Some(address) = address else {
            drop(child.kill());
            drop(collector.join());
            panic!("the server did not start: {line}{}", text(&log));
        };
        Self {
            child,
            address,
            log,
            collector: Some(collector),
        }
    }

    fn log(&self) -> String {
        text(&self.log)
    }

    fn wait(&mut self) -> ExitStatus {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                break status;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "the server does not stop\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(5));
        };
        if let Some(collector) = self.collector.take() {
            collector.join().expect("collecting a log cannot fail");
        }
        status
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone is as good as killed.
        drop(self.child.kill());
        drop(self.child.wait());
        if thread::panicking() {
            eprintln!("the server's log:\n{}", self.log());
        }
    }
}

fn spawn(folder: &DataFolder, settings: &Settings) -> Child {
    folder
        .kirokubo_by(&settings.tool)
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--log",
            settings.level,
            "--data",
        ])
        .arg(folder.path())
        .envs(settings.variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kirokubo starts")
}

fn collect(mut from: impl Read + Send + 'static, into: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut buffer = [0; 8_192];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            let mut log = into.lock().expect("nobody panics while holding it");
            log.extend_from_slice(&buffer[..read]);
        }
    })
}

fn text(log: &Mutex<Vec<u8>>) -> String {
    let log = log.lock().expect("nobody panics while holding it");
    String::from_utf8_lossy(&log).into_owned()
}
