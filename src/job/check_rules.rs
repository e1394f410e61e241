//! Section `[checks]`: comparisons of a delivery with those before it, each with a severity and a threshold.

use serde::{Deserialize, Serialize};

use clout_base::error::{Error, Result};

/// Consequence of a check that the input does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckSeverity {
    /// The run ends before anything is published.
    Error,
    /// The run continues with a warning.
    Warn,
    /// The check is not made.
    Off,
}

/// A check with a threshold, as written: a threshold, a severity, or both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a number from 0 to 1, \"error\", \"warn\", \"off\", or { threshold, severity }"
)]
pub enum ThresholdSpec {
    /// Threshold; the severity is `error`.
    Threshold(f64),
    /// Severity; the threshold is the default.
    Severity(CheckSeverity),
    /// `{ threshold = 0.2, severity = "warn" }`.
    Both(ThresholdRule),
}

/// A check with a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdRule {
    /// Value up to which, or from which on, the input meets the check.
    pub threshold: f64,
    /// Consequence if it does not.
    pub severity: CheckSeverity,
}

/// Section `[checks]` as written; [`CheckRules`] documents the keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckSpec {
    /// Least median of rows a day; default 1000.
    pub min_rows: u64,
    /// Least share of the median; default 0.2.
    pub min_volume: ThresholdSpec,
    /// Consequence of a missing partition; that of `min_volume` if absent.
    pub presence: Option<CheckSeverity>,
    /// Greatest share of dropped claims; default 0.5.
    pub max_dropped_identities: ThresholdSpec,
    /// Consequence of input that begins later than published history; default `error`.
    pub trimmed_input: CheckSeverity,
}

const MIN_VOLUME: f64 = 0.2;
const MAX_DROPPED_IDENTITIES: f64 = 0.5;

impl Default for CheckSpec {
    fn default() -> Self {
        CheckSpec {
            min_rows: 1_000,
            min_volume: ThresholdSpec::Threshold(MIN_VOLUME),
            presence: None,
            max_dropped_identities: ThresholdSpec::Threshold(MAX_DROPPED_IDENTITIES),
            trimmed_input: CheckSeverity::Error,
        }
    }
}

/// Checks of a delivery against those before it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckRules {
    /// Median of rows a day over the seven load dates before from which a network's volume is checked.
    pub min_rows: u64,
    /// Least rows of a load date as a share of that median, from 0 to 1.
    pub min_volume: ThresholdRule,
    /// Consequence of a load date without a partition.
    pub presence: CheckSeverity,
    /// Greatest share, from 0 to 1, of the claimed accounts of an identities snapshot that the next one may drop.
    pub max_dropped_identities: ThresholdRule,
    /// Consequence of a rebuild from input that begins later than the published history.
    pub trimmed_input: CheckSeverity,
}

impl CheckSpec {
    /// Validates the section; an error names the key.
    pub(super) fn validate(self) -> Result<CheckRules> {
        let min_volume = resolve("checks.min_volume", self.min_volume, MIN_VOLUME)?;
        Ok(CheckRules {
            min_rows: self.min_rows,
            presence: self.presence.unwrap_or(min_volume.severity),
            min_volume,
            max_dropped_identities: resolve(
                "checks.max_dropped_identities",
                self.max_dropped_identities,
                MAX_DROPPED_IDENTITIES,
            )?,
            trimmed_input: self.trimmed_input,
        })
    }
}

fn resolve(key: &str, written: ThresholdSpec, default: f64) -> Result<ThresholdRule> {
    let rule = match written {
        ThresholdSpec::Threshold(threshold) => ThresholdRule {
            threshold,
            severity: CheckSeverity::Error,
        },
        ThresholdSpec::Severity(severity) => ThresholdRule {
            threshold: default,
            severity,
        },
        ThresholdSpec::Both(rule) => rule,
    };
    match (0.0..=1.0).contains(&rule.threshold) {
        true => Ok(rule),
        false => Err(Error::usage(format!("{key} is {}: expected 0 to 1", rule.threshold))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::JobSpec;
    use super::*;

    fn checks(text: &str) -> Result<CheckRules> {
        let roots = "[input]\nroot = 'in'\n[output]\nroot = 'out'\n";
        Ok(JobSpec::parse(&format!("{roots}[checks]\n{text}"), "n.toml")?
            .resolve()?
            .checks)
    }

    #[test]
    fn a_check_takes_a_threshold_a_severity_or_both() {
        let rule = |threshold, severity| ThresholdRule { threshold, severity };
        let (error, warn, off) = (CheckSeverity::Error, CheckSeverity::Warn, CheckSeverity::Off);
        for (text, min_volume, presence) in [
            ("", rule(0.2, error), error),
            ("min_volume = 0.1", rule(0.1, error), error),
            ("min_volume = 1", rule(1.0, error), error),
            ("min_volume = 'warn'", rule(0.2, warn), warn),
            (
                "min_volume = { threshold = 0.3, severity = 'off' }",
                rule(0.3, off),
                off,
            ),
            ("min_volume = 'warn'\npresence = 'error'", rule(0.2, warn), error),
            ("presence = 'off'", rule(0.2, error), off),
        ] {
            let rules = checks(text).unwrap();
            assert_eq!((rules.min_volume, rules.presence), (min_volume, presence), "{text}");
        }
    }

    #[test]
    fn another_value_of_a_check_is_a_usage_error() {
        for text in [
            "min_volume = 2",
            "max_dropped_identities = -0.1",
            "min_volume = 'never'",
            "presence = 3",
            "min_volume = { threshold = 0.3 }",
            "trimmed_input = 'maybe'",
        ] {
            let error = checks(text).unwrap_err();
            assert_eq!(error.kind(), clout_base::error::ErrorKind::Usage, "{text}");
        }
    }
}
