//! Parameters of a job: model version, manifest entries, and differences between two runs.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::resolve::Job;
use clout_model::networks::Network;

/// Number of the model that this code computes. It must increase with every change of the code that can move
/// a score; the parameters have their own part in [`Job::compute_model_version`].
pub const MODEL_NUMBER: u32 = 6;

/// Number of the code that makes the sums of the state. It must increase with every change of the code that can move
/// them.
const STATE_NUMBER: u32 = 2;

impl Job {
    /// Returns the model number and 12 hex digits of a hash over every parameter that can move a score: the
    /// constants of the model, the verbs, weights, shares and derived reactions of all networks, and
    /// `input.max_lateness_days`. Roots, resources, strictness and the selection of rows have no effect.
    pub fn compute_model_version(&self) -> String {
        let scored = json!({
            "input": { "max_lateness_days": self.input.max_lateness_days },
            "model": self.model.params(),
            "networks": networks(&self.networks),
        });
        format!("{MODEL_NUMBER}-{}", short_hash(scored))
    }

    /// Returns the state number and 12 hex digits of a hash over every parameter that shapes the state between runs:
    /// half-lives, selectivity, repeats of a day, the verbs, weights and derived reactions of all networks, and
    /// `input.max_lateness_days`. Another value of any other parameter is applied to the kept state.
    pub fn compute_state_version(&self) -> String {
        let params = self.model.params();
        let networks = self.networks.iter().map(|network| {
            let mut value = one_network(network);
            value["share"] = Value::Null;
            (network.name.clone(), value)
        });
        let shaping = json!({
            "input": { "max_lateness_days": self.input.max_lateness_days },
            "half_lives_days": params.recency.half_lives_days,
            "selectivity": params.selectivity,
            "beta_day": params.repeats.beta_day,
            "topics": [
                params.topics.half_life_days,
                params.topics.lasting_half_life_days,
                params.topics.endorsement_half_life_days,
            ],
            "networks": Value::Object(networks.collect()),
        });
        format!("{STATE_NUMBER}-{}", short_hash(shaping))
    }

    /// Returns the parameters for the manifest: model, networks, and the rules of input, influences and
    /// alerts. Roots, resources and secrets are excluded. Seeds are person ids, which results may not show,
    /// so the value has their number and a hash.
    pub fn to_manifest_parameters(&self) -> Value {
        let mut model = json!(self.model.params());
        let seeds = &self.model.params().trust.seeds;
        model["trust"]["seeds"] = match seeds.len() {
            0 => json!({ "count": 0 }),
            count => json!({ "count": count, "hash": short_hash(json!(seeds)) }),
        };
        json!({
            "model": model,
            "networks": networks(&self.networks),
            "input": {
                "max_lateness_days": self.input.max_lateness_days,
                "max_refused_share": self.input.max_refused_share,
                "strict": self.input.is_strict,
                "expect": self.input.expect,
                "ready_marker": self.input.ready_marker,
            },
            "influences": self.influences,
            "alerts": self.alerts,
            "checks": self.checks,
        })
    }
}

/// Returns the sorted dotted names of the parameters that differ between two runs. A name that one run lacks
/// (for example, a network) appears once, without the names below it.
pub fn list_differences(a: &Value, b: &Value) -> Vec<String> {
    let mut names = Vec::new();
    compare(a, b, "", &mut names);
    names.sort();
    names
}

fn compare(a: &Value, b: &Value, path: &str, names: &mut Vec<String>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let path = match path {
                    "" => key.clone(),
                    _ => format!("{path}.{key}"),
                };
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => compare(a, b, &path, names),
                    _ => names.push(path),
                }
            }
        }
        _ if a == b => {}
        _ => names.push(path.to_owned()),
    }
}

fn networks(networks: &[Network]) -> Value {
    let of_name = |network: &Network| (network.name.clone(), one_network(network));
    Value::Object(networks.iter().map(of_name).collect())
}

fn one_network(network: &Network) -> Value {
    let verbs: Map<String, Value> = network
        .verbs
        .iter()
        .map(|verb| (verb.name.clone(), json!(verb.weight)))
        .collect();
    let mut value = json!({ "share": network.share, "verbs": verbs });
    if let Some(rule) = network.co_visit {
        let word = |code: u8| network.verbs[usize::from(code)].name.as_str();
        value["co_visit"] = json!({
            "check_in": word(rule.check_in),
            "verb": word(rule.verb),
            "window_days": rule.window_days,
        });
    }
    value
}

/// Returns the first 12 hex digits of the SHA-256 of the value's JSON, with sorted keys.
fn short_hash(mut value: Value) -> String {
    value.sort_all_objects();
    let digest = Sha256::digest(value.to_string().as_bytes());
    digest.iter().take(6).fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::super::JobSpec;
    use super::*;
    use rstest::rstest;

    fn job(overrides: &[&str]) -> Job {
        let roots = ["input.root=in", "output.root=out"];
        let all: Vec<String> = roots.iter().chain(overrides).map(|s| s.to_string()).collect();
        JobSpec::new().with_overrides(&all).unwrap().resolve().unwrap()
    }

    #[rstest]
    #[case("model.repeats.beta=1")]
    #[case("model.trust.seeds=['twitter:ann']")]
    #[case("model.propagation.tolerance=1e-8")]
    #[case("model.recency={half_lives_days=[1], masses=[1]}")]
    #[case("networks.twitter.share=2")]
    #[case("networks.twitter.verbs.like=2")]
    #[case("networks.foursquare.verbs.co_visit=0.25")]
    #[case("networks.x.verbs.like=1")]
    #[case("input.max_lateness_days=29")]
    fn a_parameter_that_can_move_a_score_changes_the_model_version(#[case] text: &str) {
        assert_ne!(job(&[text]).compute_model_version(), job(&[]).compute_model_version());
    }

    #[rstest]
    #[case("input.root=elsewhere")]
    #[case("input.strict=true")]
    #[case("input.max_refused_share=0.5")]
    #[case("input.expect=['twitter']")]
    #[case("output.root=elsewhere")]
    #[case("run={threads=1, memory_limit='1GiB', shards=3, allow_unconverged=true}")]
    #[case("state={keep=9, hash_key='secret'}")]
    #[case("storage.max_retries=1")]
    #[case("influences={min_percentile=50, max_per_direction=5}")]
    #[case("model.repeats.beta=4")]
    #[case("networks.twitter.verbs.like=1")]
    fn other_parameters_keep_the_model_version(#[case] text: &str) {
        assert_eq!(job(&[text]).compute_model_version(), job(&[]).compute_model_version());
    }

    #[rstest]
    #[case("model.recency={half_lives_days=[1], masses=[1]}", false)]
    #[case("model.repeats.beta_day=1", false)]
    #[case("model.selectivity.crowd=5", false)]
    #[case("networks.twitter.verbs.like=2", false)]
    #[case("networks.x.verbs.like=1", false)]
    #[case("networks.foursquare.verbs.co_visit=0.25", false)]
    #[case("input.max_lateness_days=29", false)]
    #[case("model.trust.rate=0.7", true)]
    #[case("model.trust.seeds=['twitter:ann']", true)]
    #[case("model.scale.points_per_decade=10", true)]
    #[case("model.corroboration.base=0.5", true)]
    #[case("model.propagation.tolerance=1e-8", true)]
    #[case("networks.twitter.share=2", true)]
    fn parameters_that_shape_the_state_change_its_version(#[case] text: &str, #[case] is_same: bool) {
        assert_eq!(
            job(&[text]).compute_state_version() == job(&[]).compute_state_version(),
            is_same
        );
        assert_ne!(job(&[text]).compute_model_version(), job(&[]).compute_model_version());
    }

    #[test]
    fn the_defaults_keep_their_version() {
        // A change of this value changes every deployment's model version: mention it in the changelog.
        assert_eq!(job(&[]).compute_model_version(), "6-0203d7d09119");
    }

    #[test]
    fn seeds_are_a_set_and_their_ids_are_hidden() {
        let ab = job(&["model.trust.seeds=['ann', 'bob']"]);
        let ba = job(&["model.trust.seeds=['bob', 'ann', 'bob']"]);
        assert_eq!(ab.compute_model_version(), ba.compute_model_version());
        assert_eq!(ab.to_manifest_parameters()["model"]["trust"]["seeds"]["count"], 2);
        assert!(!ab.to_manifest_parameters().to_string().contains("ann"));
        let others = job(&["model.trust.seeds=['ann', 'eve']"]).to_manifest_parameters();
        assert_eq!(
            list_differences(&ab.to_manifest_parameters(), &others),
            ["model.trust.seeds.hash"]
        );
    }

    #[test]
    fn parameters_contain_no_root_resource_or_secret() {
        let text = job(&["state.hash_key=secret", "input.root=s3://bucket"])
            .to_manifest_parameters()
            .to_string();
        assert!(!text.contains("secret") && !text.contains("bucket"));
    }

    #[test]
    fn differing_parameters_are_named() {
        let a = job(&["networks.x.verbs.like=1"]).to_manifest_parameters();
        let b = job(&[
            "model.repeats.beta=1",
            "networks.twitter.verbs={like=2, poke=1}",
            "input.strict=true",
        ]);
        let names = [
            "input.strict",
            "model.repeats.beta",
            "networks.twitter.verbs.like",
            "networks.twitter.verbs.poke",
            "networks.x",
        ];
        assert_eq!(list_differences(&a, &b.to_manifest_parameters()), names);
        assert_eq!(list_differences(&b.to_manifest_parameters(), &a), names);
        assert!(list_differences(&a, &a).is_empty());
    }

    #[test]
    fn parameters_read_back_from_a_manifest_are_the_same() {
        let written = job(&[]).to_manifest_parameters();
        let read: Value = serde_json::from_str(&written.to_string()).unwrap();
        assert!(list_differences(&written, &read).is_empty());
    }
}
