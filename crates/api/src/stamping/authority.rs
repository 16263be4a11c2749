//! Asking an authority over HTTP, as RFC 3161 section 3.4 says, with no trust in what comes back.

use std::time::Duration;

use kirokubo_ledger::timestamp::ANSWER_BYTES_MAX;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Url};

/// From the first byte sent to the last received.
const PATIENCE: Duration = Duration::from_secs(20);
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(5);

/// An authority and the way to it.
#[derive(Debug)]
pub(super) struct Authority {
    url: Url,
    name: String,
    client: Client,
}

/// Why there is no answer to judge. The address is not in it: it stands in the log beside.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("the address of an authority is `http://` or `https://`, without user and password")]
    Url,
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
    #[error("it cannot be reached, or took longer than 20 seconds: {0}")]
    Unreachable(String),
    #[error("it answers with status {0}")]
    Status(u16),
    #[error("its answer is longer than {ANSWER_BYTES_MAX} bytes")]
    TooLarge,
}

/// A client that follows nobody elsewhere.
pub(super) fn client() -> Result<Client, AskError> {
    // An error means that the process has a provider of TLS already.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder()
        .connect_timeout(PATIENCE_TO_CONNECT)
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| AskError::Client(crate::command::chain(&error)))
}

impl Authority {
    pub(super) fn at(url: &str, client: &Client) -> Result<Self, AskError> {
        let url: Url = url.parse().map_err(|_| AskError::Url)?;
        let is_plain = ["http", "https"].contains(&url.scheme())
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none();
        if !is_plain {
            return Err(AskError::Url);
        }
        // What stands behind the path may be a customer's token.
        let mut shown = url.clone();
        shown.set_query(None);
        shown.set_fragment(None);
        Ok(Self {
            name: shown.to_string(),
            url,
            client: client.clone(),
        })
    }

    /// Its address, without a query.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The bytes of its answer to a request, `ANSWER_BYTES_MAX` at most.
    pub(super) async fn ask(&self, request: Vec<u8>) -> Result<Vec<u8>, AskError> {
        let unreachable =
            |error: reqwest::Error| AskError::Unreachable(crate::command::chain(&error.without_url()));
        let mut response = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/timestamp-query")
            .header(ACCEPT, "application/timestamp-reply")
            .body(request)
            .send()
            .await
            .map_err(unreachable)?;
        if !response.status().is_success() {
            return Err(AskError::Status(response.status().as_u16()));
        }
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if answer.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(AskError::TooLarge);
            }
            answer.extend_from_slice(&chunk);
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::{Authority, client};

    #[test]
    fn an_address_has_no_password_and_its_query_is_not_shown() {
        let client = client().unwrap();
        let shown = |url: &str| Authority::at(url, &client).map(|authority| authority.name().to_owned());
        assert_eq!(
            shown("http://tsa.example/stamp?customer=secret").unwrap(),
            "http://tsa.example/stamp"
        );
        for wrong in [
            "ftp://tsa.example/",
            "https://user:secret@tsa.example/",
            "tsa.example",
            "",
        ] {
            assert!(shown(wrong).is_err(), "{wrong}");
        }
    }
}
