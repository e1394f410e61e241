//! Who exists: people, their accounts, and how much attention each draws.
//!
//! Attention is heavy-tailed, as everywhere that it was measured: a person's *pull* is
//! `c / (10 + x)` with x uniform up to 1000, a Pareto law of exponent 1 cut off at a factor of
//! 100. A third of the people have several accounts; a few have two on one network.

use super::GenerateSpec;
use super::cast::{BUYER, CAST, CELEBRITY, CELEBRITY_FOLLOWERS, Fans, Part, RING_BOTS, RING_DAYS};
use super::dice::{Dice, Stream};
use super::names;
use super::network::Network;
use super::topic_table::FIELDS;
use std::ops::Range;

/// What a person is in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// One of the crowd.
    Ordinary,
    /// The cast's member of that number.
    Cast(usize),
    /// A member of the ring.
    Bot,
}

/// Somebody with one or more accounts.
pub struct Person {
    /// The id in `identities`; meaningless for people who are not listed there.
    pub id: String,
    /// Whether `identities` names the person's accounts.
    pub is_listed: bool,
    /// What the person cares for most, and next.
    pub fields: [usize; 2],
    /// The relative chance to be chosen by those who react.
    pub pull: u64,
    /// On how many days of a thousand the person is about.
    pub rate_per_mille: u64,
    /// Part in the story.
    pub role: Role,
    /// The person's accounts.
    pub accounts: Range<u32>,
}

/// One identity on one network.
pub struct Account {
    /// Where.
    pub network: Network,
    /// The owner, an index into the people.
    pub person: u32,
    /// The id that the network knows it by.
    pub id: String,
    /// Days since 1970.
    pub created_day: i32,
    /// Followers in the first snapshot of `accounts`.
    pub followers: i64,
}

/// Everyone.
pub struct People {
    /// The cast, the crowd, then the ring.
    pub persons: Vec<Person>,
    /// In the order of their owners.
    pub accounts: Vec<Account>,
}

/// Of a thousand people with one account, how many are on each network.
const HOME_SHARES: [u64; 4] = [430, 270, 190, 110];

impl People {
    /// Invents everyone, from the seed.
    pub fn invent(spec: &GenerateSpec) -> Self {
        let mut people = People {
            persons: Vec::new(),
            accounts: Vec::new(),
        };
        let mut dice = Dice::new(spec.seed, Stream::People);
        for (number, part) in CAST.iter().enumerate() {
            people.add_cast(&mut dice, number, part, spec.last_day);
        }
        for number in CAST.len() as u32..spec.persons.saturating_sub(RING_BOTS) {
            people.add_ordinary(&mut dice, number, spec.last_day);
        }
        let ring_born = spec.last_day - RING_DAYS as i32;
        for _ in 0..RING_BOTS {
            people.add_bot(&mut dice, ring_born);
        }
        people
    }

    /// The person of the cast with that id.
    pub fn cast(&self, id: &str) -> usize {
        // The cast stands first, in order, so its places are those of the table.
        CAST.iter().position(|part| part.id == id).unwrap_or(0)
    }

    /// The owner of an account.
    pub fn owner(&self, account: u32) -> &Person {
        &self.persons[self.accounts[account as usize].person as usize]
    }

    /// The person's accounts.
    pub fn accounts_of(&self, person: usize) -> impl Iterator<Item = (u32, &Account)> {
        let range = self.persons[person].accounts.clone();
        range.map(|account| (account, &self.accounts[account as usize]))
    }

    /// The id by which the warehouse knows a person: that of `identities`, or of the only account.
    pub fn public_id(&self, person: usize) -> String {
        let person = &self.persons[person];
        let first = &self.accounts[person.accounts.start as usize];
        if person.is_listed {
            person.id.clone()
        } else {
            format!("{}:{}", first.network.name(), first.id)
        }
    }

    fn add_cast(&mut self, dice: &mut Dice, number: usize, part: &Part, last_day: i32) {
        let field = FIELDS.iter().position(|field| *field == part.field).unwrap_or(0);
        let is_star = part.fans != Fans::None;
        let person = Person {
            id: part.id.to_owned(),
            is_listed: true,
            fields: [field, field],
            pull: if is_star { 0 } else { 1_000 },
            rate_per_mille: if is_star { 1_000 } else { 400 },
            role: Role::Cast(number),
            accounts: 0..0,
        };
        let followers = if part.id == CELEBRITY { CELEBRITY_FOLLOWERS } else { 900 };
        self.add(dice, person, part.networks, last_day, followers);
    }

    fn add_ordinary(&mut self, dice: &mut Dice, number: u32, last_day: i32) {
        let id = format!("{}-{number:04}", names::two_words(dice));
        let networks = some_networks(dice);
        let pull = 1_000_000 / (10 + dice.below(1_000));
        let drive = dice.below(1_000);
        let person = Person {
            id,
            is_listed: networks.len() > 1 || dice.per_mille(500),
            fields: [dice.index(FIELDS.len()), dice.index(FIELDS.len())],
            pull,
            // The square makes few who are there daily and many who are seldom: a third in the mean.
            rate_per_mille: 40 + drive * drive * 880 / 1_000_000,
            role: Role::Ordinary,
            accounts: 0..0,
        };
        // Followers have something to do with pull, and as much with luck.
        let followers = (pull / 100 * (1 + dice.below(40))) as i64;
        self.add(dice, person, &networks, last_day, followers);
    }

    fn add_bot(&mut self, dice: &mut Dice, born: i32) {
        let person = Person {
            id: String::new(),
            is_listed: false,
            // The bots speak about what the buyer sells.
            fields: self.persons[self.cast(BUYER)].fields,
            pull: 0,
            rate_per_mille: 0,
            role: Role::Bot,
            accounts: 0..0,
        };
        self.add(dice, person, &[Network::Twitter], born, 3);
        if let Some(account) = self.accounts.last_mut() {
            account.created_day = born;
        }
    }

    /// Adds a person with an account on each of the networks.
    fn add(&mut self, dice: &mut Dice, mut person: Person, networks: &[Network], last_day: i32, followers: i64) {
        let first = self.accounts.len() as u32;
        for &network in networks {
            let created_day = last_day - 400 - dice.below(3_000) as i32;
            let id = names::account_id(dice, network, self.accounts.len());
            let person = self.persons.len() as u32;
            self.accounts.push(Account {
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

/// One network for two thirds of the people, two to four for the others; a few of these have two
/// accounts on the first.
fn some_networks(dice: &mut Dice) -> Vec<Network> {
    let wanted = if dice.per_mille(333) { 2 + dice.index(3) } else { 1 };
    let mut networks = Vec::with_capacity(wanted);
    while networks.len() < wanted {
        let mut ticket = dice.below(1_000);
        for (network, share) in Network::ALL.into_iter().zip(HOME_SHARES) {
            if ticket < share {
                if !networks.contains(&network) {
                    networks.push(network);
                }
                break;
            }
            ticket -= share;
        }
    }
    if wanted == 2 && dice.per_mille(100) {
        networks[1] = networks[0];
    }
    networks
}
