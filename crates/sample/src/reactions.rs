//! Creates the reactions of a day: by ordinary people, by fans, and by the ring.

use super::daily_activity::{CurrentDay, DailyActivity, RememberedPost};
use super::network::{ReactionManner, SampleNetwork, VerbUse};
use super::people::StoryRole;
use super::row::{ActivityObject, ActivityRow};
use super::story_people::{BUYER, RING_FAVORS, RING_SWAPS, STORY_PEOPLE, is_away};
use super::texts::{self, TaggedText};
use clout_base::day::SECOND_MICROS;

/// Number of reactions per thousand by ordinary people to the account's favourites.
const HABIT_PER_MILLE: u64 = 720;

/// Number of reactions per thousand to one of the actor's own accounts.
const SELF_PER_MILLE: u64 = 4;

/// Number of replies per thousand that are also delivered as a mention: the twins.
const TWIN_PER_MILLE: u64 = 150;

impl DailyActivity<'_> {
    /// Creates one to four reactions of an ordinary person, each from one of the person's accounts.
    pub(super) fn add_reactions(&mut self, today: &mut CurrentDay, person: usize) {
        if self.people.persons[person].role != StoryRole::Ordinary {
            return;
        }
        let accounts = self.people.persons[person].accounts.clone();
        for _ in 0..1 + today.dice.below(4) {
            let chosen = today.dice.below(u64::from(accounts.end - accounts.start)) as u32;
            let actor = accounts.start + chosen;
            if let Some(target) = self.choose_target(today, actor) {
                self.reaction(today, actor, target);
            }
        }
    }

    /// Creates the fans' reactions to their star unless it is away, each through one of the fan's pairs of accounts.
    pub(super) fn circles_react(&mut self, today: &mut CurrentDay) {
        let ties = self.ties;
        for circle in &ties.circles {
            let part = &STORY_PEOPLE[circle.star];
            if is_away(part.id, today.day, self.spec.days) {
                continue;
            }
            for ways in &circle.fans {
                if today.dice.chance_per_mille(part.keen_per_mille)
                    && let Some(&(fan, star)) = today.dice.pick(ways)
                {
                    self.reaction(today, fan, star);
                }
            }
        }
    }

    /// Creates each bot's reactions to other bots and to the buyer.
    pub(super) fn ring_reacts(&mut self, today: &mut CurrentDay) {
        if !self.is_ring_active(today.day) {
            return;
        }
        let buyer = self.people.persons[self.people.story_index(BUYER)].accounts.start;
        let bots: Vec<u32> = (0..self.people.accounts.len() as u32)
            .filter(|&account| self.people.owner(account).role == StoryRole::Bot)
            .collect();
        for &bot in &bots {
            for _ in 0..RING_SWAPS {
                if let Some(&other) = today.dice.pick(&bots)
                    && other != bot
                {
                    self.reaction(today, bot, other);
                }
            }
            for _ in 0..RING_FAVORS {
                self.reaction(today, bot, buyer);
            }
        }
    }

    fn choose_target(&self, today: &mut CurrentDay, actor: u32) -> Option<u32> {
        let owner = self.people.owner(actor);
        let network = self.people.accounts[actor as usize].network;
        if today.dice.chance_per_mille(SELF_PER_MILLE) {
            // The last account of the owner on the network differs from the actor if there are two.
            let mut own = owner.accounts.clone().rev();
            return own.find(|&account| self.people.accounts[account as usize].network == network);
        }
        if today.dice.chance_per_mille(HABIT_PER_MILLE) {
            return today.dice.pick(&self.ties.favorites[actor as usize]).copied();
        }
        let target = self.lots.draw_noticed(&mut today.dice, self.people, actor)?;
        (!owner.accounts.contains(&target)).then_some(target)
    }

    /// Creates one reaction; none if it needs an object and the target has no recent post.
    fn reaction(&mut self, today: &mut CurrentDay, actor: u32, target: u32) {
        let network = self.people.accounts[actor as usize].network;
        let (verb, _, manner) = choose_verb(today, network);
        let post = match manner {
            ReactionManner::Echo | ReactionManner::Answer => match self.recent_post(today, target) {
                Some(post) => Some(post),
                None => return,
            },
            ReactionManner::Address | ReactionManner::Bare => None,
        };
        let occurred_at = match &post {
            Some(post) => today.draw_time_after(post.at),
            None => today.draw_time(),
        };
        let (text, tags) = self.says(today, network, target, manner, post.as_ref());
        let row = ActivityRow {
            number: None,
            occurred_at,
            actor: Some(actor),
            verb,
            object: post.map(|post| ActivityObject::Written(post.number)),
            target: Some(target),
            text,
            tags,
            is_twin: false,
        };
        push_with_twin(today, network, row);
    }

    /// Returns the last post of the target in seven draws of ten, else any remembered one.
    fn recent_post(&self, today: &mut CurrentDay, target: u32) -> Option<RememberedPost> {
        let posts = &self.posts[target as usize];
        let last = posts.len().checked_sub(1)?;
        let chosen = if today.dice.chance_per_mille(700) {
            last
        } else {
            today.dice.index(last + 1)
        };
        posts.get(chosen).cloned()
    }

    /// Creates text and tags by the contract: an echo has the object's tags, an answer the actor's.
    fn says(
        &self,
        today: &mut CurrentDay,
        network: SampleNetwork,
        target: u32,
        manner: ReactionManner,
        post: Option<&RememberedPost>,
    ) -> (Option<String>, Option<Vec<super::ontology::TagIndex>>) {
        let topic = match post {
            Some(post) => post.topic,
            None => {
                let field = self.people.owner(target).fields[0];
                self.ontology.draw_topic(&mut today.dice, field)
            }
        };
        match manner {
            ReactionManner::Bare => (None, None),
            ReactionManner::Echo => (None, post.map(|post| post.tags.clone())),
            ReactionManner::Answer | ReactionManner::Address => {
                let TaggedText { text, tags } = texts::write_answer(&mut today.dice, self.ontology, network, topic);
                (Some(text), Some(tags))
            }
        }
    }
}

/// Draws a verb of the network by its frequency.
fn choose_verb(today: &mut CurrentDay, network: SampleNetwork) -> VerbUse {
    let verbs = network.reactions();
    let total = verbs.iter().map(|(_, share, _)| share).sum();
    let mut ticket = today.dice.below(total);
    for verb in verbs {
        if ticket < verb.1 {
            return *verb;
        }
        ticket -= verb.1;
    }
    verbs[0]
}

/// Adds a row. Some replies get a twin: a mention between the same people a quarter of a second later.
fn push_with_twin(today: &mut CurrentDay, network: SampleNetwork, mut row: ActivityRow) {
    let is_twin = row.verb == "reply" && today.dice.chance_per_mille(TWIN_PER_MILLE);
    row.is_twin = is_twin;
    let rows = &mut today.rows[network as usize];
    if is_twin {
        let mut twin = row.clone();
        twin.verb = "mention";
        twin.object = None;
        twin.occurred_at += SECOND_MICROS / 4;
        rows.push(row);
        rows.push(twin);
    } else {
        rows.push(row);
    }
}
