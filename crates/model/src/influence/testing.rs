//! A small test warehouse on one network, built from a list of reactions.

use super::attention::Moment;
use super::fold::{FoldParams, fold};
use super::pairs::Pairs;
use super::params::ModelParams;
use super::recency::Mixture;
use super::scoring::{Memory, Scored};
use super::weights::Weighing;
use crate::facts::Facts;
use crate::networks::{Network, builtin};
use crate::people::persons::Persons;
use crate::reactions::{Reaction, crowd_sizes};
use clout_base::day::{DAY_MICROS, Day};

/// The first load date of the test warehouse.
pub const FIRST: Day = Day(20_000);

/// All inputs of scoring; each person has one account.
pub struct World {
    pub networks: Vec<Network>,
    pub network: usize,
    pub persons: Persons,
    pub facts: Vec<Facts>,
    pub pairs: Pairs,
    pub params: ModelParams,
    pub as_of: Day,
}

impl World {
    /// Creates `people` persons p000, p001, …, with likes of (actor, target, day after the first, hours into it). Each
    /// like is delivered on its day; the state is that of the end of day `as_of`. Persons that `is_known` accepts have
    /// full trust; the others were seen on one day.
    pub fn of(people: u32, as_of: i32, likes: &[(u32, u32, i32, f64)], is_known: impl Fn(u32) -> bool) -> World {
        let networks = builtin();
        let network = networks.iter().position(|network| network.name == "twitter").unwrap();
        let ids: Vec<String> = (0..people).map(|person| format!("p{person:03}")).collect();
        let mut params = ModelParams::default();
        let known = (0..people).filter(|person| is_known(*person));
        params.trust.seeds = known.map(|person| ids[person as usize].clone()).collect();
        let mut reactions: Vec<Reaction> = (likes.iter())
            .map(|(actor, target, day, hours)| Reaction {
                actor: *actor,
                target: *target,
                occurred_at: Day(FIRST.0 + day).start_micros() + (hours / 24.0 * DAY_MICROS as f64) as i64,
                load_date: Day(FIRST.0 + day),
                verb: networks[network].verb("like").unwrap(),
            })
            .collect();
        reactions.sort_by_key(|r| (r.actor, r.target, r.load_date, r.occurred_at));
        let weighing = Weighing {
            selectivity: &params.selectivity,
            repeats: &params.repeats,
        };
        let weights = weighing.weigh(&reactions, &crowd_sizes(&reactions), &networks[network]);
        let as_of = Day(FIRST.0 + as_of);
        let mixture = &Mixture::new(&params.recency);
        let pairs = fold(
            &Pairs::default(),
            0..0,
            &reactions,
            &weights,
            &FoldParams { mixture, as_of },
        );
        let seen_once = Facts {
            days_seen: 1,
            ..Facts::default()
        };
        World {
            persons: Persons {
                ids,
                of_account: (0..people).collect(),
            },
            facts: vec![seen_once; people as usize],
            networks,
            network,
            pairs,
            params,
            as_of,
        }
    }

    /// Returns the end of the day that lies `days` days after `as_of`.
    pub fn moment(&self, days: i32) -> Moment {
        let history = f64::from(self.as_of.0 + days - FIRST.0 + 1);
        Moment {
            as_of: Day(self.as_of.0 + days),
            early_days: 0.0,
            history_days: vec![history; self.networks.len()],
            warehouse_days: history,
        }
    }

    /// Calls `ask` with the account state.
    pub fn with_memory<T>(&self, ask: impl FnOnce(&Memory) -> T) -> T {
        ask(&Memory {
            pairs: &self.pairs,
            facts: &self.facts,
            persons: &self.persons,
            network_of: &|_| self.network,
        })
    }

    /// Scores all persons, `days` days after `as_of`.
    pub fn scored(&self, days: i32) -> Scored {
        let moment = self.moment(days);
        self.with_memory(|memory| Scored::of(memory, &moment, &self.networks, &self.params).unwrap())
    }
}
