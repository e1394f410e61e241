//! Cuts a stream at a moment, optionally with made-up rows, and scores it like a run.

use rayon::prelude::*;

use super::rivals::PersonReaction;
use super::stream::CountedStream;
use crate::state::{NetworkHistory, find_moment};
use clout_base::day::{DAY_MICROS, Day};
use clout_base::error::Result;
use clout_model::account_activity::{self, AccountActivity, AccountPost};
use clout_model::influence::attention::ScoringMoment;
use clout_model::influence::merge_pairs::{MergeParams, merge_reactions};
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::pair_table::PairTable;
use clout_model::influence::scoring::{AccountState, PeopleScores};
use clout_model::influence::weigh_dates::{TwinRule, weigh_dates};
use clout_model::networks::Network;
use clout_model::people::persons::PersonMap;
use clout_model::reactions::{AccountReaction, DateReactions, WeighedReaction};

/// Prefix of made-up person ids, which makes them sort after all others.
const LAST: char = '\u{10FFFF}';

/// Shortest history in days: one hour, for cuts on the first day.
const LEAST_HISTORY_DAYS: f64 = 1.0 / 24.0;

/// Accounts and rows known at a moment.
#[derive(Clone)]
pub struct MomentData<'a> {
    /// Networks of the job.
    pub networks: &'a [Network],
    /// Influence model of the job.
    pub model: &'a InfluenceModel,
    /// Moment in microseconds since 1970; only earlier rows count.
    pub at: i64,
    /// Network by node.
    pub network_of: Vec<u8>,
    /// Owners of the accounts.
    pub persons: PersonMap,
    /// Flag by node: true if the owner has opted out.
    pub opted_out: Vec<bool>,
    /// Counted reactions, sorted by load date, actor, target, time and verb.
    pub reactions: Vec<AccountReaction>,
    /// Counted posts, in any order.
    pub posts: Vec<AccountPost>,
    /// First load date and oldest day by network.
    pub histories: Vec<Option<NetworkHistory>>,
}

impl<'a> MomentData<'a> {
    /// Cuts a stream at a moment.
    pub fn from_stream(
        stream: &CountedStream,
        at: i64,
        networks: &'a [Network],
        model: &'a InfluenceModel,
    ) -> MomentData<'a> {
        let as_of = Day::from_micros(at - 1);
        let is_known = |load_date: Day, occurred_at: i64| load_date <= as_of && occurred_at < at;
        let reactions = stream.counted.iter().flat_map(|counted| &counted.reactions);
        let reactions = reactions.filter(|reaction| is_known(reaction.load_date, reaction.occurred_at));
        let posts = stream.counted.iter().flat_map(|counted| &counted.posts);
        let has_begun = |history: &NetworkHistory| history.first_load_date <= as_of;
        let mut moment = MomentData {
            networks,
            model,
            at,
            network_of: (0..stream.accounts.len() as u32)
                .map(|node| stream.network_of(node) as u8)
                .collect(),
            persons: stream.persons.clone(),
            opted_out: stream.opted_out.clone(),
            reactions: Vec::new(),
            posts: posts
                .filter(|post| is_known(post.load_date, post.occurred_at))
                .copied()
                .collect(),
            histories: stream
                .histories
                .iter()
                .map(|history| history.filter(has_begun))
                .collect(),
        };
        moment.add_reactions(reactions.map(|reaction| AccountReaction::from(*reaction)));
        moment
    }

    /// Returns the day of the moment.
    pub fn as_of(&self) -> Day {
        Day::from_micros(self.at - 1)
    }

    /// Adds `count` accounts of a network, each owned by a new person. Returns the node of the first one.
    pub fn add_accounts(&mut self, network: usize, count: usize) -> u32 {
        let first = self.network_of.len() as u32;
        for _ in 0..count {
            let person = self.persons.ids.len();
            self.persons.by_account.push(person as u32);
            self.persons.account_ranks.push(self.network_of.len() as u32);
            self.persons.ids.push(&format!("{LAST}{person:08}"));
            self.network_of.push(network as u8);
            self.opted_out.push(false);
        }
        first
    }

    /// Adds a copy of all people and their accounts. Returns the node of the first copied account.
    pub fn duplicate_people(&mut self) -> u32 {
        let (nodes, people) = (self.network_of.len(), self.persons.ids.len());
        self.network_of.extend_from_within(..);
        self.opted_out.extend_from_within(..);
        self.persons.by_account.extend_from_within(..);
        self.persons.account_ranks.extend_from_within(..);
        self.persons.account_ranks[nodes..]
            .iter_mut()
            .for_each(|rank| *rank += nodes as u32);
        self.persons.by_account[nodes..]
            .iter_mut()
            .for_each(|person| *person += people as u32);
        let ids = (people..2 * people).map(|person| format!("{LAST}{person:08}"));
        self.persons.ids.extend(ids);
        nodes as u32
    }

    /// Adds reactions in any order and restores the sort order.
    pub fn add_reactions(&mut self, reactions: impl IntoIterator<Item = AccountReaction>) {
        self.reactions.extend(reactions);
        self.reactions.par_sort_by_key(AccountReaction::order);
    }

    /// Returns the length of the known history.
    pub fn moment(&self) -> ScoringMoment {
        let early_days = (self.as_of().end_micros() - self.at) as f64 / DAY_MICROS as f64;
        let known = find_moment(&self.histories, self.as_of());
        let earlier = |days: f64| (days - early_days).max(LEAST_HISTORY_DAYS);
        ScoringMoment {
            early_days,
            history_days: known.history_days.iter().map(|days| earlier(*days)).collect(),
            warehouse_days: earlier(known.warehouse_days),
            ..known
        }
    }

    /// Computes the activity of each account. Co-visits are derived and do not count as acts of an account.
    pub fn account_activity(&self) -> Vec<AccountActivity> {
        let is_delivered = |reaction: &AccountReaction| {
            let rule = &self.network(reaction).co_visit;
            rule.as_ref().is_none_or(|rule| rule.verb != reaction.verb)
        };
        let mut posts = self.posts.clone();
        posts.par_sort_unstable();
        let mut facts = vec![AccountActivity::default(); self.network_of.len()];
        account_activity::merge_activity(&mut facts, &self.reactions, is_delivered, &posts);
        facts
    }

    /// Returns the network of a reaction.
    pub fn network(&self, reaction: &AccountReaction) -> &'a Network {
        &self.networks[usize::from(self.network_of[reaction.actor as usize])]
    }

    /// Returns the reactions between different persons, without those of opted-out people.
    pub fn person_reactions(&self) -> Vec<PersonReaction> {
        person_reactions(&self.reactions, &self.persons, &self.opted_out)
    }

    /// Computes the sums of reactions by pair, as a run stores them.
    pub fn fold_pairs(&self) -> PairTable {
        let params = MergeParams {
            mixture: self.model.mixture(),
            as_of: self.as_of(),
        };
        let pairs = merge_reactions(PairTable::default(), vec![self.weigh_reactions()], &params);
        if !self.opted_out.contains(&true) {
            return pairs;
        }
        let is_present = |node: u32| !self.opted_out[node as usize];
        pairs.filter_rows(params.mixture, |target, actor| is_present(actor) && is_present(target))
    }

    /// Weighs the reactions again, because a cut or an added row changes the crowds of a day.
    fn weigh_reactions(&self) -> Vec<WeighedReaction> {
        let dates: Vec<&[AccountReaction]> = self.reactions.chunk_by(|a, b| a.load_date == b.load_date).collect();
        let mut weighed = Vec::with_capacity(self.reactions.len());
        for (network, number) in self.networks.iter().zip(0_u8..) {
            let is_own = |reaction: &AccountReaction| self.network_of[reaction.actor as usize] == number;
            let collect = |date: &&[AccountReaction]| {
                let reaction = |row: usize| Some(date[row]).filter(is_own);
                DateReactions::collect(date[0].load_date, 0..date.len(), reaction)
            };
            let dates = dates.par_iter().map(collect).collect();
            weighed.extend(weigh_dates(dates, network, self.model.weighing(), TwinRule::Keep).reactions);
        }
        weighed
    }

    /// Returns a function from nodes to network indices.
    pub fn network_index(&self) -> impl Fn(u32) -> usize + Sync + '_ {
        |node| usize::from(self.network_of[node as usize])
    }

    /// Scores all people.
    ///
    /// # Errors
    /// Returns the errors of scoring.
    pub fn score(&self) -> Result<PeopleScores> {
        let memory = AccountState {
            pairs: &self.fold_pairs(),
            facts: &self.account_activity(),
            persons: &self.persons,
            network_of: Box::new(self.network_index()),
        };
        PeopleScores::compute(&memory, &self.moment(), self.networks, self.model)
    }
}

/// Returns the reactions between different persons, without those of opted-out people.
pub fn person_reactions(
    reactions: &[AccountReaction],
    persons: &PersonMap,
    is_opted_out: &[bool],
) -> Vec<PersonReaction> {
    let person = |node: u32| persons.by_account[node as usize];
    let is_present = |node: u32| !is_opted_out[node as usize];
    let is_between =
        |r: &&AccountReaction| is_present(r.actor) && is_present(r.target) && person(r.actor) != person(r.target);
    let between = reactions.iter().filter(is_between);
    between
        .map(|r| PersonReaction {
            reactor: person(r.actor),
            target: person(r.target),
            occurred_at: r.occurred_at,
        })
        .collect()
}
