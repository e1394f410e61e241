//! Computes sums of acts, reactions and endorsements by topic, from all rows at once.
//!
//! Uses tags alone, each the id of a topic; other tests cover how texts match topics.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clout_base::day::Day;

use super::counted_acts::{Act, BETA_DAY, CROWD, CountedActs, FLOOD};
use super::endorsements::resolve_person;
use super::people::PeopleMap;
use super::{Account, CO_VISIT, DAY, FORGOTTEN_AFTER, verb_weight};
use crate::support::warehouse::Warehouse;

/// Half-life of reactions and acts, and of endorsements, in days.
pub const HALF_LIVES: [f64; 2] = [30.0, 90.0];
/// Half-life of what lasts of reactions and texts, in days, and its share.
const LASTING: (f64, f64) = (1080.0, 0.25);
/// Days after which reactions and texts to others are forgotten.
const LASTING_FOR: i32 = 2160;
/// Load dates for which the topics of a post and the id of an endorsement are known.
pub const KNOWN_FOR: i32 = 30;
/// Number of topics of one row above which the row does not connect topics.
const MOST_TOGETHER: usize = 12;
/// Number of tags kept of an account's own, and as many by others.
pub const KEPT: usize = 2;

/// A row, its own topics, and the topics of the object that it reacts to.
pub type ActTopics<'a> = (&'a Act, BTreeSet<String>, BTreeSet<String>);

/// Person and topic.
pub type PersonTopic = (String, String);

/// Sums at the snapshot date.
#[derive(Default)]
pub struct TopicSums {
    /// By person and topic: decayed acts of the person.
    pub acts: BTreeMap<PersonTopic, f64>,
    /// By person, topic and target: texts to the target in reactions on the topic, of which a share lasts.
    pub given: BTreeMap<(PersonTopic, String), f64>,
    /// By target, topic and actor: decayed reactions.
    pub reactions: BTreeMap<(PersonTopic, String), f64>,
    /// By target, topic and actor: the same, of which a share lasts.
    pub lasting_reactions: BTreeMap<(PersonTopic, String), f64>,
    /// By target, topic and actor: decayed endorsements, and the id of the latest.
    pub endorsements: BTreeMap<(PersonTopic, String), (f64, String)>,
    /// Number of rows about both topics.
    pub together: BTreeMap<(String, String), f64>,
    /// By person and topic: the latest tags of the person's own rows, and those by others.
    pub tags: BTreeMap<PersonTopic, Vec<TopicTag>>,
    /// By topic: the distinct topics above it, with their distance.
    pub above: BTreeMap<String, BTreeMap<String, i32>>,
    /// End of the snapshot date.
    pub end: i64,
}

/// A row that names a topic by a tag.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicTag {
    pub at: i64,
    pub id: String,
    pub weight: f64,
    pub is_own: bool,
    /// The other account of the act: its target or its actor.
    pub other: Option<Account>,
    /// Person that acted.
    pub by: String,
}

/// Worth at the snapshot date of acts of one day.
#[derive(Clone)]
pub struct DatedSum {
    /// Day of the acts.
    pub day: i64,
    pub worth: f64,
    /// Worth of which a share lasts.
    pub lasting: f64,
}

/// Days of a period, after which acts are forgotten together.
const PERIOD_DAYS: i64 = 30;

/// Computes the decay of 1 after this time if a share of it lasts.
fn decay_lasting(micros: i64) -> f64 {
    (1.0 - LASTING.1) * decay(micros, HALF_LIVES[0]) + LASTING.1 * decay(micros, LASTING.0)
}

/// Returns the sums of periods with a day in the last `days` days.
pub fn keep_periods(parts: &[DatedSum], as_of: Day, days: i32) -> Vec<&DatedSum> {
    let last_day = |part: &DatedSum| (part.day.div_euclid(PERIOD_DAYS) + 1) * PERIOD_DAYS - 1;
    let is_kept = |part: &&DatedSum| i64::from(as_of.0) - last_day(part) < i64::from(days);
    parts.iter().filter(is_kept).collect()
}

/// Computes the decay of 1 after this time.
pub fn decay(micros: i64, half_life_days: f64) -> f64 {
    0.5_f64.powf(micros as f64 / DAY as f64 / half_life_days)
}

/// Computes (1 + b) s / (s + b).
pub fn saturate(s: f64, b: f64) -> f64 {
    (1.0 + b) * s / (s + b)
}

pub fn selectivity(targets: usize) -> f64 {
    let others = (targets - 1) as f64;
    1.0 / (1.0 + others / CROWD + (others / FLOOD).powi(2))
}

impl TopicSums {
    /// Sums all rows delivered until `as_of`; `present` are the persons at the snapshot date.
    pub fn new(
        warehouse: &Warehouse,
        (people, present): (&PeopleMap, &BTreeSet<&String>),
        counted: &CountedActs,
        as_of: Day,
    ) -> TopicSums {
        let mut topics = TopicSums {
            end: i64::from(as_of.0 + 1) * DAY,
            ..TopicSums::default()
        };
        let ids: BTreeSet<&String> = warehouse.topics.iter().filter_map(|row| row[0].as_ref()).collect();
        for id in &ids {
            topics.above.insert((*id).clone(), topics_above(warehouse, id));
        }
        let acts: Vec<&Act> = counted.posts.iter().chain(&counted.reactions).collect();
        let posts: Vec<&Act> = counted.posts.iter().collect();
        let mut about: Vec<ActTopics> = Vec::new();
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
        topics.add_endorsements(warehouse, &|id| resolve_person(people, present, id), &ids, as_of);
        topics
    }

    fn add_acts(&mut self, people: &PeopleMap, about: &[ActTopics], as_of: Day) {
        /// Actor, target, topic, and true for a text in a reaction on the topic.
        type ActKey<'a> = (Account, Option<Account>, &'a String, bool);
        let mut parts: BTreeMap<ActKey, Vec<DatedSum>> = BTreeMap::new();
        for (act, own, objects) in about {
            let all: BTreeSet<&String> = own.union(objects).collect();
            for topic in &all {
                let part = DatedSum {
                    day: act.day(),
                    worth: decay(self.end - act.at, HALF_LIVES[0]),
                    lasting: decay_lasting(self.end - act.at),
                };
                let is_given = act.object.is_some() && objects.contains(*topic);
                let key = (act.actor(), act.target_account(), *topic, is_given);
                parts.entry(key).or_default().push(part);
                for other in all.iter().filter(|_| all.len() <= MOST_TOGETHER) {
                    let pair = ((*topic).clone(), (*other).clone());
                    *self.together.entry(pair).or_default() += 1.0;
                }
            }
        }
        for ((account, target, topic, is_given), parts) in parts {
            let days = if target.is_some() { LASTING_FOR } else { FORGOTTEN_AFTER };
            let parts = keep_periods(&parts, as_of, days);
            let person = people.person(&account);
            let is_out = target
                .iter()
                .chain([&account])
                .any(|account| people.is_opted_out(account));
            let is_own = target.as_ref().is_some_and(|target| people.person(target) == person);
            if !parts.is_empty() && !is_out && !is_own {
                let sum: f64 = parts.iter().map(|part| part.worth).sum();
                *self.acts.entry((person.clone(), topic.clone())).or_default() += sum;
                if let Some(target) = target.filter(|_| is_given) {
                    let key = ((person, topic.clone()), people.person(&target));
                    *self.given.entry(key).or_default() += parts.iter().map(|part| part.lasting).sum::<f64>();
                }
            }
        }
    }

    fn add_reactions(&mut self, people: &PeopleMap, about: &[ActTopics], as_of: Day) {
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
        let mut pairs: BTreeMap<(Account, Account, &String), Vec<DatedSum>> = BTreeMap::new();
        for ((day, target, topic), acts) in days {
            let sum: f64 = acts.iter().filter_map(|act| verb_weight(&act.network, &act.verb)).sum();
            let latest = acts.iter().map(|act| act.at).max().expect("an act");
            let worth = selectivity(targets[&day].len()) * saturate(sum, BETA_DAY);
            let part = DatedSum {
                day: day.2,
                worth: worth * decay(self.end - latest, HALF_LIVES[0]),
                lasting: worth * decay_lasting(self.end - latest),
            };
            pairs.entry((day.0, target, topic)).or_default().push(part);
        }
        for ((actor, target, topic), parts) in pairs {
            let parts = keep_periods(&parts, as_of, LASTING_FOR);
            let (reactor, person) = (people.person(&actor), people.person(&target));
            if parts.is_empty() || reactor == person || people.is_opted_out(&actor) || people.is_opted_out(&target) {
                continue;
            }
            let key = ((person, topic.clone()), reactor);
            *self.reactions.entry(key.clone()).or_default() += parts.iter().map(|part| part.worth).sum::<f64>();
            let lasting = self.lasting_reactions.entry(key).or_default();
            *lasting += parts.iter().map(|part| part.lasting).sum::<f64>();
        }
    }
}

/// Returns true if the tags of a reaction describe its object. On three networks the tags of a text belong to its
/// writer.
pub fn describes_object(act: &Act) -> bool {
    let is_social = ["twitter", "facebook", "linkedin"].contains(&act.network.as_str());
    !(is_social && ["reply", "mention", "quote", "comment"].contains(&act.verb.as_str()))
}

/// Returns the topics of the object of a reaction: the tags that describe it, or the topics of its author's posts of
/// it.
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
    let is_recent = |post: &&&Act| act.load_date - post.load_date <= KNOWN_FOR;
    let tags = posts
        .iter()
        .filter(is_of_it)
        .filter(is_recent)
        .flat_map(|post| post.tags());
    tags.filter(|tag| ids.contains(tag)).collect()
}

/// Returns each topic above one, with the fewest steps.
fn topics_above(warehouse: &Warehouse, topic: &str) -> BTreeMap<String, i32> {
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
