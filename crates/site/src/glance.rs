//! Summary of one snapshot: input, output and run quality.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::Array;
use serde::Serialize;

use super::freshness;
use super::has;
use super::nights::Nights;
use super::rows::{at, measures, texts};
use super::survey::Survey;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Number of reject reasons that are listed; all others are only counted.
const REASONS: usize = 12;

/// Metrics of a run by name and network. The network "" is the whole warehouse.
type Metrics = BTreeMap<(String, String), f64>;

/// Input of one network.
#[derive(Debug, Serialize)]
pub struct Network {
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
pub struct Past {
    /// Snapshot date.
    pub date: Day,
    /// Model version.
    pub model_version: String,
    /// Metrics of the whole warehouse, by name.
    pub metrics: BTreeMap<String, f64>,
}

/// Value with its number of occurrences.
#[derive(Debug, Serialize)]
pub struct Counted {
    /// Value.
    pub what: String,
    /// Number of occurrences.
    pub count: u64,
}

/// Content of the snapshot summary.
#[derive(Debug, Serialize)]
pub struct Glance {
    /// Metrics of the whole warehouse, by name.
    pub metrics: BTreeMap<String, f64>,
    /// Number of networks with at least one row read by this run.
    pub delivering: usize,
    /// Networks with a score, a metric or an input; all others are left out.
    pub networks: Vec<Network>,
    /// Rejects by kind of reason, most frequent first.
    pub rejects: Vec<Counted>,
    /// Number of rejects with other reasons.
    pub rejects_other: u64,
    /// Alerts by kind; none if the snapshot has no such table.
    pub alerts: Option<Vec<Counted>>,
    /// Duration by stage in seconds, longest first.
    pub stages: Vec<(String, f64)>,
    /// Duration of the run, in seconds.
    pub seconds: f64,
    /// Published snapshots, oldest first.
    pub past: Vec<Past>,
}

impl Glance {
    /// Reads the metrics, rejects and alerts.
    pub fn of(store: &Store, nights: &Nights, survey: &Survey) -> Result<Glance> {
        let tonight = nights.tonight();
        let mut past = Vec::new();
        for night in nights.all() {
            past.push(Past {
                date: night.snapshot_date,
                model_version: night.model_version.clone(),
                metrics: of_all(&metrics(store, night)?),
            });
        }
        let counted = metrics(store, tonight)?;
        let mut rejects = count_by(store, tonight, "rejects", "reason")?;
        let rejects_other = rejects
            .split_off(rejects.len().min(REASONS))
            .iter()
            .map(|reason| reason.count)
            .sum();
        let has_alerts = has(tonight, "alerts");
        let alerts = has_alerts
            .then(|| count_by(store, tonight, "alerts", "kind"))
            .transpose()?;
        let mut stages: Vec<(String, f64)> = tonight.timings.clone().into_iter().collect();
        stages.retain(|(stage, _)| stage != "total");
        stages.sort_by(|a, b| b.1.total_cmp(&a.1));
        let networks = networks(nights, survey, &counted);
        let has_read = |network: &&Network| network.counts.get("rows_read").is_some_and(|rows| *rows > 0.0);
        Ok(Glance {
            metrics: of_all(&counted),
            delivering: networks.iter().filter(has_read).count(),
            networks,
            rejects,
            rejects_other,
            alerts,
            seconds: tonight.timings.get("total").copied().unwrap_or_default(),
            stages,
            past,
        })
    }

    /// Returns the names of all networks.
    pub fn network_names(&self) -> Vec<&str> {
        self.networks.iter().map(|network| network.network.as_str()).collect()
    }
}

fn metrics(store: &Store, night: &Manifest) -> Result<Metrics> {
    let mut found = Metrics::new();
    for batch in snapshots::stream_table(store, night, "run_metrics", Some(&["name", "network", "value"]))? {
        let batch = batch?;
        let (names, networks, values) = (
            texts(&batch, "name")?,
            texts(&batch, "network")?,
            measures(&batch, "value")?,
        );
        for row in 0..batch.num_rows() {
            let network = if networks.is_valid(row) {
                networks.value(row)
            } else {
                ""
            };
            let key = (names.value(row).to_owned(), network.to_owned());
            found.insert(key, at(values, row).unwrap_or_default());
        }
    }
    Ok(found)
}

fn of_all(metrics: &Metrics) -> BTreeMap<String, f64> {
    let all = metrics.iter().filter(|((_, network), _)| network.is_empty());
    all.map(|((name, _), value)| (name.clone(), *value)).collect()
}

fn networks(nights: &Nights, survey: &Survey, metrics: &Metrics) -> Vec<Network> {
    let newest = freshness::newest(nights.all());
    let tonight = nights.tonight().snapshot_date;
    let scored = survey.networks.iter().map(|(network, _)| network);
    let counted = metrics.iter().filter(|(_, value)| **value > 0.0);
    let counted = counted
        .map(|((_, network), _)| network)
        .filter(|network| !network.is_empty());
    let names: BTreeSet<&String> = scored.chain(counted).chain(newest.keys()).collect();
    let network = |name: &String| {
        let own = metrics.iter().filter(|((_, network), _)| network == name);
        let newest = newest.get(name).copied();
        Network {
            network: name.clone(),
            newest,
            days_old: newest.map(|day| tonight.0 - day.0),
            counts: own.map(|((metric, _), value)| (metric.clone(), *value)).collect(),
        }
    };
    names.into_iter().map(network).collect()
}

/// Counts the values of a column, most frequent first. Of a reject reason only the part before the first colon counts.
fn count_by(store: &Store, night: &Manifest, table: &str, column: &str) -> Result<Vec<Counted>> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    if has(night, table) {
        for batch in snapshots::stream_table(store, night, table, Some(&[column]))? {
            let batch = batch?;
            for value in texts(&batch, column)?.iter().flatten() {
                let kind = value.split(':').next().unwrap_or_default();
                *counts.entry(kind.to_owned()).or_default() += 1;
            }
        }
    }
    let mut counted: Vec<Counted> = counts
        .into_iter()
        .map(|(what, count)| Counted { what, count })
        .collect();
    counted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.what.cmp(&b.what)));
    Ok(counted)
}
