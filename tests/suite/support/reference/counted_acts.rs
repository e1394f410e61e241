//! Selects the rows that count, as the contract describes them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clout_base::day::Day;

use super::co_visits::co_visits;
use super::people::PeopleMap;
use super::{Account, CO_VISIT, DAY, verb_weight};
use crate::support::warehouse::{Row, Warehouse};

/// A counted act of one account.
#[derive(Clone, Debug)]
pub struct Act {
    pub id: String,
    pub network: String,
    pub actor: String,
    /// Account credited; none on a post.
    pub target: Option<String>,
    pub verb: String,
    pub object: Option<String>,
    pub at: i64,
    pub load_date: i32,
    /// Weight for good: its verb, the selectivity of its actor, and the repeats of its day.
    pub weight: f64,
}

impl Act {
    pub fn day(&self) -> i64 {
        self.at.div_euclid(DAY)
    }

    pub fn target_account(&self) -> Option<Account> {
        self.target
            .as_ref()
            .map(|target| (self.network.clone(), target.clone()))
    }

    /// Returns the object without its tags.
    pub fn object_id(&self) -> Option<String> {
        split_object(&self.object).0
    }

    pub fn tags(&self) -> Vec<String> {
        split_object(&self.object).1.unwrap_or_default()
    }

    pub fn actor(&self) -> Account {
        (self.network.clone(), self.actor.clone())
    }
}

/// Rows that count, by network.
pub struct CountedActs {
    pub posts: Vec<Act>,
    pub reactions: Vec<Act>,
    /// First load date by network, or the day of the oldest counted row of that load date.
    pub began: BTreeMap<String, i32>,
    /// First load date of the warehouse.
    pub first_load_date: i32,
    /// Times at which an account was seen.
    pub seen_at: HashMap<Account, BTreeSet<i64>>,
}

const MAX_LATENESS_DAYS: i64 = 30;
pub const CROWD: f64 = 10.0;
pub const FLOOD: f64 = 30.0;
pub const BETA_DAY: f64 = 0.1;

/// Selects the acts that count from all rows delivered until `as_of`.
pub fn count_acts(warehouse: &Warehouse, people: &PeopleMap, as_of: Day) -> CountedActs {
    let mut counted = CountedActs {
        posts: Vec::new(),
        reactions: Vec::new(),
        began: BTreeMap::new(),
        first_load_date: i32::MAX,
        seen_at: HashMap::new(),
    };
    let networks: BTreeSet<&String> = warehouse.activities.keys().map(|(network, _)| network).collect();
    for network in networks {
        let delivered = warehouse
            .activities
            .iter()
            .filter(|((name, date), rows)| name == network && *date <= as_of && !rows.is_empty());
        let by_date: BTreeMap<i32, &Vec<Row>> = delivered.map(|((_, date), rows)| (date.0, rows)).collect();
        if let Some(first) = by_date.keys().next().copied() {
            counted.first_load_date = counted.first_load_date.min(first);
            counted.add_network(warehouse, people, network, first, &by_date);
        }
    }
    counted
}

impl CountedActs {
    fn add_network(
        &mut self,
        warehouse: &Warehouse,
        people: &PeopleMap,
        network: &str,
        first: i32,
        by_date: &BTreeMap<i32, &Vec<Row>>,
    ) {
        // From the load date of an opt-out on, rows that name an opted-out account do not count.
        let is_counted = |act: &Act| {
            let target = act.target.iter().map(|target| (act.network.clone(), target.clone()));
            target
                .chain([act.actor()])
                .all(|account| !people.was_opted_out(&account, act.load_date))
        };
        let acts: Vec<Act> = remove_copies(network, first, by_date)
            .into_iter()
            .filter(is_counted)
            .collect();
        let of_first = acts
            .iter()
            .filter(|act| act.load_date == first)
            .map(|act| act.day() as i32);
        self.began.insert(
            network.to_owned(),
            of_first.min().map_or(first, |oldest| oldest.min(first)),
        );
        let (posts, reactions): (Vec<Act>, Vec<Act>) = acts.into_iter().partition(|act| act.target.is_none());
        let mut reactions = remove_twins(reactions);
        for act in posts.iter().chain(&reactions) {
            self.seen_at.entry(act.actor()).or_default().insert(act.at);
        }
        if network == "foursquare" {
            reactions.extend(co_visits(warehouse, people, &posts));
        }
        assign_weights(&mut reactions);
        self.posts.extend(posts);
        self.reactions.extend(reactions);
    }
}

/// Splits an object into its id and its tags: `o1#tea,milk` is `o1` with two, and `#tea` no id with one.
fn split_object(object: &Option<String>) -> (Option<String>, Option<Vec<String>>) {
    let list = |tags: &str| tags.split(',').map(str::to_owned).collect();
    let (id, tags) = match object.as_deref().map(|object| object.split_once('#').ok_or(object)) {
        None => (None, None),
        Some(Err(object)) => (Some(object), None),
        Some(Ok((object, tags))) => (Some(object), Some(list(tags))),
    };
    (id.filter(|id| !id.is_empty()).map(str::to_owned), tags)
}

/// Weighs the reactions of one pair and day from the latest to the first: each counts by its addition to the sum.
fn assign_weights(reactions: &mut [Act]) {
    let mut crowds: HashMap<(String, i32, i64), BTreeSet<String>> = HashMap::new();
    let mut days: HashMap<(String, String, i32, i64), Vec<usize>> = HashMap::new();
    for (index, act) in reactions.iter().enumerate() {
        let target = act.target.clone().expect("a reaction");
        let crowd = crowds.entry((act.actor.clone(), act.load_date, act.day())).or_default();
        crowd.insert(target.clone());
        let day = days.entry((act.actor.clone(), target, act.load_date, act.day()));
        day.or_default().push(index);
    }
    for ((actor, _, load_date, day), mut indices) in days {
        let others = (crowds[&(actor, load_date, day)].len() - 1) as f64;
        let share = 1.0 / (1.0 + others / CROWD + (others / FLOOD).powi(2));
        indices.sort_by_key(|index| (reactions[*index].at, reactions[*index].verb.clone()));
        let worth = |sum: f64| (1.0 + BETA_DAY) * sum / (sum + BETA_DAY);
        let mut sum = 0.0;
        for index in indices.into_iter().rev() {
            let act = &mut reactions[index];
            let more = verb_weight(&act.network, &act.verb).unwrap_or(0.0);
            if more > 0.0 {
                let added = worth(sum + more) - worth(sum);
                act.weight = f64::from((added * share) as f32);
            }
            sum += more;
        }
    }
}

/// Converts a row to an act, unless it is refused.
fn accept_row(network: &str, load_date: i32, is_first: bool, row: &Row) -> Option<Act> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let (actor, verb, at) = (given(&row.actor)?, given(&row.verb)?, row.at?);
    let id = given(&row.id)?;
    verb_weight(network, &verb).filter(|_| verb != CO_VISIT)?;
    let is_early = at < 12_418 * DAY; // 2004-01-01
    let is_late = i64::from(load_date) - at.div_euclid(DAY) > MAX_LATENESS_DAYS && !is_first;
    if is_early || is_late || at >= i64::from(load_date + 1) * DAY || row.target.as_deref() == Some("") {
        return None;
    }
    let (target, object) = (row.target.clone(), row.object.clone());
    Some(Act {
        id,
        network: network.to_owned(),
        actor,
        target,
        verb,
        object,
        at,
        load_date,
        weight: 0.0,
    })
}

/// Keeps one of several copies: the earliest load date; within one, the least row by all columns.
fn remove_copies(network: &str, first: i32, by_date: &BTreeMap<i32, &Vec<Row>>) -> Vec<Act> {
    let mut counted: HashMap<String, (i32, Row, Act)> = HashMap::new();
    for (load_date, rows) in by_date {
        for row in *rows {
            let Some(act) = accept_row(network, *load_date, *load_date == first, row) else {
                continue;
            };
            let id = row.id.clone().unwrap_or_default();
            let order = |row: &Row| {
                (
                    row.at,
                    row.actor.clone(),
                    row.verb.clone(),
                    split_object(&row.object).0,
                    row.target.clone(),
                    row.object.is_some(),
                    split_object(&row.object).1,
                )
            };
            match counted.get(&id) {
                Some((date, least, _)) if date < load_date || order(least) <= order(row) => {}
                _ => {
                    counted.insert(id, (*load_date, row.clone(), act));
                }
            }
        }
    }
    counted.into_values().map(|(_, _, act)| act).collect()
}

/// Keeps one of several twins: of one load date, actor, target and second under different verbs, the greatest weight.
fn remove_twins(reactions: Vec<Act>) -> Vec<Act> {
    let mut groups: HashMap<(i32, String, Option<String>, i64), Vec<Act>> = HashMap::new();
    for act in reactions {
        let second = act.at.div_euclid(1_000_000);
        groups
            .entry((act.load_date, act.actor.clone(), act.target.clone(), second))
            .or_default()
            .push(act);
    }
    let kept = groups.into_values().flat_map(|group| {
        let weight = |act: &Act| verb_weight(&act.network, &act.verb).unwrap_or(0.0);
        // Ties on weight go to the lesser verb, so that the choice is unique.
        let best = |a: &&Act, b: &&Act| weight(a).total_cmp(&weight(b)).then(b.verb.cmp(&a.verb));
        let best = group.iter().max_by(best).map(|act| act.verb.clone());
        group.into_iter().filter(move |act| Some(&act.verb) == best.as_ref())
    });
    kept.collect()
}
