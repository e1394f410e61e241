//! The S3 server of the suite behind a [`Gate`], with an address for each process, so that the gate knows them.

use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::HttpResponse;
use tokio::net::TcpListener;

use super::faults::BoxError;
use super::gate::Gate;
use super::s3::S3;

/// Variable with the address of the server.
const ADDRESS: &str = "AWS_ENDPOINT_URL";

/// A running server behind a gate.
pub struct WatchedS3 {
    /// Server.
    pub server: S3,
    /// Gate.
    pub gate: Arc<Gate>,
    runtime: tokio::runtime::Runtime,
}

impl WatchedS3 {
    /// Starts a server with one empty bucket.
    pub fn start() -> WatchedS3 {
        let server = S3::start();
        let address = server.environment().into_iter().find(|(name, _)| name == ADDRESS);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        WatchedS3 {
            gate: Arc::new(Gate::new(address.expect("an address").1, client)),
            server,
            runtime: runtime.expect("threads"),
        }
    }

    /// Returns the environment of a new process.
    pub fn environment(&self, process: &str) -> Vec<(String, String)> {
        let listener = self
            .runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        self.runtime
            .spawn(serve(listener, Arc::clone(&self.gate), process.to_owned()));
        let mut variables = self.server.environment();
        let own = variables.iter_mut().filter(|(name, _)| name == ADDRESS);
        own.for_each(|(_, value)| *value = format!("http://127.0.0.1:{port}"));
        variables
    }
}

async fn serve(listener: TcpListener, gate: Arc<Gate>, process: String) {
    while let Ok((socket, _)) = listener.accept().await {
        // Without it, small answers wait for 40 ms.
        let _ = socket.set_nodelay(true);
        let (gate, process) = (Arc::clone(&gate), process.clone());
        let service = hyper::service::service_fn(move |request| answer(Arc::clone(&gate), process.clone(), request));
        tokio::spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            // A broken connection is an error of its process.
            let _ = builder.serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn answer(gate: Arc<Gate>, process: String, request: Request<Incoming>) -> Result<HttpResponse, BoxError> {
    gate.answer(&process, request).await
}
