//! Taking connections: so many at once, and none that only sits there.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Semaphore;

use crate::open_files;
use crate::stopping::Stopping;

/// Connections that wait to be taken: all senders come back at once when a server was started again, and one that finds
/// no room tries again only after a second.
const WAITING: u32 = 1_024;

/// How long a connection may take to send the head of its next request.
const HEAD: Duration = Duration::from_secs(75);

/// How long requests may take to finish once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// How long to wait after a failure to accept, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens on an address; port 0 takes a free one.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A port whose connections of a moment ago still linger is free.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Serves `app` until it is told to stop, then lets requests finish.
pub(crate) async fn serve(listener: TcpListener, app: Router, stopping: Stopping) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(open_files::connections()));
    let stop = stopping.told();
    tokio::pin!(stop);
    loop {
        let place = Arc::clone(&places)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted.and_then(|(stream, _)| stream.set_nodelay(true).map(|()| stream)) {
            Ok(stream) => stream,
            Err(error) => {
                pause(&error).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(app.clone());
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended badly");
            }
        });
    }
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

/// A client that went away before it was accepted is nothing; running out of files is, and passes.
async fn pause(error: &io::Error) {
    let gone = [
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::InvalidInput,
    ];
    if !gone.contains(&error.kind()) {
        tracing::error!(%error, "a connection could not be accepted");
        tokio::time::sleep(PAUSE).await;
    }
}
