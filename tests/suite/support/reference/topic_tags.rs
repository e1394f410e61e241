//! Which tags are named as evidence: the latest, day by day.

use std::collections::{BTreeMap, BTreeSet};

use clout_base::day::Day;

use super::people::People;
use super::settle::Act;
use super::topics::{About, KEPT, Tag, Topics, describes_object};
use super::{Account, verb_weight};

impl Topics {
    /// A tag is evidence for the actor, and where it describes an object of somebody else for them, too. Day by day the
    /// latest are kept, and those go that have to do with somebody who has left.
    pub fn add_tags(&mut self, people: &People, about: &[About], as_of: Day) {
        type Whose = (Account, String, bool);
        let mut kept: BTreeMap<Whose, Vec<Tag>> = BTreeMap::new();
        let dates: BTreeSet<i32> = about.iter().map(|(act, ..)| act.load_date).collect();
        let (first, last) = (dates.first().copied().unwrap_or(as_of.0), as_of.0);
        for day in first..=last {
            for (act, own, _) in about.iter().filter(|(act, ..)| act.load_date == day) {
                for (account, tag) in named_by(people, act) {
                    for topic in own {
                        let whose = (account.clone(), topic.clone(), tag.is_own);
                        kept.entry(whose).or_default().push(tag.clone());
                    }
                }
            }
            for ((account, ..), tags) in &mut kept {
                *tags = latest(tags);
                let is_gone = |account: &Account| people.is_gone(account, day);
                tags.retain(|tag| !is_gone(account) && !tag.other.as_ref().is_some_and(is_gone));
            }
        }
        for ((account, topic, _), tags) in kept {
            let person = people.person(&account);
            let is_own = |tag: &Tag| tag.other.as_ref().is_some_and(|other| people.person(other) == person);
            let tags = tags.into_iter().filter(|tag| !is_own(tag));
            let mut all = self.tags.remove(&(person.clone(), topic.clone())).unwrap_or_default();
            all.extend(tags);
            self.tags.insert((person, topic), all);
        }
        for tags in self.tags.values_mut() {
            let (own, others): (Vec<Tag>, Vec<Tag>) = tags.drain(..).partition(|tag| tag.is_own);
            *tags = [latest(&own), latest(&others)].concat();
        }
    }
}

/// Whose evidence the tags of a row are.
fn named_by(people: &People, act: &Act) -> Vec<(Account, Tag)> {
    let id = act.object_id().unwrap_or_else(|| act.id.clone());
    let tag = |is_own: bool, weight: f64, other: Option<Account>| Tag {
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

/// The latest of one side, each id once with its latest act; of one time the lesser id, of one id the greater weight.
fn latest(tags: &[Tag]) -> Vec<Tag> {
    let mut tags = tags.to_vec();
    tags.sort_by(|a, b| {
        (b.at.cmp(&a.at))
            .then_with(|| a.id.cmp(&b.id))
            .then(b.weight.total_cmp(&a.weight))
            .then_with(|| a.other.cmp(&b.other))
    });
    let mut kept: Vec<Tag> = Vec::new();
    for tag in tags {
        if kept.len() < KEPT && kept.iter().all(|other| other.id != tag.id) {
            kept.push(tag);
        }
    }
    kept
}
