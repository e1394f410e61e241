//! Computes co-visits from check-ins and follows.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::counted_acts::Act;
use super::people::PeopleMap;
use super::{CO_VISIT, DAY};
use crate::support::warehouse::Warehouse;

/// Finds each pair of check-ins at one venue where the account of the later one follows the other account.
pub fn co_visits(warehouse: &Warehouse, people: &PeopleMap, posts: &[Act]) -> Vec<Act> {
    let follows = snapshots_of_follows(warehouse);
    let mut by_venue: HashMap<String, Vec<&Act>> = HashMap::new();
    for act in posts.iter().filter(|act| act.verb == "check_in") {
        if let Some(venue) = act.object_id() {
            by_venue.entry(venue).or_default().push(act);
        }
    }
    // Credited once per (reactor, target, venue, day), on the earliest load date, at the earliest time.
    let mut credited: HashMap<(String, String, String, i64), (i32, i64)> = HashMap::new();
    for (venue, visits) in by_venue {
        for later in &visits {
            for earlier in &visits {
                let lag = later.at - earlier.at;
                let known = later.load_date.max(earlier.load_date);
                let is_out = |act: &Act| people.was_opted_out(&act.actor(), known);
                let is_following = || {
                    let newest = follows.range(..=known).next_back();
                    newest.is_some_and(|(_, pairs)| pairs.contains(&(later.actor.as_str(), earlier.actor.as_str())))
                };
                if later.actor != earlier.actor
                    && lag > 0
                    && lag <= 7 * DAY
                    && !is_out(later)
                    && !is_out(earlier)
                    && is_following()
                {
                    let key = (later.actor.clone(), earlier.actor.clone(), venue.clone(), later.day());
                    let credit = credited.entry(key).or_insert((known, later.at));
                    *credit = (*credit).min((known, later.at));
                }
            }
        }
    }
    let act = |((actor, target, _, _), (load_date, at)): ((String, String, String, i64), (i32, i64))| Act {
        id: String::new(),
        network: "foursquare".to_owned(),
        actor,
        target: Some(target),
        verb: CO_VISIT.to_owned(),
        object: None,
        at,
        load_date,
        weight: 0.0,
    };
    credited.into_iter().map(act).collect()
}

/// Pairs of a snapshot of follows.
type Pairs<'a> = HashSet<(&'a str, &'a str)>;

/// Snapshots of foursquare's follows by load date.
fn snapshots_of_follows(warehouse: &Warehouse) -> BTreeMap<i32, Pairs<'_>> {
    let of_network = warehouse
        .follows
        .iter()
        .filter(|((network, _), _)| network == "foursquare");
    of_network
        .map(|((_, date), pairs)| (date.0, pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()))
        .collect()
}
