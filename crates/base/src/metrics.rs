//! Metrics: numbers that a run counts, by name and network.

use std::collections::BTreeMap;

/// Metrics by name and network; the empty network is the whole warehouse.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    values: BTreeMap<(&'static str, String), f64>,
}

impl Metrics {
    /// Sets a metric of the whole warehouse.
    pub fn set(&mut self, name: &'static str, value: f64) {
        self.values.insert((name, String::new()), value);
    }

    /// Adds to a metric of the whole warehouse.
    pub fn count(&mut self, name: &'static str, value: f64) {
        *self.values.entry((name, String::new())).or_default() += value;
    }

    /// Adds to a metric of one network and to the warehouse's.
    pub fn add(&mut self, name: &'static str, network: &str, value: f64) {
        *self.values.entry((name, network.to_owned())).or_default() += value;
        self.count(name, value);
    }

    /// A metric of the whole warehouse; 0 where nothing was counted.
    pub fn total(&self, name: &'static str) -> f64 {
        self.values.get(&(name, String::new())).copied().unwrap_or(0.0)
    }

    /// Every metric in order of name and network, with its value; the empty network is the whole warehouse.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str, f64)> {
        self.values
            .iter()
            .map(|((name, network), value)| (*name, network.as_str(), *value))
    }
}
