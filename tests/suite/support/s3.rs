//! Serves S3 in this process, over real HTTP: s3s-fs below a temporary folder.
//!
//! s3s-fs checks `If-None-Match` and then writes, so conditional puts run one at a time here, as they do on S3. A
//! switch makes each request fail or hang.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpResponse};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify};

use super::clout::{CommandOutput, clout_with};
use super::faults::{BoxError, FaultPlan, Junk, JunkSocket, refuse};
use super::tables::Snapshot;

const BUCKET: &str = "bucket";
const KEY: &str = "test";

/// Behavior of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerMode {
    /// Answers as S3 does.
    Normal,
    /// Does not answer.
    Hanging,
    /// Answers all requests with a status and a code.
    Refusing(u16, &'static str),
    /// Answers 500 to writes.
    ReadOnly,
    /// Answers 501 to conditional puts.
    Unconditional,
}

impl ServerMode {
    /// Returns the status and the code with which a request is refused.
    fn refusal(self, is_write: bool, is_conditional: bool) -> Option<(u16, &'static str)> {
        match self {
            ServerMode::Refusing(status, code) => Some((status, code)),
            ServerMode::ReadOnly if is_write => Some((500, "InternalError")),
            ServerMode::Unconditional if is_conditional => Some((501, "NotImplemented")),
            _ => None,
        }
    }
}

/// Treatment of the next conditional put of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum HoldState {
    Off = 0,
    Armed = 1,
    Holding = 2,
}

struct Gate {
    service: S3Service,
    conditional_puts: Mutex<()>,
    mode: std::sync::Mutex<ServerMode>,
    faults: std::sync::Mutex<Option<Arc<FaultPlan>>>,
    hold: AtomicU8,
    release: Notify,
}

/// A running server. Dropping it stops the server.
pub struct S3 {
    folder: tempfile::TempDir,
    gate: Arc<Gate>,
    port: u16,
    _runtime: tokio::runtime::Runtime,
}

impl S3 {
    /// Starts a server with one empty bucket on a free port.
    pub fn start() -> S3 {
        let in_memory = Path::new("/dev/shm");
        let folder = match in_memory.is_dir() {
            true => tempfile::tempdir_in(in_memory),
            false => tempfile::tempdir(),
        };
        let folder = folder.expect("a temporary folder");
        std::fs::create_dir(folder.path().join(BUCKET)).expect("a writable folder");
        let files = s3s_fs::FileSystem::new(folder.path()).expect("a folder to serve");
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(KEY, KEY));
        let gate = Arc::new(Gate {
            service: builder.build(),
            conditional_puts: Mutex::new(()),
            mode: std::sync::Mutex::new(ServerMode::Normal),
            faults: std::sync::Mutex::new(None),
            hold: AtomicU8::new(HoldState::Off as u8),
            release: Notify::new(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        let runtime = runtime.expect("threads");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        runtime.spawn(serve(listener, gate.clone()));
        S3 {
            folder,
            gate,
            port,
            _runtime: runtime,
        }
    }

    /// Changes the behavior for all further requests.
    pub fn set_mode(&self, mode: ServerMode) {
        *self.gate.mode.lock().unwrap() = mode;
    }

    /// Applies a plan of faults to all further requests, or ends it.
    pub fn set_faults(&self, plan: Option<Arc<FaultPlan>>) {
        *self.gate.faults.lock().unwrap() = plan;
    }

    /// Holds the next manifest, until [`S3::release_manifest`].
    pub fn hold_next_manifest(&self) {
        self.gate.hold.store(HoldState::Armed as u8, Ordering::SeqCst);
    }

    /// Waits until the server holds a manifest.
    pub fn wait_for_manifest(&self) {
        for _ in 0..6_000 {
            if self.gate.hold.load(Ordering::SeqCst) == HoldState::Holding as u8 {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("no manifest came in a minute");
    }

    /// Releases the held manifest.
    pub fn release_manifest(&self) {
        self.gate.release.notify_one();
    }

    /// Returns the folder behind `s3://bucket/<prefix>`.
    pub fn folder(&self, prefix: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(prefix)
    }

    /// Returns the folder of the whole server, with the metadata of its objects.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the address of a prefix.
    pub fn url(prefix: &str) -> String {
        format!("s3://{BUCKET}/{prefix}")
    }

    /// Returns the environment that points the program to this server.
    pub fn environment(&self) -> Vec<(String, String)> {
        let variables = [
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", KEY.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            // Plain HTTP needs no certificates, and reading them takes longer than a small run.
            ("SSL_CERT_FILE", "/dev/null".to_owned()),
            ("SSL_CERT_DIR", self.folder.path().display().to_string()),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// Runs the program with this server.
    pub fn clout(&self, arguments: &[&str]) -> CommandOutput {
        clout_with(arguments, &self.environment())
    }

    /// Reads a snapshot from the files behind the server.
    pub fn snapshot(&self, prefix: &str, date: &str) -> Snapshot {
        Snapshot::read(&self.folder(prefix), date)
    }

    /// Copies a local folder below a prefix.
    pub fn copy_in(&self, from: &Path, prefix: &str) {
        copy_folder(from, &self.folder(prefix));
    }
}

/// Copies a folder with all its files.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a writable folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

async fn serve(listener: TcpListener, gate: Arc<Gate>) {
    while let Ok((socket, _)) = listener.accept().await {
        let (gate, junk) = (gate.clone(), Junk::default());
        let socket = JunkSocket::new(TokioIo::new(socket), junk.clone());
        let service = hyper::service::service_fn(move |request| answer(gate.clone(), junk.clone(), request));
        tokio::spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            // A broken connection is an error of its client.
            let _ = builder.serve_connection(socket, service).await;
        });
    }
}

/// Answers a request, unless the plan of faults or the mode decides otherwise.
async fn answer(gate: Arc<Gate>, junk: Junk, request: Request<Incoming>) -> Result<HttpResponse, BoxError> {
    let is_conditional = request.headers().contains_key("if-none-match") && request.method() == hyper::Method::PUT;
    let plan = gate.faults.lock().unwrap().clone();
    match plan {
        Some(plan) => plan.answer(is_conditional, junk, answer_soundly(&gate, request)).await,
        None => answer_soundly(&gate, request).await,
    }
}

/// Answers a request by the mode.
async fn answer_soundly(gate: &Gate, request: Request<Incoming>) -> Result<HttpResponse, BoxError> {
    let mode = *gate.mode.lock().unwrap();
    if mode == ServerMode::Hanging {
        std::future::pending::<()>().await;
    }
    let is_write = request.method() != hyper::Method::GET && request.method() != hyper::Method::HEAD;
    let is_conditional = request.headers().contains_key("if-none-match") && request.method() == hyper::Method::PUT;
    if let Some((status, code)) = mode.refusal(is_write, is_conditional) {
        return Ok(refuse(status, code));
    }
    let (armed, holding) = (HoldState::Armed as u8, HoldState::Holding as u8);
    if is_conditional && request.uri().path().ends_with("/manifest.json") {
        let is_held = gate
            .hold
            .compare_exchange(armed, holding, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok();
        if is_held {
            gate.release.notified().await;
        }
    }
    let _one_at_a_time = match is_conditional {
        true => Some(gate.conditional_puts.lock().await),
        false => None,
    };
    Ok(gate.service.call(request.map(Body::from)).await?)
}
