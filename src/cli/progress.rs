//! Progress and log lines on stderr: progress bars on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::json_log::{self, JsonLines};
use super::options::today;
use super::run_record::{RecordedFacts, RunRecord};
use crate::pipeline::observer::RunObserver;
use crate::pipeline::run_facts::RunFact;
use clout_base::day::Day;

/// Log level of dependencies. At lower levels some of them log their input, for example a query with person ids.
const LIBRARY_LEVEL: &str = "warn";
/// Target prefix of Clout's own modules.
const OWN_PREFIX: &str = "clout";

/// Starts logging to stderr, as plain lines or as JSON. `CLOUT_LOG` sets the level.
pub(super) fn start_log(is_json: bool, is_quiet: bool) {
    let default_level = if is_quiet { "warn" } else { "info" };
    let wanted = std::env::var("CLOUT_LOG").unwrap_or_default();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(directives(&wanted, default_level)))
        .with_writer(std::io::stderr)
        .with_target(false);
    let started = match is_json {
        true => {
            json_log::activate();
            builder.event_format(JsonLines).try_init()
        }
        false => builder
            .without_time()
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
    };
    if started.is_err() {
        eprintln!("warning: the log was started twice");
    }
}

/// Builds the log filter from `CLOUT_LOG` (a level, or directives for Clout's modules). Dependencies log warnings only.
fn directives(wanted: &str, default_level: &str) -> String {
    let own = wanted.split(',').map(str::trim).filter_map(|directive| {
        let is_level = directive.parse::<tracing::Level>().is_ok() || directive.eq_ignore_ascii_case("off");
        match is_level {
            true => Some(format!("{OWN_PREFIX}={directive}")),
            false => directive.starts_with(OWN_PREFIX).then(|| directive.to_owned()),
        }
    });
    let own: Vec<String> = own.collect();
    match own.is_empty() {
        true => format!("{LIBRARY_LEVEL},{OWN_PREFIX}={default_level}"),
        false => format!("{LIBRARY_LEVEL},{}", own.join(",")),
    }
}

/// Shows the progress of one run on stderr, and collects its facts.
pub(super) struct ProgressDisplay {
    started: Instant,
    bar: Mutex<ProgressBar>,
    /// Current stage and its start time.
    stage: Mutex<Option<(String, Instant)>>,
    /// True with progress bars, false with log lines.
    has_bars: bool,
    record: RunRecord,
}

impl ProgressDisplay {
    /// Starts the clock and, on a terminal, a spinner.
    pub(super) fn new() -> ProgressDisplay {
        let has_bars = std::io::stderr().is_terminal() && !json_log::is_active();
        let bar = if has_bars {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        bar.enable_steady_tick(Duration::from_millis(120));
        ProgressDisplay {
            started: Instant::now(),
            bar: Mutex::new(bar),
            stage: Mutex::new(None),
            has_bars,
            record: RunRecord::default(),
        }
    }

    /// Names the run in its log lines and in its result.
    pub(super) fn begin_run(&self, run_id: &str) {
        json_log::begin_run(run_id);
        self.record.set_run_id(run_id);
    }

    /// Returns the facts that the run has reported.
    pub(super) fn to_facts(&self) -> RecordedFacts {
        self.record.to_facts()
    }

    /// Ends the last stage and clears the progress bar. Call it before printing the summary.
    pub(super) fn finish(&self) {
        self.begin(None);
        self.with_bar(|bar| bar.finish_and_clear());
    }

    /// Ends the current stage and starts the next. Without progress bars, logs the seconds of the ended stage.
    fn begin(&self, next: Option<&str>) {
        let next = next.map(|name| (name.to_owned(), Instant::now()));
        let ended = std::mem::replace(&mut *self.stage.lock().unwrap_or_else(PoisonError::into_inner), next);
        if let Some((name, began)) = ended.filter(|_| !self.has_bars) {
            let seconds = began.elapsed().as_secs_f64();
            match json_log::is_active() {
                true => tracing::info!(seconds, "finished {name}"),
                false => tracing::info!("{name} took {seconds:.2} s"),
            }
        }
    }

    fn with_bar(&self, change: impl FnOnce(&ProgressBar)) {
        change(&self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl RunObserver for ProgressDisplay {
    fn begin_stage(&self, name: &str) {
        self.begin(Some(name));
        json_log::set_stage(name);
        self.with_bar(|bar| {
            bar.set_style(ProgressStyle::default_spinner());
            bar.set_message(name.to_owned());
        });
    }

    fn expect_bytes(&self, total: u64) {
        let style = ProgressStyle::with_template("{spinner} {msg} [{bar:30}] {bytes}/{total_bytes} ({eta})");
        self.with_bar(|bar| {
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_length(total);
            bar.set_position(0);
        });
    }

    fn add_bytes(&self, bytes: u64) {
        self.with_bar(|bar| bar.inc(bytes));
    }

    fn warn(&self, message: &str) {
        self.record.add_warning(message);
        match self.has_bars {
            true => self.with_bar(|bar| bar.suspend(|| tracing::warn!("{message}"))),
            false => tracing::warn!("{message}"),
        }
    }

    fn record(&self, fact: RunFact) {
        if let RunFact::SnapshotDate(date) = fact {
            json_log::set_snapshot_date(date);
        }
        self.record.add_fact(fact);
    }

    fn today(&self) -> Day {
        today()
    }

    fn elapsed_seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::directives;

    #[test]
    fn a_level_applies_to_clout_and_dependencies_only_warn() {
        for (wanted, expected) in [
            ("", "warn,clout=info"),
            ("debug", "warn,clout=debug"),
            ("off", "warn,clout=off"),
            ("sqlparser=trace", "warn,clout=info"),
            (
                "trace, sqlparser=trace,clout::night=info",
                "warn,clout=trace,clout::night=info",
            ),
        ] {
            assert_eq!(directives(wanted, "info"), expected, "{wanted}");
        }
    }
}
