//! Reading a file that is posted as it is: bounded in size and time, never as a whole.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use tokio::time::Instant;

use super::problem::ApiError;

/// How long a client may take to send the next bytes.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a client may take to send all of them: the largest file over a slow line.
const WHOLE: Duration = Duration::from_mins(30);

/// The bytes of a posted file, as they come.
pub(crate) struct FileBody {
    body: Body,
    announced: Option<u64>,
    limit: u64,
    seen: u64,
    until: Instant,
}

impl FileBody {
    /// The body of a request, of `limit` bytes at most.
    pub(crate) fn of(request: Request, limit: u64) -> Result<Self, ApiError> {
        let length = request.headers().get(CONTENT_LENGTH);
        let announced = length.and_then(|length| length.to_str().ok()?.parse().ok());
        let file = Self {
            body: request.into_body(),
            announced,
            limit,
            seen: 0,
            until: Instant::now() + WHOLE,
        };
        if announced.is_some_and(|length| length > limit) {
            return Err(file.too_large());
        }
        Ok(file)
    }

    /// How long the client says the file is.
    pub(crate) fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// The first bytes: at least `size` of them if there are as many.
    pub(crate) async fn head(&mut self, size: usize) -> Result<Vec<u8>, ApiError> {
        let mut head = Vec::new();
        while head.len() < size {
            let Some(bytes) = self.next().await? else { break };
            head.extend_from_slice(&bytes);
        }
        Ok(head)
    }

    /// The next bytes; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        loop {
            let patience = self.until.min(Instant::now() + PATIENCE);
            let frame = tokio::time::timeout_at(patience, self.body.frame()).await;
            let Some(frame) = frame.map_err(|_| ApiError::BodyInterrupted)? else {
                return Ok(None);
            };
            let Ok(bytes) = frame.map_err(|_| ApiError::BodyInterrupted)?.into_data() else {
                continue;
            };
            self.seen += u64::try_from(bytes.len()).expect("a length fits 64 bits");
            if self.seen > self.limit {
                return Err(self.too_large());
            }
            return Ok(Some(bytes));
        }
    }

    fn too_large(&self) -> ApiError {
        ApiError::TooLarge {
            limit: usize::try_from(self.limit).unwrap_or(usize::MAX),
        }
    }
}
