//! Builds one scene per attack, with all targets attacked at once.

use std::ops::Range;

use super::setup::{AttackSetup, AttackTarget, FAKES_PER_TARGET};
use crate::evaluate::hash_draw::draw_below;
use crate::evaluate::scene::MomentData;
use clout_model::reactions::AccountReaction;

/// Number of fresh accounts in a ring, in addition to the target.
const RING: usize = 10;
/// Number of times that a burst repeats each reaction.
const BURST: usize = 100;
/// Number of reactions by each farm account to others of its farm.
const PROPS: usize = 20;
/// Number of days before the attack on which aged accounts react.
const AGED_DAYS: i64 = 3;
/// Rows of a smear. Each account reacts to an equal part of all people, within this limit.
const SMEAR_ROWS: usize = 2_000_000;

/// Scene under construction.
pub struct AttackScene<'a, 'b> {
    setup: &'b AttackSetup<'a>,
    scene: MomentData<'a>,
    rows: Vec<AccountReaction>,
    /// Nodes of the fresh accounts.
    pub fakes: Range<u32>,
}

impl<'a, 'b> AttackScene<'a, 'b> {
    /// Starts with the real activity only.
    pub fn new(setup: &'b AttackSetup<'a>) -> AttackScene<'a, 'b> {
        let nodes = setup.scene.network_of.len() as u32;
        AttackScene {
            setup,
            scene: setup.scene.clone(),
            rows: Vec::new(),
            fakes: nodes..nodes,
        }
    }

    /// Returns the scene with all added rows, and the nodes of the fresh accounts.
    pub fn build(mut self) -> (MomentData<'a>, Range<u32>) {
        self.scene.add_reactions(std::mem::take(&mut self.rows));
        (self.scene, self.fakes)
    }

    fn add_fakes(&mut self, network: usize, count: usize) -> Range<u32> {
        let first = self.scene.add_accounts(network, count);
        self.fakes.end = first + count as u32;
        first..self.fakes.end
    }

    fn react(&mut self, actor: u32, target: u32) {
        let verb = self.setup.heaviest_verb(self.network(target));
        self.rows.push(self.setup.create_reaction(actor, target, verb, 0));
    }

    /// Returns the index of a node's network.
    fn network(&self, node: u32) -> usize {
        usize::from(self.scene.network_of[node as usize])
    }

    /// Adds a star: 1,000 fresh accounts react to each target.
    pub fn add_star(mut self) -> Self {
        let setup = self.setup;
        for target in &setup.targets {
            for fake in self.add_fakes(target.network, FAKES_PER_TARGET) {
                self.react(fake, target.account());
            }
        }
        self
    }

    /// Adds a star by one verb of one network, for the targets with an account there.
    pub fn star_by(mut self, network: usize, verb: u8) -> Self {
        let setup = self.setup;
        for target in &setup.targets {
            let Some(account) = target.accounts[network] else {
                continue;
            };
            for fake in self.add_fakes(network, FAKES_PER_TARGET) {
                self.rows.push(self.setup.create_reaction(fake, account, verb, 0));
            }
        }
        self
    }

    /// Adds a ring: ten fresh accounts and the target all react to one another.
    pub fn ring(mut self) -> Self {
        let setup = self.setup;
        for target in &setup.targets {
            let mut members: Vec<u32> = self.add_fakes(target.network, RING).collect();
            members.push(target.account());
            for a in &members {
                members.iter().filter(|b| a != *b).for_each(|b| self.react(*a, *b));
            }
        }
        self
    }

    /// Adds a fan: a known account reacts `times` times, spread over the last `days`.
    pub fn fan(mut self, times: usize, days: usize) -> Self {
        let setup = self.setup;
        for (target, fan) in setup.targets.iter().zip(&setup.fans) {
            let verb = setup.heaviest_verb(target.network);
            for fan in fan.iter() {
                let row = |number: usize| setup.create_reaction(*fan, target.account(), verb, (number % days) as i64);
                self.rows.extend((0..times).map(row));
            }
        }
        self
    }

    /// Adds a farm: a star of accounts that also react to one another.
    pub fn farm(mut self) -> Self {
        let setup = self.setup;
        for target in &setup.targets {
            let farm = self.add_fakes(target.network, FAKES_PER_TARGET);
            farm.clone().for_each(|fake| self.react(fake, target.account()));
            self.react_within("farm", farm);
        }
        self
    }

    /// Adds reactions by each farm account to some others of its farm.
    fn react_within(&mut self, purpose: &str, farm: Range<u32>) {
        let count = farm.end - farm.start;
        for fake in farm.clone() {
            for prop in 0..PROPS {
                let number = u64::from(fake) * PROPS as u64 + prop as u64;
                let others = 1 + draw_below(purpose, number, count as usize - 1) as u32;
                self.react(fake, farm.start + (fake - farm.start + others) % count);
            }
        }
    }

    /// Adds a farm in which each account receives one reaction by each of `edges` known accounts. Each farm has its own
    /// sellers while there are enough, because reactions of a seller to all farms would weigh less.
    pub fn bought(self, edges: usize) -> Self {
        let mut plot = self.farm();
        let mut sold = vec![0_usize; plot.setup.scene.networks.len()];
        let farms: Vec<u32> = plot.fakes.clone().step_by(FAKES_PER_TARGET).collect();
        for first in farms {
            let network = plot.network(first);
            let is_on_network = |node: &&u32| plot.network(**node) == network;
            let known: Vec<u32> = plot.setup.known.iter().filter(is_on_network).copied().collect();
            for seller in 0..edges.min(known.len()) {
                let seller = known[(sold[network] + seller) % known.len()];
                (first..first + FAKES_PER_TARGET as u32).for_each(|fake| plot.react(seller, fake));
            }
            sold[network] += edges;
        }
        plot
    }

    /// Adds a star of accounts that reacted to other people on each of the three days before.
    pub fn aged_star(self) -> Self {
        let mut plot = self.add_star();
        let other_accounts = plot.other_accounts();
        for fake in plot.fakes.clone() {
            let network = plot.network(fake);
            let others = &other_accounts[network];
            // If all people are targets, no other person is left to react to.
            for day in (1..=AGED_DAYS).filter(|_| !others.is_empty()) {
                let number = u64::from(fake) * AGED_DAYS as u64 + day as u64;
                let other = others[draw_below("aged", number, others.len())];
                let verb = plot.setup.heaviest_verb(network);
                plot.rows.push(plot.setup.create_reaction(fake, other, verb, day));
            }
        }
        plot
    }

    /// Repeats the last day's reactions to each target a hundred times; with `is_all`, those by all earlier reactors.
    pub fn burst(mut self, is_all: bool) -> Self {
        let since = self.setup.scene.at - clout_base::day::DAY_MICROS;
        let is_target = |node: u32| {
            self.setup
                .targets
                .iter()
                .any(|target| target.owns(&self.setup.scene, node))
        };
        let own: Vec<AccountReaction> = self
            .setup
            .scene
            .reactions
            .iter()
            .filter(|reaction| (is_all || reaction.occurred_at >= since) && is_target(reaction.target))
            .copied()
            .collect();
        for reaction in own {
            let row = match reaction.occurred_at >= since {
                true => reaction,
                false => self
                    .setup
                    .create_reaction(reaction.actor, reaction.target, reaction.verb, 0),
            };
            self.rows.extend(std::iter::repeat_n(row, BURST - 1));
        }
        self
    }

    /// Adds a smear: fresh accounts react to all people except the targets.
    pub fn smear(mut self) -> Self {
        let other_accounts = self.other_accounts();
        let Some(network) = (0..other_accounts.len()).max_by_key(|network| other_accounts[*network].len()) else {
            return self;
        };
        let others = &other_accounts[network];
        let each = (SMEAR_ROWS / FAKES_PER_TARGET).min(others.len());
        for (index, fake) in self.add_fakes(network, FAKES_PER_TARGET).enumerate() {
            for step in 0..each {
                self.react(fake, others[(index * each + step) % others.len()]);
            }
        }
        self
    }

    /// Adds a closed farm: fresh accounts react only to one another.
    pub fn closed_farm(mut self, count: usize) -> Self {
        let farm = self.add_fakes(0, count);
        self.react_within("closed", farm);
        self
    }

    /// Repeats all activity among other people.
    pub fn copy(mut self) -> Self {
        let nodes = self.scene.duplicate_people();
        self.fakes = nodes..2 * nodes;
        let shifted = |reaction: &AccountReaction| AccountReaction {
            actor: reaction.actor + nodes,
            target: reaction.target + nodes,
            ..*reaction
        };
        self.rows = self.setup.scene.reactions.iter().map(shifted).collect();
        self.scene.posts.extend(
            self.setup
                .scene
                .posts
                .iter()
                .map(|post| clout_model::account_activity::AccountPost {
                    actor: post.actor + nodes,
                    ..*post
                }),
        );
        self
    }

    /// Returns, by network, the accounts that received a reaction, without the targets' accounts.
    fn other_accounts(&self) -> Vec<Vec<u32>> {
        let scene = &self.setup.scene;
        let mut has_reaction = vec![false; scene.network_of.len()];
        scene
            .reactions
            .iter()
            .for_each(|reaction| has_reaction[reaction.target as usize] = true);
        let mut by_network = vec![Vec::new(); scene.networks.len()];
        for node in (0..has_reaction.len() as u32).filter(|node| has_reaction[*node as usize]) {
            let is_target = |target: &AttackTarget| target.owns(scene, node);
            if !self.setup.targets.iter().any(is_target) {
                by_network[usize::from(scene.network_of[node as usize])].push(node);
            }
        }
        by_network
    }
}

impl AttackTarget {
    /// Returns true if an account belongs to the target.
    pub fn owns(&self, scene: &MomentData, node: u32) -> bool {
        scene.persons.by_account[node as usize] as usize == self.person
    }
}
