//! Validation of each section of a job; errors name the key.

use std::fmt::Display;

use super::byte_size;
use super::rules::{InfluenceRules, InputRules, OutputRules, RunRules, StateRules, StorageRules};
use super::spec::{InputSpec, OutputSpec, RunSpec};
use clout_base::error::{Error, Result};
use clout_model::account_activity::MAX_LATENESS_DAYS;
use clout_model::alerts::AlertRules;
use clout_model::networks::Network;

impl InputRules {
    /// Validates `[input]`. `networks` are the known and declared networks of the job.
    pub(super) fn from_spec(spec: InputSpec, is_needed: bool, networks: &[Network]) -> Result<InputRules> {
        let days = spec.max_lateness_days;
        require(
            (0..=MAX_LATENESS_DAYS).contains(&days),
            "input.max_lateness_days",
            days,
            "0 to 120 days",
        )?;
        let share = spec.max_refused_share;
        let is_share = (0.0..=1.0).contains(&share);
        require(is_share, "input.max_refused_share", share, "0 to 1")?;
        let mut expect = spec.expect;
        expect.sort();
        expect.dedup();
        check_expected(&expect, networks)?;
        Ok(InputRules {
            root: root("input", spec.root.as_deref(), is_needed)?,
            max_lateness_days: days,
            max_refused_share: share,
            is_strict: spec.strict,
            expect,
            ready_marker: ready_marker(spec.ready_marker)?,
        })
    }
}

impl OutputRules {
    /// Validates `[output]`.
    pub(super) fn from_spec(spec: OutputSpec, is_needed: bool) -> Result<OutputRules> {
        let root = root("output", spec.root.as_deref(), is_needed)?;
        Ok(OutputRules { root })
    }
}

impl RunRules {
    /// Validates `[run]`.
    pub(super) fn from_spec(spec: RunSpec) -> Result<RunRules> {
        if let Some(threads) = spec.threads {
            let is_some = (1..=1024).contains(&threads);
            require(is_some, "run.threads", threads, "1 to 1024 (all cores without the key)")?;
        }
        if let Some(shards) = spec.shards {
            let is_some = (1..=4096).contains(&shards);
            require(
                is_some,
                "run.shards",
                shards,
                "1 to 4096 (by the number of accounts without the key)",
            )?;
        }
        let bytes_of = |key: &str, text: String| match byte_size::parse_size(&text) {
            Some(bytes) => Ok(bytes),
            None => Err(Error::usage(format!(
                "{key} is {text:?}: expected {}",
                byte_size::SIZE_EXAMPLES
            ))),
        };
        let sized = |key: &str, text: Option<String>| text.map(|text| bytes_of(key, text)).transpose();
        Ok(RunRules {
            threads: spec.threads,
            memory_limit: sized("run.memory_limit", spec.memory_limit)?,
            edge_memory: sized("run.edge_memory", spec.edge_memory)?,
            shards: spec.shards,
            allow_unconverged: spec.allow_unconverged,
        })
    }
}

impl StateRules {
    /// Validates the section; an error names the key.
    pub(super) fn validate(self) -> Result<StateRules> {
        require(self.keep >= 1, "state.keep", self.keep, "1 or more")?;
        require(!self.hash_key.is_empty(), "state.hash_key", "empty", "a secret text")?;
        Ok(self)
    }
}

impl StorageRules {
    /// Validates the section; an error names the key.
    pub(super) fn validate(self) -> Result<StorageRules> {
        let is_few = self.max_retries <= 100;
        require(is_few, "storage.max_retries", self.max_retries, "0 to 100")?;
        seconds("storage.retry_timeout_seconds", self.retry_timeout_seconds)?;
        seconds("storage.request_timeout_seconds", self.request_timeout_seconds)?;
        Ok(self)
    }
}

impl InfluenceRules {
    /// Validates the section; an error names the key.
    pub(super) fn validate(self) -> Result<InfluenceRules> {
        let (percentile, rows) = (self.min_percentile, self.max_per_direction);
        let is_percentile = (0.0..=100.0).contains(&percentile);
        require(is_percentile, "influences.min_percentile", percentile, "0 to 100")?;
        let is_few = (1..=20).contains(&rows);
        require(is_few, "influences.max_per_direction", rows, "1 to 20")?;
        Ok(self)
    }
}

/// Validates the section; an error names the key.
pub(super) fn check_alerts(rules: AlertRules) -> Result<AlertRules> {
    let is_span = (0.0..=99.0).contains(&rules.min_points);
    require(is_span, "alerts.min_points", rules.min_points, "0 to 99")?;
    let is_known = (1..=720).contains(&rules.inactive_days);
    require(is_known, "alerts.inactive_days", rules.inactive_days, "1 to 720")?;
    Ok(rules)
}

fn check_expected(expect: &[String], networks: &[Network]) -> Result<()> {
    let names: Vec<&str> = networks.iter().map(|network| network.name.as_str()).collect();
    match expect.iter().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        // Otherwise no date would ever be ready.
        Some(name) => Err(Error::usage(format!(
            "input.expect contains {name:?}: expected known or declared networks ({})",
            names.join(", ")
        ))),
    }
}

/// Validates `input.ready_marker`: a file name that is not itself read as data.
fn ready_marker(name: Option<String>) -> Result<Option<String>> {
    match name {
        Some(name) if name.contains('/') || !name.starts_with(['_', '.']) => Err(Error::usage(format!(
            "input.ready_marker is {name:?}: expected a file name that begins with '_' or '.', such as _SUCCESS"
        ))),
        name => Ok(name),
    }
}

fn root(section: &str, given: Option<&str>, is_needed: bool) -> Result<String> {
    match given {
        Some(root) if !root.trim().is_empty() => Ok(root.to_owned()),
        Some(_) => Err(Error::usage(format!(
            "{section}.root is empty: expected a URL or a path"
        ))),
        None if is_needed => Err(Error::usage(format!(
            "{section}.root is not set: pass --{section} URL, or set root under [{section}] in a job file"
        ))),
        None => Ok(String::new()),
    }
}

fn seconds(key: &str, value: f64) -> Result<()> {
    // A day exceeds the duration of any run; less than a millisecond is too short for any request.
    let is_span = (0.001..=86_400.0).contains(&value);
    require(is_span, key, value, "0.001 to 86400 seconds")
}

/// Returns a usage error that begins with the key, unless the value is allowed.
fn require(is_allowed: bool, key: &str, value: impl Display, allowed: &str) -> Result<()> {
    if is_allowed {
        return Ok(());
    }
    Err(Error::usage(format!("{key} is {value}: expected {allowed}")))
}
