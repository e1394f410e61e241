//! Computes the reasons of score changes, and the forecasts of inactivity alerts.

use std::collections::BTreeMap;

use super::judged::Judged;
use super::yesterday::{Compared, Traces, Yesterday};
use crate::job::Job;
use crate::state::{State, moment};
use crate::tables::past::Past;
use crate::tables::score_changes::{Moved, Reasons, Words, reasons};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::alerts::words::SILENCE_DAYS;
use clout_model::influence::recency::Mixture;
use clout_model::influence::scoring::Memory;
use clout_model::influence::silence::attention_later;

/// Computes the reasons of all score changes since the day before, in order of persons. The second value is the largest
/// difference between a change and the sum of its reasons, in points.
pub fn of(
    job: &Job,
    state: &State,
    past: &Past,
    judged: &Judged,
    (yesterday, traces): (&Yesterday, &Traces),
) -> Result<(Reasons, f64)> {
    let people = || judged.presences.by_person().map(|group| group[0].person);
    let ids = people().map(|person| judged.persons.ids[person as usize].as_str());
    let scored = |person: u32| judged.scored.standings.score(person as usize).is_some();
    let published = people().zip(past.scores(0, ids)?);
    let (persons, published): (Vec<u32>, Vec<f64>) = published
        .filter_map(|(person, before)| Some((person, before?)).filter(|_| scored(person)))
        .unzip();
    let changes = Compared::of(job, yesterday, traces, state, judged).changes(&persons);
    let moved: Vec<Moved> = persons
        .into_iter()
        .zip(published)
        .zip(changes)
        .map(|((person, published), change)| Moved {
            person,
            published,
            change,
        })
        .collect();
    let model = job.model_version();
    let recalibration = match past.model_version() {
        Some(before) if before != model => format!("model {before} to {model}"),
        _ => "other input".to_owned(),
    };
    let words = Words {
        networks: &job.networks,
        persons: &judged.persons,
        recalibration: &recalibration,
    };
    Ok(reasons(&moved, words))
}

/// Forecasts the change of the score after [`SILENCE_DAYS`] without a reaction, in points, at most 0, for each person
/// with a new inactivity alert. `before` is the previous published date.
pub fn silence(job: &Job, state: &State, judged: &Judged, before: Option<Day>) -> BTreeMap<u32, f64> {
    let as_of = judged.as_of;
    let is_alerted = |person: &u32| {
        let last = judged.presences.last_active_at[*person as usize].map(Day::of_micros);
        last.is_some_and(|last| job.alerts.falls_silent(last, as_of, before))
            && judged.scored.standings.score(*person as usize).is_some()
    };
    let alerted: Vec<u32> = (0..judged.persons.len() as u32).filter(is_alerted).collect();
    if alerted.is_empty() {
        return BTreeMap::new();
    }
    let memory = Memory {
        pairs: &state.pairs,
        facts: &state.facts,
        persons: &judged.persons,
        network_of: &|node| state.accounts.network_of(node),
    };
    let credits = |target: u32| {
        alerted
            .binary_search(&judged.persons.of_account[target as usize])
            .is_ok()
    };
    let own = state
        .pairs
        .filtered(&Mixture::new(&job.model.recency), |_, target| credits(target));
    let moments = (
        &moment(&state.histories, as_of),
        &moment(&state.histories, as_of.plus(SILENCE_DAYS)),
    );
    let attention = attention_later(&own, &memory, &judged.scored, moments, &job.model);
    let (model, line) = (judged.scored.model(&job.model), &judged.scored.line);
    let cost = |person: u32| {
        let current = judged.scored.standings.score(person as usize)?;
        // A person without a remaining reaction has the base of the scale.
        let later = model
            .sum(&attention, person as usize)
            .map_or(line.base(), |sum| sum.influence);
        Some((person, line.score(later) - current))
    };
    alerted.iter().filter_map(|person| cost(*person)).collect()
}
