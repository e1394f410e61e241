//! Table `run_metrics`: counts of a run. They depend on the input alone, never on time or machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};

use super::{batch, measures};
use crate::error::Result;
use crate::schema::RUN_METRICS;

/// Metrics by name and network. An empty network name means the whole warehouse.
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

    /// Adds to a metric of one network and to that of the whole warehouse.
    pub fn add(&mut self, name: &'static str, network: &str, value: f64) {
        *self.values.entry((name, network.to_owned())).or_default() += value;
        self.count(name, value);
    }

    /// Returns a metric of the whole warehouse; 0 if it was never set.
    pub fn total(&self, name: &'static str) -> f64 {
        self.values.get(&(name, String::new())).copied().unwrap_or(0.0)
    }

    /// Builds the table, sorted by its grain; a null network comes first.
    pub fn table(&self) -> Result<RecordBatch> {
        let network = |network: &String| (!network.is_empty()).then(|| network.clone());
        batch(
            &RUN_METRICS,
            vec![
                Arc::new(StringArray::from_iter_values(self.values.keys().map(|(name, _)| *name))),
                Arc::new(self.values.keys().map(|(_, n)| network(n)).collect::<StringArray>()),
                measures(self.values.values().copied().collect()),
            ],
        )
    }
}
