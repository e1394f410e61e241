//! `alerts`: what people should be told tonight.

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

/// What there is to tell from, beside tonight's standings.
pub struct News<'a> {
    /// When somebody is told.
    pub rules: &'a AlertRules,
    /// The snapshot date.
    pub as_of: Day,
    /// Earlier snapshots.
    pub past: &'a Past,
    /// Why scores moved, in order of persons.
    pub reasons: &'a Reasons,
    /// Tonight's topics.
    pub ontology: &'a Ontology,
    /// Everybody's standing on them, in order of person and topic.
    pub topics: &'a [Standing],
    /// What [`clout_model::alerts::words::SILENCE_DAYS`] of silence will cost those who fall silent tonight, in points.
    pub silence: &'a BTreeMap<u32, f64>,
}

/// By person: topics that are shown tonight and were not, and the other way round.
type Turns = HashMap<u32, (Vec<Topic>, Vec<Topic>)>;

/// Everybody's alerts, in order of person and kind.
pub fn alerts(tonight: &Tonight, news: &News) -> Result<Vec<(u32, Alert)>> {
    let turns = turns(tonight, news)?;
    let people: Vec<u32> = tonight.presences.by_person().map(|group| group[0].person).collect();
    let ids = people
        .iter()
        .map(|person| tonight.persons.ids[*person as usize].as_str());
    let before = news.past.scored(ids)?;
    let of = |(person, before): (&u32, &Option<Scored>)| -> Vec<(u32, Alert)> {
        let known = known(tonight, news, &turns, *person, *before);
        let alerts = of_person(&known, news.rules, news.as_of);
        alerts.into_iter().map(|alert| (*person, alert)).collect()
    };
    Ok(people.par_iter().zip(&before).flat_map_iter(of).collect())
}

fn known<'a>(tonight: &Tonight, news: &News<'a>, turns: &Turns, person: u32, before: Option<Scored>) -> Person<'a> {
    let place = person as usize;
    let score = tonight.standings.score(place).zip(tonight.intervals[place]);
    let found = news.reasons.binary_search_by_key(&person, |(other, _)| *other);
    let reasons = found.map_or(&[][..], |found| &news.reasons[found].1[..]);
    let (gained, lost) = turns.get(&person).cloned().unwrap_or_default();
    let last_active = tonight.presences.last_active_at[place].map(Day::of_micros);
    Person {
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

/// Whose topics turned. Nobody's where one of the two nights has no topics at all: nothing can be told then.
fn turns(tonight: &Tonight, news: &News) -> Result<Turns> {
    let mut turns = Turns::new();
    if news.ontology.is_empty() {
        return Ok(turns);
    }
    let key = |standing: &Standing| (standing.row.person, news.ontology.id(standing.row.topic));
    let shown = news.topics.iter().filter(|standing| standing.is_shown);
    let shown: HashSet<(u32, &str)> = shown.map(key).collect();
    let place = |topic: &PastTopic| tonight.persons.find(topic.person_id);
    let may_turn = |topic: &PastTopic| {
        topic.is_shown || place(topic).is_some_and(|person| shown.contains(&(person, topic.topic_id)))
    };
    let Some(before) = news.past.topics(may_turn)? else {
        return Ok(turns);
    };
    let before = before
        .iter()
        .filter_map(|topic| Some(((place(topic)?, topic.topic_id), topic)));
    let mut before: HashMap<(u32, &str), &PastTopic> = before.collect();
    for standing in news.topics {
        let then = before.remove(&key(standing));
        let was_shown = then.is_some_and(|then| then.is_shown);
        if was_shown == standing.is_shown {
            continue;
        }
        let topic = Topic {
            topic_id: news.ontology.id(standing.row.topic).to_owned(),
            before: then.map(|then| then.score),
            after: Some(standing.row.score()),
            sources: (standing.reactors, standing.endorsers),
        };
        let (gained, lost) = turns.entry(standing.row.person).or_default();
        let list = if standing.is_shown { gained } else { lost };
        list.push(topic);
    }
    // What is left has no row tonight, and was shown.
    for ((person, topic_id), then) in before {
        turns.entry(person).or_default().1.push(Topic {
            topic_id: topic_id.to_owned(),
            before: Some(then.score),
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

/// The table.
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
