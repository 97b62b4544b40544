//! One port that is everything: a proxy that answers for every host itself (CONNECT, and plain requests), a TLS server,
//! and the metadata server. Nothing leaves the machine.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::world::{SharedWorld, Tunnel};
use super::{google, world};

/// How a connection came about.
#[derive(Clone)]
struct Way {
    /// Which connection it is, counted from 1.
    connection: usize,
    /// The host that the proxy was asked for; `None`: it was not asked through the proxy.
    tunnel: Option<String>,
    is_tls: bool,
}

#[derive(Clone)]
struct Server {
    world: SharedWorld,
    acceptor: TlsAcceptor,
    connections: Arc<AtomicUsize>,
}

/// Starts it in a thread of its own; it ends with the process.
pub(crate) fn start(world: SharedWorld, acceptor: TlsAcceptor) -> SocketAddr {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
            sender.send(listener.local_addr().expect("bound")).expect("waiting");
            let server = Server { world, acceptor, connections: Arc::default() };
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let server = server.clone();
                tokio::spawn(async move {
                    let mut first = [0];
                    // A TLS record of a handshake begins with 22.
                    let is_tls = matches!(stream.peek(&mut first).await, Ok(1) if first == [22]);
                    if is_tls { server.handshake(stream, None).await } else { server.serve(stream, None, false).await }
                });
            }
        });
    });
    receiver.recv().expect("started")
}

impl Server {
    async fn handshake(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, tunnel: Option<String>) {
        // Who does not trust the certificate hangs up.
        if let Ok(stream) = self.acceptor.accept(stream).await {
            self.serve(stream, tunnel, true).await;
        }
    }

    async fn serve<S>(&self, stream: S, tunnel: Option<String>, is_tls: bool)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let way = Way { connection: self.connections.fetch_add(1, Ordering::Relaxed) + 1, tunnel, is_tls };
        let service = service_fn(move |request| {
            let (server, way) = (self.clone(), way.clone());
            async move { Ok::<_, Infallible>(server.answer(request, way).await) }
        });
        // A client that goes away in the middle is no fault of ours.
        let _ = Builder::new(TokioExecutor::new()).serve_connection_with_upgrades(TokioIo::new(stream), service).await;
    }

    async fn answer(&self, request: Request<Incoming>, way: Way) -> Response<Body> {
        if request.method() == Method::CONNECT {
            return self.connect(request);
        }
        let (parts, body) = request.into_parts();
        let body = to_bytes(Body::new(body), 1 << 20).await.unwrap_or_default();
        let authority = parts.uri.authority().map(ToString::to_string);
        let named = authority.or_else(|| parts.headers.get("host")?.to_str().ok().map(str::to_owned));
        let seen = world::Seen {
            connection: way.connection,
            tunnel: way.tunnel,
            is_tls: way.is_tls,
            version: parts.version,
            host: named.unwrap_or_default(),
            method: parts.method.to_string(),
            path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        google::answer(&self.world, seen)
    }

    fn connect(&self, request: Request<Incoming>) -> Response<Body> {
        let authority = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let authorization = request.headers().get("proxy-authorization").and_then(|value| value.to_str().ok());
        let tunnel = Tunnel { authority: authority.clone(), authorization: authorization.map(str::to_owned) };
        let refusal = {
            let mut world = self.world.lock().expect("no test fails within");
            world.tunnels.push(tunnel);
            world.proxy_status
        };
        if let Some(status) = refusal {
            return Response::builder().status(status).body(Body::empty()).expect("a response");
        }
        let server = self.clone();
        tokio::spawn(async move {
            if let Ok(stream) = hyper::upgrade::on(request).await {
                server.handshake(TokioIo::new(stream), Some(authority)).await;
            }
        });
        Response::builder().status(StatusCode::OK).body(Body::empty()).expect("a response")
    }
}
