//! Measures the prediction of future reactions by scores, compared with simple counts.
//!
//! At each moment, all people with a counted reaction are ranked by the score and by each [rival](super::rivals). The
//! rankings are compared with the number of distinct reactors of each person in the next window.

use serde::Serialize;

use super::measures::{auc_of_top, ndcg, partial_spearman, r_squared, spearman, tied_share};
use super::rivals::{Act, Rival, distinct_reactors, rivals};
use super::scene::{Scene, acts};
use super::stream::Stream;
use super::windows::Span;
use clout_base::error::Result;
use clout_model::influence::scoring::Scored;

/// Name of the score among its rivals.
pub const SCORE: &str = "clout";
/// Length of a short list, as shown to readers.
const SHORT: usize = 100;
/// Length of a long list, as used by campaigns.
const LONG: usize = 1_000;
/// Share of people in the top class of the AUC.
const TOP: f64 = 0.01;

/// Measures of one predictor.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Name of the predictor: `clout` or a rival.
    pub predictor: &'static str,
    /// NDCG of the first 100 people.
    pub ndcg_100: f64,
    /// NDCG of the first 1,000 people.
    pub ndcg_1000: f64,
    /// Spearman's rank correlation over all people.
    pub spearman: f64,
    /// Area under the ROC curve for the top 1 % of the next window.
    pub auc_top: f64,
    /// Share of people in the largest group of equal values.
    pub tied: f64,
}

/// Results of one moment and window.
#[derive(Clone, Debug, Serialize)]
pub struct Window {
    /// Moment, in UTC.
    pub at: String,
    /// Length of the window.
    pub ahead: String,
    /// Number of people ranked.
    pub people: usize,
    /// Number of these people with a reactor in the window.
    pub reacted_to: usize,
    /// Measures by predictor.
    pub predictors: Vec<Row>,
    /// Relation of score and followers; none if too few counts are known.
    pub popularity: Option<Popularity>,
}

/// Relation of the score to the number of followers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Popularity {
    /// Number of people with known followers.
    pub people: usize,
    /// R² of the score on log(1 + followers).
    pub r_squared: f64,
    /// Partial Spearman correlation of the score with the next window's reactors, given followers.
    pub partial_spearman: f64,
}

/// Fewest people with known followers for a correlation.
const LEAST_KNOWN: usize = 30;

/// Function that returns the followers by person; none if unknown.
pub type KnownFollowers<'a> = &'a dyn Fn(&Scene) -> Result<Vec<Option<f64>>>;

/// Evaluates one moment, for each window after it.
///
/// # Errors
/// Returns the errors of the rivals and of reading followers.
pub fn evaluate(
    scene: &Scene,
    scored: &Scored,
    everything: &[Act],
    ahead: &[Span],
    followers: KnownFollowers,
) -> Result<Vec<Window>> {
    let past = scene.acts();
    let people = scene.persons.len();
    let mut plain = rivals(&past, people, scene.at)?;
    let followers = followers(scene)?;
    let population: Vec<usize> = (0..people)
        .filter(|person| scored.standings.values[*person].is_some())
        .collect();
    if population.iter().any(|person| followers[*person].is_some()) {
        let values = followers.iter().map(|count| count.unwrap_or(0.0)).collect();
        plain.push(Rival {
            name: "followers",
            values,
        });
    }
    let scores: Vec<f64> = scored
        .standings
        .values
        .iter()
        .map(|value| value.unwrap_or(0.0))
        .collect();
    let of = |values: &[f64]| population.iter().map(|person| values[*person]).collect::<Vec<f64>>();
    let window = |span: &Span| {
        let between = |acts: &[Act], from: i64, to: i64| {
            let inside = acts.iter().filter(|act| (from..to).contains(&act.occurred_at));
            distinct_reactors(&inside.copied().collect::<Vec<_>>(), people)
        };
        let outcomes = of(&between(everything, scene.at, scene.at + span.micros()));
        let recent = between(&past, scene.at - span.micros(), scene.at);
        let named = [(SCORE, &scores), ("persistence", &recent)];
        let rest = plain.iter().map(|rival| (rival.name, &rival.values));
        Window {
            at: clout_base::day::instant(scene.at),
            ahead: span.to_string(),
            people: population.len(),
            reacted_to: outcomes.iter().filter(|count| **count > 0.0).count(),
            predictors: named
                .into_iter()
                .chain(rest)
                .map(|(name, values)| row(name, &of(values), &outcomes))
                .collect(),
            popularity: popularity(&population, &scores, &followers, &outcomes),
        }
    };
    Ok(ahead.iter().map(window).collect())
}

/// Returns all counted reactions, from which the outcomes of all windows are taken.
pub fn everything(stream: &Stream) -> Vec<Act> {
    let reactions: Vec<_> = stream
        .counted
        .iter()
        .flat_map(|counted| counted.reactions.iter().copied())
        .collect();
    acts(&reactions, &stream.persons, &stream.is_gone)
}

fn row(predictor: &'static str, values: &[f64], outcomes: &[f64]) -> Row {
    Row {
        predictor,
        ndcg_100: ndcg(values, outcomes, SHORT),
        ndcg_1000: ndcg(values, outcomes, LONG),
        spearman: spearman(values, outcomes),
        auc_top: auc_of_top(values, outcomes, TOP),
        tied: tied_share(values),
    }
}

fn popularity(population: &[usize], scores: &[f64], followers: &[Option<f64>], outcomes: &[f64]) -> Option<Popularity> {
    let known = |index: usize| Some((index, followers[population[index]]?));
    let known: Vec<(usize, f64)> = (0..population.len()).filter_map(known).collect();
    if known.len() < LEAST_KNOWN {
        return None;
    }
    let logs: Vec<f64> = known.iter().map(|(_, count)| count.ln_1p()).collect();
    let score: Vec<f64> = known.iter().map(|(index, _)| scores[population[*index]]).collect();
    let next: Vec<f64> = known.iter().map(|(index, _)| outcomes[*index]).collect();
    Some(Popularity {
        people: known.len(),
        r_squared: r_squared(&logs, &score),
        partial_spearman: partial_spearman(&score, &next, &logs),
    })
}
