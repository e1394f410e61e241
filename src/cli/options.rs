//! Arguments that several commands share: job file, overrides, stores, threads and output formats.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use crate::job::{Job, JobFlags, JobSpec, StorageRules};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::store::{Store, StoreOptions};

/// Output format of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// An aligned table or sentences.
    #[default]
    Text,
    /// JSON: one array of rows, or one object.
    Json,
}

/// The job file and the flags that override it.
#[derive(Args, Clone, Debug)]
pub(super) struct JobArgs {
    /// Job file (TOML); optional if --input and --output are given.
    pub job: Option<PathBuf>,
    /// Input root: a path or a URL with file://, s3://, gs:// or az://.
    #[arg(long, value_name = "URL")]
    pub input: Option<String>,
    /// Output root: a path or URL, as for --input.
    #[arg(long, value_name = "URL")]
    pub output: Option<String>,
    /// Override a key of the job file; repeatable.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    /// Worker threads; default: one per processor.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Memory limit, for instance 8GiB: a larger run keeps intermediate data in files, or is refused (exit 8).
    #[arg(long, value_name = "SIZE")]
    pub memory_limit: Option<String>,
}

impl JobArgs {
    /// Reads the job file and applies overrides, then flags; later ones win.
    pub(super) fn read_spec(&self) -> Result<JobSpec> {
        let spec = match &self.job {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    Error::usage(format!("cannot read the job file {}", path.display())).with_source(error)
                })?;
                JobSpec::parse(&text, &path.display().to_string())?
            }
            None => JobSpec::new(),
        };
        let flags = JobFlags {
            input: self.input.clone(),
            output: self.output.clone(),
            threads: self.threads,
            memory_limit: self.memory_limit.clone(),
        };
        Ok(spec.with_overrides(&self.overrides)?.with_flags(flags))
    }
}

/// Location of the results, for commands that only read them.
#[derive(Args, Clone, Debug)]
pub(super) struct ResultArgs {
    /// Job file (TOML); optional with --output.
    pub job: Option<PathBuf>,
    /// Output root with the published snapshots.
    #[arg(long, value_name = "URL")]
    pub output: Option<String>,
    /// Override a key of the job file; repeatable.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
}

impl ResultArgs {
    /// Reads the job file and applies overrides, then flags; later ones win.
    pub(super) fn read_spec(&self) -> Result<JobSpec> {
        let args = JobArgs {
            job: self.job.clone(),
            input: None,
            output: self.output.clone(),
            overrides: self.overrides.clone(),
            threads: None,
            memory_limit: None,
        };
        args.read_spec()
    }

    /// Opens the output store.
    pub(super) fn open_store(&self) -> Result<Store> {
        let job = self.read_spec()?.resolve_for_reading()?;
        open_store(&job.output.root, &job.storage)
    }
}

/// Opens a store with credentials and endpoints from environment variables (`AWS_*`, `GOOGLE_*`, `AZURE_*`).
///
/// # Errors
/// Returns a usage error if the root is no path and no URL of a known store.
pub fn open_store(root: &str, rules: &StorageRules) -> Result<Store> {
    let is_store_variable = |name: &str| {
        ["AWS_", "GOOGLE_", "AZURE_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    let environment = std::env::vars().filter(|(name, _)| is_store_variable(name)).collect();
    let options = StoreOptions {
        environment,
        retry_timeout_seconds: rules.retry_timeout_seconds,
        max_retries: rules.max_retries,
        request_timeout_seconds: rules.request_timeout_seconds,
    };
    Store::open(root, &options)
}

/// Starts rayon's global thread pool, and sets the size of that of Polars. Call it once per process, before stores are
/// opened; a second call fails.
pub(super) fn start_threads(job: &Job) -> Result<()> {
    let threads = job.run.threads.unwrap_or(0);
    if threads > 0 {
        // SAFETY: neither workers nor stores exist yet, so no other thread reads the environment. Polars reads this
        // variable when it first needs its pool, and has no other way to set the size.
        unsafe { std::env::set_var("POLARS_MAX_THREADS", threads.to_string()) };
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .map_err(|error| Error::internal("cannot start the worker threads").with_source(error))
}

/// Parses a date argument, `YYYY-MM-DD`.
pub(super) fn parse_day(text: &str) -> std::result::Result<Day, String> {
    text.parse()
        .map_err(|error: clout_base::day::ParseDayError| error.to_string())
}

/// Returns `bytes` random bytes from the operating system as hex digits.
pub(super) fn generate_random_hex(bytes: usize) -> Result<String> {
    let mut buffer = vec![0_u8; bytes];
    getrandom::fill(&mut buffer)
        .map_err(|error| Error::internal(format!("the operating system returned no random bytes: {error}")))?;
    Ok(buffer.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Returns the present instant of the system clock, in microseconds since 1970.
pub(super) fn now_micros() -> i64 {
    to_micros(SystemTime::now())
}

/// Returns the present UTC date.
pub(super) fn today() -> Day {
    Day::from_micros(now_micros())
}

fn to_micros(instant: SystemTime) -> i64 {
    let micros = |span: std::time::Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    match instant.duration_since(UNIX_EPOCH) {
        Ok(since) => micros(since),
        Err(before) => -micros(before.duration()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn today_is_the_utc_date_of_the_clock() {
        let read_date = || {
            let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
            now.date().to_string().parse::<Day>().unwrap()
        };
        let (earliest, today, latest) = (read_date(), today(), read_date());
        assert!(earliest <= today && today <= latest, "{today} is not {earliest}");
    }

    #[test]
    fn an_instant_is_a_number_of_microseconds_on_both_sides_of_1970() {
        let span = Duration::from_micros(1_500_000);
        assert_eq!(to_micros(UNIX_EPOCH + span), 1_500_000);
        assert_eq!(to_micros(UNIX_EPOCH - span), -1_500_000);
    }
}
