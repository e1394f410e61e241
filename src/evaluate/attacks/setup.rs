//! Chooses targets and helpers of attacks by fixed rules, so that the same warehouse gives the same choice.

use crate::evaluate::hash_draw::draw_bits;
use crate::evaluate::scene::MomentData;
use clout_base::day::{DAY_MICROS, Day};
use clout_base::error::Result;
use clout_model::account_activity::AccountActivity;
use clout_model::influence::reach::ReachSum;
use clout_model::influence::scoring::PeopleScores;
use clout_model::reactions::AccountReaction;

/// Number of targets in a group.
pub const GROUP_SIZE: usize = 10;
/// Number of fresh accounts per target.
pub const FAKES_PER_TARGET: usize = 1_000;
/// Number of days after which an account counts as known in these attacks.
pub const KNOWN_DAYS: u32 = 3;

/// Group of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetGroup {
    /// Middle fifth of scored people above the lowest score.
    MiddleFifth,
    /// People with a reach of 10 to 30: trusted reactors, which raise the credit for strangers.
    #[serde(rename = "reach_10_to_30")]
    Reach,
}

/// Target of an attack.
#[derive(Clone, Debug)]
pub struct AttackTarget {
    /// Index of the person.
    pub person: usize,
    /// Account with the most reactions, by network.
    pub accounts: Vec<Option<u32>>,
    /// Network of the account with the most reactions.
    pub network: usize,
    /// Group of the target.
    pub group: TargetGroup,
}

impl AttackTarget {
    /// Returns the account with the most reactions.
    pub fn account(&self) -> u32 {
        self.accounts[self.network].unwrap_or_default()
    }
}

/// Moment without any attack, with targets and helpers.
pub struct AttackSetup<'a> {
    /// Real activity.
    pub scene: MomentData<'a>,
    /// Scores of the real activity.
    pub scored: PeopleScores,
    /// Targets.
    pub targets: Vec<AttackTarget>,
    /// Fan by target: a known account on the target's network that never reacted to a target, if one exists.
    pub fans: Vec<Option<u32>>,
    /// Other known accounts, for bought reactions.
    pub known: Vec<u32>,
}

impl<'a> AttackSetup<'a> {
    /// Chooses targets and helpers.
    ///
    /// # Errors
    /// Returns the errors of scoring.
    pub fn from_scene(scene: MomentData<'a>) -> Result<AttackSetup<'a>> {
        let scored = scene.score()?;
        let accounts = PersonAccounts::from_scene(&scene);
        let (mut targets, mut chosen) = (Vec::new(), Vec::new());
        for (group, persons) in [
            (TargetGroup::MiddleFifth, middle_fifth(&scored)),
            (TargetGroup::Reach, people_by_reach(&scene, &scored)),
        ] {
            let found = choose_spread(&persons, &scored, &mut chosen).into_iter();
            targets.extend(found.filter_map(|person| accounts.target(person, group)));
        }
        let (fans, known) = choose_helpers(&scene, &targets);
        Ok(AttackSetup {
            scene,
            scored,
            targets,
            fans,
            known,
        })
    }

    /// Returns the verb of a network with the greatest weight.
    pub fn heaviest_verb(&self, network: usize) -> u8 {
        let weights = self.scene.networks[network].verbs.iter().map(|verb| verb.weight);
        let heaviest = weights
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        heaviest.map_or(0, |(verb, _)| verb as u8)
    }

    /// Creates a reaction one minute before the moment, or some days earlier, delivered on its own day.
    pub fn create_reaction(&self, actor: u32, target: u32, verb: u8, days_before: i64) -> AccountReaction {
        let occurred_at = self.scene.at - DAY_MICROS / 1_440 - days_before * DAY_MICROS;
        AccountReaction {
            actor,
            target,
            occurred_at,
            load_date: Day::from_micros(occurred_at),
            verb,
        }
    }
}

/// Accounts by person, with the number of reactions received: (network, node, reactions).
struct PersonAccounts {
    networks: usize,
    of_person: Vec<Vec<(usize, u32, u64)>>,
}

impl PersonAccounts {
    fn from_scene(scene: &MomentData) -> PersonAccounts {
        let mut received = vec![0_u64; scene.network_of.len()];
        scene
            .reactions
            .iter()
            .for_each(|reaction| received[reaction.target as usize] += 1);
        let mut of_person = vec![Vec::new(); scene.persons.len()];
        for (node, network) in scene.network_of.iter().enumerate() {
            let person = scene.persons.by_account[node] as usize;
            of_person[person].push((usize::from(*network), node as u32, received[node]));
        }
        PersonAccounts {
            networks: scene.networks.len(),
            of_person,
        }
    }

    fn target(&self, person: usize, group: TargetGroup) -> Option<AttackTarget> {
        let owned = &self.of_person[person];
        let most = |accounts: &mut dyn Iterator<Item = &(usize, u32, u64)>| {
            accounts
                .max_by_key(|(_, node, received)| (*received, std::cmp::Reverse(*node)))
                .copied()
        };
        let of_network = |network| most(&mut owned.iter().filter(|account| account.0 == network));
        let accounts = (0..self.networks).map(|network| of_network(network).map(|account| account.1));
        Some(AttackTarget {
            person,
            accounts: accounts.collect(),
            network: most(&mut owned.iter())?.0,
            group,
        })
    }
}

/// Returns the middle fifth, by value, of the scored people above the lowest score.
fn middle_fifth(scored: &PeopleScores) -> Vec<usize> {
    let values = &scored.scores.values;
    let mut people: Vec<(f64, usize)> = (0..values.len())
        .filter_map(|person| Some((values[person]?, person)))
        .collect();
    people.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let Some((lowest, _)) = people.first().copied() else {
        return Vec::new();
    };
    // Rounding may separate equal values: scores within a millionth of a point count as the lowest.
    let above = &people[people.partition_point(|(value, _)| *value <= lowest + 1e-6)..];
    let fifth = &above[above.len() * 2 / 5..above.len() * 3 / 5];
    fifth.iter().map(|(_, person)| *person).collect()
}

/// Returns the people with a reach of 10 to 30, by reach.
fn people_by_reach(scene: &MomentData, scored: &PeopleScores) -> Vec<usize> {
    let model = scored.contribution_model(scene.model);
    let reach = |person: usize| {
        let sum = scored.scores.sums[person].as_ref()?;
        let mut reach = ReachSum::default();
        for edge in scored.attention.edges(person) {
            reach.add(model.share_part(&scored.attention, edge, sum));
        }
        (10.0..=30.0)
            .contains(&reach.people())
            .then(|| (reach.people(), person))
    };
    let mut people: Vec<(f64, usize)> = (0..scored.scores.sums.len()).filter_map(reach).collect();
    people.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    people.into_iter().map(|(_, person)| person).collect()
}

/// Returns at most [`GROUP_SIZE`] people, evenly spread. None of them reacts to another one or to a person in `chosen`,
/// because attacks on linked targets would affect each other.
fn choose_spread(people: &[usize], scored: &PeopleScores, chosen: &mut Vec<usize>) -> Vec<usize> {
    let count = people.len().min(GROUP_SIZE);
    let mut found = Vec::new();
    for step in 0..count {
        let index = step * (people.len() - 1) / (count - 1).max(1);
        let is_apart = |person: &&usize| chosen.iter().all(|other| !is_linked(scored, **person, *other));
        if let Some(person) = people[index..].iter().chain(&people[..index]).find(is_apart) {
            chosen.push(*person);
            found.push(*person);
        }
    }
    found
}

/// Returns true if two people are the same, or if one reacted to the other.
fn is_linked(scored: &PeopleScores, a: usize, b: usize) -> bool {
    let reacts = |from: usize, to: usize| {
        let edges = scored.attention.edges(to);
        scored.attention.reactors[edges].binary_search(&(from as u32)).is_ok()
    };
    a == b || reacts(a, b) || reacts(b, a)
}

/// Returns known accounts that never reacted to a target and belong to none: one fan per target, and the rest.
fn choose_helpers(scene: &MomentData, targets: &[AttackTarget]) -> (Vec<Option<u32>>, Vec<u32>) {
    let facts: Vec<AccountActivity> = scene.account_activity();
    let is_target = |node: u32| {
        let person = scene.persons.by_account[node as usize] as usize;
        targets.iter().any(|target| target.person == person)
    };
    let mut is_free: Vec<bool> = facts.iter().map(|facts| facts.days_seen >= KNOWN_DAYS).collect();
    for reaction in scene.reactions.iter().filter(|reaction| is_target(reaction.target)) {
        is_free[reaction.actor as usize] = false;
    }
    let mut free: Vec<u32> = (0..facts.len() as u32)
        .filter(|node| is_free[*node as usize] && !scene.opted_out[*node as usize] && !is_target(*node))
        .collect();
    free.sort_by_key(|node| (draw_bits("helpers", u64::from(*node)), *node));
    let network = |node: &u32| usize::from(scene.network_of[*node as usize]);
    let mut fans = Vec::new();
    for target in targets {
        let index = free.iter().position(|node| network(node) == target.network);
        fans.push(index.map(|index| free.remove(index)));
    }
    (fans, free)
}
