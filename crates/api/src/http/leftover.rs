//! What a refused request leaves unread.
//!
//! Most refusals are known before the body has been read: no key, the wrong role, no such route. A server that
//! answers and hangs up while its client still sends makes the client's next write fail before it has read the
//! answer, or its next request on the same connection. So the rest of a refused body is read and thrown away,
//! within bounds; where more is left than that, the answer says that the connection ends with it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};

/// How much of a body is read for nobody: any event that could be meant, several times over.
const MOST: usize = 16 << 20;

/// How long a client may take to send it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a body that is dropped before its end is put.
type Place = Arc<Mutex<Option<Body>>>;

/// The rest of a request's body, once whoever answered the request has let go of it.
pub(super) struct Leftover(Place);

impl Leftover {
    /// Watches a request's body.
    pub(super) fn of(request: Request) -> (Request, Self) {
        let place = Place::default();
        let request = request.map(|body| {
            if body.is_end_stream() {
                return body;
            }
            Body::new(Watched {
                body: Some(body),
                place: Arc::clone(&place),
            })
        });
        (request, Self(place))
    }

    /// Reads the rest away; `false` if there is too much of it, or it does not come.
    pub(super) async fn read_away(self) -> bool {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(body) = left else { return true };
        tokio::time::timeout(PATIENCE, read_away(body))
            .await
            .unwrap_or(false)
    }
}

async fn read_away(mut body: Body) -> bool {
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        seen += frame.data_ref().map_or(0, Bytes::len);
        if seen > MOST {
            return false;
        }
    }
    true
}

/// A body that is put in its place when it is dropped before its end.
struct Watched {
    body: Option<Body>,
    place: Place,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = Pin::new(body).poll_frame(context);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            // Nothing is left to be read.
            self.body = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let left = self.body.take().filter(|body| !body.is_end_stream());
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: Body) -> (Request, Leftover) {
        Leftover::of(Request::new(body))
    }

    #[tokio::test]
    async fn nothing_is_left_of_a_body_that_was_read_or_never_there() {
        let (unread, leftover) = request(Body::empty());
        drop(unread);
        assert!(leftover.read_away().await);

        let (read, leftover) = request(Body::from("{}"));
        assert_eq!(read.into_body().collect().await.unwrap().to_bytes(), "{}");
        assert!(leftover.read_away().await);
    }

    #[tokio::test]
    async fn the_rest_of_a_body_is_read_away_up_to_a_bound() {
        for (size, fits) in [(1, true), (MOST, true), (MOST + 1, false)] {
            let (unread, leftover) = request(Body::from(vec![b' '; size]));
            drop(unread);
            assert_eq!(leftover.read_away().await, fits, "{size}");
        }
    }

    #[tokio::test]
    async fn a_body_that_still_belongs_to_somebody_is_left_to_him() {
        let (unread, leftover) = request(Body::from("{}"));
        assert!(leftover.read_away().await);
        assert_eq!(unread.into_body().collect().await.unwrap().to_bytes(), "{}");
    }
}
