//! The job that made a snapshot, from the parameters in its manifest.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::parameters::MODEL;
use super::resolve::Job;
use super::spec::JobSpec;
use clout_base::error::{Error, Result};

/// The job of a snapshot of `model_version`, whose manifest holds `parameters`: the one that is given where it
/// makes that version, and otherwise the given one with the manifest's model, networks and rules. So no file is
/// needed but where the manifest does not tell all: trusted seeds stand there as a hash, and a long number may
/// have lost its last digit. `Ok(Err(why))` says why it is neither.
///
/// # Errors
/// Where the given job cannot be.
pub fn that_made(
    given: &JobSpec,
    model_version: &str,
    parameters: &BTreeMap<String, Value>,
) -> Result<std::result::Result<Job, String>> {
    let is_it = |job: &Job| job.model_version() == model_version;
    let job = given.clone().resolve_for_reading()?;
    if is_it(&job) {
        return Ok(Ok(job));
    }
    let told = with_parameters(given, parameters).and_then(JobSpec::resolve_for_reading);
    Ok(match told {
        Ok(job) if is_it(&job) => Ok(job),
        _ => Err(why(model_version, parameters)),
    })
}

/// The given job with what a manifest's parameters say.
fn with_parameters(given: &JobSpec, parameters: &BTreeMap<String, Value>) -> Result<JobSpec> {
    let mut told = Value::Object(parameters.clone().into_iter().collect::<Map<_, _>>());
    if let Some(trust) = told.pointer_mut("/model/trust").and_then(Value::as_object_mut) {
        trust.insert("seeds".to_owned(), json!(given.model.trust.seeds));
    }
    for network in told["networks"].as_object_mut().into_iter().flatten() {
        // It follows from the network's name: no job can change it.
        network.1.as_object_mut().map(|network| network.remove("co_visit"));
    }
    let spec: JobSpec = serde_json::from_value(told)
        .map_err(|error| Error::usage("the manifest's parameters are no job").with_source(error))?;
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

fn why(model_version: &str, parameters: &BTreeMap<String, Value>) -> String {
    let seeds = parameters
        .get("model")
        .and_then(|model| model.pointer("/trust/seeds/count"));
    match model_version.split_once('-') {
        Some((model, _)) if model != MODEL.to_string() => {
            format!("the snapshot is of model {model}, and this version of clout computes model {MODEL}")
        }
        _ if seeds.and_then(Value::as_u64).unwrap_or(0) > 0 => {
            "its manifest holds the trusted seeds (model.trust.seeds) as a hash alone: name the job file that made it"
                .to_owned()
        }
        _ => "its manifest does not tell the parameters to the last digit: name the job file that made it".to_owned(),
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
        JobSpec::empty().with_overrides(&all).unwrap()
    }

    /// The job that was published, and what its manifest tells of it.
    fn published(overrides: &[&str]) -> (Job, BTreeMap<String, Value>) {
        let job = spec(overrides).resolve_for_reading().unwrap();
        let text = job.parameters().to_string();
        (job, serde_json::from_str(&text).unwrap())
    }

    #[rstest]
    #[case(&[])]
    #[case(&["model.repeats.beta=3", "model.recency={half_lives_days=[0.5, 30], masses=[0.25, 0.75]}"])]
    #[case(&["networks.x.verbs={like=1, shout=2.5}", "networks.x.share=0.5", "networks.foursquare.verbs.tip_done=4"])]
    #[case(&["input.max_lateness_days=10", "input.strict=true", "input.expect=['twitter']", "influences.min_percentile=50"])]
    fn a_manifest_tells_the_job_that_made_it(#[case] overrides: &[&str]) {
        let (job, parameters) = published(overrides);
        let told = that_made(&spec(&[]), &job.model_version(), &parameters)
            .unwrap()
            .unwrap();
        assert_eq!((&told.networks, &told.model), (&job.networks, &job.model));
    }

    #[test]
    fn a_given_job_wins_where_it_is_the_one() {
        let (job, parameters) = published(&["model.repeats.beta=3"]);
        let given = spec(&["model.repeats.beta=3", "state.hash_key=secret"]);
        let told = that_made(&given, &job.model_version(), &parameters).unwrap().unwrap();
        assert_eq!(told.state.hash_key, "secret");
    }

    #[test]
    fn seeds_come_from_the_job_file_alone() {
        let (job, parameters) = published(&["model.trust.seeds=['ann']", "model.repeats.beta=3"]);
        let say = |given: &JobSpec| that_made(given, &job.model_version(), &parameters).unwrap();
        assert!(say(&spec(&[])).unwrap_err().contains("model.trust.seeds"));
        let told = say(&spec(&["model.trust.seeds=['ann']"])).unwrap();
        assert_eq!(told.model, job.model);
    }

    #[test]
    fn another_model_is_said_to_be_one() {
        let (job, parameters) = published(&[]);
        let version = job.model_version().replacen(&MODEL.to_string(), "1", 1);
        let why = that_made(&spec(&["model.repeats.beta=3"]), &version, &parameters).unwrap();
        assert!(why.unwrap_err().contains("of model 1"));
        let version = format!("{MODEL}-000000000000");
        let why = that_made(&spec(&[]), &version, &BTreeMap::new()).unwrap();
        assert!(why.unwrap_err().contains("name the job file"));
    }
}
