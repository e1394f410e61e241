//! A night on an S3 that fails on purpose is published once and whole, or not at all.
//!
//! Each seed is a plan of faults for one run of the real program over real HTTP. Afterwards, a run without faults must
//! give the bytes of an undisturbed run, and leave no file of the disturbed one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::clout::{CommandOutput, Site, collect_output, command};
use crate::support::faults::{Fault, FaultPlan};
use crate::support::files_below;
use crate::support::s3::{S3, copy_folder};
use crate::support::warehouse::Warehouse;

/// Number of plans.
const SEEDS: u64 = 200;

/// Number of seeds that run at a time.
const WORKERS: usize = 4;

/// Longest run; a run that hangs fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Retries in milliseconds.
const SHORT_RETRIES: [&str; 8] = [
    "--threads",
    "1",
    "--set",
    "storage.max_retries=2",
    "--set",
    "storage.retry_timeout_seconds=0.5",
    "--set",
    "storage.request_timeout_seconds=10",
];

/// A parameter that changes the bytes of a snapshot.
const OTHER_PARAMETER: [&str; 2] = ["--set", "model.repeats.beta=1"];

const FIRST: &str = "2026-03-01";
const DATE: &str = "2026-03-02";

/// Builds two small days with several tables.
pub fn warehouse() -> Warehouse {
    Warehouse::default()
        .activities(
            "twitter",
            FIRST,
            "a 10:00 ada like o1#tea bob\n b 10:01 bob reply o2 cid\n c 10:02 cid tweet o3#tea -",
        )
        .activities(
            "twitter",
            DATE,
            "d 10:00 bob like o1#tea ada\n e 10:01 cid quote o2 bob\n f 10:02 dan poke - ada\n \
            g 10:03 dan like - cid\n h 10:04 ada retweet - bob",
        )
        .accounts("twitter", FIRST, "ada bob")
        .identities(FIRST, "ann=twitter:ada")
        .identities(DATE, "ann=twitter:ada bob=twitter:bob")
        .opt_outs(FIRST, "twitter:eve")
}

/// Starts the run of the second date.
fn arguments(more: &[&'static str]) -> Vec<String> {
    let (input, output) = (S3::url("input"), S3::url("output"));
    let mut all: Vec<String> = [
        "run",
        "--input",
        &input,
        "--output",
        &output,
        "--set",
        "input.max_refused_share=1",
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend(SHORT_RETRIES.iter().chain(more).map(|argument| argument.to_string()));
    all
}

/// End of a run: its output, and true if the plan killed it.
struct RunEnd {
    output: CommandOutput,
    is_killed: bool,
}

/// Runs the program until it ends, or until the plan kills it.
fn run(server: &S3, plan: &FaultPlan, more: &[&'static str]) -> RunEnd {
    let arguments = arguments(more);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = command(&arguments, &server.environment())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let mut is_killed = false;
    while child.try_wait().unwrap().is_none() {
        if plan.is_client_dead() || start.elapsed() > PATIENCE {
            is_killed = plan.is_client_dead();
            child.kill().unwrap();
            child.wait().unwrap();
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = collect_output(child.wait_with_output().unwrap());
    RunEnd { output, is_killed }
}

/// A server on which the first date is published, and the expected results of the second.
struct Night {
    template: S3,
    requests: usize,
    usual: BTreeMap<String, Vec<String>>,
    other: BTreeMap<String, Vec<String>>,
}

impl Night {
    fn prepare() -> Night {
        let template = S3::start();
        template.copy_in(&Site::new(&warehouse()).input(), "input");
        let plan = FaultPlan::default();
        run(&template, &plan, &["--as-of", FIRST]).output.exits(0);
        let mut night = Night {
            template,
            requests: 0,
            usual: BTreeMap::new(),
            other: BTreeMap::new(),
        };
        let (server, plan) = (night.copy(), Arc::new(FaultPlan::default()));
        server.set_faults(Some(plan.clone()));
        run(&server, &plan, &[]).output.exits(0);
        (night.requests, night.usual) = (plan.arrived(), hashes(&server).unwrap());
        let (server, plan) = (night.copy(), FaultPlan::default());
        run(&server, &plan, &OTHER_PARAMETER).output.exits(0);
        night.other = hashes(&server).unwrap();
        assert_ne!(night.usual, night.other);
        night
    }

    /// Starts a server with the files of the template.
    fn copy(&self) -> S3 {
        let server = S3::start();
        copy_folder(self.template.root(), server.root());
        server
    }

    /// Runs the night under a plan, and then without faults. Every other disturbed run has other parameters, so that
    /// it leaves other bytes. Returns the end of the disturbed run in a word.
    fn check(&self, plan: FaultPlan, is_other: bool) -> Result<&'static str, String> {
        let (server, plan) = (self.copy(), Arc::new(plan));
        server.set_faults(Some(plan.clone()));
        let end = run(&server, &plan, if is_other { &OTHER_PARAMETER } else { &[] });
        server.set_faults(None);
        let fail = |why: &str| {
            let CommandOutput { code, out, err } = &end.output;
            Err(format!("{why}\n{plan:?}\ncode {code}\nstdout {out}\nstderr {err}"))
        };
        let word = match (end.is_killed, end.output.code) {
            (true, _) => "killed",
            (false, 0) => "published",
            (false, 5) => "failed",
            _ => return fail("another exit code"),
        };
        let disturbed = if is_other { &self.other } else { &self.usual };
        let found = hashes(&server);
        if found.as_ref().is_some_and(|found| found != disturbed) {
            return fail("published in part, or with other bytes");
        }
        if word == "published" && found.is_none() {
            return fail("not published");
        }
        if word == "published" && leftovers(&server).is_empty() {
            return Ok(word);
        }
        let next = run(&server, &FaultPlan::default(), &[]);
        let expected = found.as_ref().unwrap_or(&self.usual);
        if next.output.code != 0 || hashes(&server).as_ref() != Some(expected) {
            return fail(&format!("the next run: {:?}", next.output));
        }
        match leftovers(&server) {
            left if left.is_empty() => Ok(word),
            left => fail(&format!("leftovers: {left:?}")),
        }
    }
}

/// Returns the SHA-256 of each file of each table, computed from the files; none if the date is not published.
fn hashes(server: &S3) -> Option<BTreeMap<String, Vec<String>>> {
    let output = server.folder("output");
    let manifest = manifest(&output)?;
    let of_table = |(name, table): (&String, &Value)| {
        let files = table["files"].as_array().unwrap().iter();
        let hash = |file: &Value| {
            let bytes = std::fs::read(output.join(file["path"].as_str().unwrap())).unwrap_or_default();
            format!("{:x}", <sha2::Sha256 as sha2::Digest>::digest(&bytes))
        };
        (name.clone(), files.map(hash).collect())
    };
    Some(manifest["tables"].as_object().unwrap().iter().map(of_table).collect())
}

fn manifest(output: &Path) -> Option<Value> {
    let text = std::fs::read(output.join(format!("snapshots/{DATE}/manifest.json"))).ok()?;
    Some(serde_json::from_slice(&text).unwrap())
}

/// Lists the files of the date that the manifest does not name, and states of other runs.
fn leftovers(server: &S3) -> BTreeSet<String> {
    let output = server.folder("output");
    let manifest = manifest(&output).unwrap();
    let tables = manifest["tables"].as_object().unwrap().values();
    let files = tables.flat_map(|table| table["files"].as_array().unwrap());
    let named: BTreeSet<&str> = files.map(|file| file["path"].as_str().unwrap()).collect();
    let state = format!("state/{DATE}/{}/", manifest["commit_id"].as_str().unwrap());
    let is_left = |file: &String| {
        let is_part = file.contains(&format!("/snapshot_date={DATE}/"));
        let is_state = file.starts_with(&format!("state/{DATE}/"));
        (is_part && !named.contains(file.as_str())) || (is_state && !file.starts_with(&state))
    };
    files_below(&output).into_iter().filter(is_left).collect()
}

#[test]
fn under_each_plan_of_faults_a_night_is_published_once_and_whole_or_not_at_all() {
    let night = Night::prepare();
    let next = AtomicU64::new(0);
    let words: Mutex<BTreeMap<&str, u64>> = Mutex::default();
    let failures: Mutex<Vec<String>> = Mutex::default();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= SEEDS {
                return;
            }
            match night.check(FaultPlan::from_seed(seed, night.requests), seed % 2 == 1) {
                Ok(word) => *words.lock().unwrap().entry(word).or_default() += 1,
                Err(failure) => failures.lock().unwrap().push(format!("seed {seed}: {failure}")),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(work);
        }
    });
    let (words, failures) = (words.into_inner().unwrap(), failures.into_inner().unwrap());
    assert!(
        failures.is_empty(),
        "{} of {SEEDS}:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    println!("{} requests; ends of {SEEDS} plans: {words:?}", night.requests);
    let least = ["published", "failed", "killed"].map(|word| words.get(word).copied().unwrap_or(0));
    assert!(
        least.iter().all(|count| *count > SEEDS / 20),
        "the plans are one-sided: {words:?}"
    );
}

#[test]
fn each_fault_at_each_request_near_the_commit_leaves_a_whole_snapshot_or_none() {
    let night = Night::prepare();
    let last = night.requests;
    std::thread::scope(|scope| {
        for chunk in Fault::ALL.chunks(3) {
            let night = &night;
            scope.spawn(move || {
                for (fault, number) in chunk
                    .iter()
                    .flat_map(|fault| (last - 24..last).step_by(3).map(move |n| (*fault, n)))
                {
                    night.check(FaultPlan::with_fault(number, fault), false).unwrap();
                }
            });
        }
    });
}
