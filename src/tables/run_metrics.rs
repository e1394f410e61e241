//! Table `run_metrics`: counts of a run. They depend on the input alone, never on time or machine.

use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use clout_base::error::Result;
use clout_base::metrics::RunMetrics;
use clout_base::schema::RUN_METRICS;

use super::{batch, measures};

/// Builds the table, sorted by its grain; a null network comes first.
pub fn table(metrics: &RunMetrics) -> Result<RecordBatch> {
    let network = |network: &str| (!network.is_empty()).then(|| network.to_owned());
    batch(
        &RUN_METRICS,
        vec![
            Arc::new(StringArray::from_iter_values(metrics.iter().map(|(name, _, _)| name))),
            Arc::new(metrics.iter().map(|(_, n, _)| network(n)).collect::<StringArray>()),
            measures(metrics.iter().map(|(_, _, value)| value).collect()),
        ],
    )
}
