//! An S3 server in this process, over real HTTP: s3s-fs below a temporary folder.
//!
//! s3s-fs checks `If-None-Match` and then writes, so conditional puts go one at a time here, as they do
//! on S3. A switch makes every request fail or hang.

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
use s3s::{Body, HttpError, HttpResponse};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify};

use super::clout::{Said, clout_with};
use super::tables::Snapshot;

const BUCKET: &str = "bucket";
const KEY: &str = "test";

/// How the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mood {
    /// As S3 does.
    Well = 0,
    /// 500 to everything.
    Failing = 1,
    /// Not at all.
    Hanging = 2,
    /// 500 to whoever wants to write.
    ReadOnly = 3,
}

/// How the next conditional put of a manifest is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Hold {
    Off = 0,
    Armed = 1,
    Holding = 2,
}

struct Door {
    service: S3Service,
    conditional_puts: Mutex<()>,
    mood: AtomicU8,
    hold: AtomicU8,
    release: Notify,
}

/// A running server; gone when dropped.
pub struct S3 {
    folder: tempfile::TempDir,
    door: Arc<Door>,
    port: u16,
    _runtime: tokio::runtime::Runtime,
}

impl S3 {
    /// Starts a server with one empty bucket on a free port.
    pub fn start() -> S3 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join(BUCKET)).expect("a writable folder");
        let files = s3s_fs::FileSystem::new(folder.path()).expect("a folder to serve");
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(KEY, KEY));
        let door = Arc::new(Door {
            service: builder.build(),
            conditional_puts: Mutex::new(()),
            mood: AtomicU8::new(Mood::Well as u8),
            hold: AtomicU8::new(Hold::Off as u8),
            release: Notify::new(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        let runtime = runtime.expect("threads");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        runtime.spawn(serve(listener, door.clone()));
        S3 {
            folder,
            door,
            port,
            _runtime: runtime,
        }
    }

    /// Changes how every further request is answered.
    pub fn is(&self, mood: Mood) {
        self.door.mood.store(mood as u8, Ordering::SeqCst);
    }

    /// Keeps the next manifest waiting at the door, until [`S3::let_the_manifest_in`].
    pub fn hold_the_next_manifest(&self) {
        self.door.hold.store(Hold::Armed as u8, Ordering::SeqCst);
    }

    /// Waits until a manifest is at the door.
    pub fn wait_for_a_manifest(&self) {
        for _ in 0..6_000 {
            if self.door.hold.load(Ordering::SeqCst) == Hold::Holding as u8 {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("no manifest came in a minute");
    }

    /// Lets the manifest that waits go on.
    pub fn let_the_manifest_in(&self) {
        self.door.release.notify_one();
    }

    /// The folder behind `s3://bucket/<prefix>`.
    pub fn folder(&self, prefix: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(prefix)
    }

    /// The address of a prefix.
    pub fn url(prefix: &str) -> String {
        format!("s3://{BUCKET}/{prefix}")
    }

    /// What leads the program here.
    pub fn environment(&self) -> Vec<(String, String)> {
        let variables = [
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", KEY.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// Runs the program with this server.
    pub fn clout(&self, arguments: &[&str]) -> Said {
        clout_with(arguments, &self.environment())
    }

    /// A snapshot, read from the files behind the server.
    pub fn snapshot(&self, prefix: &str, date: &str) -> Snapshot {
        Snapshot::of(&self.folder(prefix), date)
    }

    /// Copies a folder of this machine below a prefix.
    pub fn bring(&self, from: &Path, prefix: &str) {
        copy_folder(from, &self.folder(prefix));
    }
}

/// Copies a folder with everything in it.
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

async fn serve(listener: TcpListener, door: Arc<Door>) {
    while let Ok((socket, _)) = listener.accept().await {
        let door = door.clone();
        let service = hyper::service::service_fn(move |request| answer(door.clone(), request));
        tokio::spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            // A connection that breaks is its client's business.
            let _ = builder.serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn answer(door: Arc<Door>, request: Request<Incoming>) -> Result<HttpResponse, HttpError> {
    let mood = door.mood.load(Ordering::SeqCst);
    if mood == Mood::Hanging as u8 {
        std::future::pending::<()>().await;
    }
    let is_write = request.method() != hyper::Method::GET && request.method() != hyper::Method::HEAD;
    if mood == Mood::Failing as u8 || (mood == Mood::ReadOnly as u8 && is_write) {
        let mut failure = HttpResponse::new(Body::from("the test says no".to_owned()));
        *failure.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        return Ok(failure);
    }
    let is_conditional = request.headers().contains_key("if-none-match") && request.method() == hyper::Method::PUT;
    let (armed, holding) = (Hold::Armed as u8, Hold::Holding as u8);
    if is_conditional && request.uri().path().ends_with("/manifest.json") {
        let is_held = door
            .hold
            .compare_exchange(armed, holding, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok();
        if is_held {
            door.release.notified().await;
        }
    }
    let _one_at_a_time = match is_conditional {
        true => Some(door.conditional_puts.lock().await),
        false => None,
    };
    door.service.call(request.map(Body::from)).await
}
