//! Selects the tags that are named as evidence: the latest, day by day.

use std::collections::{BTreeMap, BTreeSet};

use clout_base::day::Day;

use super::counted_acts::Act;
use super::people::PeopleMap;
use super::topics::{ActTopics, KEPT, TopicSums, TopicTag, describes_object};
use super::{Account, verb_weight};

impl TopicSums {
    /// Adds tags as evidence for the actor, and for the author of an object that the tag describes. Keeps the latest
    /// day by day, and removes those with an opted-out person.
    pub fn add_tags(&mut self, people: &PeopleMap, about: &[ActTopics], as_of: Day) {
        type Whose = (Account, String, bool);
        let mut kept: BTreeMap<Whose, Vec<TopicTag>> = BTreeMap::new();
        let dates: BTreeSet<i32> = about.iter().map(|(act, ..)| act.load_date).collect();
        let (first, last) = (dates.first().copied().unwrap_or(as_of.0), as_of.0);
        for day in first..=last {
            for (act, own, _) in about.iter().filter(|(act, ..)| act.load_date == day) {
                for (account, tag) in credit_tags(people, act) {
                    for topic in own {
                        let whose = (account.clone(), topic.clone(), tag.is_own);
                        kept.entry(whose).or_default().push(tag.clone());
                    }
                }
            }
            for ((account, ..), tags) in &mut kept {
                *tags = latest(tags);
                let is_excluded = |account: &Account| people.was_opted_out(account, day);
                tags.retain(|tag| !is_excluded(account) && !tag.other.as_ref().is_some_and(is_excluded));
            }
        }
        for ((account, topic, _), tags) in kept {
            let person = people.person(&account);
            let is_own = |tag: &TopicTag| tag.other.as_ref().is_some_and(|other| people.person(other) == person);
            let tags = tags.into_iter().filter(|tag| !is_own(tag));
            let mut all = self.tags.remove(&(person.clone(), topic.clone())).unwrap_or_default();
            all.extend(tags);
            self.tags.insert((person, topic), all);
        }
        for tags in self.tags.values_mut() {
            let (own, others): (Vec<TopicTag>, Vec<TopicTag>) = tags.drain(..).partition(|tag| tag.is_own);
            *tags = [latest(&own), latest(&others)].concat();
        }
    }
}

/// Returns the accounts credited with the tags of a row.
fn credit_tags(people: &PeopleMap, act: &Act) -> Vec<(Account, TopicTag)> {
    let id = act.object_id().unwrap_or_else(|| act.id.clone());
    let tag = |is_own: bool, weight: f64, other: Option<Account>| TopicTag {
        at: act.at,
        id: id.clone(),
        weight,
        is_own,
        other,
        by: people.person(&act.actor()),
    };
    let mut named = vec![(act.actor(), tag(true, 1.0, act.target_account()))];
    if let Some(target) = act.target_account().filter(|_| describes_object(act)) {
        let weight = verb_weight(&act.network, &act.verb).unwrap_or(0.0);
        named.push((target, tag(false, weight, Some(act.actor()))));
    }
    named
}

/// Returns the latest of one side, each id once with its latest act; ties on time go to the lesser id, and of one id to
/// the greater weight.
fn latest(tags: &[TopicTag]) -> Vec<TopicTag> {
    let mut tags = tags.to_vec();
    tags.sort_by(|a, b| {
        (b.at.cmp(&a.at))
            .then_with(|| a.id.cmp(&b.id))
            .then(b.weight.total_cmp(&a.weight))
            .then_with(|| a.other.cmp(&b.other))
    });
    let mut kept: Vec<TopicTag> = Vec::new();
    for tag in tags {
        if kept.len() < KEPT && kept.iter().all(|other| other.id != tag.id) {
            kept.push(tag);
        }
    }
    kept
}
