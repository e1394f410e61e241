//! Validated jobs: all values checked, all networks complete.

use std::collections::BTreeMap;

use super::check_rules::CheckRules;
use super::rules::{InfluenceRules, InputRules, OutputRules, RunRules, StateRules, StorageRules};
use super::spec::JobSpec;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::alerts::AlertRules;
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::params::ModelParams;
use clout_model::networks::declared::NetworkDeclaration;
use clout_model::networks::{Network, declared};

/// Validated job of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Input root, and conditions for refusing input.
    pub input: InputRules,
    /// Output root.
    pub output: OutputRules,
    /// Known and declared networks, sorted by the bytes of name and colon.
    pub networks: Vec<Network>,
    /// Influence model; the seeds of its parameters are sorted and distinct.
    pub model: InfluenceModel,
    /// Retention of the state.
    pub state: StateRules,
    /// Retries and time limits of the object store.
    pub storage: StorageRules,
    /// Resources and tolerances of a run.
    pub run: RunRules,
    /// Selection of rows for the table `influences`.
    pub influences: InfluenceRules,
    /// Thresholds of the table `alerts`.
    pub alerts: AlertRules,
    /// Checks of a delivery against those before it.
    pub checks: CheckRules,
    /// Date from which a network no longer delivers, by name.
    pub ended_networks: BTreeMap<String, Day>,
}

/// Roots that a command requires. A root that is neither required nor given is empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Both,
    Input,
    Output,
}

impl JobSpec {
    /// Validates the job for commands that read the input and write results (`run`, `backfill`, `plan`).
    ///
    /// # Errors
    /// Returns a usage error for an invalid value or a missing root.
    pub fn resolve(self) -> Result<Job> {
        self.resolve_with(Need::Both)
    }

    /// Validates the job for commands that read results. Only the output root is required; `input.root` may
    /// be empty.
    ///
    /// # Errors
    /// Returns a usage error for an invalid value or a missing output root.
    pub fn resolve_for_reading(self) -> Result<Job> {
        self.resolve_with(Need::Output)
    }

    /// Validates the job for commands that only read the input (`check`). Only the input root is required;
    /// `output.root` may be empty.
    ///
    /// # Errors
    /// Returns a usage error for an invalid value or a missing input root.
    pub fn resolve_for_checking(self) -> Result<Job> {
        self.resolve_with(Need::Input)
    }

    fn resolve_with(mut self, need: Need) -> Result<Job> {
        let origins = std::mem::take(&mut self.origins);
        self.checked(need).map_err(|error| origins.add_location(error))
    }

    fn checked(self, need: Need) -> Result<Job> {
        let networks = declared::resolve_networks(&self.networks)?;
        let ended = |(name, network): (&String, &NetworkDeclaration)| Some((name.clone(), network.ended?));
        let ended_networks = self.networks.iter().filter_map(ended).collect();
        self.model.validate()?;
        Ok(Job {
            output: OutputRules::from_spec(self.output, need != Need::Input)?,
            input: InputRules::from_spec(self.input, need != Need::Output, &networks)?,
            networks,
            model: InfluenceModel::new(with_seeds_in_order(self.model)),
            state: self.state.validate()?,
            storage: self.storage.validate()?,
            run: RunRules::from_spec(self.run)?,
            influences: self.influences.validate()?,
            alerts: super::validate::check_alerts(self.alerts)?,
            checks: self.checks.validate()?,
            ended_networks,
        })
    }
}

/// Seeds are a set: without the sort, their order would change the model version.
fn with_seeds_in_order(mut model: ModelParams) -> ModelParams {
    model.trust.seeds.sort();
    model.trust.seeds.dedup();
    model
}

#[cfg(test)]
mod tests {
    use super::super::JobFlags;
    use super::*;
    use clout_base::error::ErrorKind;
    use rstest::rstest;

    const ROOTS: &str = "[input]\nroot = 'in'\n[output]\nroot = 'out'\n";

    fn resolved(text: &str) -> Result<Job> {
        JobSpec::parse(&format!("{text}\n{ROOTS}"), "n.toml")?.resolve()
    }

    #[test]
    fn the_example_of_the_contract_is_a_valid_job() {
        let text = "[networks.stackexchange.verbs]\nquestion = 0.0\naccept = 5\n";
        let job = resolved(text).unwrap();
        assert_eq!((job.input.root.as_str(), job.output.root.as_str()), ("in", "out"));
        assert_eq!(job.networks.len(), 5);
        assert!(job.networks.iter().any(|n| n.input_verb_code("accept").is_some()));
    }

    #[test]
    fn two_flags_make_a_job_without_a_file() {
        let flags = JobFlags {
            input: Some("in".to_owned()),
            output: Some("out".to_owned()),
            threads: Some(2),
            memory_limit: Some("1GiB".to_owned()),
        };
        let job = JobSpec::new().with_flags(flags).resolve().unwrap();
        assert_eq!(job.run.threads, Some(2));
        assert_eq!(job.run.memory_limit, Some(1 << 30));
        assert_eq!(job.input.max_lateness_days, 30);
        assert_eq!(job.state.keep, 3);
    }

    #[test]
    fn a_command_asks_only_for_the_roots_it_needs() {
        let output = || JobFlags {
            output: Some("out".to_owned()),
            ..JobFlags::default()
        };
        let input = || JobFlags {
            input: Some("in".to_owned()),
            ..JobFlags::default()
        };
        let job = |flags| JobSpec::new().with_flags(flags);
        assert!(job(output()).resolve_for_reading().unwrap().input.root.is_empty());
        assert!(job(input()).resolve_for_checking().unwrap().output.root.is_empty());
        let missing = job(output()).resolve().unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::Usage);
        assert!(
            missing
                .to_string()
                .starts_with("input.root is not set: pass --input URL")
        );
        assert!(job(input()).resolve().is_err());
        assert!(job(input()).resolve_for_reading().is_err());
    }

    #[rstest]
    #[case("input.max_lateness_days=121", "input.max_lateness_days is 121: expected 0 to 120")]
    #[case("input.max_refused_share=nan", "input.max_refused_share is NaN: expected 0 to 1")]
    #[case("input.expect=['twiter']", "input.expect contains \"twiter\": expected known or")]
    #[case("input.root=' '", "input.root is empty")]
    #[case("state.keep=0", "state.keep is 0: expected 1 or more")]
    #[case("state.hash_key=''", "state.hash_key is empty")]
    #[case("storage.max_retries=101", "storage.max_retries is 101")]
    #[case("storage.retry_timeout_seconds=0", "storage.retry_timeout_seconds is 0")]
    #[case("storage.request_timeout_seconds=inf", "storage.request_timeout_seconds is inf")]
    #[case("run.threads=0", "run.threads is 0: expected 1 to 1024")]
    #[case(
        "run.memory_limit=lots",
        "run.memory_limit is \"lots\": expected a size such as 4GiB"
    )]
    #[case("influences.min_percentile=101", "influences.min_percentile is 101")]
    #[case("influences.max_per_direction=21", "influences.max_per_direction is 21")]
    #[case("model.repeats.beta=0", "model.repeats.beta is 0")]
    #[case("networks.x.verbs.like=-1", "networks.x.verbs.like is -1")]
    fn an_invalid_value_is_refused(#[case] text: &str, #[case] says: &str) {
        let spec = JobSpec::parse(ROOTS, "n.toml").unwrap();
        let error = spec.with_overrides(&[text.to_owned()]).unwrap().resolve().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        let key = text.split('=').next().unwrap();
        let begins = format!("--set {key}: {says}");
        assert!(error.to_string().starts_with(&begins), "{error}");
    }

    #[rstest]
    #[case("[model.repeats]\nbeta = 0", "n.toml:2: model.repeats.beta is 0")]
    #[case("[model.recency]\nmasses = [1]", "n.toml:2: model.recency.masses is 1 entries")]
    #[case(
        "[networks.'a:b'.verbs]\nx = 1",
        "n.toml:1: networks.a:b is not a valid network name"
    )]
    #[case("[networks.x]\nshare = 1", "n.toml:1: networks.x has no verbs")]
    fn a_refused_value_is_found_in_the_file(#[case] text: &str, #[case] begins: &str) {
        let error = resolved(text).unwrap_err();
        assert!(error.to_string().starts_with(begins), "{error}");
    }

    #[test]
    fn a_refused_flag_is_named_instead_of_the_file() {
        let spec = JobSpec::parse(&format!("[run]\nthreads = 2\n{ROOTS}"), "n.toml").unwrap();
        let flags = JobFlags {
            threads: Some(0),
            ..JobFlags::default()
        };
        let error = spec.with_flags(flags).resolve().unwrap_err();
        assert!(error.to_string().starts_with("--threads: run.threads is 0"), "{error}");
    }
}
