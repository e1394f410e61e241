//! Metrics that a run counts, by name and network.

use std::collections::BTreeMap;

/// Metrics by name and network. An empty network name means the whole warehouse.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunMetrics {
    values: BTreeMap<(&'static str, String), f64>,
}

impl RunMetrics {
    /// Sets a metric of the whole warehouse.
    pub fn set(&mut self, name: &'static str, value: f64) {
        self.values.insert((name, String::new()), value);
    }

    /// Adds to a metric of the whole warehouse.
    pub fn add_total(&mut self, name: &'static str, value: f64) {
        *self.values.entry((name, String::new())).or_default() += value;
    }

    /// Adds to a metric of one network and to that of the whole warehouse.
    pub fn add(&mut self, name: &'static str, network: &str, value: f64) {
        *self.values.entry((name, network.to_owned())).or_default() += value;
        self.add_total(name, value);
    }

    /// Returns a metric of the whole warehouse; 0 if it was never set.
    pub fn total(&self, name: &'static str) -> f64 {
        self.values.get(&(name, String::new())).copied().unwrap_or(0.0)
    }

    /// Iterates over all metrics in order of name and network. An empty network name means the whole warehouse.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str, f64)> {
        self.values
            .iter()
            .map(|((name, network), value)| (*name, network.as_str(), *value))
    }
}
