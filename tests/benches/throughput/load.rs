//! The load: clients in a process of their own, so that neither server shares its threads or memory with them.
//!
//! One thread serves all connections of a job, so that the load takes as little of the machine as it can. Every
//! request is answered with success, or the run fails: nothing but success is counted.

mod client;
mod list;
mod posts;
mod search;
mod stream;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, str};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::numbers::percentile;

pub(crate) use list::{List, Listed};
pub(crate) use posts::{POOL, Posted, Posts, WARM_UP};
pub(crate) use search::{SearchBy, Searched, Searches, people_asked_for};
pub(crate) use stream::{Only, Stream, Streamed};

/// The argument by which this program becomes the load.
pub(crate) const ARGUMENT: &str = "load";

/// A server, and the key to call it with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    /// Peers ask for none and are sent one all the same: requests are equal.
    pub(crate) key: String,
}

/// Something a load process is asked to do. It crosses to that process as JSON, and its answer comes back so.
pub(crate) trait Job: Serialize + DeserializeOwned {
    /// How the process is told which job it is.
    const NAME: &'static str;
    /// What was measured.
    type Answer: Serialize + DeserializeOwned;

    /// Does it, in the load process.
    async fn run(self) -> Outcome<Self::Answer>;
}

/// Does a job in a fresh process.
pub(crate) fn elsewhere<J: Job>(job: &J) -> Outcome<J::Answer> {
    let mut child = Command::new(env::current_exe()?)
        .args([ARGUMENT, J::NAME])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("standard input is piped")?;
    stdin.write_all(&serde_json::to_vec(job)?)?;
    drop(stdin);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("the load failed: {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The load process: reads its job from standard input, and writes what it measured to standard output.
pub(crate) fn run(name: &str) -> Outcome<()> {
    match name {
        Posts::NAME => run_job::<Posts>(),
        Stream::NAME => run_job::<Stream>(),
        Searches::NAME => run_job::<Searches>(),
        List::NAME => run_job::<List>(),
        _ => Err(format!("no such load: {name}").into()),
    }
}

fn run_job<J: Job>() -> Outcome<()> {
    let job: J = serde_json::from_reader(io::stdin().lock())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = runtime.block_on(job.run())?;
    serde_json::to_writer(io::stdout().lock(), &answer)?;
    Ok(())
}

/// How long answers took, from the first byte sent to the last byte read.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Latency {
    pub(crate) p50: Duration,
    pub(crate) p95: Duration,
    pub(crate) p99: Duration,
}

impl Latency {
    /// Percentiles by nearest rank.
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self {
            p50: percentile(&times, 50),
            p95: percentile(&times, 95),
            p99: percentile(&times, 99),
        }
    }
}
