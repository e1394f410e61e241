//! What a job file says, before anything is made of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::origins::Origins;
use super::rules::{InfluenceRules, StateRules, StorageRules};
use super::unknown;
use clout_base::error::{Error, Result};
use clout_model::alerts::AlertRules;
use clout_model::influence::params::ModelParams;
use clout_model::networks::declared::Declaration;

/// A job as it was written: every key has the value of the file, of an override or flag, or its
/// default. Nothing is checked but the types; [`JobSpec::resolve`] does the rest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobSpec {
    /// `[input]`.
    pub input: InputSpec,
    /// `[output]`.
    pub output: OutputSpec,
    /// `[state]`.
    pub state: StateRules,
    /// `[storage]`.
    pub storage: StorageRules,
    /// `[run]`.
    pub run: RunSpec,
    /// `[influences]`.
    pub influences: InfluenceRules,
    /// `[alerts]`.
    pub alerts: AlertRules,
    /// `[model.*]`.
    pub model: ModelParams,
    /// `[networks.NAME]`.
    pub networks: BTreeMap<String, Declaration>,
    #[serde(skip)]
    pub(super) origins: Origins,
}

/// `[input]` as written; see [`super::InputRules`] for what the keys mean.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InputSpec {
    /// No default: a run needs one, from here or from `--input`.
    pub root: Option<String>,
    /// false
    pub strict: bool,
    /// 30
    pub max_lateness_days: i32,
    /// 0.05
    pub max_refused_share: f64,
    /// Empty
    pub expect: Vec<String>,
}

impl Default for InputSpec {
    fn default() -> Self {
        InputSpec {
            root: None,
            strict: false,
            max_lateness_days: 30,
            max_refused_share: 0.05,
            expect: Vec::new(),
        }
    }
}

/// `[output]` as written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutputSpec {
    /// No default: a run needs one, from here or from `--output`.
    pub root: Option<String>,
}

/// `[run]` as written; see [`super::RunRules`] for what the keys mean.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunSpec {
    /// All cores if absent.
    pub threads: Option<usize>,
    /// A size such as `4GiB`; no limit if absent.
    pub memory_limit: Option<String>,
    /// false
    pub allow_unconverged: bool,
}

/// The flags of the command line that win over the file; those absent change nothing.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--input URL`
    pub input: Option<String>,
    /// `--output URL`
    pub output: Option<String>,
    /// `--threads N`
    pub threads: Option<usize>,
    /// `--memory-limit SIZE`
    pub memory_limit: Option<String>,
}

impl JobSpec {
    /// A job without a file: all defaults, and no roots.
    pub fn empty() -> JobSpec {
        JobSpec::default()
    }

    /// Reads a job file's text; `file_name` is what errors call it. Text that is not TOML, unknown
    /// keys (with the nearest known one) and values of a wrong type are usage errors.
    pub fn parse(text: &str, file_name: &str) -> Result<JobSpec> {
        let origins = Origins::of_file(text, file_name)?;
        let refused = |error: toml::de::Error| origins.refusal(text, &error);
        let table: toml::Table = toml::from_str(text).map_err(refused)?;
        if let Some(message) = unknown::first_unknown(&table) {
            return Err(origins.locate(Error::usage(message)));
        }
        let spec: JobSpec = toml::from_str(text).map_err(refused)?;
        Ok(JobSpec { origins, ..spec })
    }

    /// The same job with the command line's flags, which win over the file and over `--set`.
    pub fn with_flags(mut self, flags: Flags) -> JobSpec {
        if let Some(root) = flags.input {
            self.input.root = Some(root);
            self.origins.set_by("input.root", "--input");
        }
        if let Some(root) = flags.output {
            self.output.root = Some(root);
            self.origins.set_by("output.root", "--output");
        }
        if let Some(threads) = flags.threads {
            self.run.threads = Some(threads);
            self.origins.set_by("run.threads", "--threads");
        }
        if let Some(size) = flags.memory_limit {
            self.run.memory_limit = Some(size);
            self.origins.set_by("run.memory_limit", "--memory-limit");
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::error::Kind;
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
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.to_string().starts_with(begins), "{error}");
    }

    #[test]
    fn a_whole_number_will_do_where_a_measure_is_wanted() {
        let spec = JobSpec::parse("[model.repeats]\nbeta = 1\n", "n.toml").unwrap();
        assert_eq!(spec.model.repeats.beta, 1.0);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_job_or_a_usage_error(
            text in "([\\[\\]a-z.=\"'{}0-9#, \n-]|model|input|networks|root|verbs){0,24}"
        ) {
            if let Err(error) = JobSpec::parse(&text, "n.toml").and_then(JobSpec::resolve) {
                assert_eq!(error.kind(), Kind::Usage);
            }
        }
    }
}
