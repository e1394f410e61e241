//! Creates the people, their accounts, and the amount of attention that each attracts.
//!
//! Attention is heavy-tailed, as in all measurements: a person's *pull* is `c / (10 + x)` with x uniform up to 1000,
//! a Pareto law of exponent 1 cut off at a factor of 100. A third of the people have several accounts; a few have two
//! on one network.

use super::GenerateSpec;
use super::names;
use super::network::SampleNetwork;
use super::rng::{RngStream, StreamRng};
use super::story_people::{
    BUYER, CELEBRITY, CELEBRITY_FOLLOWERS, FanCount, RING_BOTS, RING_DAYS, STORY_PEOPLE, StoryPerson,
};
use super::topic_table::FIELDS;
use std::ops::Range;

/// Role of a person in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoryRole {
    /// Ordinary person.
    Ordinary,
    /// Story person with this number.
    Cast(usize),
    /// Member of the bot ring.
    Bot,
}

/// Person with one or more accounts.
pub(crate) struct SamplePerson {
    /// Id in `identities`; unused for unlisted people.
    pub id: String,
    /// True if `identities` names the person's accounts.
    pub is_listed: bool,
    /// First and second field of interest.
    pub fields: [usize; 2],
    /// Relative probability of being chosen by reactors.
    pub pull: u64,
    /// Number of active days per thousand.
    pub rate_per_mille: u64,
    /// Role in the story.
    pub role: StoryRole,
    /// Indices of the person's accounts.
    pub accounts: Range<u32>,
}

/// Account on one network.
pub(crate) struct SampleAccount {
    /// Network of the account.
    pub network: SampleNetwork,
    /// Index of the owner.
    pub person: u32,
    /// Account id on the network.
    pub id: String,
    /// Creation day, in days since 1970-01-01.
    pub created_day: i32,
    /// Number of followers in the first snapshot of `accounts`.
    pub followers: i64,
}

/// All people and accounts.
pub(crate) struct SamplePeople {
    /// Story people, ordinary people, then the ring.
    pub persons: Vec<SamplePerson>,
    /// Accounts in the order of their owners.
    pub accounts: Vec<SampleAccount>,
}

/// Number of people per thousand with one account, by network.
const HOME_SHARES: [u64; 4] = [430, 270, 190, 110];

impl SamplePeople {
    /// Creates all people from the seed.
    pub(crate) fn generate(spec: &GenerateSpec) -> Self {
        let mut people = SamplePeople {
            persons: Vec::new(),
            accounts: Vec::new(),
        };
        let mut dice = StreamRng::new(spec.seed, RngStream::People);
        for (number, part) in STORY_PEOPLE.iter().enumerate() {
            people.add_cast(&mut dice, number, part, spec.last_day);
        }
        for number in STORY_PEOPLE.len() as u32..spec.persons.saturating_sub(RING_BOTS) {
            people.add_ordinary(&mut dice, number, spec.last_day);
        }
        let ring_born = spec.last_day - RING_DAYS as i32;
        for _ in 0..RING_BOTS {
            people.add_bot(&mut dice, ring_born);
        }
        people
    }

    /// Returns the index of the story person with this id.
    pub(crate) fn story_index(&self, id: &str) -> usize {
        // Story people are first and in table order, so the table position is the index.
        STORY_PEOPLE.iter().position(|part| part.id == id).unwrap_or(0)
    }

    /// Returns the owner of an account.
    pub(crate) fn owner(&self, account: u32) -> &SamplePerson {
        &self.persons[self.accounts[account as usize].person as usize]
    }

    /// Returns the person's accounts with their indices.
    pub(crate) fn accounts_of(&self, person: usize) -> impl Iterator<Item = (u32, &SampleAccount)> {
        let range = self.persons[person].accounts.clone();
        range.map(|account| (account, &self.accounts[account as usize]))
    }

    /// Returns the person's id in the warehouse: that of `identities`, or that of the only account.
    pub(crate) fn public_id(&self, person: usize) -> String {
        let person = &self.persons[person];
        let first = &self.accounts[person.accounts.start as usize];
        if person.is_listed {
            person.id.clone()
        } else {
            format!("{}:{}", first.network.name(), first.id)
        }
    }

    fn add_cast(&mut self, dice: &mut StreamRng, number: usize, part: &StoryPerson, last_day: i32) {
        let field = FIELDS.iter().position(|field| *field == part.field).unwrap_or(0);
        let is_star = part.fans != FanCount::None;
        let person = SamplePerson {
            id: part.id.to_owned(),
            is_listed: true,
            fields: [field, field],
            pull: if is_star { 0 } else { 1_000 },
            rate_per_mille: if is_star { 1_000 } else { 400 },
            role: StoryRole::Cast(number),
            accounts: 0..0,
        };
        let followers = if part.id == CELEBRITY { CELEBRITY_FOLLOWERS } else { 900 };
        self.add(dice, person, part.networks, last_day, followers);
    }

    fn add_ordinary(&mut self, dice: &mut StreamRng, number: u32, last_day: i32) {
        let id = format!("{}-{number:04}", names::draw_name(dice));
        let networks = some_networks(dice);
        let pull = 1_000_000 / (10 + dice.below(1_000));
        let drive = dice.below(1_000);
        let person = SamplePerson {
            id,
            is_listed: networks.len() > 1 || dice.chance_per_mille(500),
            fields: [dice.index(FIELDS.len()), dice.index(FIELDS.len())],
            pull,
            // The square gives few daily and many rare users: a third in the mean.
            rate_per_mille: 40 + drive * drive * 880 / 1_000_000,
            role: StoryRole::Ordinary,
            accounts: 0..0,
        };
        // Followers depend on pull and, equally, on chance.
        let followers = (pull / 100 * (1 + dice.below(40))) as i64;
        self.add(dice, person, &networks, last_day, followers);
    }

    fn add_bot(&mut self, dice: &mut StreamRng, born: i32) {
        let person = SamplePerson {
            id: String::new(),
            is_listed: false,
            // Bots use the buyer's fields.
            fields: self.persons[self.story_index(BUYER)].fields,
            pull: 0,
            rate_per_mille: 0,
            role: StoryRole::Bot,
            accounts: 0..0,
        };
        self.add(dice, person, &[SampleNetwork::Twitter], born, 3);
        if let Some(account) = self.accounts.last_mut() {
            account.created_day = born;
        }
    }

    /// Adds a person with one account on each of the networks.
    fn add(
        &mut self,
        dice: &mut StreamRng,
        mut person: SamplePerson,
        networks: &[SampleNetwork],
        last_day: i32,
        followers: i64,
    ) {
        let first = self.accounts.len() as u32;
        for &network in networks {
            let created_day = last_day - 400 - dice.below(3_000) as i32;
            let id = names::draw_account_id(dice, network, self.accounts.len());
            let person = self.persons.len() as u32;
            self.accounts.push(SampleAccount {
                network,
                person,
                id,
                created_day,
                followers,
            });
        }
        person.accounts = first..self.accounts.len() as u32;
        self.persons.push(person);
    }
}

/// Draws one network for two thirds of the people, and two to four for the others. A few people with two have both
/// accounts on one network.
fn some_networks(dice: &mut StreamRng) -> Vec<SampleNetwork> {
    let wanted = if dice.chance_per_mille(333) {
        2 + dice.index(3)
    } else {
        1
    };
    let mut networks = Vec::with_capacity(wanted);
    while networks.len() < wanted {
        let mut ticket = dice.below(1_000);
        for (network, share) in SampleNetwork::ALL.into_iter().zip(HOME_SHARES) {
            if ticket < share {
                if !networks.contains(&network) {
                    networks.push(network);
                }
                break;
            }
            ticket -= share;
        }
    }
    if wanted == 2 && dice.chance_per_mille(100) {
        networks[1] = networks[0];
    }
    networks
}
