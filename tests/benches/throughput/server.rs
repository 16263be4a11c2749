//! A server in a process of its own, and what Linux tells of it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

/// What a server says on standard output once it listens, before its address.
pub(crate) const LISTENING: &str = "listening on http://";

/// A clock tick of `/proc/PID/stat`: `USER_HZ` is 100 on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// A server that answered at least once. Killed when dropped, if it was not stopped.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    address: SocketAddr,
    started_in: Duration,
}

/// Resident memory, in KiB.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// Now.
    pub(crate) resident: u32,
    /// At its highest so far.
    pub(crate) peak: u32,
}

impl Server {
    /// Starts `command`, its log going to the file `log`, and waits until `GET /readyz` answers 200.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Outcome<Self> {
        let file = File::create(log)?;
        let began = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()?;
        let stdout = child.stdout.take();
        let mut server = Self {
            child,
            log: log.to_owned(),
            address: ([127, 0, 0, 1], 0).into(),
            started_in: Duration::ZERO,
        };
        let mut line = String::new();
        BufReader::new(stdout.ok_or("standard output is piped")?).read_line(&mut line)?;
        let address = line
            .trim_end()
            .strip_prefix(LISTENING)
            .ok_or_else(|| server.said(&line))?;
        server.address = address.parse()?;
        if !is_ready(server.address)? {
            return Err(server.said("GET /readyz did not answer 200").into());
        }
        server.started_in = began.elapsed();
        Ok(server)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Time from its start to its first answer.
    pub(crate) fn started_in(&self) -> Duration {
        self.started_in
    }

    pub(crate) fn memory(&self) -> Outcome<Memory> {
        let status = fs::read_to_string(self.proc("status"))?;
        let kibibytes = |name: &str| -> Outcome<u32> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().nth(1));
            Ok(number.ok_or_else(|| format!("no {name} of a process"))?.parse()?)
        };
        Ok(Memory {
            resident: kibibytes("VmRSS")?,
            peak: kibibytes("VmHWM")?,
        })
    }

    /// Processor time it has used, of all threads, in user and kernel mode.
    pub(crate) fn processor_time(&self) -> Outcome<Duration> {
        let stat = fs::read_to_string(self.proc("stat"))?;
        // The second field is the program's name in parentheses; user and system time are the 14th and 15th.
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let mut ticks = 0;
        for field in after_name.split_whitespace().skip(11).take(2) {
            ticks += field.parse::<u32>()?;
        }
        Ok(TICK * ticks)
    }

    /// Asks it to stop (SIGTERM), and waits until it has.
    pub(crate) fn stop(mut self) -> Outcome<()> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        let status = self.child.wait()?;
        if status.success() {
            return Ok(());
        }
        Err(self.said(&status.to_string()).into())
    }

    fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(name)
    }

    /// What went wrong, with the end of its log.
    fn said(&self, what: &str) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let last: Vec<&str> = log.lines().rev().take(5).collect();
        format!(
            "{}\n{}",
            what.trim_end(),
            last.into_iter().rev().collect::<Vec<_>>().join("\n")
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has stopped already, or the run has failed and nobody is left to hear of more.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn is_ready(address: SocketAddr) -> Outcome<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer.starts_with(b"HTTP/1.1 200"))
}
