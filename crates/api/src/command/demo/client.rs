//! The demo's HTTP client: a stranger to the server it talks to.

use std::net::SocketAddr;

use serde_json::Value;

use super::Keys;

/// Posts and gets as one of the demo's actors.
#[derive(Clone)]
pub(super) struct Client {
    agent: ureq::Agent,
    base: String,
    ingest: String,
    officer: String,
    auditor: String,
}

/// Who asks.
#[derive(Clone, Copy)]
pub(super) enum As {
    Ingest,
    Officer,
    Auditor,
    Nobody,
}

/// An answer: status and body.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Answer {
    /// The body as JSON; null if it is something else.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

impl Client {
    pub(super) fn new(server: SocketAddr, keys: &Keys) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        Self {
            agent,
            base: format!("http://{server}"),
            ingest: keys.ingest.clone(),
            officer: keys.officer.clone(),
            auditor: keys.auditor.clone(),
        }
    }

    pub(super) async fn get(&self, who: As, path: &str) -> Result<Answer, ureq::Error> {
        let (client, path) = (self.clone(), path.to_owned());
        blocking(move || {
            let mut request = client.agent.get(format!("{}{path}", client.base));
            if let Some(authorization) = client.authorization(who) {
                request = request.header("Authorization", authorization);
            }
            answer(request.call()?)
        })
        .await
    }

    pub(super) async fn post(&self, who: As, path: &str, body: &Value) -> Result<Answer, ureq::Error> {
        let (client, path, body) = (self.clone(), path.to_owned(), body.to_string());
        blocking(move || {
            let mut request = client
                .agent
                .post(format!("{}{path}", client.base))
                .header("Content-Type", "application/json");
            if let Some(authorization) = client.authorization(who) {
                request = request.header("Authorization", authorization);
            }
            answer(request.send(body.as_bytes())?)
        })
        .await
    }

    fn authorization(&self, who: As) -> Option<String> {
        let key = match who {
            As::Ingest => &self.ingest,
            As::Officer => &self.officer,
            As::Auditor => &self.auditor,
            As::Nobody => return None,
        };
        Some(format!("Bearer {key}"))
    }
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    Ok(Answer {
        status: response.status().as_u16(),
        body: response.body_mut().read_to_string()?,
    })
}

async fn blocking(
    call: impl FnOnce() -> Result<Answer, ureq::Error> + Send + 'static,
) -> Result<Answer, ureq::Error> {
    tokio::task::spawn_blocking(call)
        .await
        .unwrap_or_else(|panic| Err(ureq::Error::Io(std::io::Error::other(panic))))
}
