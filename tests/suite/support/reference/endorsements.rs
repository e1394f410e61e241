//! Computes the worth of endorsements, and resolves the people in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clout_base::day::Day;

use super::counted_acts::BETA_DAY;
use super::people::PeopleMap;
use super::topics::{
    DatedSum, HALF_LIVES, KNOWN_FOR, PersonTopic, TopicSums, decay, keep_periods, saturate, selectivity,
};
use super::{DAY, FORGOTTEN_AFTER};
use crate::support::days::time;
use crate::support::topics::Words;
use crate::support::warehouse::Warehouse;

impl TopicSums {
    pub fn add_endorsements(
        &mut self,
        warehouse: &Warehouse,
        named: &dyn Fn(&str) -> Option<String>,
        ids: &BTreeSet<&String>,
        as_of: Day,
    ) {
        /// Endorsee, topic, time, id and weight.
        type Word = (String, String, i64, String, f64);
        let mut delivered: HashMap<String, i32> = HashMap::new();
        let mut days: BTreeMap<(String, i32, i64), Vec<Word>> = BTreeMap::new();
        for (date, rows) in warehouse.endorsements.range(..=as_of) {
            let mut rows: Vec<_> = rows.iter().collect();
            let order = |row: &Words| {
                let at = row[1].as_ref().map(|at| time(*date, at));
                (row[0].clone(), at, row[2..5].to_vec())
            };
            rows.sort_by_key(|row| order(row));
            for row in rows {
                let word = |index: usize| row[index].clone().expect("a whole row");
                let [id, at, endorser, endorsee, topic] = [0, 1, 2, 3, 4].map(word);
                let last = delivered.insert(id.clone(), date.0);
                let is_copy = last.is_some_and(|last| date.0 - last <= KNOWN_FOR);
                if !is_copy && endorser != endorsee && ids.contains(&topic) {
                    let at = time(*date, &at);
                    let weight = row[5].as_ref().map_or(1.0, |weight| weight.parse().expect("a number"));
                    let day = days.entry((endorser, date.0, at.div_euclid(DAY))).or_default();
                    day.push((endorsee, topic, at, id, f64::min(weight, 1.0)));
                }
            }
        }
        /// By (endorsee, topic, endorser): the parts, and the latest of them.
        type Praise = BTreeMap<(String, String, String), (Vec<DatedSum>, (i64, String))>;
        let mut words = Praise::new();
        for ((endorser, _, day), all) in days {
            let endorsees: BTreeSet<&String> = all.iter().map(|(endorsee, ..)| endorsee).collect();
            for key in all
                .iter()
                .map(|(endorsee, topic, ..)| (endorsee, topic))
                .collect::<BTreeSet<_>>()
            {
                let same: Vec<_> = all
                    .iter()
                    .filter(|(endorsee, topic, ..)| (endorsee, topic) == key)
                    .collect();
                let latest = same
                    .iter()
                    .map(|(_, _, at, id, _)| (*at, id.clone()))
                    .max()
                    .expect("one");
                let sum: f64 = same.iter().map(|(.., weight)| weight).sum();
                let worth = selectivity(endorsees.len()) * saturate(sum, BETA_DAY);
                let word = words
                    .entry((key.0.clone(), key.1.clone(), endorser.clone()))
                    .or_default();
                word.0.push(DatedSum {
                    day,
                    worth: worth * decay(self.end - latest.0, HALF_LIVES[1]),
                    lasting: 0.0,
                });
                word.1 = word.1.clone().max(latest);
            }
        }
        let mut last: BTreeMap<(PersonTopic, String), (i64, String)> = BTreeMap::new();
        for ((endorsee, topic, endorser), (parts, latest)) in words {
            let (person, actor) = (named(&endorsee), named(&endorser));
            if let (Some(person), Some(actor)) = (person, actor)
                && person != actor
            {
                let kept = keep_periods(&parts, as_of, FORGOTTEN_AFTER);
                if kept.is_empty() {
                    continue;
                }
                let worth: f64 = kept.iter().map(|part| part.worth).sum();
                // Of several ids of one person, the endorsement with the greatest worth counts, and the latest is named.
                let key = ((person, topic), actor);
                let named = last.entry(key.clone()).or_default();
                *named = named.clone().max(latest);
                let word = self.endorsements.entry(key).or_default();
                *word = (word.0.max(worth), named.1.clone());
            }
        }
    }
}

/// Returns the person of a delivered id: the id itself, or the owner of the account of that name; none if opted out.
pub fn resolve_person(people: &PeopleMap, present: &BTreeSet<&String>, id: &str) -> Option<String> {
    let account = id
        .split_once(':')
        .map(|(network, id)| (network.to_owned(), id.to_owned()));
    if people.is_opted_out_person(id) || account.as_ref().is_some_and(|account| people.is_opted_out(account)) {
        return None;
    }
    let is_present = |id: &String| present.contains(id);
    let owner = || account.map(|account| people.person(&account)).filter(is_present);
    Some(id.to_owned()).filter(is_present).or_else(owner)
}
