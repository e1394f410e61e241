//! A cluster of real processes on this machine, with an S3 server.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::alone::Hashes;
use super::clout::{CommandOutput, PATIENCE};
use super::gate::{Gate, Seen};
use super::process::Process;
use super::program::program;
use super::s3::S3;
use super::shard_log::{Shard, check_each_ran_once, pick_middle_shards};
use super::warehouse::Warehouse;
use super::watched_s3::WatchedS3;

/// Prefix of the input in the bucket.
const INPUT: &str = "input";
/// Time in which a process must listen at its port.
const START: Duration = Duration::from_secs(60);
/// Time from the port of an executor to its registration.
const REGISTRATION: Duration = Duration::from_millis(500);
/// Seconds without a scheduler or an executor after which a driver gives up.
const GRACE: &str = "10";

/// Scheduler, executors and S3 server. Dropping it ends them all.
pub struct Cluster {
    /// S3 server.
    pub s3: WatchedS3,
    /// Input of all runs, as a folder.
    input: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    scheduler: Option<Process>,
    executors: Vec<Process>,
    /// Number of processes that were started.
    started: AtomicUsize,
}

fn find_free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Waits until a process listens; returns false if it ended first.
fn wait_for_port(process: &mut Process, port: u16) -> bool {
    let started = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if process.has_ended() {
            return false;
        }
        assert!(started.elapsed() < START, "{} does not listen", process.name());
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

#[track_caller]
fn wait_until(mut has_ended: impl FnMut() -> bool, name: &str) {
    let started = Instant::now();
    while !has_ended() {
        assert!(started.elapsed() < START, "{name} did not end");
        std::thread::sleep(Duration::from_millis(50));
    }
}

impl Cluster {
    /// Creates an S3 server with a copy of `input`, and no process.
    pub fn without_processes(input: &Path) -> Cluster {
        let s3 = WatchedS3::start();
        s3.server.copy_in(input, INPUT);
        Cluster {
            s3,
            input: input.to_owned(),
            folder: tempfile::tempdir().expect("a temporary folder"),
            port: find_free_port(),
            scheduler: None,
            executors: Vec::new(),
            started: AtomicUsize::new(0),
        }
    }

    /// Starts a scheduler and executors for an input.
    pub fn start(executors: usize, input: &Path) -> Cluster {
        let mut cluster = Cluster::without_processes(input);
        cluster.start_scheduler();
        (0..executors).for_each(|_| cluster.start_executor(program()));
        cluster
    }

    /// Returns the folder with the input of all runs.
    pub fn input(&self) -> &Path {
        &self.input
    }

    /// Returns the URL of the scheduler.
    pub fn scheduler_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the gate in front of the S3 server.
    pub fn gate(&self) -> &Gate {
        &self.s3.gate
    }

    /// Returns all requests to the S3 server.
    pub fn log(&self) -> Vec<Seen> {
        self.gate().log()
    }

    fn spawn(&self, program: &Path, role: &str, arguments: &[&str]) -> Process {
        let name = format!("{role}-{}", self.started.fetch_add(1, Ordering::Relaxed));
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        Process::start(
            program,
            &name,
            self.folder.path(),
            &arguments,
            &self.s3.environment(&name),
        )
    }

    /// Starts the scheduler, at the same port each time.
    pub fn start_scheduler(&mut self) {
        let bind = format!("127.0.0.1:{}", self.port);
        let limits = ["--executor-timeout", "5", "--expire-interval", "1", "--grace", "5"];
        let arguments = [&["scheduler", "--bind", &bind][..], &limits].concat();
        let mut process = self.spawn(program(), "scheduler", &arguments);
        assert!(wait_for_port(&mut process, self.port), "the scheduler ended");
        self.scheduler = Some(process);
    }

    /// Starts an executor, and waits until it is registered.
    pub fn start_executor(&mut self, program: &Path) {
        let scheduler = self.port.to_string();
        // Another process can take the port before the executor does.
        for _ in 0..5 {
            let port = find_free_port();
            let (text, folder) = (port.to_string(), self.folder.path().join(format!("work-{port}")));
            let address = ["executor", "--scheduler-port", &scheduler, "--port", &text];
            let limits = [
                "--heartbeat",
                "1",
                "--retry-delay",
                "0.2",
                "--shards",
                "1",
                "--work-dir",
            ];
            let folder = folder.to_str().expect("a path of UTF-8");
            let mut process = self.spawn(program, "executor", &[&address[..], &limits, &[folder]].concat());
            if wait_for_port(&mut process, port) {
                std::thread::sleep(REGISTRATION);
                self.executors.push(process);
                return;
            }
        }
        panic!("no executor starts");
    }

    /// Kills the scheduler.
    pub fn kill_scheduler(&mut self) {
        self.scheduler.take().expect("a scheduler").kill();
    }

    /// Kills an executor by its name.
    pub fn kill_executor(&mut self, name: &str) {
        let place = self.executors.iter().position(|executor| executor.name() == name);
        self.executors
            .swap_remove(place.expect("an executor of that name"))
            .kill();
    }

    /// Kills all executors.
    pub fn kill_executors(&mut self) {
        std::mem::take(&mut self.executors).iter_mut().for_each(Process::kill);
    }

    fn executor(&mut self, name: &str) -> &mut Process {
        let mut executors = self.executors.iter_mut();
        executors
            .find(|executor| executor.name() == name)
            .expect("an executor of that name")
    }

    /// Stops an executor without ending it.
    pub fn pause_executor(&mut self, name: &str) {
        self.executor(name).signal("STOP");
    }

    /// Lets a paused executor go on.
    pub fn resume_executor(&mut self, name: &str) {
        self.executor(name).signal("CONT");
    }

    /// Waits until an executor has ended by itself.
    #[track_caller]
    pub fn wait_for_end(&mut self, name: &str) {
        wait_until(|| self.executor(name).has_ended(), name);
    }

    /// Waits until all executors have ended by themselves.
    #[track_caller]
    pub fn wait_for_ends(&mut self) {
        wait_until(|| self.executors.iter_mut().all(Process::has_ended), "executors");
    }

    /// Starts an executor for each that has ended, as a supervisor does. Returns their number.
    pub fn restart_ended_executors(&mut self) -> usize {
        let before = self.executors.len();
        self.executors.retain_mut(|executor| !executor.has_ended());
        let ended = before - self.executors.len();
        (0..ended).for_each(|_| self.start_executor(program()));
        ended
    }

    /// Starts a run into a prefix of the bucket, with further arguments.
    pub fn start_run(&self, output: &str, date: &str, more: &[&str]) -> Process {
        self.start_run_of(program(), output, date, more)
    }

    /// Starts a run of another program.
    pub fn start_run_of(&self, program: &Path, output: &str, date: &str, more: &[&str]) -> Process {
        let (url, input, output) = (self.scheduler_url(), S3::url(INPUT), S3::url(output));
        let roots = ["run", "--input", &input, "--output", &output, "--as-of", date];
        let mut arguments = [&roots[..], &["--scheduler", &url], more].concat();
        if !more.contains(&"--grace") {
            arguments.extend(["--grace", GRACE]);
        }
        self.spawn(program, "driver", &arguments)
    }

    /// Runs a date into a prefix of the bucket.
    #[track_caller]
    pub fn run(&self, output: &str, date: &str, more: &[&str]) -> CommandOutput {
        self.start_run(output, date, more).wait(PATIENCE)
    }

    /// Waits for the end of a run, and restarts ended executors meanwhile.
    #[track_caller]
    pub fn supervise(&mut self, mut run: Process) -> CommandOutput {
        let started = Instant::now();
        while !run.has_ended() && started.elapsed() < PATIENCE {
            self.restart_ended_executors();
            std::thread::sleep(Duration::from_millis(100));
        }
        run.wait(PATIENCE)
    }

    /// Returns the hashes of a published snapshot.
    #[track_caller]
    pub fn hashes(&self, output: &str, date: &str) -> Hashes {
        self.s3.server.snapshot(output, date).hashes(&[])
    }

    /// Lists the files in the work folders of an output.
    pub fn list_work(&self, output: &str) -> Vec<String> {
        let mut folders = vec![self.s3.server.folder(output).join("work")];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => found.push(path.display().to_string()),
                }
            }
        }
        found
    }

    /// Runs a date undisturbed. Returns its hashes, and a shard of each kind of step.
    #[track_caller]
    pub fn run_undisturbed(&self, date: &str, more: &[&str]) -> (Hashes, Vec<Shard>) {
        self.run("undisturbed", date, more).exits(0);
        let steps = check_each_ran_once(&self.log(), "undisturbed");
        (self.hashes("undisturbed", date), pick_middle_shards(steps))
    }
}

/// Writes a warehouse into a new folder.
pub fn write_warehouse(warehouse: &Warehouse) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    warehouse.write(folder.path());
    folder
}
