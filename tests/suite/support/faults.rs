//! Faults of an S3 server at the level of HTTP, by a seeded plan.
//!
//! A plan names the requests that fail, by their number. Requests are counted as they arrive, repeated ones too. So a
//! plan is exact for a client that sends one request at a time, and nearly so for others.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, CONTENT_RANGE, HeaderValue};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use s3s::{Body, HttpResponse};
use tokio::net::TcpStream;

/// Error of a connection: the server closes it without an answer.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Most bytes of an answer.
const MOST_BYTES: usize = 64 << 20;

/// Bytes beyond the end of an answer.
const JUNK: &[u8] = b"beyond the end";

/// Fault of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The request has no effect, and the answer is 500 or 503.
    FailsBefore,
    /// The request takes effect, and the answer is 500 or 503.
    FailsAfter,
    /// The request has no effect, and the connection ends without an answer.
    ResetBefore,
    /// The request takes effect, and the connection ends without an answer.
    ResetAfter,
    /// A conditional put has no effect, and the answer is 409, as for two writes at once.
    Conflict,
    /// The body of the answer ends early.
    CutBody,
    /// The body of the answer is longer than announced.
    LongBody,
    /// The client is killed when the request arrives.
    DeathBefore,
    /// The client is killed after the request took effect.
    DeathAfter,
}

impl Fault {
    /// All faults; those that a client survives come first.
    pub const ALL: [Fault; 9] = [
        Fault::FailsBefore,
        Fault::FailsAfter,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Conflict,
        Fault::CutBody,
        Fault::LongBody,
        Fault::DeathBefore,
        Fault::DeathAfter,
    ];

    /// Number of faults that a client survives.
    const SURVIVED: usize = 7;
}

/// Faults of one run of a client.
#[derive(Debug, Default)]
pub struct FaultPlan {
    faults: BTreeMap<usize, Fault>,
    /// Number of the first request after which every request fails.
    outage: Option<usize>,
    arrived: AtomicUsize,
    is_client_dead: AtomicBool,
}

impl FaultPlan {
    /// Draws a plan for a client that sends `requests` requests if none fails: one to eight faults that it survives, and
    /// in a third of the plans each its death, an outage, or neither.
    pub fn from_seed(seed: u64, requests: usize) -> FaultPlan {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut plan = FaultPlan::default();
        for _ in 0..rng.random_range(1..=8) {
            let fault = Fault::ALL[rng.random_range(0..Fault::SURVIVED)];
            plan.faults.insert(rng.random_range(0..requests), fault);
        }
        let number = rng.random_range(0..requests);
        match rng.random_range(0..3) {
            0 => plan.outage = Some(number),
            1 => {
                let death = Fault::ALL[rng.random_range(Fault::SURVIVED..Fault::ALL.len())];
                plan.faults.insert(number, death);
            }
            _ => {}
        }
        plan
    }

    /// Returns a plan with one fault.
    pub fn with_fault(number: usize, fault: Fault) -> FaultPlan {
        FaultPlan {
            faults: BTreeMap::from([(number, fault)]),
            ..FaultPlan::default()
        }
    }

    /// Returns the number of requests that have arrived.
    pub fn arrived(&self) -> usize {
        self.arrived.load(Ordering::SeqCst)
    }

    /// Returns true if the client must be killed now.
    pub fn is_client_dead(&self) -> bool {
        self.is_client_dead.load(Ordering::SeqCst)
    }

    /// Answers one request with its fault, or soundly.
    pub async fn answer(
        &self,
        is_conditional: bool,
        junk: Junk,
        sound: impl Future<Output = Result<HttpResponse, BoxError>>,
    ) -> Result<HttpResponse, BoxError> {
        let number = self.arrived.fetch_add(1, Ordering::SeqCst);
        let is_out = self.outage.is_some_and(|first| number >= first);
        let fault = if is_out {
            Some(&Fault::FailsBefore)
        } else {
            self.faults.get(&number)
        };
        let failure = match number % 2 {
            0 => refuse(500, "InternalError"),
            _ => refuse(503, "SlowDown"),
        };
        match fault {
            Some(Fault::FailsBefore) => Ok(failure),
            Some(Fault::FailsAfter) => sound.await.map(|_| failure),
            Some(Fault::ResetBefore) => Err("a reset before the request took effect".into()),
            Some(Fault::ResetAfter) => Err(sound.await.map_or_else(|error| error, |_| "a lost answer".into())),
            Some(Fault::Conflict) if is_conditional => Ok(refuse(409, "ConditionalRequestConflict")),
            Some(Fault::CutBody) => cut_body(sound.await?).await,
            Some(Fault::LongBody) => lengthen_body(sound.await?, junk).await,
            Some(Fault::DeathBefore) => self.wait_for_death().await,
            Some(Fault::DeathAfter) => {
                sound.await?;
                self.wait_for_death().await
            }
            Some(Fault::Conflict) | None => sound.await,
        }
    }

    /// Asks for the death of the client, and never answers.
    async fn wait_for_death<T>(&self) -> T {
        self.is_client_dead.store(true, Ordering::SeqCst);
        std::future::pending().await
    }
}

/// Builds the answer of S3 to a request that it refuses.
pub fn refuse(status: u16, code: &str) -> HttpResponse {
    let xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code></Error>");
    let mut answer = HttpResponse::new(Body::from(xml));
    *answer.status_mut() = hyper::StatusCode::from_u16(status).expect("a status");
    answer
}

/// Announces a whole body and ends it half-way. An answer without a body is lost.
async fn cut_body(answer: HttpResponse) -> Result<HttpResponse, BoxError> {
    let (mut parts, mut body) = answer.into_parts();
    let bytes = body.store_all_limited(MOST_BYTES).await?;
    if bytes.is_empty() {
        return Err("a lost answer".into());
    }
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = HalfBody {
        bytes: Some(bytes.slice(..bytes.len() / 2)),
        has_paused: false,
    };
    Ok(HttpResponse::from_parts(parts, Body::http_body(half)))
}

/// Sends more bytes than announced: beyond the range, or beyond the length. An answer without a body is lost.
async fn lengthen_body(answer: HttpResponse, junk: Junk) -> Result<HttpResponse, BoxError> {
    let (mut parts, mut body) = answer.into_parts();
    let bytes = body.store_all_limited(MOST_BYTES).await?;
    if bytes.is_empty() {
        return Err("a lost answer".into());
    }
    if !parts.headers.contains_key(CONTENT_RANGE) {
        junk.send_after_answer();
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        return Ok(HttpResponse::from_parts(parts, Body::from(bytes)));
    }
    let longer = [&bytes[..], JUNK].concat();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(longer.len()));
    Ok(HttpResponse::from_parts(parts, Body::from(longer)))
}

/// Body that ends with an error, which closes the connection. It pauses before that, so that hyper sends the head and
/// the first bytes.
struct HalfBody {
    bytes: Option<Bytes>,
    has_paused: bool,
}

impl hyper::body::Body for HalfBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !std::mem::replace(&mut self.has_paused, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}

/// Switch of a connection that sends bytes beyond the end of its next answer.
#[derive(Clone, Default)]
pub struct Junk(Arc<AtomicBool>);

impl Junk {
    fn send_after_answer(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Socket that can send bytes beyond the end of an answer. Hyper itself never sends more than it announced.
pub struct JunkSocket {
    socket: TokioIo<TcpStream>,
    junk: Junk,
}

impl JunkSocket {
    /// Wraps the socket of a connection with its switch.
    pub fn new(socket: TokioIo<TcpStream>, junk: Junk) -> JunkSocket {
        JunkSocket { socket, junk }
    }
}

impl Read for JunkSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buffer)
    }
}

impl Write for JunkSocket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        if self.junk.0.swap(false, Ordering::SeqCst) {
            // A full socket drops the extra bytes, which makes the answer a sound one.
            let _ = Pin::new(&mut self.socket).poll_write(cx, JUNK);
        }
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
