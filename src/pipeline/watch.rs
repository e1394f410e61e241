//! How a night tells what it is doing, without knowing of terminals, logs or clocks.

use std::collections::BTreeMap;

/// Somebody who watches a night.
pub trait Watch: Sync {
    /// A stage begins.
    fn stage(&self, name: &str);
    /// The stage will read so many bytes.
    fn bytes(&self, total: u64);
    /// So many more of them are read.
    fn tick(&self, bytes: u64);
    /// Something that a person should know, and that stops nothing.
    fn warn(&self, message: &str);
    /// Seconds since some fixed moment.
    fn seconds(&self) -> f64;
}

/// Seconds by stage, for the manifest.
pub struct Stopwatch<'a> {
    watch: &'a dyn Watch,
    started: f64,
    last: f64,
    laps: BTreeMap<String, f64>,
}

impl<'a> Stopwatch<'a> {
    /// Starts now.
    pub fn start(watch: &'a dyn Watch) -> Stopwatch<'a> {
        let now = watch.seconds();
        Stopwatch {
            watch,
            started: now,
            last: now,
            laps: BTreeMap::new(),
        }
    }

    /// Ends a stage, or a part of one.
    pub fn lap(&mut self, stage: &str) {
        let now = self.watch.seconds();
        *self.laps.entry(stage.to_owned()).or_default() += now - self.last;
        self.last = now;
    }

    /// Seconds by stage, and `total`.
    pub fn laps(mut self) -> BTreeMap<String, f64> {
        self.laps
            .insert("total".to_owned(), self.watch.seconds() - self.started);
        self.laps
    }
}

/// Nobody watches; for tests and for libraries.
pub struct Unwatched;

impl Watch for Unwatched {
    fn stage(&self, _: &str) {}
    fn bytes(&self, _: u64) {}
    fn tick(&self, _: u64) {}
    fn warn(&self, _: &str) {}
    fn seconds(&self) -> f64 {
        0.0
    }
}
