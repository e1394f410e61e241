//! Table `alerts`: one row per person and kind of alert.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use rayon::prelude::*;

use super::past::{Past, PastTopic};
use super::score_changes::Reasons;
use super::{Tonight, batch, optional_measures};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::schema::ALERTS;
use clout_model::alerts::{Alert, AlertRules, Person, Scored, Topic, of_person};
use clout_topics::ontology::Ontology;
use clout_topics::standing::Standing;

/// Inputs for alerts in addition to the scores of the snapshot date.
pub struct News<'a> {
    /// Thresholds of alerts.
    pub rules: &'a AlertRules,
    /// Snapshot date.
    pub as_of: Day,
    /// Published values of earlier snapshots.
    pub past: &'a Past,
    /// Reasons for score changes, in order of persons.
    pub reasons: &'a Reasons,
    /// Topics of the snapshot date.
    pub ontology: &'a Ontology,
    /// Topic scores, in order of person and topic.
    pub topics: &'a [Standing],
    /// Forecast change of the score after [`clout_model::alerts::words::SILENCE_DAYS`] without reactions, in points, by
    /// person with a new inactivity alert.
    pub silence: &'a BTreeMap<u32, f64>,
}

/// Newly shown topics and no longer shown topics, by person.
type Turns = HashMap<u32, (Vec<Topic>, Vec<Topic>)>;

/// Computes the alerts of all people, in order of person and kind.
pub fn alerts(tonight: &Tonight, news: &News) -> Result<Vec<(u32, Alert)>> {
    let turns = turns(tonight, news)?;
    let people: Vec<u32> = tonight.presences.by_person().map(|group| group[0].person).collect();
    let ids = people
        .iter()
        .map(|person| tonight.persons.ids[*person as usize].as_str());
    let before = news.past.scored(ids)?;
    let alerts_of = |(person, before): (&u32, &Option<Scored>)| -> Vec<(u32, Alert)> {
        let input = person_input(tonight, news, &turns, *person, *before);
        let alerts = of_person(&input, news.rules, news.as_of);
        alerts.into_iter().map(|alert| (*person, alert)).collect()
    };
    Ok(people.par_iter().zip(&before).flat_map_iter(alerts_of).collect())
}

fn person_input<'a>(
    tonight: &'a Tonight,
    news: &News<'a>,
    turns: &Turns,
    person: u32,
    before: Option<Scored>,
) -> Person<'a> {
    let index = person as usize;
    let score = tonight.standings.score(index).zip(tonight.intervals[index]);
    let found = news.reasons.binary_search_by_key(&person, |(other, _)| *other);
    let reasons = found.map_or(&[][..], |found| &news.reasons[found].1[..]);
    let (gained, lost) = turns.get(&person).cloned().unwrap_or_default();
    let last_active = tonight.presences.last_active_at[index].map(Day::of_micros);
    Person {
        person_id: &tonight.persons.ids[index],
        score: score.map(|(score, interval)| Scored { score, interval }),
        before,
        reasons: reasons
            .iter()
            .map(|reason| (reason.cause, reason.detail.as_str(), reason.points))
            .collect(),
        gained,
        lost,
        last_active,
        night_before: news.past.night_before(),
        silence: news.silence.get(&person).copied(),
    }
}

/// Finds topics that are shown on only one of the two dates. Returns none if one of the dates has no topics at all,
/// because then nothing can be compared.
fn turns(tonight: &Tonight, news: &News) -> Result<Turns> {
    let mut turns = Turns::new();
    if news.ontology.is_empty() {
        return Ok(turns);
    }
    let key = |standing: &Standing| (standing.row.person, news.ontology.id(standing.row.topic));
    let shown = news.topics.iter().filter(|standing| standing.is_shown);
    let shown: HashSet<(u32, &str)> = shown.map(key).collect();
    let person_of = |topic: &PastTopic| tonight.persons.find(topic.person_id);
    let may_turn = |topic: &PastTopic| {
        topic.is_shown || person_of(topic).is_some_and(|person| shown.contains(&(person, topic.topic_id)))
    };
    let Some(before) = news.past.topics(may_turn)? else {
        return Ok(turns);
    };
    let before = before
        .iter()
        .filter_map(|topic| Some(((person_of(topic)?, topic.topic_id), topic)));
    let mut before: HashMap<(u32, &str), &PastTopic> = before.collect();
    for standing in news.topics {
        let past = before.remove(&key(standing));
        let was_shown = past.is_some_and(|past| past.is_shown);
        if was_shown == standing.is_shown {
            continue;
        }
        let topic = Topic {
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
        turns.entry(person).or_default().1.push(Topic {
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

fn best_first(is_gained: bool) -> impl Fn(&Topic, &Topic) -> Ordering {
    move |a, b| {
        let scores = [b, a].map(|topic| topic.shown(is_gained));
        scores[0]
            .total_cmp(&scores[1])
            .then_with(|| a.topic_id.cmp(&b.topic_id))
    }
}

/// Builds the table.
pub fn table(tonight: &Tonight, alerts: &[(u32, Alert)]) -> Result<RecordBatch> {
    let person = |(person, _): &(u32, Alert)| tonight.persons.ids[*person as usize].as_str();
    batch(
        &ALERTS,
        vec![
            Arc::new(StringArray::from_iter_values(alerts.iter().map(person))),
            Arc::new(StringArray::from_iter_values(
                alerts.iter().map(|(_, alert)| alert.kind.word()),
            )),
            optional_measures(alerts.iter().map(|(_, alert)| alert.points).collect()),
            Arc::new(StringArray::from_iter_values(
                alerts.iter().map(|(_, alert)| &alert.message),
            )),
            Arc::new(StringArray::from_iter_values(
                alerts.iter().map(|(_, alert)| &alert.advice),
            )),
        ],
    )
}
