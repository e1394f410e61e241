//! Compares topic scores with plain counts on generated question-and-answer sites.

use serde_json::Value;

use crate::foresight::{row, rows};
use crate::support::clout::{Site, clout, path};
use crate::support::repository;

/// Generates sites and evaluates them together with rolling moments.
fn evaluate_sites(sites: &[(&str, &str)]) -> Value {
    let site = Site::empty();
    let mut inputs = Vec::new();
    for (shape, seed) in sites {
        let root = path(&site.output_named(&format!("{shape}-{seed}")));
        clout(&["generate", "--to", &root, "--shape", shape, "--seed", seed]).exits(0);
        inputs.push(root);
    }
    let job = path(&repository().join("jobs/stackexchange.toml"));
    let mut arguments = vec!["evaluate", &job, "--topics", "--foretell", "accept", "--by", "answer"];
    arguments.extend(["--rolling", "--format", "json", "--input", &inputs[0]]);
    for further in &inputs[1..] {
        arguments.extend(["--also-input", further]);
    }
    clout(&arguments).exits(0).json()
}

#[track_caller]
fn ratio(found: &Value) -> f64 {
    row(rows(found, "ratios"), "measure", "ndcg_10")["ratio"]
        .as_f64()
        .unwrap()
}

#[test]
fn topic_scores_predict_like_the_better_count_whatever_the_length_of_memory() {
    let found = evaluate_sites(&[("few-experts", "1"), ("many-experts", "1")]);
    let inputs = rows(&found, "inputs");
    assert!(ratio(&found) >= 1.0, "{found}");
    assert!(ratio(&inputs[0]) >= 0.95 && ratio(&inputs[1]) >= 1.2, "{found}");
    assert_eq!((&inputs[0]["moments"], &found["moments"]), (&6.into(), &12.into()));
}

#[test]
fn the_pooled_figure_weighs_each_pair_alike() {
    let found = evaluate_sites(&[("many-experts", "1"), ("many-experts", "2")]);
    let count = |object: &Value, key: &str| object[key].as_f64().unwrap();
    let inputs = rows(&found, "inputs");
    for key in ["pairs", "credits", "moments"] {
        let sum: f64 = inputs.iter().map(|input| count(input, key)).sum();
        assert_eq!(count(&found, key), sum, "{key}");
    }
    for name in ["topic score", "acts on the topic", "credits on the topic"] {
        let figure = |object: &Value| count(row(rows(object, "predictors"), "predictor", name), "ndcg_10");
        let sum: f64 = inputs.iter().map(|input| figure(input) * count(input, "pairs")).sum();
        assert!((figure(&found) - sum / count(&found, "pairs")).abs() < 1e-12, "{name}");
    }
}

#[test]
fn rolling_moments_exclude_other_dates() {
    let site = Site::empty();
    let input = path(&site.input());
    clout(&["evaluate", "--input", &input, "--topics", "--rolling", "--every", "7d"]).exits(2);
    clout(&["evaluate", "--input", &input, "--rolling"]).exits(2);
}
