//! A small test warehouse on one network, built from a list of reactions.

use super::attention::ScoringMoment;
use super::merge_pairs::{MergeParams, merge_reactions};
use super::model::InfluenceModel;
use super::pair_table::PairTable;
use super::params::ModelParams;
use super::scoring::{AccountState, PeopleScores};
use super::weigh_dates::{TwinRule, weigh_dates};
use crate::account_activity::AccountActivity;
use crate::networks::{Network, builtin_networks};
use crate::people::persons::PersonMap;
use crate::reactions::{AccountReaction, DateReactions};
use clout_base::day::{DAY_MICROS, Day};

/// The first load date of the test warehouse.
pub const FIRST_LOAD_DATE: Day = Day(20_000);

/// All inputs of scoring; each person has one account.
pub struct TestWorld {
    pub networks: Vec<Network>,
    pub network: usize,
    pub persons: PersonMap,
    pub facts: Vec<AccountActivity>,
    pub pairs: PairTable,
    pub model: InfluenceModel,
    pub as_of: Day,
}

impl TestWorld {
    /// Creates `people` persons p000, p001, …, with likes of (actor, target, day after the first, hours into it). Each
    /// like is delivered on its day; the state is that of the end of day `as_of`. Persons that `is_known` accepts have
    /// full trust; the others were seen on one day.
    pub fn from_likes(
        people: u32,
        as_of: i32,
        likes: &[(u32, u32, i32, f64)],
        is_known: impl Fn(u32) -> bool,
    ) -> TestWorld {
        let networks = builtin_networks();
        let network = networks.iter().position(|network| network.name == "twitter").unwrap();
        let ids: Vec<String> = (0..people).map(|person| format!("p{person:03}")).collect();
        let mut params = ModelParams::default();
        let known = (0..people).filter(|person| is_known(*person));
        params.trust.seeds = known.map(|person| ids[person as usize].clone()).collect();
        let mut reactions: Vec<AccountReaction> = (likes.iter())
            .map(|(actor, target, day, hours)| AccountReaction {
                actor: *actor,
                target: *target,
                occurred_at: Day(FIRST_LOAD_DATE.0 + day).start_micros() + (hours / 24.0 * DAY_MICROS as f64) as i64,
                load_date: Day(FIRST_LOAD_DATE.0 + day),
                verb: networks[network].input_verb_code("like").unwrap(),
            })
            .collect();
        reactions.sort_by_key(AccountReaction::order);
        let model = InfluenceModel::new(params);
        let dates = (reactions.chunk_by(|a, b| a.load_date == b.load_date))
            .map(|date| DateReactions::from_slice(date[0].load_date, date))
            .collect();
        let weighed = weigh_dates(dates, &networks[network], model.weighing(), TwinRule::Keep).reactions;
        let as_of = Day(FIRST_LOAD_DATE.0 + as_of);
        let mixture = model.mixture();
        let params = MergeParams { mixture, as_of };
        let pairs = merge_reactions(PairTable::default(), vec![weighed], &params);
        let seen_once = AccountActivity {
            days_seen: 1,
            ..AccountActivity::default()
        };
        TestWorld {
            persons: PersonMap::of_single_accounts(ids.iter().collect()),
            facts: vec![seen_once; people as usize],
            networks,
            network,
            pairs,
            model,
            as_of,
        }
    }

    /// Returns the end of the day that lies `days` days after `as_of`.
    pub fn moment(&self, days: i32) -> ScoringMoment {
        let history = f64::from(self.as_of.0 + days - FIRST_LOAD_DATE.0 + 1);
        ScoringMoment {
            as_of: Day(self.as_of.0 + days),
            early_days: 0.0,
            history_days: vec![history; self.networks.len()],
            warehouse_days: history,
        }
    }

    /// Returns the account state.
    pub fn account_state(&self) -> AccountState<'_> {
        AccountState {
            pairs: &self.pairs,
            facts: &self.facts,
            persons: &self.persons,
            network_of: Box::new(|_| self.network),
        }
    }

    /// Scores all persons, `days` days after `as_of`.
    pub fn score_people(&self, days: i32) -> PeopleScores {
        let moment = self.moment(days);
        PeopleScores::compute(&self.account_state(), &moment, &self.networks, &self.model).unwrap()
    }
}
