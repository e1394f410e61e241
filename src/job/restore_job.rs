//! Reconstruction of the job that made a snapshot, from the parameters in the snapshot's manifest.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::parameters::MODEL_NUMBER;
use super::resolve::Job;
use super::spec::JobSpec;
use clout_base::error::{Error, Result};

/// Returns the job that made a snapshot of `model_version` with the manifest's `parameters`.
///
/// The given job wins if it has that version. Otherwise the result is the given job with the manifest's
/// model, networks and rules. A job file is therefore only needed if the manifest is incomplete: it holds
/// trusted seeds as a hash only, and a long number may have lost its last digit. `Ok(Err(reason))` says that
/// neither job has the version.
///
/// # Errors
/// Returns a usage error if the given job is invalid.
pub fn restore_job(
    given: &JobSpec,
    model_version: &str,
    parameters: &BTreeMap<String, Value>,
) -> Result<std::result::Result<Job, String>> {
    let is_it = |job: &Job| job.compute_model_version() == model_version;
    let job = given.clone().resolve_for_reading()?;
    if is_it(&job) {
        return Ok(Ok(job));
    }
    let restored = with_parameters(given, parameters).and_then(JobSpec::resolve_for_reading);
    Ok(match restored {
        Ok(job) if is_it(&job) => Ok(job),
        _ => Err(mismatch_reason(model_version, parameters)),
    })
}

/// Returns the given job with the model, networks and rules of a manifest's parameters.
fn with_parameters(given: &JobSpec, parameters: &BTreeMap<String, Value>) -> Result<JobSpec> {
    let mut written = Value::Object(parameters.clone().into_iter().collect::<Map<_, _>>());
    if let Some(trust) = written.pointer_mut("/model/trust").and_then(Value::as_object_mut) {
        trust.insert("seeds".to_owned(), json!(given.model.trust.seeds));
    }
    for network in written["networks"].as_object_mut().into_iter().flatten() {
        // Derived from the network's name, so it is no key of a job file.
        network.1.as_object_mut().map(|network| network.remove("co_visit"));
    }
    let spec: JobSpec = serde_json::from_value(written)
        .map_err(|error| Error::usage("the manifest's parameters do not form a valid job").with_source(error))?;
    Ok(JobSpec {
        model: spec.model,
        networks: spec.networks,
        influences: spec.influences,
        input: super::InputSpec {
            root: given.input.root.clone(),
            ..spec.input
        },
        ..given.clone()
    })
}

fn mismatch_reason(model_version: &str, parameters: &BTreeMap<String, Value>) -> String {
    let seeds = parameters
        .get("model")
        .and_then(|model| model.pointer("/trust/seeds/count"));
    match model_version.split_once('-') {
        Some((model, _)) if model != MODEL_NUMBER.to_string() => {
            format!("the snapshot has model {model}, but this version of clout computes model {MODEL_NUMBER}")
        }
        _ if seeds.and_then(Value::as_u64).unwrap_or(0) > 0 => {
            "its manifest holds the trusted seeds (model.trust.seeds) only as a hash: pass the job file that made it"
                .to_owned()
        }
        _ => "its manifest does not hold the parameters to the last digit: pass the job file that made it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn spec(overrides: &[&str]) -> JobSpec {
        let all: Vec<String> = ["output.root=out"]
            .iter()
            .chain(overrides)
            .map(|s| s.to_string())
            .collect();
        JobSpec::new().with_overrides(&all).unwrap()
    }

    /// Returns a job, and its parameters as read back from a manifest.
    fn published(overrides: &[&str]) -> (Job, BTreeMap<String, Value>) {
        let job = spec(overrides).resolve_for_reading().unwrap();
        let text = job.to_manifest_parameters().to_string();
        (job, serde_json::from_str(&text).unwrap())
    }

    #[rstest]
    #[case(&[])]
    #[case(&["model.repeats.beta=3", "model.recency={half_lives_days=[0.5, 30], masses=[0.25, 0.75]}"])]
    #[case(&["networks.x.verbs={like=1, shout=2.5}", "networks.x.share=0.5", "networks.foursquare.verbs.tip_done=4"])]
    #[case(&["input.max_lateness_days=10", "input.strict=true", "input.expect=['twitter']", "influences.min_percentile=50"])]
    fn a_manifest_restores_the_job_that_made_it(#[case] overrides: &[&str]) {
        let (job, parameters) = published(overrides);
        let restored = restore_job(&spec(&[]), &job.compute_model_version(), &parameters)
            .unwrap()
            .unwrap();
        assert_eq!((&restored.networks, &restored.model), (&job.networks, &job.model));
    }

    #[test]
    fn a_given_job_of_the_same_version_wins() {
        let (job, parameters) = published(&["model.repeats.beta=3"]);
        let given = spec(&["model.repeats.beta=3", "state.hash_key=secret"]);
        let restored = restore_job(&given, &job.compute_model_version(), &parameters)
            .unwrap()
            .unwrap();
        assert_eq!(restored.state.hash_key, "secret");
    }

    #[test]
    fn seeds_come_from_the_job_file_alone() {
        let (job, parameters) = published(&["model.trust.seeds=['ann']", "model.repeats.beta=3"]);
        let read_back = |given: &JobSpec| restore_job(given, &job.compute_model_version(), &parameters).unwrap();
        assert!(read_back(&spec(&[])).unwrap_err().contains("model.trust.seeds"));
        let restored = read_back(&spec(&["model.trust.seeds=['ann']"])).unwrap();
        assert_eq!(restored.model, job.model);
    }

    #[test]
    fn another_model_is_reported() {
        let (job, parameters) = published(&[]);
        let version = job.compute_model_version().replacen(&MODEL_NUMBER.to_string(), "1", 1);
        let reason = restore_job(&spec(&["model.repeats.beta=3"]), &version, &parameters).unwrap();
        assert!(reason.unwrap_err().contains("has model 1,"));
        let version = format!("{MODEL_NUMBER}-000000000000");
        let reason = restore_job(&spec(&[]), &version, &BTreeMap::new()).unwrap();
        assert!(reason.unwrap_err().contains("pass the job file"));
    }
}
