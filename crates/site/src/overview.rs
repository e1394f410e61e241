//! Summary of one snapshot: input, output and run quality.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::Array;
use serde::Serialize;

use super::has_table;
use super::json_values::get_value;
use super::leaderboards::Leaderboards;
use super::load_dates;
use super::published::PublishedSnapshots;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::published_columns::{float_column, string_column};
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Number of reject reasons that are listed; all others are only counted.
const REASONS: usize = 12;

/// Metrics of a run by name and network. The network "" is the whole warehouse.
type MetricsByNetwork = BTreeMap<(String, String), f64>;

/// Input of one network.
#[derive(Debug, Serialize)]
pub(crate) struct NetworkInput {
    /// Name of the network.
    pub network: String,
    /// Newest load date among the inputs of the snapshots in this report; none if no input is from this network.
    pub newest: Option<Day>,
    /// Number of days from that load date to the snapshot date.
    pub days_old: Option<i32>,
    /// Row counts, by the names in `run_metrics`.
    pub counts: BTreeMap<String, f64>,
}

/// Score metrics of one published snapshot.
#[derive(Debug, Serialize)]
pub(crate) struct SnapshotMetrics {
    /// Snapshot date.
    pub date: Day,
    /// Model version.
    pub model_version: String,
    /// Metrics of the whole warehouse, by name.
    pub metrics: BTreeMap<String, f64>,
}

/// Value with its number of occurrences.
#[derive(Debug, Serialize)]
pub(crate) struct ValueCount {
    /// Value.
    pub what: String,
    /// Number of occurrences.
    pub count: u64,
}

/// Content of the snapshot summary.
#[derive(Debug, Serialize)]
pub(crate) struct SnapshotOverview {
    /// Metrics of the whole warehouse, by name.
    pub metrics: BTreeMap<String, f64>,
    /// Number of networks with at least one row read by this run.
    pub delivering: usize,
    /// Networks with a score, a metric or an input; all others are left out.
    pub networks: Vec<NetworkInput>,
    /// Rejects by kind of reason, most frequent first.
    pub rejects: Vec<ValueCount>,
    /// Number of rejects with other reasons.
    pub rejects_other: u64,
    /// Alerts by kind; none if the snapshot has no such table.
    pub alerts: Option<Vec<ValueCount>>,
    /// Duration by stage in seconds, longest first.
    pub stages: Vec<(String, f64)>,
    /// Duration of the run, in seconds.
    pub seconds: f64,
    /// Published snapshots, oldest first.
    pub past: Vec<SnapshotMetrics>,
}

impl SnapshotOverview {
    /// Reads the metrics, rejects and alerts.
    pub(crate) fn read(store: &Store, nights: &PublishedSnapshots, survey: &Leaderboards) -> Result<SnapshotOverview> {
        let manifest = nights.newest();
        let mut past = Vec::new();
        for night in nights.iter() {
            past.push(SnapshotMetrics {
                date: night.snapshot_date,
                model_version: night.model_version.clone(),
                metrics: warehouse_metrics(&read_metrics(store, night)?),
            });
        }
        let counted = read_metrics(store, manifest)?;
        let mut rejects = count_by(store, manifest, "rejects", "reason")?;
        let rejects_other = rejects
            .split_off(rejects.len().min(REASONS))
            .iter()
            .map(|reason| reason.count)
            .sum();
        let has_alerts = has_table(manifest, "alerts");
        let alerts = has_alerts
            .then(|| count_by(store, manifest, "alerts", "kind"))
            .transpose()?;
        let mut stages: Vec<(String, f64)> = manifest.timings.clone().into_iter().collect();
        stages.retain(|(stage, _)| stage != "total");
        stages.sort_by(|a, b| b.1.total_cmp(&a.1));
        let networks = list_networks(nights, survey, &counted);
        let has_read = |network: &&NetworkInput| network.counts.get("rows_read").is_some_and(|rows| *rows > 0.0);
        Ok(SnapshotOverview {
            metrics: warehouse_metrics(&counted),
            delivering: networks.iter().filter(has_read).count(),
            networks,
            rejects,
            rejects_other,
            alerts,
            seconds: manifest.timings.get("total").copied().unwrap_or_default(),
            stages,
            past,
        })
    }

    /// Returns the names of all networks.
    pub(crate) fn network_names(&self) -> Vec<&str> {
        self.networks.iter().map(|network| network.network.as_str()).collect()
    }
}

fn read_metrics(store: &Store, night: &Manifest) -> Result<MetricsByNetwork> {
    let mut found = MetricsByNetwork::new();
    for batch in snapshots::stream_table(store, night, "run_metrics", Some(&["name", "network", "value"]))? {
        let batch = batch?;
        let (names, networks, values) = (
            string_column(&batch, "name")?,
            string_column(&batch, "network")?,
            float_column(&batch, "value")?,
        );
        for row in 0..batch.num_rows() {
            let network = if networks.is_valid(row) {
                networks.value(row)
            } else {
                ""
            };
            let key = (names.value(row).to_owned(), network.to_owned());
            found.insert(key, get_value(values, row).unwrap_or_default());
        }
    }
    Ok(found)
}

fn warehouse_metrics(metrics: &MetricsByNetwork) -> BTreeMap<String, f64> {
    let all = metrics.iter().filter(|((_, network), _)| network.is_empty());
    all.map(|((name, _), value)| (name.clone(), *value)).collect()
}

fn list_networks(nights: &PublishedSnapshots, survey: &Leaderboards, metrics: &MetricsByNetwork) -> Vec<NetworkInput> {
    let newest = load_dates::newest_load_dates(nights.iter());
    let manifest = nights.newest().snapshot_date;
    let scored = survey.networks.iter().map(|(network, _)| network);
    let counted = metrics.iter().filter(|(_, value)| **value > 0.0);
    let counted = counted
        .map(|((_, network), _)| network)
        .filter(|network| !network.is_empty());
    let names: BTreeSet<&String> = scored.chain(counted).chain(newest.keys()).collect();
    let network = |name: &String| {
        let own = metrics.iter().filter(|((_, network), _)| network == name);
        let newest = newest.get(name).copied();
        NetworkInput {
            network: name.clone(),
            newest,
            days_old: newest.map(|day| manifest.0 - day.0),
            counts: own.map(|((metric, _), value)| (metric.clone(), *value)).collect(),
        }
    };
    names.into_iter().map(network).collect()
}

/// Counts the values of a column, most frequent first. Of a reject reason only the part before the first colon counts.
fn count_by(store: &Store, night: &Manifest, table: &str, column: &str) -> Result<Vec<ValueCount>> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    if has_table(night, table) {
        for batch in snapshots::stream_table(store, night, table, Some(&[column]))? {
            let batch = batch?;
            for value in string_column(&batch, column)?.iter().flatten() {
                let kind = value.split(':').next().unwrap_or_default();
                *counts.entry(kind.to_owned()).or_default() += 1;
            }
        }
    }
    let mut counted: Vec<ValueCount> = counts
        .into_iter()
        .map(|(what, count)| ValueCount { what, count })
        .collect();
    counted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.what.cmp(&b.what)));
    Ok(counted)
}
