//! Sending spans: some at a time, each once. A collector that is away loses them.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, redirect};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use kirokubo_store::random;

use super::settings::Settings;
use super::span::Finished;
use super::{COUNTS, otlp};

/// Spans in one request at most.
const BATCH: usize = 512;

/// How long spans are gathered.
const BEAT: Duration = Duration::from_secs(1);

/// How often a collector that is away is spoken of in the log.
const WORD: Duration = Duration::from_mins(1);

/// What sends.
pub(super) struct Exporter {
    client: Client,
    settings: Settings,
    /// Another one for each process.
    instance: String,
    last_word: Option<Instant>,
}

impl Exporter {
    pub(super) fn new(settings: Settings) -> Result<Self, reqwest::Error> {
        // Already installed is as good; object storage installs the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(settings.patience)
            .default_headers(settings.headers.clone())
            .user_agent(concat!("kirokubo/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            client,
            settings,
            instance: random::name::<8>(),
            last_word: None,
        })
    }

    /// Sends what comes until it is told to stop, and then what waits still.
    pub(super) async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Finished>,
        mut stopped: oneshot::Receiver<()>,
    ) {
        let mut spans = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                _ = &mut stopped, if !inbox.is_closed() => inbox.close(),
                taken = inbox.recv_many(&mut spans, BATCH) => {
                    if taken == 0 {
                        return;
                    }
                }
            }
            if spans.is_empty() {
                continue;
            }
            let until = Instant::now() + BEAT;
            while spans.len() < BATCH && !inbox.is_closed() {
                let room = BATCH - spans.len();
                tokio::select! {
                    _ = &mut stopped => inbox.close(),
                    more = timeout_at(until, inbox.recv_many(&mut spans, room)) => match more {
                        Ok(1..) => {}
                        Ok(0) | Err(_) => break,
                    },
                }
            }
            self.send(&spans).await;
            spans.clear();
        }
    }

    async fn send(&mut self, spans: &[Finished]) {
        let body = otlp::request(&self.settings.service, &self.instance, spans).to_string();
        let request = self.client.post(self.settings.url.clone());
        let sent = request
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .send()
            .await;
        // Where it is may hold a key, and so may an error that names it.
        let failed = match sent {
            Ok(answer) if answer.status().is_success() => {
                COUNTS.sent(spans.len());
                return;
            }
            Ok(answer) => format!("status {}", answer.status().as_u16()),
            Err(error) if error.is_timeout() => "no answer in time".to_owned(),
            Err(_) => "unreachable".to_owned(),
        };
        COUNTS.dropped(spans.len());
        if self.last_word.is_none_or(|last| last.elapsed() > WORD) {
            self.last_word = Some(Instant::now());
            tracing::warn!(
                failed,
                spans = spans.len(),
                "the collector of traces took nothing; spans are dropped"
            );
        }
    }
}
