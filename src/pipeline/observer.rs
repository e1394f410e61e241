//! Reports progress and warnings of a run without access to terminals, logs or clocks.

use std::collections::BTreeMap;

use super::run_facts::RunFact;
use clout_base::day::Day;

/// Receiver of progress and warnings, and source of time.
pub trait RunObserver: Sync {
    /// Reports the start of a stage.
    fn begin_stage(&self, name: &str);
    /// Reports the number of bytes that the stage is going to read.
    fn expect_bytes(&self, total: u64);
    /// Reports further bytes as read.
    fn add_bytes(&self, bytes: u64);
    /// Reports a problem that does not stop the run.
    fn warn(&self, message: &str);
    /// Records a fact for the result of the run.
    fn record(&self, fact: RunFact);
    /// Returns the date of the run, UTC. Load dates after it are not read.
    fn today(&self) -> Day;
    /// Returns the seconds since a fixed moment.
    fn elapsed_seconds(&self) -> f64;
}

/// Measures the seconds of each stage, for the manifest.
pub struct StageTimer<'a> {
    watch: &'a dyn RunObserver,
    started: f64,
    last: f64,
    laps: BTreeMap<String, f64>,
}

impl<'a> StageTimer<'a> {
    /// Starts the clock.
    pub fn start(watch: &'a dyn RunObserver) -> StageTimer<'a> {
        let now = watch.elapsed_seconds();
        StageTimer {
            watch,
            started: now,
            last: now,
            laps: BTreeMap::new(),
        }
    }

    /// Adds the time since the last lap to a stage.
    pub fn lap(&mut self, stage: &str) {
        let now = self.watch.elapsed_seconds();
        *self.laps.entry(stage.to_owned()).or_default() += now - self.last;
        self.last = now;
    }

    /// Returns the seconds by stage, and `total`.
    pub fn laps(mut self) -> BTreeMap<String, f64> {
        self.laps
            .insert("total".to_owned(), self.watch.elapsed_seconds() - self.started);
        self.laps
    }
}

/// Ignores all reports; for tests and for use as a library.
pub struct SilentObserver;

impl RunObserver for SilentObserver {
    fn begin_stage(&self, _: &str) {}
    fn expect_bytes(&self, _: u64) {}
    fn add_bytes(&self, _: u64) {}
    fn warn(&self, _: &str) {}
    fn record(&self, _: RunFact) {}
    /// Returns a day after all load dates: a library has no clock.
    fn today(&self) -> Day {
        Day(i32::MAX / 4)
    }
    fn elapsed_seconds(&self) -> f64 {
        0.0
    }
}
