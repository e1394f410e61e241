//! Table `alerts`: one row per person and kind of alert.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::published_history::{PublishedHistory, PublishedTopic};
use super::score_changes::ReasonsByPerson;
use super::{SnapshotInputs, optional_measures, texts};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::schema::ALERTS;
use clout_model::alerts::{Alert, AlertRules, PersonAlertInput, ScoreEstimate, TopicTurn, compute_person_alerts};
use clout_topics::ontology::Ontology;
use clout_topics::topic_scores::TopicScore;
use clout_warehouse::table_rows::TableRows;

/// Inputs for alerts in addition to the scores of the snapshot date.
pub struct AlertInputs<'a> {
    /// Thresholds of alerts.
    pub rules: &'a AlertRules,
    /// Snapshot date.
    pub as_of: Day,
    /// Published values of earlier snapshots.
    pub past: &'a PublishedHistory,
    /// Reasons for score changes, in order of persons.
    pub reasons: &'a ReasonsByPerson,
    /// Topics of the snapshot date.
    pub ontology: &'a Ontology,
    /// Topic scores, in order of person and topic.
    pub topics: &'a [TopicScore],
    /// Forecast change of the score after [`clout_model::alerts::texts::FORECAST_DAYS`] without reactions, in points, by
    /// person with a new inactivity alert.
    pub forecast_changes: &'a BTreeMap<u32, f64>,
}

/// Newly shown topics and no longer shown topics, by person.
type Turns = HashMap<u32, (Vec<TopicTurn>, Vec<TopicTurn>)>;

/// Computes the alerts of all people, in order of person and kind.
pub fn compute_alerts(inputs: &SnapshotInputs, news: &AlertInputs) -> Result<Vec<(u32, Alert)>> {
    let turns = turns(inputs, news)?;
    let people: Vec<u32> = inputs
        .presences
        .group_by_person()
        .map(|group| group[0].person)
        .collect();
    let alerts_of = |person: &u32| -> Vec<(u32, Alert)> {
        let input = person_input(inputs, news, &turns, *person);
        let alerts = compute_person_alerts(&input, news.rules, news.as_of);
        alerts.into_iter().map(|alert| (*person, alert)).collect()
    };
    Ok(people.par_iter().flat_map_iter(alerts_of).collect())
}

fn person_input<'a>(
    inputs: &'a SnapshotInputs,
    news: &AlertInputs<'a>,
    turns: &Turns,
    person: u32,
) -> PersonAlertInput<'a> {
    let index = person as usize;
    let score = inputs.scores.score(index).zip(inputs.intervals[index]);
    let found = news.reasons.binary_search_by_key(&person, |(other, _)| *other);
    let reasons = found.map_or(&[][..], |found| &news.reasons[found].1[..]);
    let (gained, lost) = turns.get(&person).cloned().unwrap_or_default();
    let last_active = inputs.presences.last_active_at[index].map(Day::from_micros);
    PersonAlertInput {
        person_id: &inputs.persons.ids[index],
        score: score.map(|(score, interval)| ScoreEstimate { score, interval }),
        previous: news.past.find_estimate(index),
        reasons: reasons
            .iter()
            .map(|reason| (reason.cause, reason.detail.as_str(), reason.points))
            .collect(),
        gained,
        lost,
        last_active,
        previous_date: news.past.previous_date(),
        forecast_change: news.forecast_changes.get(&person).copied(),
    }
}

/// Finds topics that are shown on only one of the two dates. Returns none if one of the dates has no topics at all,
/// because then nothing can be compared.
fn turns(inputs: &SnapshotInputs, news: &AlertInputs) -> Result<Turns> {
    let mut turns = Turns::new();
    if news.ontology.is_empty() {
        return Ok(turns);
    }
    let key = |standing: &TopicScore| (standing.row.person, news.ontology.id(standing.row.topic));
    let shown = news.topics.iter().filter(|standing| standing.is_shown);
    let shown: HashSet<(u32, &str)> = shown.map(key).collect();
    let person_of = |topic: &PublishedTopic| inputs.persons.find_index(topic.person_id);
    let may_turn = |topic: &PublishedTopic| {
        topic.is_shown || person_of(topic).is_some_and(|person| shown.contains(&(person, topic.topic_id)))
    };
    let Some(before) = news.past.find_topics(may_turn)? else {
        return Ok(turns);
    };
    let before = before
        .iter()
        .filter_map(|topic| Some(((person_of(topic)?, topic.topic_id), topic)));
    let mut before: HashMap<(u32, &str), &PublishedTopic> = before.collect();
    for standing in news.topics {
        let past = before.remove(&key(standing));
        let was_shown = past.is_some_and(|past| past.is_shown);
        if was_shown == standing.is_shown {
            continue;
        }
        let topic = TopicTurn {
            topic_id: news.ontology.id(standing.row.topic).to_owned(),
            before: past.map(|past| past.score),
            after: Some(standing.row.score()),
            sources: (standing.reactors, standing.endorsers),
        };
        let (gained, lost) = turns.entry(standing.row.person).or_default();
        let list = if standing.is_shown { gained } else { lost };
        list.push(topic);
    }
    // The remaining topics were shown the day before and have no row on the snapshot date.
    for ((person, topic_id), past) in before {
        turns.entry(person).or_default().1.push(TopicTurn {
            topic_id: topic_id.to_owned(),
            before: Some(past.score),
            after: None,
            sources: (0, 0),
        });
    }
    for (gained, lost) in turns.values_mut() {
        gained.sort_by(best_first(true));
        lost.sort_by(best_first(false));
    }
    Ok(turns)
}

fn best_first(is_gained: bool) -> impl Fn(&TopicTurn, &TopicTurn) -> Ordering {
    move |a, b| {
        let scores = [b, a].map(|topic| topic.shown_score(is_gained));
        scores[0]
            .total_cmp(&scores[1])
            .then_with(|| a.topic_id.cmp(&b.topic_id))
    }
}

/// Describes the rows.
pub fn build_rows<'a>(inputs: &SnapshotInputs<'a>, alerts: &'a [(u32, Alert)]) -> TableRows<'a> {
    let ids = &inputs.persons.ids;
    TableRows::new(&ALERTS, alerts.len(), move |rows| {
        let alerts = &alerts[rows];
        vec![
            texts(alerts.iter().map(|(person, _)| &ids[*person as usize])),
            texts(alerts.iter().map(|(_, alert)| alert.kind.as_str())),
            optional_measures(alerts.iter().map(|(_, alert)| alert.points).collect()),
            texts(alerts.iter().map(|(_, alert)| &alert.message)),
            texts(alerts.iter().map(|(_, alert)| &alert.advice)),
        ]
    })
}
