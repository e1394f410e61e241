//! Requests on their way to an S3 server: a log of them, and rules that hold or spoil some.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use s3s::{Body, HttpResponse};
use tokio::sync::watch;

use super::faults::{BoxError, refuse};

/// Time in which a held request must arrive.
const PATIENCE: Duration = Duration::from_secs(120);

/// A request of a process.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Name of the process.
    pub client: String,
    /// GET, PUT and so on.
    pub method: Method,
    /// Path, with the bucket.
    pub path: String,
    /// Moment at which the server had answered with success; none before that.
    pub done: Option<Instant>,
}

/// Selects requests.
pub type Selection = Box<dyn Fn(&Seen) -> bool + Send + Sync>;

/// Treatment of the selected requests.
#[derive(Clone)]
enum Treatment {
    /// Waits for the owner of the [`Hold`].
    Hold(watch::Sender<HoldState>),
    /// Answers 503, and the request has no effect.
    Refuse,
    /// The request takes effect, and the connection ends without an answer.
    LoseAnswer,
}

struct Rule {
    selects: Selection,
    /// Number of requests to treat.
    left: usize,
    treatment: Treatment,
}

/// State of a held request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum HoldState {
    Armed,
    Holding(String),
    Released,
    Dropped,
}

/// A request that waits in the gate. Dropping it drops the request.
pub struct Hold(watch::Sender<HoldState>);

impl Hold {
    /// Waits until the request arrives, and returns the name of its process.
    #[track_caller]
    pub fn wait(&self) -> String {
        let started = Instant::now();
        loop {
            if let HoldState::Holding(client) = &*self.0.borrow() {
                return client.clone();
            }
            assert!(started.elapsed() < PATIENCE, "the request to hold did not come");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Lets the request through.
    pub fn release(self) {
        self.0.send_replace(HoldState::Released);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if *self.0.borrow() != HoldState::Released {
            self.0.send_replace(HoldState::Dropped);
        }
    }
}

/// Gate in front of a server.
pub struct Gate {
    /// Address of the server.
    server: String,
    client: Client<HttpConnector, Incoming>,
    log: Mutex<Vec<Seen>>,
    rules: Mutex<Vec<Rule>>,
}

impl Gate {
    /// Creates a gate in front of the server at `server`.
    pub fn new(server: String, client: Client<HttpConnector, Incoming>) -> Gate {
        Gate {
            server,
            client,
            log: Mutex::default(),
            rules: Mutex::default(),
        }
    }

    /// Returns all requests in the order of their arrival.
    pub fn log(&self) -> Vec<Seen> {
        self.log.lock().unwrap().clone()
    }

    fn add(&self, selects: Selection, left: usize, treatment: Treatment) {
        self.rules.lock().unwrap().push(Rule {
            selects,
            left,
            treatment,
        });
    }

    /// Holds the next of the selected requests.
    pub fn hold(&self, selects: Selection) -> Hold {
        let (hold, _) = watch::channel(HoldState::Armed);
        self.add(selects, 1, Treatment::Hold(hold.clone()));
        Hold(hold)
    }

    /// Refuses the next `times` of the selected requests.
    pub fn refuse(&self, times: usize, selects: Selection) {
        self.add(selects, times, Treatment::Refuse);
    }

    /// Loses the answers to the next `times` of the selected requests.
    pub fn lose_answers(&self, times: usize, selects: Selection) {
        self.add(selects, times, Treatment::LoseAnswer);
    }

    /// Ends all rules, and returns true if each has treated a request.
    pub fn end_rules(&self) -> bool {
        let rules = std::mem::take(&mut *self.rules.lock().unwrap());
        rules.is_empty() || rules.iter().all(|rule| rule.left == 0)
    }

    fn find_treatment(&self, seen: &Seen) -> Option<Treatment> {
        let mut rules = self.rules.lock().unwrap();
        let rule = rules.iter_mut().find(|rule| rule.left > 0 && (rule.selects)(seen))?;
        rule.left -= 1;
        Some(rule.treatment.clone())
    }

    /// Answers a request of a process.
    pub async fn answer(&self, client: &str, request: Request<Incoming>) -> Result<HttpResponse, BoxError> {
        let seen = Seen {
            client: client.to_owned(),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            done: None,
        };
        let number = {
            let mut log = self.log.lock().unwrap();
            log.push(seen.clone());
            log.len() - 1
        };
        match self.find_treatment(&seen) {
            None => self.forward(number, request).await,
            Some(Treatment::Refuse) => Ok(refuse(503, "SlowDown")),
            Some(Treatment::LoseAnswer) => {
                let answer = self.forward(number, request).await;
                Err(answer.map_or_else(|error| error, |_| "a lost answer".into()))
            }
            Some(Treatment::Hold(hold)) => {
                let mut state = hold.subscribe();
                hold.send_if_modified(|state| {
                    let is_armed = *state == HoldState::Armed;
                    if is_armed {
                        *state = HoldState::Holding(client.to_owned());
                    }
                    is_armed
                });
                let is_over = |state: &HoldState| matches!(state, HoldState::Released | HoldState::Dropped);
                let is_released = *state.wait_for(is_over).await? == HoldState::Released;
                match is_released {
                    true => self.forward(number, request).await,
                    false => Err("a dropped request".into()),
                }
            }
        }
    }

    /// Sends a request to the server. Its signature stays valid, because the host name in the head stays the same.
    async fn forward(&self, number: usize, request: Request<Incoming>) -> Result<HttpResponse, BoxError> {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = format!("{}{path}", self.server).parse()?;
        let response = self.client.request(Request::from_parts(parts, body)).await?;
        if response.status().is_success() {
            self.log.lock().unwrap()[number].done = Some(Instant::now());
        }
        Ok(response.map(Body::from))
    }
}

/// Returns the processes with selected requests.
pub fn list_clients(log: &[Seen], selects: impl Fn(&Seen) -> bool) -> BTreeSet<String> {
    let selected = log.iter().filter(|seen| selects(seen));
    selected.map(|seen| seen.client.clone()).collect()
}
