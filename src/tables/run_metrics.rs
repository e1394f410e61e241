//! Table `run_metrics`: counts of a run. They depend on the input alone, never on time or machine.

use std::sync::Arc;

use arrow::array::StringArray;

use super::{measures, texts};
use clout_base::metrics::RunMetrics;
use clout_base::schema::RUN_METRICS;
use clout_warehouse::table_rows::TableRows;

/// Describes the rows, sorted by their grain; a null network comes first.
pub fn build_rows(metrics: &RunMetrics) -> TableRows<'_> {
    let metrics: Vec<(&str, &str, f64)> = metrics.iter().collect();
    let network = |network: &str| (!network.is_empty()).then(|| network.to_owned());
    TableRows::new(&RUN_METRICS, metrics.len(), move |rows| {
        let metrics = &metrics[rows];
        vec![
            texts(metrics.iter().map(|(name, _, _)| name)),
            Arc::new(metrics.iter().map(|(_, n, _)| network(n)).collect::<StringArray>()),
            measures(metrics.iter().map(|(_, _, value)| *value).collect()),
        ]
    })
}
