//! A scale of a house's own: which two constants give the people of a published snapshot the wanted scores.
//!
//! A score is a line over the decades of influence, score = one_reactor + points_per_decade d with
//! d = log10(I / (1 + B)): one fresh, trusted, ordinary reactor alone has d = 0. So the published scores
//! tell d (B cancels out), two quantiles of d and the scores wanted for them make the new line, and the
//! order of people stays. Whom a limit of the old scale holds is known from one side only.
//!
//! Nothing is fitted during a run: the two constants are found once, stand in the job file, and make
//! another model version.

use arrow::array::AsArray;
use arrow::datatypes::Float64Type;
use serde_json::Value;

use crate::job::{JobSpec, differing};
use clout_base::error::{Context, Error, Result};
use clout_model::influence::params::{ModelParams, Scale};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

mod people;

use people::People;
pub use people::Scaled;

/// Fewer people with a score have no 99th percentile but their best person alone.
pub const MIN_PEOPLE: usize = 100;

/// Quantiles of ln I that differ by less than this are one: the line through them would be noise.
const MIN_DECADES: f64 = 1e-9;
/// How exactly the new scale must give what was asked, in points.
const TOLERANCE_POINTS: f64 = 1e-7;

/// The scores that are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Of the median person.
    pub median: f64,
    /// Of the 99th percentile person.
    pub p99: f64,
}

/// What a calibration found.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// People with a score.
    pub persons_scored: usize,
    /// People at a limit of the old scale whose place on the new one is not known.
    pub persons_unknown: usize,
    /// As published.
    pub before: Scaled,
    /// Under the new scale.
    pub after: Scaled,
    /// The version of the job's model with the new scale.
    pub model_version: String,
    /// What else moves a score and differs between the job and the snapshot, by job-file keys.
    pub differs_in: Vec<String>,
}

/// Finds the scale for a snapshot, and what the job would be with it.
///
/// # Errors
/// A usage error where there is no such scale, or where the model does not allow it.
pub fn calibrate(store: &Store, manifest: &Manifest, spec: JobSpec, wanted: Wanted) -> Result<Calibration> {
    wanted.check()?;
    let old = published_scale(manifest)?;
    let people = people(store, manifest, &old)?;
    let new = solve(&people, wanted)?;
    let after = people.scaled(&new);
    wanted.is_met_by(&after)?;
    let (model_version, differs_in) = with_scale(spec, manifest, &new)?;
    Ok(Calibration {
        persons_scored: people.count(),
        persons_unknown: people.unknown_on(&new),
        before: people.scaled(&old),
        after,
        model_version,
        differs_in,
    })
}

impl Wanted {
    fn check(self) -> Result<()> {
        let Wanted { median, p99 } = self;
        if 1.0 < median && median < p99 && p99 < 100.0 {
            return Ok(());
        }
        Err(Error::usage(format!(
            "--median {median} --p99 {p99}: expected 1 < median < p99 < 100, so that the better have the higher score"
        )))
    }

    /// Quantiles lie between two people; where a limit of the new scale holds one of them, they move.
    fn is_met_by(self, after: &Scaled) -> Result<()> {
        let is = |found: Option<f64>, asked: f64| found.is_some_and(|found| (found - asked).abs() <= TOLERANCE_POINTS);
        match is(after.median, self.median) && is(after.p99, self.p99) {
            true => Ok(()),
            false => Err(Error::usage(
                "people next to a wanted quantile would stand at a limit (1 or 100) of the new scale: ask for scores further inside",
            )),
        }
    }
}

/// The scale by which a snapshot was made, as its manifest says.
fn published_scale(manifest: &Manifest) -> Result<Scale> {
    let constant = |key: &str| {
        let scale = manifest.parameters.get("model").and_then(|model| model.get("scale"));
        let value = scale.and_then(|scale| scale.get(key)).and_then(Value::as_f64);
        value.ok_or_else(|| {
            let day = manifest.snapshot_date;
            Error::usage(format!(
                "the manifest of {day} does not tell model.scale.{key}: nothing to calibrate by"
            ))
        })
    };
    Ok(Scale {
        points_per_decade: constant("points_per_decade")?,
        one_reactor: constant("one_reactor")?,
    })
}

/// Everybody with a published score.
fn people(store: &Store, manifest: &Manifest, scale: &Scale) -> Result<People> {
    let mut scores: Vec<f64> = Vec::new();
    for batch in snapshots::read_table(store, manifest, "scores", Some(&["score"]))? {
        scores.extend(batch.column(0).as_primitive::<Float64Type>().iter().flatten());
    }
    if scores.len() < MIN_PEOPLE {
        return Err(Error::usage(format!(
            "{} people have a score on {}: expected at least {MIN_PEOPLE}, or the 99th percentile is the best person alone",
            scores.len(),
            manifest.snapshot_date
        )));
    }
    Ok(People::of(scores, scale))
}

/// The line through the two quantiles.
fn solve(people: &People, wanted: Wanted) -> Result<Scale> {
    let (median, p99) = (
        people.quantile(0.5, "median")?,
        people.quantile(0.99, "99th percentile")?,
    );
    if p99 - median < MIN_DECADES {
        return Err(Error::usage(
            "the median person and the 99th percentile person have the same influence: no scale can tell them apart",
        ));
    }
    let points_per_decade = (wanted.p99 - wanted.median) / (p99 - median);
    let scale = Scale {
        points_per_decade,
        one_reactor: wanted.median - points_per_decade * median,
    };
    let model = ModelParams {
        scale: scale.clone(),
        ..ModelParams::default()
    };
    model.validate().context(|| {
        format!(
            "a median of {} and a 99th percentile of {} need a scale that cannot be",
            wanted.median, wanted.p99
        )
    })?;
    Ok(scale)
}

/// The model version of the job with the scale, and in what else that moves a score the snapshot differs.
fn with_scale(mut spec: JobSpec, manifest: &Manifest, scale: &Scale) -> Result<(String, Vec<String>)> {
    spec.model.scale = scale.clone();
    let job = spec.resolve_for_reading()?;
    let published = Value::Object(manifest.parameters.clone().into_iter().collect());
    let moves_scores = |name: &String| {
        let is_model = name.starts_with("model.") && !name.starts_with("model.scale.");
        is_model || name.starts_with("networks.") || name == "input.max_lateness_days"
    };
    let mut differs_in = differing(&published, &job.parameters());
    differs_in.retain(moves_scores);
    let model_version = job.model_version();
    let number = |version: &str| version.split('-').next().map(str::to_owned);
    if number(&model_version) != number(&manifest.model_version) {
        differs_in.push("the model's number".to_owned());
    }
    Ok((model_version, differs_in))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::error::Kind;
    use clout_model::influence::params::Corroboration;
    use clout_model::influence::score::Line;

    /// Influences from B on, ever rarer.
    fn influences() -> Vec<f64> {
        (0..500).map(|i| 0.25 + 1e4 / f64::from(i + 1)).collect()
    }

    fn under(scale: &Scale) -> Vec<f64> {
        let line = Line::new(scale, &Corroboration::default());
        influences().iter().map(|influence| line.score(*influence)).collect()
    }

    fn found(scores: Vec<f64>, median: f64, p99: f64) -> Result<Scale> {
        solve(&People::of(scores, &Scale::default()), Wanted { median, p99 })
    }

    #[test]
    fn the_scores_under_the_new_scale_are_those_that_were_asked_for() {
        let scale = found(under(&Scale::default()), 30.0, 55.0).unwrap();
        let scored = People::of(under(&scale), &scale).scaled(&scale);
        assert!((scored.median.unwrap() - 30.0).abs() < 1e-9, "{scored:?}");
        assert!((scored.p99.unwrap() - 55.0).abs() < 1e-9, "{scored:?}");
        let foretold = People::of(under(&Scale::default()), &Scale::default()).scaled(&scale);
        assert!((foretold.max.unwrap() - scored.max.unwrap()).abs() < 1e-9);
        assert_eq!((foretold.at_1, foretold.at_100), (scored.at_1, scored.at_100));
    }

    #[test]
    fn asking_for_what_is_gives_the_same_scale() {
        let old = Scale::default();
        let is = People::of(under(&old), &old).scaled(&old);
        let scale = found(under(&old), is.median.unwrap(), is.p99.unwrap()).unwrap();
        assert!((scale.points_per_decade - old.points_per_decade).abs() < 1e-9);
        assert!((scale.one_reactor - old.one_reactor).abs() < 1e-9);
    }

    #[test]
    fn what_a_limit_hides_is_not_guessed() {
        let mut scores = under(&Scale::default());
        scores[0] = 100.0;
        let scale = found(scores.clone(), 30.0, 45.0).unwrap();
        let people = People::of(scores.clone(), &Scale::default());
        assert_eq!((people.scaled(&scale).max, people.unknown_on(&scale)), (None, 1));
        scores.iter_mut().take(20).for_each(|score| *score = 100.0);
        let refused = found(scores, 10.0, 30.0).unwrap_err();
        assert!(
            refused.to_string().contains("99th percentile person stands at a limit"),
            "{refused}"
        );
    }

    #[test]
    fn what_no_scale_can_give_is_a_usage_error() {
        let alike = found(vec![12.0; 500], 20.0, 60.0).unwrap_err();
        assert!(alike.to_string().contains("the same influence"), "{alike}");
        let steep = found(under(&Scale::default()), 1.1, 99.0).unwrap_err();
        assert!(steep.to_string().contains("model.scale.one_reactor is -"), "{steep}");
        assert_eq!((alike.kind(), steep.kind()), (Kind::Usage, Kind::Usage));
        for (median, p99) in [(20.0, 20.0), (30.0, 20.0), (1.0, 20.0), (20.0, 100.0), (f64::NAN, 20.0)] {
            assert!(Wanted { median, p99 }.check().is_err(), "{median} {p99}");
        }
    }
}
