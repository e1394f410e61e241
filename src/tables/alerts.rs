//! `alerts`: what people should be told tonight.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use rayon::prelude::*;

use super::past::Past;
use super::score_changes::Reasons;
use super::{Tonight, batch, optional_measures};
use crate::alerts::{Alert, AlertRules, Person, Scored, Topic, of_person};
use crate::day::Day;
use crate::error::Result;
use crate::ontology::Ontology;
use crate::schema::ALERTS;
use crate::topics::standing::Standing;

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
    /// What [`crate::alerts::words::SILENCE_DAYS`] of silence will cost those who fall silent tonight, in points.
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
        silence: news.silence.get(&person).copied(),
    }
}

/// Whose topics turned. Nobody's where one of the two nights has no topics at all: nothing can be told then.
fn turns(tonight: &Tonight, news: &News) -> Result<Turns> {
    let mut turns = Turns::new();
    let Some(before) = news.past.shown_topics()?.filter(|_| !news.ontology.is_empty()) else {
        return Ok(turns);
    };
    let topic = |standing: &Standing| Topic {
        topic_id: news.ontology.id(standing.row.topic).to_owned(),
        score: standing.row.score(),
        sources: (standing.reactors, standing.endorsers),
    };
    let mut left: HashMap<(u32, &str), f64> = HashMap::with_capacity(before.len());
    for shown in before {
        if let Some(person) = tonight.persons.find(shown.person_id) {
            left.insert((person, shown.topic_id), shown.score);
        }
    }
    for standing in news.topics {
        let Some(before) = left.remove(&(standing.row.person, news.ontology.id(standing.row.topic))) else {
            if standing.is_shown {
                turns.entry(standing.row.person).or_default().0.push(topic(standing));
            }
            continue;
        };
        if !standing.is_shown {
            let lost = Topic {
                score: before,
                ..topic(standing)
            };
            turns.entry(standing.row.person).or_default().1.push(lost);
        }
    }
    for ((person, topic_id), score) in left {
        let (topic_id, sources) = (topic_id.to_owned(), (0, 0));
        turns.entry(person).or_default().1.push(Topic {
            topic_id,
            score,
            sources,
        });
    }
    let order = |a: &Topic, b: &Topic| b.score.total_cmp(&a.score).then_with(|| a.topic_id.cmp(&b.topic_id));
    for (gained, lost) in turns.values_mut() {
        gained.sort_by(order);
        lost.sort_by(order);
    }
    Ok(turns)
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
