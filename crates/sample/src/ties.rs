//! Creates lasting ties: favourites, follows and circles of fans.
//!
//! Most reactions go to the same accounts as before. Each account therefore has a few favourites, drawn once by pull,
//! and reacts to them day after day. On networks with follows, the favourites are followed, and so are some accounts
//! that never receive a reaction; most accounts follow the celebrity. The cost is linear in the number of accounts.

use super::GenerateSpec;
use super::people::{SamplePeople, StoryRole};
use super::rng::{RngStream, StreamRng};
use super::story_people::{CELEBRITY, FanCount, STORY_PEOPLE};
use super::weighted_choice::WeightedAccounts;
use std::collections::BTreeSet;

/// Largest number of favourites per account (repeated draws are dropped).
const FAVORITES: usize = 5;

/// Number of further followed accounts on networks with follows.
const EXTRA_FOLLOWEES: usize = 3;

/// Number of accounts per thousand on a network that follow the celebrity.
const CELEBRITY_PER_MILLE: u64 = 600;

/// Fans of a star, with the pairs of accounts through which each can react: (fan's account, star's account).
pub(crate) struct FanCircle {
    /// Index of the star among the people and the story people.
    pub star: usize,
    /// One entry per fan, never empty.
    pub fans: Vec<Vec<(u32, u32)>>,
}

/// All lasting ties of the warehouse.
pub(crate) struct LastingTies {
    /// Favourite accounts by account.
    pub favorites: Vec<Vec<u32>>,
    /// Followed accounts by account, ascending; empty if the network has no follows.
    pub followees: Vec<Vec<u32>>,
    /// Circles of the stars.
    pub circles: Vec<FanCircle>,
}

impl LastingTies {
    /// Creates all ties from the seed.
    pub(crate) fn generate(spec: &GenerateSpec, people: &SamplePeople, lots: &WeightedAccounts) -> Self {
        let mut dice = StreamRng::new(spec.seed, RngStream::Follows);
        let favorites = (0..people.accounts.len() as u32)
            .map(|actor| noticed(&mut dice, people, lots, actor, FAVORITES))
            .collect::<Vec<_>>();
        let mut circle_dice = StreamRng::new(spec.seed, RngStream::Circles);
        let circles = circles(&mut circle_dice, spec, people);
        let followees = followees(&mut dice, people, lots, &favorites, &circles);
        LastingTies {
            favorites,
            followees,
            circles,
        }
    }
}

/// Draws up to `count` accounts that an ordinary actor notices, without the owner's own.
fn noticed(dice: &mut StreamRng, people: &SamplePeople, lots: &WeightedAccounts, actor: u32, count: usize) -> Vec<u32> {
    let mut chosen: Vec<u32> = Vec::new();
    if people.owner(actor).role == StoryRole::Bot {
        return chosen;
    }
    for _ in 0..count {
        let Some(account) = lots.draw_noticed(dice, people, actor) else {
            continue;
        };
        let is_own = people.owner(actor).accounts.contains(&account);
        if !is_own && !chosen.contains(&account) {
            chosen.push(account);
        }
    }
    chosen
}

fn followees(
    dice: &mut StreamRng,
    people: &SamplePeople,
    lots: &WeightedAccounts,
    favorites: &[Vec<u32>],
    circles: &[FanCircle],
) -> Vec<Vec<u32>> {
    let mut followees: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); people.accounts.len()];
    let celebrity = people.story_index(CELEBRITY);
    for (actor, account) in people.accounts.iter().enumerate() {
        if !account.network.has_follows() {
            continue;
        }
        followees[actor].extend(&favorites[actor]);
        followees[actor].extend(noticed(dice, people, lots, actor as u32, EXTRA_FOLLOWEES));
        for (idol, idol_account) in people.accounts_of(celebrity) {
            let is_candidate = idol_account.network == account.network && idol != actor as u32;
            if is_candidate && dice.chance_per_mille(CELEBRITY_PER_MILLE) {
                followees[actor].insert(idol);
            }
        }
    }
    for &(fan, star) in circles.iter().flat_map(|circle| circle.fans.iter().flatten()) {
        if people.accounts[fan as usize].network.has_follows() {
            followees[fan as usize].insert(star);
        }
    }
    followees.into_iter().map(|set| set.into_iter().collect()).collect()
}

fn circles(dice: &mut StreamRng, spec: &GenerateSpec, people: &SamplePeople) -> Vec<FanCircle> {
    let mut circles = Vec::new();
    for (star, part) in STORY_PEOPLE.iter().enumerate() {
        let fans = match part.fans {
            FanCount::None => continue,
            FanCount::Few(count) => some_fans(dice, people, star, count as usize),
            FanCount::PerMille(share) => {
                let count = u64::from(spec.persons) * u64::from(share) / 1_000;
                some_fans(dice, people, star, count.max(1) as usize)
            }
            FanCount::WholeField => field_fans(people, star),
        };
        circles.push(FanCircle { star, fans });
    }
    circles
}

/// Returns all ordinary people with the star's first field, with their pairs of accounts.
fn field_fans(people: &SamplePeople, star: usize) -> Vec<Vec<(u32, u32)>> {
    let field = people.persons[star].fields[0];
    (0..people.persons.len())
        .filter(|&person| people.persons[person].fields[0] == field)
        .map(|person| ways(people, person, star))
        .filter(|ways| !ways.is_empty())
        .collect()
}

/// Draws `count` ordinary people on a network of the star, each with one pair of accounts.
fn some_fans(dice: &mut StreamRng, people: &SamplePeople, star: usize, count: usize) -> Vec<Vec<(u32, u32)>> {
    let mut chosen = BTreeSet::new();
    let mut fans = Vec::new();
    // About 400 of 2,000 people share the rarest network, so 40 draws per fan are enough.
    for _ in 0..count * 40 {
        if fans.len() == count {
            break;
        }
        let person = dice.index(people.persons.len());
        let ways = ways(people, person, star);
        if let Some(&way) = dice.pick(&ways)
            && chosen.insert(person)
        {
            fans.push(vec![way]);
        }
    }
    fans
}

/// Returns the pairs of accounts through which an ordinary person can react to a star.
fn ways(people: &SamplePeople, person: usize, star: usize) -> Vec<(u32, u32)> {
    if people.persons[person].role != StoryRole::Ordinary {
        return Vec::new();
    }
    let mut ways = Vec::new();
    for (fan, fan_account) in people.accounts_of(person) {
        for (idol, idol_account) in people.accounts_of(star) {
            if fan_account.network == idol_account.network {
                ways.push((fan, idol));
            }
        }
    }
    ways
}
