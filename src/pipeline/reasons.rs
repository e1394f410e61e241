//! Computes the reasons of score changes, and the forecasts of inactivity alerts.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::day_comparison::DayComparison;
use super::scored_state::ScoredState;
use crate::job::Job;
use crate::state::stored_pairs::PairReading;
use crate::state::{RunState, find_moment};
use crate::tables::published_history::PublishedHistory;
use crate::tables::score_changes::{DetailNames, PersonChange, ReasonsByPerson, compute_reasons};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::alerts::texts::FORECAST_DAYS;
use clout_model::influence::changes::strength_moves::AccountStrengths;
use clout_model::influence::silence_forecast::forecast_attention;

/// Computes the reasons of all score changes since the day before, in order of persons. The second value is the largest
/// difference between a change and the sum of its reasons, in points.
pub fn compute_change_reasons(
    job: &Job,
    state: &RunState,
    past: &PublishedHistory,
    judged: &ScoredState,
    comparison: &DayComparison,
    listed: &[AccountStrengths; 3],
) -> (ReasonsByPerson, f64) {
    let people = judged.presences.group_by_person().map(|group| group[0].person);
    let scored = |person: u32| judged.scored.scores.score(person as usize).is_some();
    let published = people.filter_map(|person| Some((person, past.find_score(0, person as usize)?)));
    let (persons, published): (Vec<u32>, Vec<f64>) = published.filter(|(person, _)| scored(*person)).unzip();
    let changes = comparison.compute_changes(job, state, judged, listed, &persons);
    let moved: Vec<PersonChange> = persons
        .into_iter()
        .zip(published)
        .zip(changes)
        .map(|((person, published), change)| PersonChange {
            person,
            published,
            change,
        })
        .collect();
    let model = job.compute_model_version();
    let recalibration = match past.model_version() {
        Some(before) if before != model => format!("model {before} to {model}"),
        _ => "other input".to_owned(),
    };
    let words = DetailNames {
        networks: &job.networks,
        persons: &judged.persons,
        recalibration: &recalibration,
    };
    compute_reasons(&moved, words)
}

/// Forecasts the change of the score after [`FORECAST_DAYS`] without a reaction, in points, at most 0, for each person
/// with a new inactivity alert. `before` is the previous published date.
///
/// # Errors
/// Returns an error if the pairs cannot be read.
pub fn compute_alert_forecasts(
    job: &Job,
    state: &RunState,
    reading: &PairReading,
    judged: &ScoredState,
    before: Option<Day>,
) -> Result<BTreeMap<u32, f64>> {
    let as_of = judged.as_of;
    let is_alerted = |person: &u32| {
        let last = judged.presences.last_active_at[*person as usize].map(Day::from_micros);
        last.is_some_and(|last| job.alerts.becomes_inactive(last, as_of, before))
            && judged.scored.scores.score(*person as usize).is_some()
    };
    let alerted: Vec<u32> = (0..judged.persons.len() as u32)
        .into_par_iter()
        .filter(is_alerted)
        .collect();
    if alerted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut is_alerted = vec![false; judged.persons.len()];
    alerted.iter().for_each(|person| is_alerted[*person as usize] = true);
    let person = |node: u32| judged.persons.by_account[node as usize] as usize;
    let credits = |target: u32| is_alerted.get(person(target)).copied().unwrap_or(false);
    let is_erased = |node: u32| state.accounts.is_erased(node);
    let own = state
        .pairs
        .select_rows(as_of, reading, |target, actor| credits(target) && !is_erased(actor))?;
    let memory = state.account_state(&own, &judged.persons);
    let now = find_moment(&state.histories, as_of);
    let later = find_moment(&state.histories, as_of.days_after(FORECAST_DAYS));
    let attention = forecast_attention(&own, &memory, &judged.scored, &now, &later, &job.model);
    let (model, line) = (judged.scored.contribution_model(&job.model), &judged.scored.scale);
    let cost = |person: u32| {
        let current = judged.scored.scores.score(person as usize)?;
        // A person without a remaining reaction has the base of the scale.
        let later = model
            .sum_contributions(&attention, person as usize)
            .map_or(line.base(), |sum| sum.influence);
        Some((person, line.score(later) - current))
    };
    Ok(alerted.iter().filter_map(|person| cost(*person)).collect())
}
