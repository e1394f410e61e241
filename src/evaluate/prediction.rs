//! Measures the prediction of future reactions by scores, compared with simple counts.
//!
//! At each moment, all people with a counted reaction are ranked by the score and by each [rival](super::rivals). The
//! rankings are compared with the number of distinct reactors of each person in the next window.

use serde::Serialize;

use super::measures::{auc_of_top, ndcg, partial_spearman, r_squared, spearman, tied_share};
use super::rivals::{PersonReaction, RivalPredictor, compute_rivals, count_distinct_reactors};
use super::scene::{MomentData, person_reactions};
use super::stream::CountedStream;
use super::windows::HourSpan;
use clout_base::error::Result;
use clout_model::influence::scoring::PeopleScores;
use clout_model::reactions::AccountReaction;

/// Name of the score among its rivals.
pub const SCORE_PREDICTOR: &str = "clout";
/// Length of a short list, as shown to readers.
const SHORT: usize = 100;
/// Length of a long list, as used by campaigns.
const LONG: usize = 1_000;
/// Share of people in the top class of the AUC.
const TOP: f64 = 0.01;

/// Measures of one predictor.
#[derive(Clone, Debug, Serialize)]
pub struct PredictorMeasures {
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
pub struct PredictionWindow {
    /// Moment, in UTC.
    pub at: String,
    /// Length of the window.
    pub ahead: String,
    /// Number of people ranked.
    pub people: usize,
    /// Number of these people with a reactor in the window.
    pub reacted_to: usize,
    /// Measures by predictor.
    pub predictors: Vec<PredictorMeasures>,
    /// Relation of score and followers; none if too few counts are known.
    pub popularity: Option<PopularityRelation>,
}

/// Relation of the score to the number of followers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PopularityRelation {
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
pub type FollowersByPerson<'a> = &'a dyn Fn(&MomentData) -> Result<Vec<Option<f64>>>;

/// Evaluates one moment, for each window after it.
///
/// # Errors
/// Returns the errors of the rivals and of reading followers.
pub fn evaluate_moment(
    scene: &MomentData,
    scored: &PeopleScores,
    everything: &[PersonReaction],
    ahead: &[HourSpan],
    followers: FollowersByPerson,
) -> Result<Vec<PredictionWindow>> {
    let past = scene.person_reactions();
    let people = scene.persons.len();
    let mut plain = compute_rivals(&past, people, scene.at)?;
    let followers = followers(scene)?;
    let population: Vec<usize> = (0..people)
        .filter(|person| scored.scores.values[*person].is_some())
        .collect();
    if population.iter().any(|person| followers[*person].is_some()) {
        let values = followers.iter().map(|count| count.unwrap_or(0.0)).collect();
        plain.push(RivalPredictor {
            name: "followers",
            values,
        });
    }
    let scores: Vec<f64> = scored.scores.values.iter().map(|value| value.unwrap_or(0.0)).collect();
    let of = |values: &[f64]| population.iter().map(|person| values[*person]).collect::<Vec<f64>>();
    let window = |span: &HourSpan| {
        let between = |acts: &[PersonReaction], from: i64, to: i64| {
            let inside = acts.iter().filter(|act| (from..to).contains(&act.occurred_at));
            count_distinct_reactors(&inside.copied().collect::<Vec<_>>(), people)
        };
        let outcomes = of(&between(everything, scene.at, scene.at + span.to_micros()));
        let recent = between(&past, scene.at - span.to_micros(), scene.at);
        let named = [(SCORE_PREDICTOR, &scores), ("persistence", &recent)];
        let rest = plain.iter().map(|rival| (rival.name, &rival.values));
        PredictionWindow {
            at: clout_base::day::format_instant(scene.at),
            ahead: span.to_string(),
            people: population.len(),
            reacted_to: outcomes.iter().filter(|count| **count > 0.0).count(),
            predictors: named
                .into_iter()
                .chain(rest)
                .map(|(name, values)| measure_predictor(name, &of(values), &outcomes))
                .collect(),
            popularity: relate_to_followers(&population, &scores, &followers, &outcomes),
        }
    };
    Ok(ahead.iter().map(window).collect())
}

/// Returns all counted reactions, from which the outcomes of all windows are taken.
pub fn collect_acts(stream: &CountedStream) -> Vec<PersonReaction> {
    let reactions: Vec<_> = stream
        .counted
        .iter()
        .flat_map(|counted| {
            counted
                .reactions
                .iter()
                .map(|reaction| AccountReaction::from(*reaction))
        })
        .collect();
    person_reactions(&reactions, &stream.persons, &stream.opted_out)
}

fn measure_predictor(predictor: &'static str, values: &[f64], outcomes: &[f64]) -> PredictorMeasures {
    PredictorMeasures {
        predictor,
        ndcg_100: ndcg(values, outcomes, SHORT),
        ndcg_1000: ndcg(values, outcomes, LONG),
        spearman: spearman(values, outcomes),
        auc_top: auc_of_top(values, outcomes, TOP),
        tied: tied_share(values),
    }
}

fn relate_to_followers(
    population: &[usize],
    scores: &[f64],
    followers: &[Option<f64>],
    outcomes: &[f64],
) -> Option<PopularityRelation> {
    let known = |index: usize| Some((index, followers[population[index]]?));
    let known: Vec<(usize, f64)> = (0..population.len()).filter_map(known).collect();
    if known.len() < LEAST_KNOWN {
        return None;
    }
    let logs: Vec<f64> = known.iter().map(|(_, count)| count.ln_1p()).collect();
    let score: Vec<f64> = known.iter().map(|(index, _)| scores[population[*index]]).collect();
    let next: Vec<f64> = known.iter().map(|(index, _)| outcomes[*index]).collect();
    Some(PopularityRelation {
        people: known.len(),
        r_squared: r_squared(&logs, &score),
        partial_spearman: partial_spearman(&score, &next, &logs),
    })
}
