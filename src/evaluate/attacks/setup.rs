//! Whom an attack is for, and who helps: chosen by rules, so that the same warehouse gives the same.

use crate::evaluate::draw::draw;
use crate::evaluate::scene::Scene;
use clout_base::day::{DAY_MICROS, Day};
use clout_base::error::Result;
use clout_model::facts::Facts;
use clout_model::influence::reach::Reach;
use clout_model::influence::scoring::Scored;
use clout_model::reactions::Reaction;

/// Targets of a group.
pub const GROUP: usize = 10;
/// Fresh accounts that somebody buys for one target.
pub const FAKES: usize = 1_000;
/// Days after which an account counts as known here.
pub const KNOWN_DAYS: u32 = 3;

/// The two groups of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The middle fifth of scored people above the lowest score.
    MiddleFifth,
    /// People with a reach of 10 to 30: they have known reactors whose company strangers may borrow.
    #[serde(rename = "reach_10_to_30")]
    Reach,
}

/// Somebody who would like to be more influential.
#[derive(Clone, Debug)]
pub struct Target {
    /// The person.
    pub person: usize,
    /// By network: the account that gets most reactions there.
    pub accounts: Vec<Option<u32>>,
    /// Its network with the most reactions.
    pub network: usize,
    /// The group.
    pub group: Group,
}

impl Target {
    /// The account that gets most reactions.
    pub fn account(&self) -> u32 {
        self.accounts[self.network].unwrap_or_default()
    }
}

/// The moment without any attack, and everybody in the play.
pub struct Setup<'a> {
    /// What happened.
    pub scene: Scene<'a>,
    /// The scores that it gives.
    pub scored: Scored,
    /// Those who gain.
    pub targets: Vec<Target>,
    /// By target: a known account of its network that never reacted to a target, where there is one.
    pub fans: Vec<Option<u32>>,
    /// Further ones, who are bought.
    pub known: Vec<u32>,
}

impl<'a> Setup<'a> {
    /// Chooses targets and helpers.
    pub fn of(scene: Scene<'a>) -> Result<Setup<'a>> {
        let scored = scene.score()?;
        let accounts = Accounts::of(&scene);
        let (mut targets, mut chosen) = (Vec::new(), Vec::new());
        for (group, persons) in [
            (Group::MiddleFifth, middle_fifth(&scored)),
            (Group::Reach, reaching(&scene, &scored)),
        ] {
            let found = spread(&persons, &scored, &mut chosen).into_iter();
            targets.extend(found.filter_map(|person| accounts.target(person, group)));
        }
        let (fans, known) = helpers(&scene, &targets);
        Ok(Setup {
            scene,
            scored,
            targets,
            fans,
            known,
        })
    }

    /// The verb of a network that weighs most.
    pub fn heaviest(&self, network: usize) -> u8 {
        let weights = self.scene.networks[network].verbs.iter().map(|verb| verb.weight);
        let heaviest = weights
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        heaviest.map_or(0, |(verb, _)| verb as u8)
    }

    /// A reaction a minute before the moment, or some days before that, delivered at once.
    pub fn reaction(&self, actor: u32, target: u32, verb: u8, days_before: i64) -> Reaction {
        let occurred_at = self.scene.at - DAY_MICROS / 1_440 - days_before * DAY_MICROS;
        Reaction {
            actor,
            target,
            occurred_at,
            load_date: Day::of_micros(occurred_at),
            verb,
        }
    }
}

/// By person: the accounts, and how many reactions each gets.
struct Accounts {
    networks: usize,
    of_person: Vec<Vec<(usize, u32, u64)>>,
}

impl Accounts {
    fn of(scene: &Scene) -> Accounts {
        let mut received = vec![0_u64; scene.network_of.len()];
        scene
            .reactions
            .iter()
            .for_each(|reaction| received[reaction.target as usize] += 1);
        let mut of_person = vec![Vec::new(); scene.persons.len()];
        for (node, network) in scene.network_of.iter().enumerate() {
            let person = scene.persons.of_account[node] as usize;
            of_person[person].push((usize::from(*network), node as u32, received[node]));
        }
        Accounts {
            networks: scene.networks.len(),
            of_person,
        }
    }

    fn target(&self, person: usize, group: Group) -> Option<Target> {
        let owned = &self.of_person[person];
        let most = |accounts: &mut dyn Iterator<Item = &(usize, u32, u64)>| {
            accounts
                .max_by_key(|(_, node, received)| (*received, std::cmp::Reverse(*node)))
                .copied()
        };
        let of_network = |network| most(&mut owned.iter().filter(|account| account.0 == network));
        let accounts = (0..self.networks).map(|network| of_network(network).map(|account| account.1));
        Some(Target {
            person,
            accounts: accounts.collect(),
            network: most(&mut owned.iter())?.0,
            group,
        })
    }
}

/// The middle fifth, by value, of the scored people above the lowest score.
fn middle_fifth(scored: &Scored) -> Vec<usize> {
    let values = &scored.standings.values;
    let mut people: Vec<(f64, usize)> = (0..values.len())
        .filter_map(|person| Some((values[person]?, person)))
        .collect();
    people.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let Some((lowest, _)) = people.first().copied() else {
        return Vec::new();
    };
    // Rounding may part equals: what is less than a millionth of a point above the lowest is the lowest.
    let above = &people[people.partition_point(|(value, _)| *value <= lowest + 1e-6)..];
    let fifth = &above[above.len() * 2 / 5..above.len() * 3 / 5];
    fifth.iter().map(|(_, person)| *person).collect()
}

/// People with a reach of 10 to 30, by reach.
fn reaching(scene: &Scene, scored: &Scored) -> Vec<usize> {
    let model = scored.model(scene.params);
    let reach = |person: usize| {
        let sum = scored.standings.sums[person].as_ref()?;
        let mut reach = Reach::default();
        for edge in scored.attention.edges(person) {
            reach.add(model.part(&scored.attention, edge, sum));
        }
        (10.0..=30.0)
            .contains(&reach.people())
            .then(|| (reach.people(), person))
    };
    let mut people: Vec<(f64, usize)> = (0..scored.standings.sums.len()).filter_map(reach).collect();
    people.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    people.into_iter().map(|(_, person)| person).collect()
}

/// At most [`GROUP`] of them, evenly spread from the first to the last, none of whom reacts to another or to
/// anybody `chosen` before: what one does for the attack would move the others.
fn spread(people: &[usize], scored: &Scored, chosen: &mut Vec<usize>) -> Vec<usize> {
    let count = people.len().min(GROUP);
    let mut found = Vec::new();
    for step in 0..count {
        let place = step * (people.len() - 1) / (count - 1).max(1);
        let is_apart = |person: &&usize| chosen.iter().all(|other| !is_linked(scored, **person, *other));
        if let Some(person) = people[place..].iter().chain(&people[..place]).find(is_apart) {
            chosen.push(*person);
            found.push(*person);
        }
    }
    found
}

/// Whether two people are one, or one of them reacted to the other.
fn is_linked(scored: &Scored, a: usize, b: usize) -> bool {
    let reacts = |from: usize, to: usize| {
        let edges = scored.attention.edges(to);
        scored.attention.reactors[edges].binary_search(&(from as u32)).is_ok()
    };
    a == b || reacts(a, b) || reacts(b, a)
}

/// Known accounts that never reacted to a target and belong to none: fans, and others to be bought.
fn helpers(scene: &Scene, targets: &[Target]) -> (Vec<Option<u32>>, Vec<u32>) {
    let facts: Vec<Facts> = scene.facts();
    let is_target = |node: u32| {
        let person = scene.persons.of_account[node as usize] as usize;
        targets.iter().any(|target| target.person == person)
    };
    let mut is_free: Vec<bool> = facts.iter().map(|facts| facts.days_seen >= KNOWN_DAYS).collect();
    for reaction in scene.reactions.iter().filter(|reaction| is_target(reaction.target)) {
        is_free[reaction.actor as usize] = false;
    }
    let mut free: Vec<u32> = (0..facts.len() as u32)
        .filter(|node| is_free[*node as usize] && !scene.is_gone[*node as usize] && !is_target(*node))
        .collect();
    free.sort_by_key(|node| (draw("helpers", u64::from(*node)), *node));
    let network = |node: &u32| usize::from(scene.network_of[*node as usize]);
    let mut fans = Vec::new();
    for target in targets {
        let place = free.iter().position(|node| network(node) == target.network);
        fans.push(place.map(|place| free.remove(place)));
    }
    (fans, free)
}
