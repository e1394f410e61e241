//! Computes a custom score scale: two constants that give the people of a published snapshot the requested scores.
//!
//! A score is a line over the decades of influence, score = one_reactor + points_per_decade d with d = log10(I / (1 +
//! B)). One fresh reactor with full trust and average rank gives d = 0. The published scores therefore give d (B
//! cancels out). Two quantiles of d and their requested scores define the new line, and the order of people does not
//! change. For a person at a limit of the old scale, only a bound of d is known.
//!
//! Runs fit nothing: the two constants are computed once, are part of the job file, and change the model version.

use arrow::array::AsArray;
use arrow::datatypes::Float64Type;
use serde_json::Value;

use crate::job::{JobSpec, list_differences};
use clout_base::error::{Error, ErrorContext, Result};
use clout_model::influence::params::{ModelParams, ScaleParams};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

mod scored_people;

pub use scored_people::ScaleSummary;
use scored_people::ScoredPeople;

/// Fewest people with a score. With fewer, the 99th percentile is the best person.
pub const MIN_PEOPLE: usize = 100;

/// Smallest difference of the two quantiles, in decades. Below it, the line would amplify rounding errors.
const MIN_DECADES: f64 = 1e-9;
/// Tolerance of the requested scores, in points.
const TOLERANCE_POINTS: f64 = 1e-7;

/// Requested scores.
#[derive(Clone, Copy, Debug)]
pub struct TargetScores {
    /// Score of the median person.
    pub median: f64,
    /// Score of the person at the 99th percentile.
    pub p99: f64,
}

/// Result of a calibration.
#[derive(Clone, Debug)]
pub struct ScaleCalibration {
    /// Number of people with a score.
    pub persons_scored: usize,
    /// Number of people at a limit of the old scale, with an unknown new score.
    pub persons_unknown: usize,
    /// Published scores on the old scale.
    pub before: ScaleSummary,
    /// Scores on the new scale.
    pub after: ScaleSummary,
    /// Version of the job's model with the new scale.
    pub model_version: String,
    /// Differences between job and snapshot that change scores, other than the scale, as job-file keys.
    pub differences: Vec<String>,
}

/// Computes the scale for a snapshot and the resulting model version of the job.
///
/// # Errors
/// Returns a usage error if no such scale exists or the model does not allow it.
pub fn calibrate_scale(
    store: &Store,
    manifest: &Manifest,
    spec: JobSpec,
    wanted: TargetScores,
) -> Result<ScaleCalibration> {
    wanted.check()?;
    let old = read_scale(manifest)?;
    let people = read_people(store, manifest, &old)?;
    let new = solve_scale(&people, wanted)?;
    let after = people.summarize(&new);
    wanted.is_met_by(&after)?;
    let (model_version, differs_in) = compare_job(spec, manifest, &new)?;
    Ok(ScaleCalibration {
        persons_scored: people.count(),
        persons_unknown: people.count_unknown(&new),
        before: people.summarize(&old),
        after,
        model_version,
        differences: differs_in,
    })
}

impl TargetScores {
    fn check(self) -> Result<()> {
        let TargetScores { median, p99 } = self;
        if 1.0 < median && median < p99 && p99 < 100.0 {
            return Ok(());
        }
        Err(Error::usage(format!(
            "--median {median} --p99 {p99}: expected 1 < median < p99 < 100, so that scores rise with influence"
        )))
    }

    /// Checks the result. A quantile lies between two people, so it changes if one of them is clamped to a limit of the
    /// new scale.
    fn is_met_by(self, after: &ScaleSummary) -> Result<()> {
        let is = |found: Option<f64>, asked: f64| found.is_some_and(|found| (found - asked).abs() <= TOLERANCE_POINTS);
        match is(after.median, self.median) && is(after.p99, self.p99) {
            true => Ok(()),
            false => Err(Error::usage(
                "people at a requested quantile would be at a limit (1 or 100) of the new scale; choose scores further \
                 from the limits",
            )),
        }
    }
}

/// Reads the scale of a snapshot from its manifest.
fn read_scale(manifest: &Manifest) -> Result<ScaleParams> {
    let constant = |key: &str| {
        let scale = manifest.parameters.get("model").and_then(|model| model.get("scale"));
        let value = scale.and_then(|scale| scale.get(key)).and_then(Value::as_f64);
        value.ok_or_else(|| {
            let day = manifest.snapshot_date;
            Error::usage(format!(
                "the manifest of {day} has no model.scale.{key}; calibrate on a snapshot of a newer version"
            ))
        })
    };
    Ok(ScaleParams {
        points_per_decade: constant("points_per_decade")?,
        one_reactor: constant("one_reactor")?,
    })
}

/// Reads all published scores.
fn read_people(store: &Store, manifest: &Manifest, scale: &ScaleParams) -> Result<ScoredPeople> {
    let mut scores: Vec<f64> = Vec::new();
    for batch in snapshots::read_table(store, manifest, "scores", Some(&["score"]))? {
        scores.extend(batch.column(0).as_primitive::<Float64Type>().iter().flatten());
    }
    if scores.len() < MIN_PEOPLE {
        return Err(Error::usage(format!(
            "{} people have a score on {}: expected at least {MIN_PEOPLE}, because with fewer the 99th percentile is \
             the best person",
            scores.len(),
            manifest.snapshot_date
        )));
    }
    Ok(ScoredPeople::from_scores(scores, scale))
}

/// Computes the line through the two quantiles.
fn solve_scale(people: &ScoredPeople, wanted: TargetScores) -> Result<ScaleParams> {
    let (median, p99) = (
        people.quantile(0.5, "median")?,
        people.quantile(0.99, "99th percentile")?,
    );
    if p99 - median < MIN_DECADES {
        return Err(Error::usage(
            "the median person and the 99th percentile person have the same influence; no scale can separate them",
        ));
    }
    let points_per_decade = (wanted.p99 - wanted.median) / (p99 - median);
    let scale = ScaleParams {
        points_per_decade,
        one_reactor: wanted.median - points_per_decade * median,
    };
    let model = ModelParams {
        scale: scale.clone(),
        ..ModelParams::default()
    };
    model.validate().context(|| {
        format!(
            "a median of {} and a 99th percentile of {} need an invalid scale",
            wanted.median, wanted.p99
        )
    })?;
    Ok(scale)
}

/// Returns the model version of the job with the scale, and the other differences from the snapshot that change scores.
fn compare_job(mut spec: JobSpec, manifest: &Manifest, scale: &ScaleParams) -> Result<(String, Vec<String>)> {
    spec.model.scale = scale.clone();
    let job = spec.resolve_for_reading()?;
    let published = Value::Object(manifest.parameters.clone().into_iter().collect());
    let moves_scores = |name: &String| {
        let is_model = name.starts_with("model.") && !name.starts_with("model.scale.");
        is_model || name.starts_with("networks.") || name == "input.max_lateness_days"
    };
    let mut differs_in = list_differences(&published, &job.to_manifest_parameters());
    differs_in.retain(moves_scores);
    let model_version = job.compute_model_version();
    let number = |version: &str| version.split('-').next().map(str::to_owned);
    if number(&model_version) != number(&manifest.model_version) {
        differs_in.push("the model's number".to_owned());
    }
    Ok((model_version, differs_in))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::error::ErrorKind;
    use clout_model::influence::params::CorroborationParams;
    use clout_model::influence::score_scale::ScoreScale;

    /// Returns influences above B, ever rarer.
    fn influences() -> Vec<f64> {
        (0..500).map(|i| 0.25 + 1e4 / f64::from(i + 1)).collect()
    }

    fn under(scale: &ScaleParams) -> Vec<f64> {
        let line = ScoreScale::new(scale, &CorroborationParams::default());
        influences().iter().map(|influence| line.score(*influence)).collect()
    }

    fn found(scores: Vec<f64>, median: f64, p99: f64) -> Result<ScaleParams> {
        solve_scale(
            &ScoredPeople::from_scores(scores, &ScaleParams::default()),
            TargetScores { median, p99 },
        )
    }

    #[test]
    fn scores_on_the_new_scale_are_the_requested_ones() {
        let scale = found(under(&ScaleParams::default()), 30.0, 55.0).unwrap();
        let scored = ScoredPeople::from_scores(under(&scale), &scale).summarize(&scale);
        assert!((scored.median.unwrap() - 30.0).abs() < 1e-9, "{scored:?}");
        assert!((scored.p99.unwrap() - 55.0).abs() < 1e-9, "{scored:?}");
        let predicted =
            ScoredPeople::from_scores(under(&ScaleParams::default()), &ScaleParams::default()).summarize(&scale);
        assert!((predicted.max.unwrap() - scored.max.unwrap()).abs() < 1e-9);
        assert_eq!((predicted.at_1, predicted.at_100), (scored.at_1, scored.at_100));
    }

    #[test]
    fn requesting_the_published_scores_gives_the_same_scale() {
        let old = ScaleParams::default();
        let is = ScoredPeople::from_scores(under(&old), &old).summarize(&old);
        let scale = found(under(&old), is.median.unwrap(), is.p99.unwrap()).unwrap();
        assert!((scale.points_per_decade - old.points_per_decade).abs() < 1e-9);
        assert!((scale.one_reactor - old.one_reactor).abs() < 1e-9);
    }

    #[test]
    fn scores_hidden_by_a_limit_are_unknown() {
        let mut scores = under(&ScaleParams::default());
        scores[0] = 100.0;
        let scale = found(scores.clone(), 30.0, 45.0).unwrap();
        let people = ScoredPeople::from_scores(scores.clone(), &ScaleParams::default());
        assert_eq!((people.summarize(&scale).max, people.count_unknown(&scale)), (None, 1));
        scores.iter_mut().take(20).for_each(|score| *score = 100.0);
        let refused = found(scores, 10.0, 30.0).unwrap_err();
        assert!(
            refused.to_string().contains("99th percentile person is at a limit"),
            "{refused}"
        );
    }

    #[test]
    fn impossible_requests_are_usage_errors() {
        let alike = found(vec![12.0; 500], 20.0, 60.0).unwrap_err();
        assert!(alike.to_string().contains("the same influence"), "{alike}");
        let steep = found(under(&ScaleParams::default()), 1.1, 99.0).unwrap_err();
        assert!(steep.to_string().contains("model.scale.one_reactor is -"), "{steep}");
        assert_eq!((alike.kind(), steep.kind()), (ErrorKind::Usage, ErrorKind::Usage));
        for (median, p99) in [(20.0, 20.0), (30.0, 20.0), (1.0, 20.0), (20.0, 100.0), (f64::NAN, 20.0)] {
            assert!(TargetScores { median, p99 }.check().is_err(), "{median} {p99}");
        }
    }
}
