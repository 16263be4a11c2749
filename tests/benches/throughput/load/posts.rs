//! Single posts: each connection posts one event after another, as fast as it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::client::{Connection, post_head};
use super::{Job, Latency, Target};
use crate::Outcome;
use crate::events::{Direction, Event, Events, event_id};

/// Load before anything is counted.
pub(crate) const WARM_UP: Duration = Duration::from_millis(500);

/// Different events; each is posted again and again under numbers of its own.
pub(crate) const POOL: usize = 10_000;

/// Posts over some connections for some time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Posts {
    pub(crate) target: Target,
    pub(crate) connections: u16,
    pub(crate) time: Duration,
    /// The number of the first event: what is stored already has others.
    pub(crate) first: u32,
}

/// What was answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Posted {
    /// Events posted in all, warm-up included.
    pub(crate) events: u32,
    /// Events a second, warm-up excluded.
    pub(crate) per_second: f64,
    pub(crate) latency: Latency,
}

impl Job for Posts {
    const NAME: &'static str = "posts";
    type Answer = Posted;

    async fn run(self) -> Outcome<Posted> {
        let pool: Arc<[Template]> = Events::new()
            .take(POOL)
            .map(|event| Template::new(&self.target, &event))
            .collect();
        let next = Arc::new(AtomicU64::new(self.first.into()));
        let counted_from = Instant::now() + WARM_UP;
        let mut tasks = JoinSet::new();
        for _ in 0..self.connections {
            tasks.spawn(
                Client {
                    connection: Connection::open(self.target.address).await?,
                    pool: Arc::clone(&pool),
                    next: Arc::clone(&next),
                    counted_from,
                    until: counted_from + self.time,
                }
                .run(),
            );
        }
        let mut times = Vec::new();
        while let Some(done) = tasks.join_next().await {
            times.append(&mut done??);
        }
        let counted = u32::try_from(times.len())?;
        Ok(Posted {
            events: u32::try_from(next.load(Ordering::Relaxed))? - self.first,
            per_second: f64::from(counted) / self.time.as_secs_f64(),
            latency: Latency::of(times),
        })
    }
}

/// One connection's work.
struct Client {
    connection: Connection,
    pool: Arc<[Template]>,
    next: Arc<AtomicU64>,
    counted_from: Instant,
    until: Instant,
}

impl Client {
    /// Gives the times of the answers that count: those read between the warm-up and the end.
    async fn run(mut self) -> Outcome<Vec<Duration>> {
        let (mut times, mut request) = (Vec::new(), Vec::new());
        loop {
            let began = Instant::now();
            if began >= self.until {
                return Ok(times);
            }
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let template = usize::try_from(number)? % self.pool.len();
            self.pool[template].write(number, &mut request);
            self.connection.exchange(&request).await?;
            let ended = Instant::now();
            if (self.counted_from..=self.until).contains(&ended) {
                times.push(ended - began);
            }
        }
    }
}

/// A whole request, cut where the event's number stands.
struct Template {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Template {
    fn new(target: &Target, event: &Event) -> Self {
        let body = event.to_json();
        let path = match event.direction {
            Direction::Provision => "/v1/provisions",
            Direction::Receipt => "/v1/receipts",
        };
        // All numbers are equally long, so the length announced stays right.
        let head = post_head(target, path, "application/json", body.len());
        let id = event.id();
        let (before, after) = body
            .split_once(id.as_str())
            .expect("an event's body holds its number");
        Self {
            before: [head.as_bytes(), before.as_bytes()].concat(),
            after: after.as_bytes().to_vec(),
        }
    }

    fn write(&self, number: u64, request: &mut Vec<u8>) {
        request.clear();
        request.extend_from_slice(&self.before);
        request.extend_from_slice(event_id(number).as_bytes());
        request.extend_from_slice(&self.after);
    }
}
