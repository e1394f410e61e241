//! Job files as written, before validation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check_rules::CheckSpec;
use super::key_origins::KeyOrigins;
use super::rules::{InfluenceRules, StateRules, StorageRules};
use super::unknown_keys;
use clout_base::error::{Error, Result};
use clout_model::alerts::AlertRules;
use clout_model::influence::params::ModelParams;
use clout_model::networks::declared::NetworkDeclaration;

/// Settings as written: the value of the file, of an override or flag, or else the default. Only types are
/// checked; [`JobSpec::resolve`] validates the values.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobSpec {
    /// Section `[input]`.
    pub input: InputSpec,
    /// Section `[output]`.
    pub output: OutputSpec,
    /// Section `[state]`.
    pub state: StateRules,
    /// Section `[storage]`.
    pub storage: StorageRules,
    /// Section `[run]`.
    pub run: RunSpec,
    /// Section `[influences]`.
    pub influences: InfluenceRules,
    /// Section `[checks]`.
    pub checks: CheckSpec,
    /// Section `[alerts]`.
    pub alerts: AlertRules,
    /// Sections `[model.*]`.
    pub model: ModelParams,
    /// Sections `[networks.NAME]`, by name.
    pub networks: BTreeMap<String, NetworkDeclaration>,
    #[serde(skip)]
    pub(super) origins: KeyOrigins,
}

/// Section `[input]` as written; [`super::InputRules`] documents the keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InputSpec {
    /// URL or path of the dumps. No default: required here or with `--input`.
    pub root: Option<String>,
    /// True to end the run at an unreadable file; default false.
    pub strict: bool,
    /// Maximum days of delay; default 30.
    pub max_lateness_days: i32,
    /// Maximum share of refused rows; default 0.05.
    pub max_refused_share: f64,
    /// Networks that must be delivered; default empty.
    pub expect: Vec<String>,
    /// File that completes a partition; none by default.
    pub ready_marker: Option<String>,
}

impl Default for InputSpec {
    fn default() -> Self {
        InputSpec {
            root: None,
            strict: false,
            max_lateness_days: 30,
            max_refused_share: 0.05,
            expect: Vec::new(),
            ready_marker: None,
        }
    }
}

/// Section `[output]` as written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutputSpec {
    /// URL or path of snapshots and state. No default: required here or with `--output`.
    pub root: Option<String>,
}

/// Section `[run]` as written; [`super::RunRules`] documents the keys.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunSpec {
    /// Number of threads; all cores if absent.
    pub threads: Option<usize>,
    /// Memory limit such as `4GiB`; unlimited if absent.
    pub memory_limit: Option<String>,
    /// Memory for the edges of the propagation such as `4GiB`; unlimited if absent.
    pub edge_memory: Option<String>,
    /// Number of shards; chosen by the number of accounts if absent.
    pub shards: Option<usize>,
    /// True to publish without convergence; default false.
    pub allow_unconverged: bool,
}

/// Flags of the command line, which override the file. Absent flags change nothing.
#[derive(Clone, Debug, Default)]
pub struct JobFlags {
    /// Value of `--input URL`.
    pub input: Option<String>,
    /// Value of `--output URL`.
    pub output: Option<String>,
    /// Value of `--threads N`.
    pub threads: Option<usize>,
    /// Value of `--memory-limit SIZE`.
    pub memory_limit: Option<String>,
}

impl JobSpec {
    /// Returns a job with all defaults and no roots.
    pub fn new() -> JobSpec {
        JobSpec::default()
    }

    /// Parses the text of a job file; errors call the file `file_name`.
    ///
    /// # Errors
    /// Returns a usage error for text that is not TOML, for unknown keys (with the most similar known key)
    /// and for values of a wrong type.
    pub fn parse(text: &str, file_name: &str) -> Result<JobSpec> {
        let origins = KeyOrigins::from_text(text, file_name)?;
        let refused = |error: toml::de::Error| origins.convert_error(text, &error);
        let table: toml::Table = toml::from_str(text).map_err(refused)?;
        if let Some(message) = unknown_keys::describe_first_unknown(&table) {
            return Err(origins.add_location(Error::usage(message)));
        }
        let spec: JobSpec = toml::from_str(text).map_err(refused)?;
        Ok(JobSpec { origins, ..spec })
    }

    /// Applies the command line's flags, which override the file and `--set`.
    pub fn with_flags(mut self, flags: JobFlags) -> JobSpec {
        if let Some(root) = flags.input {
            self.input.root = Some(root);
            self.origins.record_flag("input.root", "--input");
        }
        if let Some(root) = flags.output {
            self.output.root = Some(root);
            self.origins.record_flag("output.root", "--output");
        }
        if let Some(threads) = flags.threads {
            self.run.threads = Some(threads);
            self.origins.record_flag("run.threads", "--threads");
        }
        if let Some(size) = flags.memory_limit {
            self.run.memory_limit = Some(size);
            self.origins.record_flag("run.memory_limit", "--memory-limit");
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::error::ErrorKind;
    use rstest::rstest;

    #[rstest]
    #[case("[input]\nroot = 3\n", "n.toml:2: input.root: invalid type")]
    #[case("[input]\nroot = 'a'\nroot = 'b'\n", "n.toml:3: duplicate key")]
    #[case("\n\n[input\n", "n.toml:3: ")]
    #[case("[model.repeats]\n\nbetta = 1\n", "n.toml:3: model.repeats.betta is not a known key")]
    #[case("[networks.x.verbs]\nlike = 'much'", "n.toml:2: networks.x.verbs.like: invalid type")]
    #[case("[run]\nthreads = -1", "n.toml:2: run.threads: invalid value")]
    #[case("input = 3", "n.toml:1: input: invalid type")]
    #[case("[input]\nexpect = ['a',\n 3]", "n.toml:3: input.expect: invalid type")]
    fn a_mistake_is_named_with_file_line_and_key(#[case] text: &str, #[case] begins: &str) {
        let error = JobSpec::parse(text, "n.toml").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().starts_with(begins), "{error}");
    }

    #[test]
    fn an_integer_is_accepted_for_a_float() {
        let spec = JobSpec::parse("[model.repeats]\nbeta = 1\n", "n.toml").unwrap();
        assert_eq!(spec.model.repeats.beta, 1.0);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_valid_job_or_a_usage_error(
            text in "([\\[\\]a-z.=\"'{}0-9#, \n-]|model|input|networks|root|verbs){0,24}"
        ) {
            if let Err(error) = JobSpec::parse(&text, "n.toml").and_then(JobSpec::resolve) {
                assert_eq!(error.kind(), ErrorKind::Usage);
            }
        }
    }
}
