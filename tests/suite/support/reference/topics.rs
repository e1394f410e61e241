//! What rows say about topics, all at once: who has to do with which, what was done about it, and by whom.
//!
//! Tags alone, and each is the id of a topic: how words become topics is tested where that is done.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clout::day::Day;

use super::people::People;
use super::settle::{Act, BETA_DAY, CROWD, FLOOD, Settled};
use super::{Account, CO_VISIT, DAY, remembered, verb_weight};
use crate::support::days::time;
use crate::support::topics::Words;
use crate::support::warehouse::Warehouse;

/// Half-life of reactions and acts, and of endorsements, in days.
const HALF_LIVES: [f64; 2] = [30.0, 90.0];
/// Load dates for which the topics of a post and the id of an endorsement are known.
const KNOWN_FOR: i32 = 30;
/// Topics of one row above which it tells nothing of neighbours.
const MOST_TOGETHER: usize = 12;
/// Tags of an account's own that are kept, and as many by others.
const KEPT: usize = 2;

/// Person and topic.
pub type Claim = (String, String);

/// What is known at the snapshot date.
#[derive(Default)]
pub struct Topics {
    /// By claim: faded acts of the person, and those that were words to others.
    pub acts: BTreeMap<Claim, (f64, f64)>,
    /// By target's claim and actor: what reactions left.
    pub reactions: BTreeMap<(Claim, String), f64>,
    /// By target's claim and actor: what endorsements left, and the id of the latest.
    pub endorsements: BTreeMap<(Claim, String), (f64, String)>,
    /// Rows about both topics.
    pub together: BTreeMap<(String, String), f64>,
    /// By claim: the latest tags of the person's own rows, and those by others.
    pub tags: BTreeMap<Claim, Vec<Tag>>,
    /// By topic: the distinct topics above it, with their distance.
    pub above: BTreeMap<String, BTreeMap<String, i32>>,
    /// The end of the snapshot date.
    pub end: i64,
}

/// A row that names a topic by a tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    pub at: i64,
    pub id: String,
    pub weight: f64,
    pub is_own: bool,
    /// Who acted on the account, or on whom it acted.
    other: Option<Account>,
    /// The person behind it.
    pub by: String,
}

/// A sum of one load date, with its value at the snapshot date.
#[derive(Clone)]
struct Part {
    load_date: i32,
    worth: f64,
}

/// What is left of 1 after so long.
pub fn left(micros: i64, half_life_days: f64) -> f64 {
    0.5_f64.powf(micros as f64 / DAY as f64 / half_life_days)
}

/// (1 + b) s / (s + b).
pub fn saturated(s: f64, b: f64) -> f64 {
    (1.0 + b) * s / (s + b)
}

fn selectivity(targets: usize) -> f64 {
    let others = (targets - 1) as f64;
    1.0 / (1.0 + others / CROWD + (others / FLOOD).powi(2))
}

impl Topics {
    /// Everything that was delivered until `as_of`; `present` are the persons of tonight.
    pub fn of(
        warehouse: &Warehouse,
        (people, present): (&People, &BTreeSet<&String>),
        settled: &Settled,
        as_of: Day,
    ) -> Topics {
        let mut topics = Topics {
            end: i64::from(as_of.0 + 1) * DAY,
            ..Topics::default()
        };
        let ids: BTreeSet<&String> = warehouse.topics.iter().filter_map(|row| row[0].as_ref()).collect();
        for id in &ids {
            topics.above.insert((*id).clone(), above(warehouse, id));
        }
        let acts: Vec<&Act> = settled.posts.iter().chain(&settled.reactions).collect();
        let posts: Vec<&Act> = settled.posts.iter().collect();
        let mut about: Vec<(&Act, BTreeSet<String>, BTreeSet<String>)> = Vec::new();
        let is_to_oneself = |act: &Act| act.target_account() == Some(act.actor());
        for act in acts
            .into_iter()
            .filter(|act| act.verb != CO_VISIT && !is_to_oneself(act))
        {
            let own: BTreeSet<String> = act.tags().into_iter().filter(|tag| ids.contains(tag)).collect();
            let objects = objects_of(act, &own, &posts, &ids);
            about.push((act, own, objects));
        }
        topics.add_acts(people, &about, as_of);
        topics.add_tags(people, &about, as_of);
        topics.add_reactions(people, &about, as_of);
        topics.add_endorsements(warehouse, &|id| named(people, present, id), &ids, as_of);
        topics
    }

    fn add_acts(&mut self, people: &People, about: &[(&Act, BTreeSet<String>, BTreeSet<String>)], as_of: Day) {
        type Whose<'a> = (Account, Option<Account>, &'a String);
        let mut parts: BTreeMap<Whose, Vec<(Part, bool)>> = BTreeMap::new();
        for (act, own, objects) in about {
            let all: BTreeSet<&String> = own.union(objects).collect();
            for topic in &all {
                let part = Part {
                    load_date: act.load_date,
                    worth: left(self.end - act.at, HALF_LIVES[0]),
                };
                let is_given = act.object.is_some() && objects.contains(*topic);
                let whose = (act.actor(), act.target_account(), *topic);
                parts.entry(whose).or_default().push((part, is_given));
                for other in all.iter().filter(|_| all.len() <= MOST_TOGETHER) {
                    let pair = ((*topic).clone(), (*other).clone());
                    *self.together.entry(pair).or_default() += 1.0;
                }
            }
        }
        for ((account, target, topic), parts) in parts {
            let parts = remembered(&parts, |(part, _)| part.load_date, as_of.0);
            let person = people.person(&account);
            let is_out = target.iter().chain([&account]).any(|account| people.is_out(account));
            let is_own = target.as_ref().is_some_and(|target| people.person(target) == person);
            if !parts.is_empty() && !is_out && !is_own {
                let sums = self.acts.entry((person, topic.clone())).or_default();
                sums.0 += parts.iter().map(|(part, _)| part.worth).sum::<f64>();
                let given = parts.iter().filter(|(_, given)| *given);
                sums.1 += given.map(|(part, _)| part.worth).sum::<f64>();
            }
        }
    }

    /// A tag is evidence for the actor, and where it describes an object of somebody else for them, too. Day by day the
    /// latest are kept, and those go that have to do with somebody who has left.
    fn add_tags(&mut self, people: &People, about: &[(&Act, BTreeSet<String>, BTreeSet<String>)], as_of: Day) {
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

    fn add_reactions(&mut self, people: &People, about: &[(&Act, BTreeSet<String>, BTreeSet<String>)], as_of: Day) {
        type ActorDay = (Account, i32, i64);
        let mut targets: HashMap<ActorDay, BTreeSet<Account>> = HashMap::new();
        let mut days: BTreeMap<(ActorDay, Account, &String), Vec<&Act>> = BTreeMap::new();
        for (act, _, objects) in about {
            for topic in objects {
                let (day, target) = (
                    (act.actor(), act.load_date, act.day()),
                    act.target_account().expect("a target"),
                );
                targets.entry(day.clone()).or_default().insert(target.clone());
                days.entry((day, target, topic)).or_default().push(act);
            }
        }
        let mut pairs: BTreeMap<(Account, Account, &String), Vec<Part>> = BTreeMap::new();
        for ((day, target, topic), acts) in days {
            let sum: f64 = acts.iter().filter_map(|act| verb_weight(&act.network, &act.verb)).sum();
            let latest = acts.iter().map(|act| act.at).max().expect("an act");
            let worth = selectivity(targets[&day].len()) * saturated(sum, BETA_DAY);
            let part = Part {
                load_date: day.1,
                worth: worth * left(self.end - latest, HALF_LIVES[0]),
            };
            pairs.entry((day.0, target, topic)).or_default().push(part);
        }
        for ((actor, target, topic), parts) in pairs {
            let parts = remembered(&parts, |part| part.load_date, as_of.0);
            let (reactor, person) = (people.person(&actor), people.person(&target));
            if parts.is_empty() || reactor == person || people.is_out(&actor) || people.is_out(&target) {
                continue;
            }
            let sum = self.reactions.entry(((person, topic.clone()), reactor)).or_default();
            *sum += parts.iter().map(|part| part.worth).sum::<f64>();
        }
    }

    fn add_endorsements(
        &mut self,
        warehouse: &Warehouse,
        named: &dyn Fn(&str) -> Option<String>,
        ids: &BTreeSet<&String>,
        as_of: Day,
    ) {
        let mut delivered: HashMap<String, i32> = HashMap::new();
        let mut days: BTreeMap<(String, i32, i64), Vec<(String, String, i64, String, f64)>> = BTreeMap::new();
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

/// The person of an id that was delivered: its own, or the owner of the account of that name; none if they are out.
fn named(people: &People, present: &BTreeSet<&String>, id: &str) -> Option<String> {
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

/// Whether the tags of a reaction are its object's: on three networks those of words are the writer's alone.
fn describes_object(act: &Act) -> bool {
    let is_social = ["twitter", "facebook", "linkedin"].contains(&act.network.as_str());
    !(is_social && ["reply", "mention", "quote", "comment"].contains(&act.verb.as_str()))
}

/// The topics of what somebody reacted to: the tags that describe it, or what its author's posts of it were about.
fn objects_of(act: &Act, own: &BTreeSet<String>, posts: &[&Act], ids: &BTreeSet<&String>) -> BTreeSet<String> {
    let Some(target) = act.target_account().filter(|target| *target != act.actor()) else {
        return BTreeSet::new();
    };
    if describes_object(act) && !own.is_empty() {
        return own.clone();
    }
    let Some(object) = act.object_id() else {
        return BTreeSet::new();
    };
    let is_of_it = |post: &&&Act| {
        post.actor() == target && post.object_id().as_ref() == Some(&object) && post.load_date <= act.load_date
    };
    let mut of_it: BTreeMap<i32, BTreeSet<String>> = BTreeMap::new();
    for post in posts.iter().filter(is_of_it) {
        let tags = post.tags().into_iter().filter(|tag| ids.contains(tag));
        of_it.entry(post.load_date).or_default().extend(tags);
    }
    of_it.retain(|_, tags| !tags.is_empty());
    let (mut known, mut last) = (BTreeSet::new(), i32::MIN / 2);
    for (load_date, tags) in of_it {
        if load_date - last > KNOWN_FOR {
            known.clear();
        }
        known.extend(tags);
        last = load_date;
    }
    if act.load_date - last <= KNOWN_FOR {
        known
    } else {
        BTreeSet::new()
    }
}

/// Every topic above one, with the fewest steps.
fn above(warehouse: &Warehouse, topic: &str) -> BTreeMap<String, i32> {
    let mut found: BTreeMap<String, i32> = BTreeMap::new();
    let mut level = BTreeSet::from([topic.to_owned()]);
    for steps in 1.. {
        let edges = warehouse.topic_edges.iter();
        let parents = edges.filter(|edge| level.contains(edge[1].as_ref().expect("a child")));
        level = parents.map(|edge| edge[0].clone().expect("a parent")).collect();
        level.retain(|parent| !found.contains_key(parent));
        if level.is_empty() {
            break;
        }
        found.extend(level.iter().map(|parent| (parent.clone(), steps)));
    }
    found
}
