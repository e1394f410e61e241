//! What somebody who wants points would do: one scene for each attack, all targets at once.

use std::ops::Range;

use super::setup::{FAKES, Setup, Target};
use crate::evaluate::draw::draw_below;
use crate::evaluate::scene::Scene;
use clout_model::reactions::Reaction;

/// Fresh accounts of a ring, beside the target.
const RING: usize = 10;
/// How often a burst repeats what happened.
const BURST: usize = 100;
/// How many others each account of a farm props up.
const PROPS: usize = 20;
/// Days before on which an aged account reacted to somebody.
const AGED_DAYS: i64 = 3;
/// Rows of a smear: each account reacts to as many people as that leaves it, evenly over everybody.
const SMEAR_ROWS: usize = 2_000_000;

/// A scene while it is set.
pub struct Plot<'a, 'b> {
    setup: &'b Setup<'a>,
    scene: Scene<'a>,
    rows: Vec<Reaction>,
    /// Nodes of fresh accounts.
    pub fakes: Range<u32>,
}

impl<'a, 'b> Plot<'a, 'b> {
    /// Nothing but what happened.
    pub fn new(setup: &'b Setup<'a>) -> Plot<'a, 'b> {
        let nodes = setup.scene.network_of.len() as u32;
        Plot {
            setup,
            scene: setup.scene.clone(),
            rows: Vec::new(),
            fakes: nodes..nodes,
        }
    }

    /// The scene with everything added.
    pub fn scene(mut self) -> (Scene<'a>, Range<u32>) {
        self.scene.add(std::mem::take(&mut self.rows));
        (self.scene, self.fakes)
    }

    fn hire(&mut self, network: usize, count: usize) -> Range<u32> {
        let first = self.scene.add_accounts(network, count);
        self.fakes.end = first + count as u32;
        first..self.fakes.end
    }

    fn react(&mut self, actor: u32, target: u32) {
        let verb = self.setup.heaviest(self.network(target));
        self.rows.push(self.setup.reaction(actor, target, verb, 0));
    }

    /// The place of a node's network.
    fn network(&self, node: u32) -> usize {
        usize::from(self.scene.network_of[node as usize])
    }

    /// 1,000 fresh accounts react to each target.
    pub fn star(mut self) -> Self {
        let setup = self.setup;
        for target in &setup.targets {
            for fake in self.hire(target.network, FAKES) {
                self.react(fake, target.account());
            }
        }
        self
    }

    /// The same with one verb of one network, for the targets that have an account there.
    pub fn star_by(mut self, network: usize, verb: u8) -> Self {
        let setup = self.setup;
        for target in &setup.targets {
            let Some(account) = target.accounts[network] else {
                continue;
            };
            for fake in self.hire(network, FAKES) {
                self.rows.push(self.setup.reaction(fake, account, verb, 0));
            }
        }
        self
    }

    /// Ten fresh accounts and the target all react to one another.
    pub fn ring(mut self) -> Self {
        let setup = self.setup;
        for target in &setup.targets {
            let mut members: Vec<u32> = self.hire(target.network, RING).collect();
            members.push(target.account());
            for a in &members {
                members.iter().filter(|b| a != *b).for_each(|b| self.react(*a, *b));
            }
        }
        self
    }

    /// A known account reacts so many times, spread over the last `days`.
    pub fn fan(mut self, times: usize, days: usize) -> Self {
        let setup = self.setup;
        for (target, fan) in setup.targets.iter().zip(&setup.fans) {
            let verb = setup.heaviest(target.network);
            for fan in fan.iter() {
                let row = |number: usize| setup.reaction(*fan, target.account(), verb, (number % days) as i64);
                self.rows.extend((0..times).map(row));
            }
        }
        self
    }

    /// A star whose accounts also prop up one another.
    pub fn farm(mut self) -> Self {
        let setup = self.setup;
        for target in &setup.targets {
            let farm = self.hire(target.network, FAKES);
            farm.clone().for_each(|fake| self.react(fake, target.account()));
            self.prop_up("farm", farm);
        }
        self
    }

    /// Each account of a farm reacts to some others of it.
    fn prop_up(&mut self, purpose: &str, farm: Range<u32>) {
        let count = farm.end - farm.start;
        for fake in farm.clone() {
            for prop in 0..PROPS {
                let number = u64::from(fake) * PROPS as u64 + prop as u64;
                let others = 1 + draw_below(purpose, number, count as usize - 1) as u32;
                self.react(fake, farm.start + (fake - farm.start + others) % count);
            }
        }
    }

    /// A farm to each account of which known accounts react, once each. Each farm has sellers of its own, as
    /// long as there are enough: whoever sells to all of them is believed less.
    pub fn bought(self, edges: usize) -> Self {
        let mut plot = self.farm();
        let mut sold = vec![0_usize; plot.setup.scene.networks.len()];
        let farms: Vec<u32> = plot.fakes.clone().step_by(FAKES).collect();
        for first in farms {
            let network = plot.network(first);
            let is_there = |node: &&u32| plot.network(**node) == network;
            let known: Vec<u32> = plot.setup.known.iter().filter(is_there).copied().collect();
            for seller in 0..edges.min(known.len()) {
                let seller = known[(sold[network] + seller) % known.len()];
                (first..first + FAKES as u32).for_each(|fake| plot.react(seller, fake));
            }
            sold[network] += edges;
        }
        plot
    }

    /// A star of accounts each of which reacted to somebody on the three days before.
    pub fn aged_star(self) -> Self {
        let mut plot = self.star();
        let everybody = plot.everybody();
        for fake in plot.fakes.clone() {
            let network = plot.network(fake);
            let others = &everybody[network];
            // Where everybody is a target there is nobody else to react to.
            for day in (1..=AGED_DAYS).filter(|_| !others.is_empty()) {
                let number = u64::from(fake) * AGED_DAYS as u64 + day as u64;
                let other = others[draw_below("aged", number, others.len())];
                let verb = plot.setup.heaviest(network);
                plot.rows.push(plot.setup.reaction(fake, other, verb, day));
            }
        }
        plot
    }

    /// The last day's reactions to each target a hundred times; with `all`, of everybody who ever reacted.
    pub fn burst(mut self, is_all: bool) -> Self {
        let since = self.setup.scene.at - clout_base::day::DAY_MICROS;
        let is_target = |node: u32| {
            self.setup
                .targets
                .iter()
                .any(|target| target.owns(&self.setup.scene, node))
        };
        let own: Vec<Reaction> = self
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
                false => self.setup.reaction(reaction.actor, reaction.target, reaction.verb, 0),
            };
            self.rows.extend(std::iter::repeat_n(row, BURST - 1));
        }
        self
    }

    /// Fresh accounts react to everybody but the targets.
    pub fn smear(mut self) -> Self {
        let everybody = self.everybody();
        let Some(network) = (0..everybody.len()).max_by_key(|network| everybody[*network].len()) else {
            return self;
        };
        let others = &everybody[network];
        let each = (SMEAR_ROWS / FAKES).min(others.len());
        for (place, fake) in self.hire(network, FAKES).enumerate() {
            for step in 0..each {
                self.react(fake, others[(place * each + step) % others.len()]);
            }
        }
        self
    }

    /// Fresh accounts who react to one another alone.
    pub fn closed_farm(mut self, count: usize) -> Self {
        let farm = self.hire(0, count);
        self.prop_up("closed", farm);
        self
    }

    /// Everything that happened happens again among other people.
    pub fn copy(mut self) -> Self {
        let nodes = self.scene.add_everybody_again();
        self.fakes = nodes..2 * nodes;
        let there = |reaction: &Reaction| Reaction {
            actor: reaction.actor + nodes,
            target: reaction.target + nodes,
            ..*reaction
        };
        self.rows = self.setup.scene.reactions.iter().map(there).collect();
        self.scene
            .posts
            .extend(self.setup.scene.posts.iter().map(|post| clout_model::facts::Post {
                actor: post.actor + nodes,
                ..*post
            }));
        self
    }

    /// By network: the accounts that got a reaction, no target's among them.
    fn everybody(&self) -> Vec<Vec<u32>> {
        let scene = &self.setup.scene;
        let mut is_there = vec![false; scene.network_of.len()];
        scene
            .reactions
            .iter()
            .for_each(|reaction| is_there[reaction.target as usize] = true);
        let mut by_network = vec![Vec::new(); scene.networks.len()];
        for node in (0..is_there.len() as u32).filter(|node| is_there[*node as usize]) {
            let is_target = |target: &Target| target.owns(scene, node);
            if !self.setup.targets.iter().any(is_target) {
                by_network[usize::from(scene.network_of[node as usize])].push(node);
            }
        }
        by_network
    }
}

impl Target {
    /// Whether an account is the target's.
    pub fn owns(&self, scene: &Scene, node: u32) -> bool {
        scene.persons.of_account[node as usize] as usize == self.person
    }
}
