//! What endorsements are worth, and who is meant by them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clout_base::day::Day;

use super::people::People;
use super::settle::BETA_DAY;
use super::topics::{HALF_LIVES, KNOWN_FOR, Part, Topics, left, saturated, selectivity};
use super::{DAY, remembered};
use crate::support::days::time;
use crate::support::topics::Words;
use crate::support::warehouse::Warehouse;

impl Topics {
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
        type Praise = BTreeMap<(String, String, String), (Vec<Part>, (i64, String))>;
        let mut words = Praise::new();
        for ((endorser, load_date, _), all) in days {
            let endorsees: BTreeSet<&String> = all.iter().map(|(endorsee, ..)| endorsee).collect();
            for key in all.iter().map(|(who, topic, ..)| (who, topic)).collect::<BTreeSet<_>>() {
                let same: Vec<_> = all.iter().filter(|(who, topic, ..)| (who, topic) == key).collect();
                let latest = same
                    .iter()
                    .map(|(_, _, at, id, _)| (*at, id.clone()))
                    .max()
                    .expect("one");
                let sum: f64 = same.iter().map(|(.., weight)| weight).sum();
                let worth = selectivity(endorsees.len()) * saturated(sum, BETA_DAY);
                let word = words
                    .entry((key.0.clone(), key.1.clone(), endorser.clone()))
                    .or_default();
                word.0.push(Part {
                    load_date,
                    worth: worth * left(self.end - latest.0, HALF_LIVES[1]),
                });
                word.1 = word.1.clone().max(latest);
            }
        }
        for ((endorsee, topic, endorser), (parts, (_, id))) in words {
            let (person, actor) = (named(&endorsee), named(&endorser));
            if let (Some(person), Some(actor)) = (person, actor)
                && person != actor
            {
                let worth: f64 = remembered(&parts, |part| part.load_date, as_of.0)
                    .iter()
                    .map(|part| part.worth)
                    .sum();
                // Under several ids of theirs: the word that counts most.
                let word = self.endorsements.entry(((person, topic), actor)).or_default();
                *word = (word.0.max(worth), id);
            }
        }
    }
}

/// The person of an id that was delivered: its own, or the owner of the account of that name; none if they are out.
pub fn named(people: &People, present: &BTreeSet<&String>, id: &str) -> Option<String> {
    let account = id
        .split_once(':')
        .map(|(network, id)| (network.to_owned(), id.to_owned()));
    if people.has_left(id) || account.as_ref().is_some_and(|account| people.is_out(account)) {
        return None;
    }
    let is_present = |id: &String| present.contains(id);
    let owner = || account.map(|account| people.person(&account)).filter(is_present);
    Some(id.to_owned()).filter(is_present).or_else(owner)
}
