//! Progress and logs, on stderr: bars on a terminal, sentences elsewhere.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::pipeline::watch::Watch;

/// What libraries may say at most: below that some repeat what they were given, a query with its ids.
const OF_LIBRARIES: &str = "warn";
/// What only libraries of ours begin with.
const OURS: &str = "clout";

/// Sends log lines to stderr, as sentences or as JSON.
pub fn start_log(is_json: bool, is_quiet: bool) {
    let usual = if is_quiet { "warn" } else { "info" };
    let wanted = std::env::var("CLOUT_LOG").unwrap_or_default();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(directives(&wanted, usual)))
        .with_writer(std::io::stderr)
        .with_target(false);
    let started = match is_json {
        true => builder.json().try_init(),
        false => builder
            .without_time()
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
    };
    if started.is_err() {
        eprintln!("warning: the log was started twice");
    }
}

/// What `CLOUT_LOG` asks for, a level or directives of modules of ours, and no more than warnings of anybody else.
fn directives(wanted: &str, usual: &str) -> String {
    let of_ours = wanted.split(',').map(str::trim).filter_map(|directive| {
        let is_level = directive.parse::<tracing::Level>().is_ok() || directive.eq_ignore_ascii_case("off");
        match is_level {
            true => Some(format!("{OURS}={directive}")),
            false => directive.starts_with(OURS).then(|| directive.to_owned()),
        }
    });
    let of_ours: Vec<String> = of_ours.collect();
    match of_ours.is_empty() {
        true => format!("{OF_LIBRARIES},{OURS}={usual}"),
        false => format!("{OF_LIBRARIES},{}", of_ours.join(",")),
    }
}

/// Watches one night from the command line.
pub struct Progress {
    started: Instant,
    bar: Mutex<ProgressBar>,
    /// The stage that is under way, and when it began.
    stage: Mutex<Option<(String, Instant)>>,
    is_terminal: bool,
}

impl Progress {
    /// Begins to watch.
    pub fn start() -> Progress {
        let is_terminal = std::io::stderr().is_terminal();
        let bar = if is_terminal {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        bar.enable_steady_tick(Duration::from_millis(120));
        Progress {
            started: Instant::now(),
            bar: Mutex::new(bar),
            stage: Mutex::new(None),
            is_terminal,
        }
    }

    /// Takes the bar away, before the summary is printed.
    pub fn finish(&self) {
        self.begin(None);
        self.with_bar(|bar| bar.finish_and_clear());
    }

    /// Ends the stage that is under way, with a line in the log where no bar shows it, and begins the next.
    fn begin(&self, next: Option<&str>) {
        let next = next.map(|name| (name.to_owned(), Instant::now()));
        let ended = std::mem::replace(&mut *self.stage.lock().unwrap_or_else(PoisonError::into_inner), next);
        if let Some((name, began)) = ended.filter(|_| !self.is_terminal) {
            let seconds = began.elapsed().as_secs_f64();
            tracing::info!("{name} took {seconds:.2} s");
        }
    }

    fn with_bar(&self, change: impl FnOnce(&ProgressBar)) {
        change(&self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Watch for Progress {
    fn stage(&self, name: &str) {
        self.begin(Some(name));
        self.with_bar(|bar| {
            bar.set_style(ProgressStyle::default_spinner());
            bar.set_message(name.to_owned());
        });
    }

    fn bytes(&self, total: u64) {
        let style = ProgressStyle::with_template("{spinner} {msg} [{bar:30}] {bytes}/{total_bytes} ({eta})");
        self.with_bar(|bar| {
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_length(total);
            bar.set_position(0);
        });
    }

    fn tick(&self, bytes: u64) {
        self.with_bar(|bar| bar.inc(bytes));
    }

    fn warn(&self, message: &str) {
        match self.is_terminal {
            true => self.with_bar(|bar| bar.suspend(|| tracing::warn!("{message}"))),
            false => tracing::warn!("{message}"),
        }
    }

    fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::directives;

    #[test]
    fn a_level_is_ours_and_libraries_only_warn() {
        for (wanted, told) in [
            ("", "warn,clout=info"),
            ("debug", "warn,clout=debug"),
            ("off", "warn,clout=off"),
            ("sqlparser=trace", "warn,clout=info"),
            (
                "trace, sqlparser=trace,clout::night=info",
                "warn,clout=trace,clout::night=info",
            ),
        ] {
            assert_eq!(directives(wanted, "info"), told, "{wanted}");
        }
    }
}
